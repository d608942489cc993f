"""Sign-in through nanoidp, a SAML identity provider that others wrote, over HTTP (R1, R30 to R35).

What nanoidp has not: encrypted assertions, a signature on the response (it signs the
assertion), single logout. Those are tried in tests/saml and tests/login.
"""

import base64
import re
import ssl
import zlib
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx2
import msgspec
import pytest

from gatepost.store.login_rows import SsoRow
from gatepost.store.rows import ProviderRow
from tests.conftest import DATABASES
from tests.e2e.identity_providers import PASSWORD, TOTP_SECRET, Nanoidp, nanoidp
from tests.e2e.installation import (
    Installation,
    activate,
    installed,
    provision,
    reference_of,
    settings_of,
)
from tests.e2e.visitor import App, Visitor, enrol_app, is_signed_in
from tests.saml.keys import pair

TIME_SYNC_TOKEN = "urn:oasis:names:tc:SAML:2.0:ac:classes:TimeSyncToken"
CERTIFICATE = re.compile(r"<(?:\w+:)?X509Certificate>([^<]+)<")


class Place(msgspec.Struct, frozen=True):
    """A server, a provider of its tenant, and nanoidp behind it."""

    here: Installation
    provider: ProviderRow
    theirs: Nanoidp
    certificate: str
    scim: httpx2.Client

    @property
    def login(self) -> str:
        return f"{self.here.url}/saml/{self.provider.slug}/login"

    def provision(self, name: str) -> str:
        return provision(self.scim, name)

    def configure(self, **settings: Any) -> None:
        """Change our SAML settings."""
        self.here.do(
            lambda house, writer: house.single_sign_on.configure(writer, self.provider, **settings)
        )

    def half(self) -> SsoRow:
        """Read what we know of nanoidp."""
        return self.here.do(lambda house, _writer: house.single_sign_on.get(self.provider))

    def refused_as(self, visitor: Visitor) -> str:
        return self.here.refused_as(visitor.page)


@pytest.fixture(scope="module", params=DATABASES)
def place(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Place]:
    folder = tmp_path_factory.mktemp("saml")
    url = None
    if request.param == "postgresql":
        url = request.getfixturevalue("postgres_server").make_database()
    settings = settings_of(folder, url)
    with nanoidp(folder / "nanoidp") as theirs, installed(folder, settings) as here:
        provider = here.provider("Nano", domains=["example.com"])
        certificate = here.saml(provider, theirs)
        theirs.trust(certificate)
        with here.scim(provider) as scim:
            yield Place(here, provider, theirs, certificate, scim)


@pytest.fixture
def visitor() -> Iterator[Visitor]:
    made = Visitor()
    yield made
    made.close()


def pem(certificate: str) -> str:
    return ssl.DER_cert_to_PEM_cert(base64.b64decode(certificate))


def at_nanoidp(visitor: Visitor, name: str) -> None:
    """Sign in at nanoidp's own page."""
    visitor.submit(username=name, password=PASSWORD)


@pytest.mark.rule("R30")
def test_person_of_scim_signs_in_as_the_same_user_and_is_shut_out_at_once(
    place: Place, visitor: Visitor
) -> None:
    user_id = place.provision("ada")
    visitor.open(f"{place.here.url}/sign-in")
    visitor.submit(identifier="Ada@example.com")
    assert visitor.url.startswith(f"{place.theirs.url}/saml/sso?SAMLRequest=")
    at_nanoidp(visitor, "ada")
    app = enrol_app(visitor)
    (session,) = place.here.sessions(user_id)
    assert session.provider_id == place.provider.provider_id
    assert session.provider_session
    assert set(session.methods) == {"sso", "otp", "mfa"}
    found = place.scim.get("/Users", params={"filter": 'userName eq "ada@example.com"'}).json()
    assert [one["id"] for one in found["Resources"]] == [user_id]
    assert is_signed_in(visitor, place.here.url)

    activate(place.scim, user_id, is_active=False)
    assert not is_signed_in(visitor, place.here.url)
    assert place.here.sessions(user_id) == []
    visitor.open(place.login)
    assert visitor.heading == "You were not signed in"
    assert "inactive" not in visitor.text
    assert place.refused_as(visitor) == "sso.user_inactive"

    activate(place.scim, user_id, is_active=True)
    visitor.open(place.login)
    assert visitor.path == "/sign-in/factor"
    visitor.submit(answer=app.code())
    assert is_signed_in(visitor, place.here.url)


def test_request_by_form_carries_a_signature_that_is_checked(
    place: Place, visitor: Visitor
) -> None:
    place.configure(options={"request_binding": "post"})
    user_id = place.provision("grace")
    visitor.open(place.login)
    assert visitor.url == f"{place.theirs.url}/saml/sso"
    at_nanoidp(visitor, "grace")
    enrol_app(visitor)
    assert len(place.here.sessions(user_id)) == 1
    place.configure(options={})


def test_request_is_refused_there_when_it_expects_another_key(
    place: Place, visitor: Visitor
) -> None:
    """So the signatures above were checked in earnest."""
    place.theirs.trust(pair("other").certificate_pem)
    visitor.open(place.login)
    assert visitor.page.status_code == 400
    assert "signature rejected" in visitor.text
    place.theirs.trust(place.certificate)


@pytest.mark.parametrize(
    ("theirs", "usual", "reason"),
    [
        ({"sign_responses": False}, {"sign_responses": True}, "saml.signature_missing"),
        ({"c14n_algorithm": "c14n"}, {"c14n_algorithm": "exc_c14n"}, "saml.signature_profile"),
        ({"entity_id": "https://else.example/idp"}, {"entity_id": None}, "saml.issuer"),
    ],
)
def test_answer_that_is_not_what_was_agreed_is_refused_with_its_reason(
    place: Place,
    visitor: Visitor,
    theirs: dict[str, Any],
    usual: dict[str, Any],
    reason: str,
) -> None:
    place.theirs.configure(**theirs)
    try:
        visitor.open(place.login)
        at_nanoidp(visitor, "ada")
    finally:
        place.theirs.configure(**usual)
    assert visitor.heading == "You were not signed in"
    assert "saml" not in visitor.text.lower()
    assert place.refused_as(visitor) == reason
    assert not is_signed_in(visitor, place.here.url)


def test_answer_for_another_audience_is_refused(place: Place, visitor: Visitor) -> None:
    """nanoidp names who asked; a request without an Issuer gets the audience it is set to."""
    place.theirs.configure(want_authn_requests_signed=False)
    try:
        visitor.open(without_issuer(visitor, place.login))
        at_nanoidp(visitor, "ada")
    finally:
        place.theirs.trust(place.certificate)
    record = place.here.record(reference_of(visitor.page))
    assert record.reason == "saml.audience"
    assert place.here.url in str(record.steps)


@pytest.mark.rule("R32")
def test_answer_to_nobody_is_refused_unless_the_provider_may_begin(
    place: Place, visitor: Visitor
) -> None:
    place.provision("joan")
    place.theirs.configure(want_authn_requests_signed=False)
    url = place.theirs.unasked(place.here.url, place.provider.slug)
    try:
        visitor.open(url)
        at_nanoidp(visitor, "joan")
        assert place.refused_as(visitor) == "saml.unsolicited"
        place.configure(options={"idp_initiated": True})
        visitor.open(url)
    finally:
        place.configure(options={})
        place.theirs.trust(place.certificate)
    assert visitor.heading == "Sign in as joan@example.com?"
    assert not is_signed_in(visitor, place.here.url)
    visitor.submit(csrf=visitor.value("@name='csrf'"))
    enrol_app(visitor)
    assert is_signed_in(visitor, place.here.url)


def test_answer_counts_once_and_in_the_browser_that_asked(place: Place, visitor: Visitor) -> None:
    place.provision("edsger")
    visitor.holds = "SAMLResponse"
    visitor.open(place.login)
    at_nanoidp(visitor, "edsger")
    held = visitor.page
    thief = Visitor()
    thief.page = held
    thief.submit()
    assert place.refused_as(thief) == "login.other_browser"
    thief.close()
    visitor.submit()
    assert visitor.path == "/sign-in/enrol"
    visitor.page = held
    visitor.submit()
    assert place.refused_as(visitor) == "sso.replayed"


def test_person_who_was_not_provisioned_is_refused_and_just_in_time_created(
    place: Place, visitor: Visitor
) -> None:
    visitor.open(place.login)
    at_nanoidp(visitor, "niklaus")
    assert place.refused_as(visitor) == "sso.not_provisioned"
    assert "niklaus" not in visitor.text
    place.configure(just_in_time=True)
    visitor.open(place.login)
    enrol_app(visitor)
    place.configure(just_in_time=False)
    found = place.scim.get("/Users", params={"filter": 'userName eq "niklaus@example.com"'})
    (created,) = found.json()["Resources"]
    assert len(place.here.sessions(created["id"])) == 1


@pytest.mark.rule("R33")
def test_second_factor_there_spares_ours_where_the_rule_says_so(
    place: Place, visitor: Visitor
) -> None:
    """nanoidp says TimeSyncToken of a sign-in with a code, and of no other."""
    user_id = place.provision("barbara")
    place.configure(mfa_rule={"authn_contexts": [TIME_SYNC_TOKEN]})
    try:
        visitor.open(place.login)
        at_nanoidp(visitor, "barbara")
        visitor.submit(totp_code=App(TOTP_SECRET).code())
    finally:
        place.configure(mfa_rule={})
    (session,) = place.here.sessions(user_id)
    assert set(session.methods) == {"sso", "mfa"}
    assert TIME_SYNC_TOKEN in str(session.evidence)
    assert session.mfa_at is None, "what asks for step-up is not the provider's to prove"
    assert is_signed_in(visitor, place.here.url)


@pytest.mark.rule("R35")
def test_new_key_of_the_provider_is_learnt_from_its_metadata(
    place: Place, visitor: Visitor
) -> None:
    place.provision("alan")
    before = place.half()
    place.theirs.rotate_keys()
    visitor.open(place.login)
    at_nanoidp(visitor, "alan")
    assert place.refused_as(visitor) == "saml.signature_invalid", "read less than a minute ago"
    place.here.read_long_ago(place.provider)
    visitor.open(place.login)
    assert visitor.path == "/sign-in/enrol"
    after = place.half()
    assert after.trust["certificates"] != before.trust["certificates"]
    place.theirs.rotate_keys()
    place.here.do(lambda house, writer: house.single_sign_on.refresh(writer, place.provider))
    visitor.open(place.login)
    assert visitor.path == "/sign-in/enrol"


def test_new_key_of_ours_is_published_first_and_signs_when_it_is_switched(
    place: Place, visitor: Visitor
) -> None:
    place.here.do(lambda house, writer: house.single_sign_on.announce_key(writer, place.provider))
    visitor.open(f"{place.here.url}/saml/{place.provider.slug}/metadata")
    published = [pem(one) for one in CERTIFICATE.findall(visitor.page.text)]
    new = next(one for one in published if one != place.certificate)
    visitor.open(place.login)
    assert visitor.page.is_success, "the present one still signs"
    place.here.do(lambda house, writer: house.single_sign_on.switch_key(writer, place.provider))
    visitor.open(place.login)
    assert "signature rejected" in visitor.text
    place.theirs.trust(new)
    visitor.open(place.login)
    assert visitor.page.is_success


def without_issuer(visitor: Visitor, login: str) -> str:
    """Take a sign-in's way to nanoidp, but let the request not say who asks, and be unsigned."""
    location = visitor.http.get(login).headers["location"]
    query = parse_qs(urlsplit(location).query)
    request = zlib.decompress(base64.b64decode(query["SAMLRequest"][0]), -15).decode()
    cut = re.sub("<(saml:)?Issuer.*Issuer>", "", request)
    assert cut != request
    packer = zlib.compressobj(wbits=-15)
    packed = base64.b64encode(packer.compress(cut.encode()) + packer.flush())
    sent = {"SAMLRequest": packed, "RelayState": query["RelayState"][0]}
    return f"{location.partition('?')[0]}?{urlencode(sent)}"
