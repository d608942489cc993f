"""Around the protocols: fixation, planted cookies, foreign forms, open redirects, other tenants."""

import html
import re
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

import httpx2
import pytest
from starlette.applications import Starlette
from starlette.routing import Route

from gatepost.web.pages.reception import csrf_of
from tests.rules.world import PUBLIC_URL, OpenWorld, World
from tests.sign_in.browser import (
    ATTEMPT,
    ELSEWHERE,
    KNOWN,
    SESSION,
    Browser,
    landed,
    text_of,
)
from tests.sign_in.checks import nobody_is_signed_in, refused
from tests.sign_in.conftest import MESSAGES
from tests.sign_in.openid_provider import OpenIdProvider
from tests.sign_in.people import Person, at_password, person
from tests.sign_in.saml_provider import MFA_CONTEXT, SamlProvider
from tests.sign_in.street import Street

RULE = {"authn_contexts": [MFA_CONTEXT]}
ABROAD = [
    "https://elsewhere.example/",
    "//elsewhere.example",
    "///elsewhere.example",
    "/\\elsewhere.example",
    "\\\\elsewhere.example",
    "/%2felsewhere.example",
    "/%5celsewhere.example",
    "javascript:alert(1)",
    "data:text/html,x",
    "https:elsewhere.example",
    "http://gatepost.test@elsewhere.example/",
    f"{PUBLIC_URL}.elsewhere.example/",
    "/\t/elsewhere.example",
    "/\r\nSet-Cookie: a=b",
    "/..//elsewhere.example",
    "elsewhere.example",
    " /account",
]


@pytest.fixture
def database_url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'gatepost.db'}"


@pytest.fixture
async def grace(world: World) -> Person:
    return await person(world)


async def test_the_cookies_are_what_they_should_be(
    grace: Person, saml: SamlProvider, browser: Browser
) -> None:
    landed(await grace.sign_in(browser))
    await saml.begin(browser)
    kept = browser.cookies()
    session, mark = kept[SESSION], kept[KNOWN]
    [way] = [one for name, one in kept.items() if name.startswith("__Secure-gatepost_way_")]
    assert (session.path, session.expires, session.domain_specified) == ("/", None, False)
    assert way.path == f"/saml/{saml.slug}/acs"
    assert mark.path == "/"
    for one in (session, mark, way):
        assert one.secure
        assert one.has_nonstandard_attr("HttpOnly")
    assert session.get_nonstandard_attr("SameSite") == "lax"
    assert way.get_nonstandard_attr("SameSite") == "none"
    assert ATTEMPT not in kept, "the attempt is over, and its cookie with it"


async def test_a_session_that_was_there_before_is_not_the_one_after(
    world: World, grace: Person, browser: Browser
) -> None:
    browser.plant(SESSION, "planted" * 6)
    landed(await grace.sign_in(browser))
    first = str(browser.cookie(SESSION))
    assert first != "planted" * 6
    landed(await grace.sign_in(browser))
    assert browser.cookie(SESSION) != first
    old = Browser(world)
    old.plant(SESSION, first)
    assert not await old.is_signed_in(), "the one before ended"
    assert len(await world.house.login.sessions.of_user(world.tenant_id, grace.user.user_id)) == 2


async def test_an_attempt_has_a_new_secret_after_each_proof(
    world: World, grace: Person, browser: Browser
) -> None:
    await grace.at_password(browser)
    planted = str(browser.cookie(ATTEMPT))
    await browser.submit("/sign-in/password", password=grace.password)
    assert browser.cookie(ATTEMPT) != planted
    thief = Browser(world, "203.0.113.66")
    thief.plant(ATTEMPT, planted)
    for path in ("/sign-in/password", "/sign-in/factor", "/sign-in/continue"):
        await refused(world, await thief.open(path), "login.attempt_gone", 410)
    await browser.open("/sign-in/factor")
    landed(await browser.submit("/sign-in/factor", kind="totp", answer=grace.code))
    for path in ("/sign-in/factor", "/sign-in/continue"):
        await refused(world, await thief.open(path), "login.attempt_gone", 410)


async def test_an_attempt_that_somebody_planted_gives_them_nothing(
    world: World, grace: Person
) -> None:
    """Eve begins with the victim's address and plants her cookie; the victim goes on in it."""
    eve, victim = Browser(world, "203.0.113.66"), Browser(world)
    await at_password(eve, grace.name)
    secret = str(eve.cookie(ATTEMPT))
    victim.plant(ATTEMPT, secret)
    await victim.open("/sign-in/password")
    answer = await victim.submit("/sign-in/password", password=grace.password)
    await victim.follow(answer)
    fields = {"csrf": csrf_of(secret), "kind": "totp", "answer": grace.code}
    await refused(world, await eve.send("/sign-in/factor", fields), "login.attempt_gone", 410)
    landed(await victim.submit("/sign-in/factor", kind="totp", answer=grace.code))
    assert not await eve.is_signed_in()


async def test_a_sign_in_through_a_provider_has_a_new_secret_too(
    world: World, street: Street, browser: Browser
) -> None:
    saml = await SamlProvider.opened(world, street, mfa_rule=RULE)
    await world.local_user("ada@example.com")
    await browser.open(f"/saml/{saml.slug}/login")
    way = {one.name: one.value for one in browser.jar if "way" in one.name}
    asked = await saml.begin(browser)
    made = saml.response(asked, "ada@example.com", context=MFA_CONTEXT)
    answer = await saml.arrive(browser, made.message, asked.relay_state)
    assert browser.cookie(ATTEMPT) not in set(way.values())
    assert SESSION not in browser.cookies(), "no session on an answer that another site caused"
    landed(await browser.follow(answer))


def _posts(world: World) -> list[str]:
    edge = world.app
    while not isinstance(edge, Starlette):
        edge = edge._pages  # type: ignore[assignment]
    return [
        one.path for one in edge.routes if isinstance(one, Route) and "POST" in (one.methods or ())
    ]


PROTOCOL = {"/saml/{slug}/acs", "/saml/{slug}/slo", "/oidc/{slug}/backchannel-logout"}
"""What providers post to: these bring a proof of their own, and no cookie counts."""


async def test_no_form_from_another_site_is_taken(
    world: World, grace: Person, saml: SamlProvider, browser: Browser
) -> None:
    """With every header by which a browser says so; each route that takes a POST is tried."""
    landed(await grace.sign_in(browser))
    posts = set(_posts(world))
    assert posts > PROTOCOL
    csrf = csrf_of(str(browser.cookie(SESSION)))
    for path in sorted(posts - PROTOCOL):
        url = path.replace("{slug}", saml.slug)
        for name in ("tenant", "secret", "user_id", "factor_id", "session_id", "attempt_id"):
            url = url.replace(f"{{{name}}}", "default" if name == "tenant" else "x")
        for headers in (
            {"Sec-Fetch-Site": "cross-site", "Origin": ELSEWHERE},
            {"Sec-Fetch-Site": "same-site"},
            {"Origin": ELSEWHERE},
            {"Origin": "null"},
            {},
        ):
            answer = await browser.http.post(url, data={"csrf": csrf}, headers=headers)
            assert answer.status_code in {303, 403, 404, 410}, (path, headers, answer.status_code)
            if answer.status_code == 303:
                assert answer.headers["location"].startswith(("/account/step-up", "/sign-in?"))
        before = await browser.is_signed_in()
        assert before, path


async def test_a_form_without_the_browsers_own_token_is_not_taken(
    world: World, grace: Person, browser: Browser
) -> None:
    await grace.at_password(browser)
    for csrf in ("", "0" * 64, csrf_of("another"), "ü"):
        fields = {"csrf": csrf, "password": grace.password}
        answer = await browser.send("/sign-in/password", fields)
        assert answer.status_code == 403
    await nobody_else(world, grace)


async def nobody_else(world: World, grace: Person) -> None:
    found = await world.house.login.sessions.of_user(world.tenant_id, grace.user.user_id)
    assert len(found) == 1  # of when the account was made


@pytest.mark.parametrize("wanted", ABROAD)
async def test_a_native_sign_in_returns_to_no_other_place(
    grace: Person, browser: Browser, wanted: str
) -> None:
    page = await browser.open(f"/sign-in?return_to={quote(wanted)}")
    [kept] = re.findall(r'<input type="hidden" name="return_to" value="([^"]*)">\n', page.text)[:1]
    assert kept == ""
    answer = await grace.sign_in(browser, return_to=wanted)
    landed(answer, "/account")
    again = await browser.open(f"/sign-in?return_to={quote(wanted)}")
    assert again.headers["location"] == "/account"


@pytest.mark.parametrize("wanted", ABROAD)
async def test_a_sign_in_through_a_provider_returns_to_no_other_place(
    world: World, street: Street, wanted: str
) -> None:
    await world.local_user("ada@example.com")
    await world.local_user("ada@example.org")
    saml = await SamlProvider.opened(world, street, mfa_rule=RULE)
    oidc = await OpenIdProvider.opened(
        world, street, "Auth0", domains=["example.org"], mfa_rule={"amr": ["mfa"]}
    )
    browser = Browser(world)
    asked = await saml.begin(browser, quote(wanted))
    made = saml.response(asked, "ada@example.com", context=MFA_CONTEXT)
    answer = await saml.arrive(browser, made.message, asked.relay_state)
    landed(await browser.follow(answer), "/account")
    said: dict[str, Any] = {"email": "ada@example.org", "amr": ["mfa"]}
    browser = Browser(world)
    granted = oidc.grant(await oidc.begin(browser, quote(wanted)), "248", **said)
    answer = await browser.open(oidc.answer(granted), site="cross-site")
    landed(await browser.follow(answer), "/account")


async def test_a_sign_in_returns_to_a_page_of_ours_and_to_the_application(
    open_worlds: OpenWorld, street: Street
) -> None:
    world = await open_worlds(fetcher=street, application_url="https://app.example", **MESSAGES)
    grace = await person(world)
    landed(await grace.sign_in(Browser(world), return_to="/account?tab=1"), "/account?tab=1")
    for wanted in ("https://app.example", "https://app.example/a?b=c"):
        assert led(await grace.sign_in(Browser(world), return_to=wanted)) == wanted
    for wanted in (
        "https://app.example.evil.example/",
        "https://app.example@evil.example",
        "http://app.example/",
    ):
        answer = await grace.sign_in(Browser(world), return_to=wanted)
        assert led(answer) == "https://app.example"


def led(answer: httpx2.Response) -> str:
    """Give where a page of ours leads on to, once somebody is signed in."""
    assert any(SESSION in one for one in answer.headers.get_list("set-cookie"))
    [target] = re.findall(r'content="0; url=([^"]+)"', answer.text)
    return html.unescape(target)


async def test_step_up_returns_to_no_other_place(grace: Person, browser: Browser) -> None:
    landed(await grace.sign_in(browser))
    for wanted in ABROAD:
        answer = await browser.open(f"/account/step-up?return_to={quote(wanted)}")
        assert answer.headers["location"] == "/account"


async def test_one_tenants_session_and_attempt_open_nothing_of_another(
    world: World, grace: Person, browser: Browser
) -> None:
    other = await world.house.tenants.create(world.writer, "other")
    there = World(world.house, other)
    root = await person(there, "root@other.example", administrator=True)
    await browser.send("/sign-in/t/other", {"identifier": root.name})
    await browser.open("/sign-in/password")
    await browser.follow(await browser.submit("/sign-in/password", password=root.password))
    landed(await browser.submit("/sign-in/factor", kind="totp", answer=root.code))
    assert (await browser.open("/account")).status_code == 200
    assert grace.name not in (await browser.open("/account")).text
    users = await browser.open("/console/users")
    assert grace.name not in users.text
    for path in (f"/console/users/{grace.user.user_id}", "/console/providers/okta"):
        assert (await browser.open(path)).status_code == 404
    await browser.open("/console/users")
    answer = await browser.submit(f"/console/users/{grace.user.user_id}/deactivate")
    assert answer.status_code in {403, 404}
    assert (await world.row(grace.user.user_id)).status == "active"


async def test_a_provider_of_one_tenant_signs_nobody_of_another_in(
    world: World, grace: Person, street: Street, browser: Browser
) -> None:
    other = await world.house.tenants.create(world.writer, "other")
    there = World(world.house, other)
    evil = await SamlProvider.opened(
        there, street, "Evil", domains=["native.example"], mfa_rule=RULE
    )
    answer = await evil.back(browser, grace.name, context=MFA_CONTEXT)
    record = await world.record(answer, other.tenant_id)
    assert (answer.status_code, record.reason) == (403, "sso.not_provisioned")
    assert not await browser.is_signed_in()


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "BREW"])
async def test_methods_that_a_page_does_not_take_do_nothing(
    grace: Person, browser: Browser, method: str
) -> None:
    landed(await grace.sign_in(browser))
    for path in ("/sign-in", "/sign-in/password", "/account", "/sign-out", "/saml/x/acs"):
        answer = await browser.http.request(method, path)
        assert answer.status_code in {404, 405}, (method, path)
        assert await browser.is_signed_in()
    for path in ("/sign-out", "/sign-in/confirm", "/saml/x/acs"):
        answer = await browser.open(path)
        assert answer.status_code in {404, 405, 410}
    assert await browser.is_signed_in()


FORM = {"Content-Type": "application/x-www-form-urlencoded", "Sec-Fetch-Site": "same-origin"}


@pytest.mark.parametrize(
    ("content", "headers", "status"),
    [
        (b"identifier=" + b"x" * 70_000, FORM, 413),
        (b"&".join(b"a%d=1" % one for one in range(500)), FORM, 413),
        (b"identifier=a&identifier=b", FORM, 400),
        (b"identifier=%ff%fe", FORM, 400),
        (b"identifier=%00", FORM, 400),
        (b"\xff\xfe", FORM, 400),
        (b"{}", {**FORM, "Content-Type": "application/json"}, 415),
        (b"--x--", {**FORM, "Content-Type": "multipart/form-data; boundary=x"}, 415),
    ],
    ids=["long", "many", "twice", "no UTF-8", "NUL", "no ASCII", "JSON", "multipart"],
)
async def test_what_is_no_form_of_ours_is_refused_with_a_page(
    browser: Browser, content: bytes, headers: dict[str, str], status: int
) -> None:
    for path in ("/sign-in", "/forgot", "/links/x"):
        answer = await browser.http.post(path, content=content, headers=headers)
        assert answer.status_code == status, path
        assert "Reference" in answer.text


async def test_no_page_of_a_sign_in_may_be_kept_or_framed(
    world: World, grace: Person, browser: Browser
) -> None:
    await grace.at_factor(browser)
    link = await world.house.login.links.reset(world.writer, grace.user)
    for path in ("/sign-in", "/sign-in/factor", "/forgot", urlsplit(link.url).path, "/nowhere"):
        answer = await browser.open(path)
        headers = answer.headers
        if answer.status_code == 404 and "Content-Security-Policy" not in headers:
            assert path == "/nowhere"
            continue
        assert headers["Cache-Control"] == "no-store", path
        assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
        assert "default-src 'none'" in headers["Content-Security-Policy"]
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert "max-age" in headers["Strict-Transport-Security"]
    secret = await browser.open(urlsplit(link.url).path)
    assert secret.headers["Referrer-Policy"] == "no-referrer"


async def test_what_is_typed_is_shown_as_text(world: World, browser: Browser) -> None:
    hostile = '"><script>alert(1)</script><x y="'
    page = await at_password(browser, hostile)
    assert "<script>alert" not in page.text
    assert "&lt;script&gt;" in page.text
    for name in ("<b>Ada</b>@native.example", "'\"--"):
        made: httpx2.Response = await at_password(Browser(world), name)
        assert "<b>Ada" not in made.text
    assert text_of(page)
    await nobody_is_signed_in(world)
