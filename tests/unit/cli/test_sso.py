"""`gatepost sso`, run as from a shell: set up, shown, tested, switched, rolled over."""

import io
from collections.abc import Iterator
from pathlib import Path

import apsw
import pytest

from gatepost.cli import main
from tests.saml.keys import pair
from tests.unit.cli.shell import Shell, openid_provider, saml_metadata, signed_in


@pytest.fixture
def metadata(tmp_path: Path) -> Path:
    file = tmp_path / "metadata.xml"
    file.write_bytes(saml_metadata(pair("idp").certificate))
    return file


@pytest.fixture
def saml(acme: Shell, metadata: Path) -> Shell:
    """A shell whose provider acme is set up for SAML and not tested."""
    acme("sso", "set-up-saml", "acme", "--file", str(metadata))
    return acme


@pytest.fixture
def issuer(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    monkeypatch.setenv("GATEPOST_OUTBOUND_HTTP", "true")
    monkeypatch.setenv("GATEPOST_OUTBOUND_NETWORKS", "127.0.0.0/8")
    with openid_provider() as url:
        yield url


def _tested(folder: Path) -> None:
    connection = apsw.Connection(str(folder / "gatepost.db"))
    connection.execute("UPDATE sso SET tested_at = created_at")
    connection.close()


def test_what_to_enter_at_the_provider_is_shown_before_anything_is_set_up(acme: Shell) -> None:
    found = acme("sso", "show", "acme")
    assert found["state"] == "not set up"
    assert found["enter_at_the_provider"]["acs_url"].endswith("/saml/acme/acs")
    assert found["enter_at_the_provider"]["redirect_uri"].endswith("/oidc/acme/callback")


@pytest.mark.rule("R32")
def test_saml_is_set_up_from_a_file_and_shown(saml: Shell) -> None:
    found = saml("sso", "show", "acme")
    assert (found["protocol"], found["state"]) == ("saml", "untested")
    assert found["trust"]["entity_id"] == "https://idp.example"
    assert found["certificates"][0]["sha256"] == pair("idp").fingerprint
    assert [one["state"] for one in found["our_certificates"]] == ["current"]
    assert "redirect_uri" not in found["enter_at_the_provider"]


def test_saml_is_set_up_from_standard_input(
    acme: Shell, metadata: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stdin = io.TextIOWrapper(io.BytesIO(metadata.read_bytes()))
    monkeypatch.setattr("sys.stdin", stdin)
    assert acme("sso", "set-up-saml", "acme", "--file", "-")["protocol"] == "saml"


def test_metadata_comes_from_one_place(acme: Shell, metadata: Path) -> None:
    acme("sso", "set-up-saml", "acme", code=2)
    url = "https://idp.example/metadata"
    acme("sso", "set-up-saml", "acme", "--url", url, "--file", str(metadata), code=2)


def test_file_that_is_no_metadata_is_refused_with_its_reason(acme: Shell, tmp_path: Path) -> None:
    (tmp_path / "page.html").write_text("<!doctype html><html><body>Sign in</body></html>")
    error = acme("sso", "set-up-saml", "acme", "--file", str(tmp_path / "page.html"), code=1)
    assert error["code"] == "sso.trust_unreadable"
    assert "saml." in error["what"]


def test_address_that_leads_inside_is_refused_with_its_reason(acme: Shell) -> None:
    url = "https://127.0.0.1:9/metadata"
    error = acme("sso", "set-up-saml", "acme", "--url", url, code=1)
    assert "fetch.address" in error["what"]


@pytest.mark.rule("R32")
def test_openid_is_set_up_with_a_secret_from_a_file(
    acme: Shell, issuer: str, tmp_path: Path
) -> None:
    (tmp_path / "secret").write_text("s3cret-of-the-client\n")
    words = ("sso", "set-up-oidc", "acme", "--issuer", issuer, "--client-id", "gatepost")
    found = acme(*words, "--client-secret-file", str(tmp_path / "secret"))
    assert found["trust"]["issuer"] == issuer
    assert found["trust"]["keys"] == ["one"]
    assert found["client_secret"] is True
    assert "s3cret" not in str(found)


def test_openid_takes_the_secret_from_the_environment(
    acme: Shell, issuer: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OIDC_CLIENT_SECRET", "s3cret-of-the-client")
    words = ("sso", "set-up-oidc", "acme", "--issuer", issuer, "--client-id", "gatepost")
    assert acme(*words)["client_secret"] is True


def test_openid_without_a_secret_asks_nobody_here(acme: Shell, issuer: str) -> None:
    words = ("sso", "set-up-oidc", "acme", "--issuer", issuer, "--client-id", "gatepost")
    acme(*words, code=2)
    assert acme(*words, "--auth-method", "none")["client_secret"] is False


def test_setting_openid_up_again_keeps_options_and_secret(
    acme: Shell, issuer: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    words = ("sso", "set-up-oidc", "acme", "--issuer", issuer, "--client-id", "gatepost")
    monkeypatch.setenv("OIDC_CLIENT_SECRET", "s3cret-of-the-client")
    acme(*words)
    monkeypatch.delenv("OIDC_CLIENT_SECRET")
    acme("sso", "set", "acme", "scopes", "openid, email")
    found = acme(*words[:-1], "another")
    assert found["options"]["scopes"] == ["openid", "email"]
    assert found["options"]["client_id"] == "another"
    assert found["client_secret"] is True


def test_client_secret_is_read_from_standard_input_only(
    acme: Shell, issuer: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    words = ("sso", "set-up-oidc", "acme", "--issuer", issuer, "--client-id", "gatepost")
    acme(*words, "--auth-method", "none")
    assert "seen" in acme("sso", "set", "acme", "client_secret", "s3cret", code=2)["what"]
    monkeypatch.setattr("sys.stdin", io.StringIO("s3cret\n"))
    assert acme("sso", "set", "acme", "client_secret", "-")["client_secret"] is True
    assert acme("sso", "set", "acme", "client_secret", "")["client_secret"] is False


@pytest.mark.parametrize(
    ("key", "value", "part", "field", "stored"),
    [
        ("force-authn", "on", "options", "force_authn", True),
        ("name_id_format", "urn:x", "options", "name_id_format", "urn:x"),
        ("attribute.email", "mail, email", "attributes", "email", ["mail", "email"]),
        ("mfa.max_age_s", "600", "mfa_rule", "max_age_s", 600),
        ("mfa.authn_contexts", "urn:a,urn:b", "mfa_rule", "authn_contexts", ["urn:a", "urn:b"]),
    ],
)
def test_setting_is_read_by_its_kind_and_taken_back(
    saml: Shell, key: str, value: str, part: str, field: str, stored: object
) -> None:
    before = saml("sso", "show", "acme")[part][field]
    assert saml("sso", "set", "acme", key, value)[part][field] == stored
    assert saml("sso", "set", "acme", key, "")[part][field] == before


def test_setting_what_is_set_already_asks_for_no_new_test(saml: Shell, tmp_path: Path) -> None:
    saml("sso", "set", "acme", "authn_contexts", "urn:a")
    _tested(tmp_path)
    assert saml("sso", "set", "acme", "authn_contexts", "urn:a")["tested_at"]
    assert saml("sso", "set", "acme", "authn_contexts", "urn:b")["tested_at"] is None


def test_just_in_time_creation_is_switched(saml: Shell) -> None:
    assert saml("sso", "set", "acme", "just_in_time", "on")["just_in_time"] is True
    assert saml("sso", "set", "acme", "just_in_time", "off")["just_in_time"] is False


@pytest.mark.parametrize(
    ("key", "value"),
    [("frob", "x"), ("mfa.frob", "x"), ("force_authn", "maybe"), ("mfa.max_age_s", "x"),
     ("request_binding", "soap"), ("scopes", "openid")],
)  # fmt: skip
def test_setting_that_is_not_acceptable_is_a_usage_error(saml: Shell, key: str, value: str) -> None:
    saml("sso", "set", "acme", key, value, code=2)


@pytest.mark.rule("R33")
def test_preset_of_the_vendor_is_shown_and_only_then_taken(saml: Shell) -> None:
    shown = saml("sso", "mfa-preset", "acme")
    assert "authnmethodsreferences" in shown["preset"]["attribute"]
    assert saml("sso", "show", "acme")["mfa_rule"]["attribute"] is None
    assert saml("sso", "mfa-preset", "acme", "--apply")["present"] == shown["preset"]


def test_link_for_a_test_is_made(saml: Shell) -> None:
    assert saml("sso", "test", "acme")["test_link"].startswith("http://127.0.0.1:8400/")


@pytest.mark.parametrize("command", ["test", "enable", "refresh", "mfa-preset"])
def test_what_needs_a_set_up_says_so(acme: Shell, command: str) -> None:
    assert acme("sso", command, "acme", code=4)["code"] == "sso.not_set_up"


def test_untested_provider_is_not_switched_on(saml: Shell, tmp_path: Path) -> None:
    assert saml("sso", "enable", "acme", code=4)["code"] == "sso.untested"
    _tested(tmp_path)
    assert saml("sso", "enable", "acme")["state"] == "on"


@pytest.mark.rule("R4")
def test_switching_off_says_how_many_sessions_end_and_asks(saml: Shell, tmp_path: Path) -> None:
    _tested(tmp_path)
    saml("sso", "enable", "acme")
    ada = saml("user", "create", "ada@acme.example")["id"]
    provider = saml("provider", "show", "acme")["id"]
    signed_in(tmp_path, ada, provider)
    error = saml("sso", "disable", "acme", code=2)
    assert "One session ends, and nobody can sign in through acme." in error["what"]
    assert [one["through"] for one in saml("user", "sessions", "ada@acme.example")] == ["acme"]
    assert saml("sso", "disable", "acme", "--yes")["state"] == "off"
    assert saml("user", "sessions", "ada@acme.example") == []


@pytest.mark.rule("R35")
def test_keys_are_read_again_from_where_they_came(acme: Shell, issuer: str) -> None:
    words = ("sso", "set-up-oidc", "acme", "--issuer", issuer, "--client-id", "gatepost")
    acme(*words, "--auth-method", "none")
    assert acme("sso", "refresh", "acme")["is_changed"] is False


def test_pasted_metadata_is_not_refreshed(saml: Shell) -> None:
    assert "pasted" in saml("sso", "refresh", "acme", code=2)["what"]


def test_our_metadata_is_printed_as_it_is(saml: Shell, capsys: pytest.CaptureFixture[str]) -> None:
    capsys.readouterr()
    assert main.run(["sso", "metadata", "acme"]) == 0
    assert capsys.readouterr().out.startswith("<?xml")
    assert "SPSSODescriptor" in saml("sso", "metadata", "acme")["metadata"]


@pytest.mark.rule("R35")
def test_our_certificate_is_announced_before_it_signs(saml: Shell) -> None:
    saml("sso", "key", "switch", "acme", "--yes", code=2)
    new = saml("sso", "key", "announce", "acme")
    states = {one["id"]: one["state"] for one in saml("sso", "show", "acme")["our_certificates"]}
    assert states[new["id"]] == "next"
    assert new["certificate"] in "".join(saml("sso", "metadata", "acme")["metadata"].split())
    saml("sso", "key", "switch", "acme", code=2)
    after = saml("sso", "key", "switch", "acme", "--yes")["our_certificates"]
    assert {one["id"]: one["state"] for one in after}[new["id"]] == "current"


def test_list_says_how_far_each_provider_is(saml: Shell) -> None:
    saml("provider", "create", "Other")
    assert {one["provider"]: one["state"] for one in saml("sso", "list")} == {
        "acme": "untested",
        "other": "not set up",
    }


def test_all_that_is_known_is_shown_to_people_too(
    saml: Shell, capsys: pytest.CaptureFixture[str]
) -> None:
    saml("sso", "mfa-preset", "acme")
    assert main.run(["sso", "show", "acme"]) == 0
    said = capsys.readouterr().out
    for word in ("Enter at the provider", "Certificates", "MFA rule", "! Nobody came back"):
        assert word in said
