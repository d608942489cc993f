"""OpenID Connect attacks at the callback (SECURITY.md, attack list)."""

from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import httpx2
import pytest

from tests.oidc import make
from tests.rules.world import World
from tests.sign_in.browser import SESSION, Browser, landed, text_of
from tests.sign_in.checks import nobody_is_signed_in, record_of, refused, users_of
from tests.sign_in.openid_provider import CLIENT_SECRET, OpenIdProvider
from tests.sign_in.street import Street

ROOT = "admin@example.org"
EVE = "eve@example.org"
MFA = {"amr": ["mfa"]}
SAID = {"email": EVE, "email_verified": True, "amr": ["pwd", "otp", "mfa"]}


@pytest.fixture
def database_url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'gatepost.db'}"


@pytest.fixture
async def oidc(world: World, street: Street) -> OpenIdProvider:
    """A provider that may create people: whoever got through would leave an account."""
    await world.local_user(ROOT, administrator=True, user_type="technician")
    return await OpenIdProvider.opened(
        world, street, "Auth0", domains=["example.org"], just_in_time=True, mfa_rule=MFA
    )


@pytest.fixture
async def other(world: World, street: Street) -> OpenIdProvider:
    return await OpenIdProvider.opened(
        world, street, "Evil", domains=["evil.example"], just_in_time=True, mfa_rule=MFA
    )


async def came_to_nothing(
    world: World, answer: httpx2.Response, reason: str, status: int = 403
) -> None:
    """Check that it was refused for that reason, told to nobody, and left nothing."""
    await refused(world, answer, reason, status)
    assert "example.org" not in text_of(answer)
    await nobody_is_signed_in(world)
    assert await users_of(world) == [ROOT]


async def came_back(
    oidc: OpenIdProvider, browser: Browser, claims: dict[str, Any], **parameters: Any
) -> httpx2.Response:
    """Go there and come back, with these claims and parameters in place of honest ones."""
    granted = oidc.grant(await oidc.begin(browser), "248")
    said, asked = oidc.codes[granted.code]
    changed = {name: one for name, one in (said | SAID | claims).items() if one is not ...}
    oidc.codes[granted.code] = (changed, asked)
    return await browser.open(oidc.answer(granted, **parameters), site="cross-site")


CLAIMS: dict[str, tuple[dict[str, Any], str]] = {
    "nonce of another sign-in": ({"nonce": "n" * 43}, "oidc.nonce"),
    "no nonce": ({"nonce": ...}, "oidc.nonce_missing"),
    "audience": ({"aud": "somebody-else"}, "oidc.audience"),
    "no audience": ({"aud": []}, "oidc.audience"),
    "issuer": ({"iss": "https://evil.example"}, "oidc.issuer"),
    "subject": ({"sub": ""}, "oidc.subject"),
    "expired": ({"exp": 1_700_000_000}, "oidc.expired"),
    "access token": ({"at_hash": make.left_half("another")}, "oidc.at_hash"),
}


@pytest.mark.parametrize("name", CLAIMS)
async def test_id_token_is_refused_for_its_own_reason(
    world: World, oidc: OpenIdProvider, browser: Browser, name: str
) -> None:
    claims, reason = CLAIMS[name]
    await came_to_nothing(world, await came_back(oidc, browser, claims), reason)


async def test_several_audiences_with_a_stranger_are_refused(
    world: World, oidc: OpenIdProvider, browser: Browser
) -> None:
    answer = await came_back(oidc, browser, {"aud": [oidc.client_id, "stranger"]})
    await came_to_nothing(world, answer, "oidc.audience_unknown")


async def test_honest_answer_passes_the_same_door(
    world: World, oidc: OpenIdProvider, browser: Browser
) -> None:
    landed(await browser.follow(await came_back(oidc, browser, {})))
    assert await users_of(world) == [ROOT, EVE]


PARAMETERS: dict[str, tuple[dict[str, Any], str]] = {
    "no state": ({"state": ...}, "oidc.state_missing"),
    "foreign state": ({"state": "s" * 43}, "oidc.state"),
    "issuer of another": ({"iss": "https://evil.example"}, "oidc.callback_issuer"),
    "no issuer though it was promised": ({"iss": ...}, "oidc.callback_issuer_missing"),
    "no code": ({"code": ...}, "oidc.code"),
    "unknown code": ({"code": "stolen"}, "oidc.code_refused"),
}


@pytest.mark.parametrize("name", PARAMETERS)
async def test_callback_is_refused_for_its_own_reason(
    world: World, oidc: OpenIdProvider, browser: Browser, name: str
) -> None:
    parameters, reason = PARAMETERS[name]
    await came_to_nothing(world, await came_back(oidc, browser, {}, **parameters), reason)


def by_none(oidc: OpenIdProvider) -> None:
    oidc.algorithm, oidc.sign_with = "none", None


def by_client_secret(oidc: OpenIdProvider) -> None:
    oidc.algorithm, oidc.sign_with = "HS256", CLIENT_SECRET.encode()


def by_public_key(oidc: OpenIdProvider) -> None:
    oidc.algorithm, oidc.sign_with = "HS256", make.public_pem(oidc.key)


def by_attacker(oidc: OpenIdProvider) -> None:
    oidc.sign_with = make.RSA_ATTACKER


def by_key_in_header(oidc: OpenIdProvider) -> None:
    by_attacker(oidc)
    oidc.header = {"jwk": make.jwk(make.RSA_ATTACKER, "one")}


KEYS: dict[str, tuple[Callable[[OpenIdProvider], None], str]] = {
    "none": (by_none, "oidc.algorithm"),
    "HS256 with the client secret": (by_client_secret, "oidc.algorithm"),
    "HS256 with the public key": (by_public_key, "oidc.algorithm"),
    "attacker's key": (by_attacker, "oidc.signature"),
    "key in the header": (by_key_in_header, "oidc.signature"),
}


@pytest.mark.parametrize("name", KEYS)
async def test_signature_is_refused_for_its_own_reason(
    world: World, oidc: OpenIdProvider, browser: Browser, name: str
) -> None:
    """Though the provider's discovery offers `none` and HS256."""
    forge, reason = KEYS[name]
    forge(oidc)
    await came_to_nothing(world, await came_back(oidc, browser, {}), reason)


async def test_userinfo_of_another_subject_is_refused(
    world: World, oidc: OpenIdProvider, browser: Browser
) -> None:
    for subject, reason in (("1", "oidc.userinfo_subject"), (None, "oidc.userinfo")):
        oidc.userinfo = {"sub": subject, "email": ROOT, "email_verified": True}
        answer = await came_back(oidc, browser, {"email": ..., "email_verified": ...})
        await came_to_nothing(world, answer, reason)


async def test_state_and_code_are_good_once(
    world: World, oidc: OpenIdProvider, browser: Browser
) -> None:
    granted = oidc.grant(await oidc.begin(browser), "248", **SAID)
    kept = browser.cookies()
    ready = await browser.open(oidc.answer(granted), site="cross-site")
    for name, one in kept.items():
        browser.plant(name, str(one.value), one.path)
    again = await browser.open(oidc.answer(granted), site="cross-site")
    await refused(world, again, "sso.replayed", 410)
    landed(await browser.follow(ready))
    again = await browser.open(oidc.answer(granted), site="cross-site")
    await refused(world, again, "oidc.state")
    assert oidc.street.count(f"{oidc.issuer}/token") == 1


async def test_code_of_one_sign_in_is_refused_in_another(
    world: World, oidc: OpenIdProvider, browser: Browser
) -> None:
    """Code injection: the ID Token has the nonce of the sign-in that the code was stolen from."""
    attacker = Browser(world, "192.0.2.66")
    stolen = oidc.grant(await oidc.begin(attacker), "1", email=ROOT, email_verified=True)
    granted = oidc.grant(await oidc.begin(browser), "248", **SAID)
    oidc.codes[stolen.code] = (oidc.codes[stolen.code][0], granted.asked)  # a provider without PKCE
    answer = await browser.open(oidc.answer(granted, code=stolen.code), site="cross-site")
    await came_to_nothing(world, answer, "oidc.nonce")


async def test_two_providers_are_not_mixed_up(
    world: World, oidc: OpenIdProvider, other: OpenIdProvider, browser: Browser
) -> None:
    """RFC 9207: what the honest provider gave never reaches the evil one's token endpoint."""
    asked = await other.begin(browser)
    granted = oidc.grant({**asked, "state": asked["state"]}, "248", **SAID)
    at_evil = other.answer(granted, iss=oidc.issuer)
    await came_to_nothing(
        world, await browser.open(at_evil, site="cross-site"), "oidc.callback_issuer"
    )
    at_honest = oidc.answer(granted)
    await came_to_nothing(world, await browser.open(at_honest, site="cross-site"), "oidc.state")
    assert not any(one.url.endswith("/token") for one in oidc.street.asked)


async def test_answer_in_another_browser_is_refused(
    world: World, oidc: OpenIdProvider, browser: Browser
) -> None:
    """Login CSRF: the attacker's own answer, before a victim who never asked or asked too."""
    attacker = Browser(world, "192.0.2.66")
    granted = oidc.grant(await oidc.begin(attacker), "248", **SAID)
    for _ in range(2):
        answer = await browser.open(oidc.answer(granted), site="cross-site")
        await came_to_nothing(world, answer, "login.other_browser")
        await oidc.begin(browser)
    assert oidc.street.count(f"{oidc.issuer}/token") == 0, "the code was not spent"


async def test_error_of_the_provider_is_not_repeated(
    world: World, oidc: OpenIdProvider, browser: Browser
) -> None:
    asked = await oidc.begin(browser)
    sent = {
        "error": "access_denied",
        "error_description": "<script>alert(1)</script>Call +1 555 0100 now",
        "state": asked["state"],
        "iss": oidc.issuer,
    }
    answer = await browser.open(f"{oidc.callback}?{urlencode(sent)}", site="cross-site")
    await came_to_nothing(world, answer, "oidc.provider_refused")
    assert "<script>alert" not in answer.text
    assert "555" not in text_of(answer)


@pytest.mark.parametrize(
    "query",
    [
        "&".join(f"a{number}=b" for number in range(200)),
        "state=" + "x" * 50_000,
        "state=%ff%fe&code=%00",
        "state=a&state=b&code=c",
        "%00=%00;state=&&&==&",
        "state=%F0%9F%92%A9%00",
    ],
    ids=["many", "long", "not-utf8", "twice", "junk", "null"],
)
async def test_whatever_the_query_is_it_is_refused_as_a_message(
    world: World, oidc: OpenIdProvider, browser: Browser, query: str
) -> None:
    await oidc.begin(browser)
    answer = await browser.open(f"{oidc.callback}?{query}", site="cross-site")
    record = await record_of(world, answer)
    assert record.reason.startswith("oidc."), (answer.status_code, record.reason)
    await came_to_nothing(world, answer, record.reason)


async def test_parameter_that_comes_twice_is_refused(
    world: World, oidc: OpenIdProvider, browser: Browser
) -> None:
    granted = oidc.grant(await oidc.begin(browser), "248", **SAID)
    answer = await browser.open(f"{oidc.answer(granted)}&code=other", site="cross-site")
    await came_to_nothing(world, answer, "oidc.parameter_repeated")


async def test_callback_sets_no_session_by_itself(oidc: OpenIdProvider, browser: Browser) -> None:
    """It is reached from another site; the session begins on a page of ours."""
    before = browser.cookies()
    ready = await came_back(oidc, browser, {})
    assert ready.headers["location"] == "/sign-in/continue"
    assert browser.cookie(SESSION) is None
    assert set(browser.cookies()) - set(before) == {"__Host-gatepost_attempt"}
    [cookie] = browser.cookies().values()
    assert str(cookie.get_nonstandard_attr("SameSite")).lower() == "lax"
