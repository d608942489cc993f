"""What stands in paths, queries and headers is anybody's to write: it is answered, not believed."""

from pathlib import Path

import httpx2
import pytest

from tests.rules.world import PUBLIC_URL, World
from tests.sign_in.browser import Browser, landed
from tests.sign_in.checks import nobody_is_signed_in, refused
from tests.sign_in.openid_provider import OpenIdProvider
from tests.sign_in.people import person
from tests.sign_in.saml_provider import MFA_CONTEXT, SamlProvider
from tests.sign_in.street import Street

NAMES = [
    "%2e%2e",
    "%2e%2e%2fadmin",
    "%00",
    "okta%00",
    "okta%0d%0aSet-Cookie:%20a=b",
    "okta'%20OR%20'1'='1",
    "%F0%9F%92%A9",
    "%ff%fe",
    "x" * 5000,
    "<script>alert(1)<%2fscript>",
    "OKTA",
    "okta%20",
]
RAW = [b"state=\xff\xfe", b"\xc3\x28", b"SAMLRequest=\xff&RelayState=\xfe", b"a=\x80" * 20]


@pytest.fixture
def database_url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'gatepost.db'}"


def plain(answer: httpx2.Response) -> None:
    """Check that it is an answer of ours without a fault, and without what was sent."""
    assert answer.status_code in {303, 307, 400, 401, 403, 404, 405, 410}, answer.status_code
    assert "<script>alert" not in answer.text
    assert "Traceback" not in answer.text
    assert not any(one.startswith("a=") for one in answer.headers.get_list("set-cookie"))


@pytest.mark.parametrize("name", NAMES)
async def test_slug_or_tenant_that_is_none_leads_nowhere(
    world: World, saml: SamlProvider, browser: Browser, name: str
) -> None:
    assert saml.slug == "okta"
    for path in (
        f"/saml/{name}/login",
        f"/saml/{name}/metadata",
        f"/saml/{name}/slo?SAMLRequest=x",
        f"/oidc/{name}/login",
        f"/oidc/{name}/callback?state=x",
        f"/oidc/{name}/jwks",
        f"/sign-in/t/{name}",
        f"/links/{name}",
    ):
        plain(await browser.open(path))
    for path in (f"/sign-in/t/{name}", f"/links/{name}", f"/forgot?tenant={name}"):
        plain(await browser.send(path, {"identifier": "ada@example.com"}))
    plain(await browser.arrive(f"{PUBLIC_URL}/saml/{name}/acs", {"SAMLResponse": "eA=="}))
    path = f"/oidc/{name}/backchannel-logout"
    plain(await browser.http.post(path, data={"logout_token": "x"}))
    await nobody_is_signed_in(world)


@pytest.mark.parametrize("query", RAW)
async def test_query_that_is_no_text_is_refused_without_a_fault(
    world: World, saml: SamlProvider, oidc: OpenIdProvider, query: bytes
) -> None:
    """Servers hand the bytes of a query on as they came."""
    for path in (
        f"/oidc/{oidc.slug}/callback",
        f"/saml/{saml.slug}/slo",
        f"/saml/{saml.slug}/login",
        "/sign-in",
        "/sign-in/factor",
        "/account",
    ):
        status, _ = await raw(world, path, query)
        assert 200 <= status < 500, (path, status)


async def raw(world: World, path: str, query: bytes) -> tuple[int, bytes]:
    """Send a request whose query is just these bytes, which no client of ours would."""
    scope = {
        "type": "http",
        "http_version": "1.1",
        "method": "GET",
        "scheme": "https",
        "path": path,
        "raw_path": path.encode(),
        "query_string": query,
        "root_path": "",
        "headers": [(b"host", b"gatepost.test")],
        "client": ("198.51.100.9", 1),
        "server": ("gatepost.test", 443),
    }
    sent: list[dict[str, object]] = []

    async def receive() -> dict[str, object]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: dict[str, object]) -> None:
        sent.append(message)

    await world.app(scope, receive, send)  # type: ignore[arg-type]
    status = sent[0]["status"]
    assert isinstance(status, int)
    return status, b"".join(bytes(one.get("body", b"")) for one in sent[1:])  # type: ignore[call-overload]


async def test_address_that_a_visitor_claims_is_not_believed(world: World) -> None:
    """Else each guess would come from another network; the server itself knows its proxies."""
    grace = await person(world)
    answers = []
    for number in range(9):
        browser = Browser(world, "192.0.2.66")
        claimed = f"203.0.113.{number}"
        browser.http.headers.update({"X-Forwarded-For": claimed, "Forwarded": f"for={claimed}"})
        await grace.at_password(browser)
        answers.append(await browser.submit("/sign-in/password", password="wrong password here"))
    assert [one.status_code for one in answers][-1] == 429
    claiming = Browser(world, "192.0.2.66")
    claiming.http.headers["X-Forwarded-For"] = "198.51.100.7"
    await grace.at_password(claiming)
    assert (await claiming.submit("/sign-in/password", password="x")).status_code == 429
    landed(await grace.sign_in(Browser(world, "198.51.100.7")))


async def test_host_that_a_visitor_claims_is_in_no_link(
    world: World, saml: SamlProvider, browser: Browser
) -> None:
    """Links and endpoints are of the configured URL, whatever Host says."""
    for headers in ({"Host": "evil.example"}, {"X-Forwarded-Host": "evil.example"}):
        for path in (f"/saml/{saml.slug}/metadata", f"/saml/{saml.slug}/login", "/sign-in"):
            answer = await browser.http.get(path, headers=headers)
            said = f"{answer.text} {answer.headers.get('location', '')}"
            assert "evil.example" not in said, path
    assert world


async def test_message_about_somebody_unknown_is_spent_too(
    world: World, street: Street, browser: Browser
) -> None:
    """Once the account is there, the person signs in anew: an old message opens nothing."""
    saml = await SamlProvider.opened(world, street, mfa_rule={"authn_contexts": [MFA_CONTEXT]})
    asked = await saml.begin(browser)
    message = saml.response(asked, "eve@example.com", context=MFA_CONTEXT).message
    await refused(
        world, await saml.arrive(browser, message, asked.relay_state), "sso.not_provisioned"
    )
    await world.local_user("eve@example.com")
    answer = await saml.arrive(browser, message, asked.relay_state)
    await refused(world, answer, "sso.replayed", 410)
    landed(await saml.sign_in(browser, "eve@example.com", context=MFA_CONTEXT))
