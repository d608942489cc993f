"""The relying party comes from the public URL, never from a request (SECURITY: WebAuthn)."""

import pytest

from gatepost.login.proofs.relying_party import RelyingPartyIdentity


@pytest.mark.parametrize(
    ("public_url", "rp_id", "origin"),
    [
        ("https://id.acme.example", "id.acme.example", "https://id.acme.example"),
        ("https://ID.acme.example:443/base/", "id.acme.example", "https://id.acme.example"),
        ("https://id.acme.example:8443", "id.acme.example", "https://id.acme.example:8443"),
        ("http://localhost:8000", "localhost", "http://localhost:8000"),
        ("http://acme.localhost:80", "acme.localhost", "http://acme.localhost"),
        ("https://gatepost", "gatepost", "https://gatepost"),
        (
            "https://id.müller.example",
            "id.xn--mller-kva.example",
            "https://id.xn--mller-kva.example",
        ),
    ],
)
def test_host_is_the_id_and_scheme_host_port_the_origin(
    public_url: str, rp_id: str, origin: str
) -> None:
    assert RelyingPartyIdentity.is_possible(public_url)
    identity = RelyingPartyIdentity.of(public_url, "Acme")
    assert (identity.id, identity.name, identity.origins) == (rp_id, "Acme", (origin,))


@pytest.mark.parametrize(
    "public_url",
    [
        "https://192.0.2.7",
        "https://[2001:db8::7]:8443",
        "http://127.0.0.1:8000",
        "http://id.acme.example",
        "http://notlocalhost",
        "ftp://localhost",
        "https://",
        "https://[",
        "https://id.acme.example:port",
        "https://" + "ü" * 70 + ".example",
        "",
    ],
)
def test_where_browsers_offer_no_passkeys_there_are_none(public_url: str) -> None:
    assert not RelyingPartyIdentity.is_possible(public_url)
    with pytest.raises(ValueError, match="Passkeys do not work at"):
        RelyingPartyIdentity.of(public_url, "Acme")
