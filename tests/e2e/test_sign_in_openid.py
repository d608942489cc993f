"""Sign-in through OpenID providers that others wrote, over HTTP: oidc-provider-mock and nanoidp.

What neither has: back-channel logout, the `iss` parameter of RFC 9207, encrypted tokens.
oidc-provider-mock takes any client secret and checks no PKCE; nanoidp checks both.
"""

from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx2
import msgspec
import pytest

from gatepost.store.rows import ProviderRow
from tests.conftest import DATABASES
from tests.e2e.identity_providers import (
    PASSWORD,
    TOTP_SECRET,
    Nanoidp,
    nanoidp,
    openid_provider_mock,
)
from tests.e2e.installation import (
    Installation,
    activate,
    installed,
    provision,
    reference_of,
    settings_of,
)
from tests.e2e.visitor import App, Visitor, enrol_app, is_signed_in

PEOPLE: list[dict[str, Any]] = [
    {"sub": "sub-of-ada", "email": "ada@example.com", "email_verified": True},
    {"sub": "sub-of-alan", "email": "alan@example.com", "email_verified": True},
    {"sub": "sub-of-edsger", "email": "edsger@example.com", "email_verified": True},
    {"sub": "sub-of-grace", "email": "grace@example.com", "email_verified": True},
    {"sub": "mallory", "email": "ada@example.com", "email_verified": False},
]
SECRET = "what-both-sides-know"


class Place(msgspec.Struct, frozen=True):
    """A server, a provider of its tenant, and an OpenID provider behind it."""

    here: Installation
    provider: ProviderRow
    issuer: str
    scim: httpx2.Client

    @property
    def login(self) -> str:
        return f"{self.here.url}/oidc/{self.provider.slug}/login"


@pytest.fixture(scope="module", params=DATABASES)
def here(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Installation]:
    folder = tmp_path_factory.mktemp("openid")
    url = None
    if request.param == "postgresql":
        url = request.getfixturevalue("postgres_server").make_database()
    with installed(folder, settings_of(folder, url)) as made:
        yield made


@pytest.fixture(scope="module")
def place(here: Installation, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """oidc-provider-mock."""
    with openid_provider_mock(tmp_path_factory.mktemp("mock"), *PEOPLE) as issuer:
        provider = here.provider("Mock", domains=["example.com"])
        here.oidc(provider, issuer, "gatepost", SECRET)
        with here.scim(provider) as scim:
            yield Place(here, provider, issuer, scim)


@pytest.fixture(scope="module")
def at_nano(
    here: Installation, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Place, Nanoidp]]:
    """nanoidp as OpenID provider; its people have been provisioned."""
    with nanoidp(tmp_path_factory.mktemp("nanoidp")) as theirs:
        provider = here.provider("Nano")
        redirect = f"{here.url}/oidc/{provider.slug}/callback"
        theirs.register(client_id="gatepost", client_secret=SECRET, redirect_uris=[redirect])
        here.oidc(provider, theirs.url, "gatepost", SECRET)
        with here.scim(provider) as scim:
            for name in ("barbara", "joan"):
                provision(scim, name)
            yield Place(here, provider, theirs.url, scim), theirs


@pytest.fixture
def visitor() -> Iterator[Visitor]:
    made = Visitor()
    yield made
    made.close()


def way_back(visitor: Visitor, subject: str) -> str:
    """Agree at oidc-provider-mock; gives where it would send the browser."""
    form = visitor.document.forms[0]
    assert form.get("action") is None
    answer = visitor.http.post(visitor.url, data={"sub": subject})
    return str(answer.headers["location"])


@pytest.mark.rule("R30")
def test_person_of_scim_signs_in_as_the_same_user_and_is_shut_out_at_once(
    place: Place, visitor: Visitor
) -> None:
    user_id = provision(place.scim, "ada")
    visitor.open(f"{place.here.url}/sign-in")
    visitor.submit(identifier="ada@example.com")
    asked = parse_qs(urlsplit(visitor.url).query)
    assert visitor.url.startswith(f"{place.issuer}/oauth2/authorize?")
    assert asked["code_challenge_method"] == ["S256"]
    assert asked.keys() >= {"nonce", "state", "code_challenge"}
    visitor.submit(sub="sub-of-ada")
    enrol_app(visitor)
    (session,) = place.here.sessions(user_id)
    assert (session.subject, set(session.methods)) == ("sub-of-ada", {"sso", "otp", "mfa"})
    found = place.scim.get("/Users", params={"filter": 'userName eq "ada@example.com"'}).json()
    assert [one["id"] for one in found["Resources"]] == [user_id]

    assert is_signed_in(visitor, place.here.url)
    activate(place.scim, user_id, is_active=False)
    assert not is_signed_in(visitor, place.here.url)
    visitor.open(place.login)
    visitor.submit(sub="sub-of-ada")
    assert place.here.refused_as(visitor.page) == "sso.user_inactive"
    activate(place.scim, user_id, is_active=True)
    visitor.open(place.login)
    visitor.submit(sub="sub-of-ada")
    assert visitor.path == "/sign-in/factor"


def test_sign_out_here_goes_on_to_the_sign_out_there_and_comes_back(
    place: Place, visitor: Visitor
) -> None:
    """OIDC RP-Initiated Logout §2, with the ID Token as hint."""
    user_id = provision(place.scim, "alan")
    visitor.open(place.login)
    visitor.submit(sub="sub-of-alan")
    enrol_app(visitor)
    visitor.open(f"{place.here.url}/account")
    visitor.send(visitor.document.xpath("//form[@action='/sign-out']")[0], {})
    assert visitor.url.startswith(f"{place.issuer}/oauth2/end_session?")
    said = parse_qs(urlsplit(visitor.url).query)
    assert said["id_token_hint"][0].count(".") == 2
    assert place.here.sessions(user_id) == []
    visitor.submit()
    assert visitor.url == f"{place.here.url}/signed-out"
    assert not is_signed_in(visitor, place.here.url)


def test_person_who_says_no_there_is_not_signed_in(place: Place, visitor: Visitor) -> None:
    """Its refusal carries no state (RFC 6749 §4.1.2.1 demands it), so it is none of ours."""
    visitor.open(place.login)
    visitor.submit(action="deny")
    assert place.here.refused_as(visitor.page) == "oidc.state_missing"


@pytest.mark.rule("R30")
def test_address_that_the_provider_does_not_vouch_for_means_nobody(
    place: Place, visitor: Visitor
) -> None:
    visitor.open(place.login)
    visitor.submit(sub="mallory")
    assert place.here.refused_as(visitor.page) == "sso.not_provisioned"
    assert not is_signed_in(visitor, place.here.url)


def test_code_counts_once_and_in_the_browser_that_asked(place: Place, visitor: Visitor) -> None:
    provision(place.scim, "edsger")
    visitor.open(place.login)
    back = way_back(visitor, "sub-of-edsger")
    thief = Visitor()
    thief.open(back)
    assert place.here.refused_as(thief.page) == "login.other_browser"
    thief.close()
    visitor.open(back)
    assert visitor.path == "/sign-in/enrol"
    visitor.open(back)
    assert place.here.refused_as(visitor.page) == "sso.replayed"


def test_code_of_another_sign_in_is_refused_for_its_nonce(place: Place, visitor: Visitor) -> None:
    """Code injection: the code is good, but was asked for elsewhere (OIDC Core §3.1.3.7)."""
    other = Visitor()
    other.open(place.login)
    stolen = parse_qs(urlsplit(way_back(other, "sub-of-grace")).query)["code"][0]
    other.close()
    visitor.open(place.login)
    mine = way_back(visitor, "sub-of-edsger")
    code = parse_qs(urlsplit(mine).query)["code"][0]
    visitor.open(mine.replace(code, stolen))
    assert place.here.refused_as(visitor.page) == "oidc.nonce"


@pytest.mark.rule("R33")
def test_second_factor_at_nanoidp_spares_ours_where_the_rule_says_so(
    at_nano: tuple[Place, Nanoidp], visitor: Visitor
) -> None:
    """It says `amr` pwd and otp, which are of two kinds (RFC 8176 §2)."""
    place, _theirs = at_nano
    rule = {"amr_two_classes": True}
    place.here.do(
        lambda house, writer: house.single_sign_on.configure(writer, place.provider, mfa_rule=rule)
    )
    visitor.open(place.login)
    visitor.submit(username="barbara", password=PASSWORD)
    visitor.submit(totp_code=App(TOTP_SECRET).code())
    assert visitor.path == "/account", place.here.record(reference_of(visitor.page))
    assert is_signed_in(visitor, place.here.url)
    visitor.close()
    other = Visitor()
    other.open(place.login)
    other.submit(username="joan", password=PASSWORD)
    assert other.path == "/sign-in/enrol"
    other.close()


def test_client_that_nanoidp_does_not_know_is_refused_with_its_word(
    at_nano: tuple[Place, Nanoidp], visitor: Visitor
) -> None:
    place, _theirs = at_nano
    with_secret(place, "what-neither-knows")
    visitor.open(place.login)
    visitor.submit(username="joan", password=PASSWORD)
    reason = place.here.refused_as(visitor.page)
    with_secret(place, SECRET)
    assert reason == "oidc.client_refused"
    assert SECRET not in visitor.text


@pytest.mark.rule("R35")
def test_new_key_of_nanoidp_is_learnt_from_its_key_set(
    at_nano: tuple[Place, Nanoidp], visitor: Visitor
) -> None:
    place, theirs = at_nano
    theirs.rotate_keys()
    place.here.read_long_ago(place.provider)
    visitor.open(place.login)
    visitor.submit(username="joan", password=PASSWORD)
    assert visitor.path == "/sign-in/enrol", place.here.record(reference_of(visitor.page))


def with_secret(place: Place, secret: str) -> None:
    place.here.do(
        lambda house, writer: house.single_sign_on.configure(
            writer, place.provider, client_secret=secret
        )
    )
