"""Logout attacks: a provider ends what began through it, by a message that is its own, once."""

import base64
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest
from lxml import etree

from gatepost.saml import logout
from gatepost.saml.logout import LogoutRequest, LogoutResponse
from gatepost.store.login_rows import SessionRow
from gatepost.store.read import select_rows
from tests.oidc import make
from tests.rules.world import PUBLIC_URL, World
from tests.saml.keys import Pair, pair
from tests.saml.maker import PERSISTENT
from tests.sign_in.browser import Browser, landed, text_of
from tests.sign_in.checks import record_of, refused
from tests.sign_in.openid_provider import OpenIdProvider
from tests.sign_in.people import person
from tests.sign_in.saml_provider import MFA_CONTEXT, SamlProvider, inflated
from tests.sign_in.street import Street

RULE = {"authn_contexts": [MFA_CONTEXT]}


@pytest.fixture
def database_url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'gatepost.db'}"


@pytest.fixture
async def saml(world: World, street: Street) -> SamlProvider:
    await world.local_user("ada@example.com")
    return await SamlProvider.opened(world, street, "Okta", mfa_rule=RULE)


@pytest.fixture
async def oidc(world: World, street: Street) -> OpenIdProvider:
    await world.local_user("ada@example.org")
    rule = {"amr": ["mfa"]}
    return await OpenIdProvider.opened(
        world, street, "Auth0", domains=["example.org"], mfa_rule=rule
    )


@pytest.fixture
async def ada(saml: SamlProvider, browser: Browser) -> SessionRow:
    """Somebody signed in through the SAML provider."""
    landed(await saml.sign_in(browser, "ada@example.com", context=MFA_CONTEXT))
    return (await select_rows(saml.world.house.database, SessionRow, ""))[0]


def asking(saml: SamlProvider, session: SessionRow, **changes: Any) -> LogoutRequest:
    """Give a LogoutRequest as the provider writes it."""
    now = saml.world.clock.now()
    honest: dict[str, Any] = {
        "id": f"_l{saml.world.house.ids.new()}",
        "issue_instant": now,
        "issuer": saml.entity_id,
        "destination": f"{PUBLIC_URL}/saml/{saml.slug}/slo",
        "name_id": "ada@example.com",
        "name_id_format": PERSISTENT,
        "session_indexes": (session.provider_session,),
        "not_on_or_after": now + timedelta(minutes=5),
    }
    return LogoutRequest(**honest | changes)


async def sent(
    saml: SamlProvider, message: LogoutRequest | LogoutResponse, key: Pair | None = None
) -> httpx2.Response:
    """Have some browser bring the message by redirect."""
    url = logout.redirect_url(message, relay_state=None, key_pem=(key or saml.keys[0]).pem)
    return await Browser(saml.world).open(url.removeprefix(PUBLIC_URL), site="cross-site")


async def test_the_provider_ends_what_began_through_it(
    world: World, saml: SamlProvider, ada: SessionRow, browser: Browser
) -> None:
    other = await person(world)
    bystander = Browser(world)
    await other.sign_in(bystander)
    answer = await sent(saml, asking(saml, ada))
    assert answer.status_code == 303
    assert answer.headers["location"].startswith(f"https://{saml.host}/slo?SAMLResponse=")
    assert not await browser.is_signed_in()
    assert await bystander.is_signed_in()
    [ended] = await world.activities(event="session.ended")
    assert ended.subject_id == ada.user_id


async def test_logout_by_form_works_too(
    saml: SamlProvider, ada: SessionRow, browser: Browser
) -> None:
    form = logout.post_form(
        asking(saml, ada),
        relay_state="x",
        key_pem=saml.keys[0].pem,
        certificate=saml.keys[0].certificate,
    )
    answer = await Browser(saml.world).arrive(form.url, form.fields)
    assert answer.status_code == 303
    assert not await browser.is_signed_in()


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"issuer": "https://evil.example/idp"}, "saml.issuer"),
        ({"destination": "https://evil.example/slo"}, "saml.destination"),
        ({"not_on_or_after": "past"}, "saml.expired"),
        ({"issue_instant": "past"}, "saml.stale"),
    ],
    ids=["issuer", "destination", "expired", "stale"],
)
async def test_a_logout_request_that_is_not_for_us_or_now_ends_nothing(
    world: World, saml: SamlProvider, ada: SessionRow, browser: Browser,
    changes: dict[str, Any], reason: str,
) -> None:  # fmt: skip
    past = world.clock.now() - timedelta(hours=1)
    changes = {name: past if one == "past" else one for name, one in changes.items()}
    to = f"{PUBLIC_URL}/saml/{saml.slug}/slo"
    message = asking(saml, ada, **changes)
    url = logout.redirect_url(message, relay_state=None, key_pem=saml.keys[0].pem)
    answer = await Browser(world).open(f"{to}?{urlsplit(url).query}")
    await refused(world, answer, reason)
    assert await browser.is_signed_in()


async def test_an_unsigned_logout_request_ends_nothing(
    world: World, saml: SamlProvider, ada: SessionRow, browser: Browser
) -> None:
    url = logout.redirect_url(asking(saml, ada), relay_state=None, key_pem=saml.keys[0].pem)
    bare = url.partition("&SigAlg=")[0]
    answer = await Browser(world).open(bare.removeprefix(PUBLIC_URL))
    await refused(world, answer, "saml.signature_missing")
    form = logout.post_form(
        asking(saml, ada),
        relay_state=None,
        key_pem=saml.keys[0].pem,
        certificate=saml.keys[0].certificate,
    )
    root = etree.fromstring(base64.b64decode(form.fields["SAMLRequest"]))
    for one in root.findall("{http://www.w3.org/2000/09/xmldsig#}Signature"):
        root.remove(one)
    stripped = {"SAMLRequest": base64.b64encode(etree.tostring(root)).decode()}
    answer = await Browser(world).arrive(form.url, stripped)
    await refused(world, answer, "saml.signature_missing")
    assert await browser.is_signed_in()


async def test_a_logout_request_signed_by_somebody_else_ends_nothing(
    world: World, saml: SamlProvider, ada: SessionRow, browser: Browser, street: Street
) -> None:
    """By a stranger's key, or by the key of another provider of the tenant."""
    other = await SamlProvider.opened(world, street, "Other", domains=["other.example"])
    for key in (pair("a stranger"), other.keys[0]):
        await refused(world, await sent(saml, asking(saml, ada), key), "saml.signature_invalid")
    theirs = asking(saml, ada, issuer=other.entity_id,
                    destination=f"{PUBLIC_URL}/saml/{other.slug}/slo")  # fmt: skip
    answer = await sent(other, theirs)
    assert answer.status_code == 303, "well-formed, and about nobody of theirs"
    assert await browser.is_signed_in()


async def test_a_logout_request_is_good_once(
    world: World, saml: SamlProvider, ada: SessionRow, browser: Browser
) -> None:
    message = asking(saml, ada, session_indexes=())
    assert (await sent(saml, message)).status_code == 303
    landed(await saml.sign_in(browser, "ada@example.com", context=MFA_CONTEXT))
    await refused(world, await sent(saml, message), "sso.replayed", 410)
    assert await browser.is_signed_in()


async def test_a_logout_request_about_somebody_else_ends_nothing(
    saml: SamlProvider, ada: SessionRow, browser: Browser
) -> None:
    for changes in ({"name_id": "eve@example.com"}, {"session_indexes": ("_other",)}):
        assert (await sent(saml, asking(saml, ada, **changes))).status_code == 303
    assert await browser.is_signed_in()


@pytest.mark.usefixtures("ada")
async def test_a_logout_answer_that_nobody_asked_for_is_refused(
    world: World, saml: SamlProvider, browser: Browser
) -> None:
    answer = LogoutResponse(
        id="_x",
        issue_instant=world.clock.now(),
        issuer=saml.entity_id,
        destination=f"{PUBLIC_URL}/saml/{saml.slug}/slo",
        in_response_to="_never",
    )
    for key, reason in ((None, "saml.in_response_to"), (pair("x"), "saml.signature_invalid")):
        await refused(world, await sent(saml, answer, key), reason)
    assert await browser.is_signed_in()


@pytest.mark.usefixtures("ada")
async def test_signing_out_here_asks_the_provider_and_takes_only_its_answer(
    world: World, saml: SamlProvider, browser: Browser, street: Street
) -> None:
    other = await SamlProvider.opened(world, street, "Other", domains=["other.example"])
    await browser.open("/account")
    gone = await browser.submit("/sign-out")
    assert not await browser.is_signed_in()
    target = gone.headers.get("location") or gone.text.partition("url=")[2].partition('"')[0]
    query = parse_qs(urlsplit(target.replace("&amp;", "&")).query)
    relay_state = query["RelayState"][0]
    request_id = inflated(query["SAMLRequest"][0]).get("ID")

    def answered(by: SamlProvider) -> str:
        message = LogoutResponse(
            id=f"_o{by.slug}",
            issue_instant=world.clock.now(),
            issuer=by.entity_id,
            destination=f"{PUBLIC_URL}/saml/{by.slug}/slo",
            in_response_to=request_id,
        )
        return logout.redirect_url(message, relay_state=relay_state, key_pem=by.keys[0].pem)

    wrong = await browser.open(answered(other).removeprefix(PUBLIC_URL), site="cross-site")
    await refused(world, wrong, "saml.in_response_to")
    right = await browser.open(answered(saml).removeprefix(PUBLIC_URL), site="cross-site")
    assert right.headers["location"] == "/signed-out", text_of(right)


@pytest.mark.parametrize("what", [b"", b"x" * 600_000, b"<a/>", b"SAMLRequest=&RelayState="])
async def test_whatever_is_posted_as_a_logout_is_answered_by_a_page(
    saml: SamlProvider, what: bytes
) -> None:
    browser = Browser(saml.world)
    headers = {"Content-Type": "application/x-www-form-urlencoded", "Sec-Fetch-Site": "cross-site"}
    answer = await browser.http.post(f"/saml/{saml.slug}/slo", content=what, headers=headers)
    assert answer.status_code in {400, 403, 413}
    assert "Reference" in answer.text


async def signed_in(oidc: OpenIdProvider, browser: Browser) -> None:
    said = {"email": "ada@example.org", "email_verified": True, "amr": ["mfa"]}
    landed(await oidc.sign_in(browser, "248", **said))


@pytest.mark.parametrize("named", [{"sid": "sid-of-248"}, {"sub": "248"}], ids=["sid", "sub"])
async def test_a_logout_token_ends_what_it_names(
    oidc: OpenIdProvider, browser: Browser, named: dict[str, str]
) -> None:
    await signed_in(oidc, browser)
    answer = await oidc.tell(oidc.logout_token(**named))
    assert (answer.status_code, answer.headers["Cache-Control"]) == (200, "no-store")
    assert not await browser.is_signed_in()


EVENT = "http://schemas.openid.net/event/backchannel-logout"


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"nonce": "n"}, "oidc.logout_nonce"),
        ({"events": ...}, "oidc.logout_event"),
        ({"events": {}}, "oidc.logout_event"),
        ({"events": {"http://other": {}}}, "oidc.logout_event"),
        ({"events": {EVENT: "x"}}, "oidc.logout_event"),
        ({"sid": ...}, "oidc.logout_nobody"),
        ({"iss": "https://evil.example"}, "oidc.issuer"),
        ({"aud": "another"}, "oidc.audience"),
        ({"iat": -3600}, "oidc.logout_stale"),
        ({"exp": -3600}, "oidc.expired"),
        ({"jti": ...}, "oidc.claim_missing"),
    ],
    ids=lambda one: one if isinstance(one, str) else None,
)
async def test_a_logout_token_that_is_none_ends_nothing(
    world: World, oidc: OpenIdProvider, browser: Browser, changes: dict[str, Any], reason: str
) -> None:
    await signed_in(oidc, browser)
    now = int(world.clock.now().timestamp())
    said = {
        name: now + one if name in {"iat", "exp"} and isinstance(one, int) else one
        for name, one in changes.items()
    }
    answer = await oidc.tell(oidc.logout_token(**{"sid": "sid-of-248"} | said))
    await not_told(world, answer, reason)
    assert await browser.is_signed_in()


async def not_told(world: World, answer: httpx2.Response, reason: str) -> None:
    """A provider is told as the standard says, and no more (§2.8)."""
    assert answer.status_code == 400
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.json()["error"] == "invalid_request"
    assert reason not in answer.text
    assert (await record_of(world, answer)).reason == reason


async def test_a_logout_token_is_good_once(
    world: World, oidc: OpenIdProvider, browser: Browser
) -> None:
    token = oidc.logout_token(sub="248")
    assert (await oidc.tell(token)).status_code == 200
    await signed_in(oidc, browser)
    await not_told(world, await oidc.tell(token), "sso.replayed")
    assert await browser.is_signed_in()


Forged = Callable[[OpenIdProvider], str]


@pytest.mark.parametrize(
    ("forged", "reason"),
    [
        (lambda one: _signed(one, "none", b""), "oidc.algorithm"),
        (lambda one: _signed(one, "HS256", make.public_pem(one.key)), "oidc.algorithm"),
        (lambda one: _signed(one, "RS256", make.RSA_ATTACKER), "oidc.signature"),
        (lambda one: one.id_token(one.claims("248", "n")), "oidc.token_type"),
        (lambda _: "x.y.z", "oidc.token"),
        (lambda _: "", "oidc.token"),
    ],
    ids=["none", "HS256", "stranger", "ID Token", "garbage", "nothing"],
)
async def test_a_forged_logout_token_ends_nothing(
    world: World, oidc: OpenIdProvider, browser: Browser, forged: Forged, reason: str
) -> None:
    await signed_in(oidc, browser)
    await not_told(world, await oidc.tell(forged(oidc)), reason)
    assert await browser.is_signed_in()


def _signed(oidc: OpenIdProvider, algorithm: str, key: Any) -> str:
    now = int(oidc.world.clock.now().timestamp())
    claims = {"iss": oidc.issuer, "aud": oidc.client_id, "iat": now, "exp": now + 60,
              "jti": "j", "sub": "248", "events": {EVENT: {}}}  # fmt: skip
    header = {"alg": algorithm, "kid": oidc.key_id, "typ": "logout+jwt"}
    return make.compact(header, claims, algorithm, key)


async def test_one_provider_ends_no_session_of_another(
    world: World, oidc: OpenIdProvider, browser: Browser, street: Street
) -> None:
    """Its own token names the very subject and session of the other."""
    await signed_in(oidc, browser)
    other = await OpenIdProvider.opened(world, street, "Other", domains=["other.example"])
    for named in ({"sub": "248"}, {"sid": "sid-of-248"}):
        assert (await other.tell(other.logout_token(**named))).status_code == 200
        await not_told(world, await oidc.tell(other.logout_token(**named)), "oidc.issuer")
    assert await browser.is_signed_in()


async def test_a_provider_that_is_switched_off_is_not_heard(
    world: World, oidc: OpenIdProvider
) -> None:
    answer = await Browser(world).http.post(
        "/oidc/none/backchannel-logout", data={"logout_token": oidc.logout_token(sub="248")}
    )
    assert answer.status_code == 400


async def test_a_network_that_sends_logouts_nobody_signed_waits_and_holds_up_nobody(
    world: World, saml: SamlProvider, ada: SessionRow, browser: Browser
) -> None:
    """Each is verified beside the event loop, and counted like a refused Response."""
    message = asking(saml, ada)
    url = logout.redirect_url(message, relay_state=None, key_pem=pair("attacker").pem)
    path, eve = url.removeprefix(PUBLIC_URL), Browser(world, "203.0.113.66")
    answers = [await eve.open(path, site="cross-site") for _ in range(60)]
    assert [one.status_code for one in answers[:40]] == [403] * 40
    assert [one.status_code for one in answers[-10:]] == [429] * 10
    assert (await record_of(world, answers[-1])).reason == "login.throttled"
    assert await browser.is_signed_in()
    assert (await sent(saml, message)).status_code == 303
    assert not await browser.is_signed_in()
