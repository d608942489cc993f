"""Every route of every door is tried without the right to it."""

import re
from collections.abc import AsyncIterator
from pathlib import Path

import httpx2
import pytest
from starlette.applications import Starlette
from starlette.routing import Route as PageRoute

from gatepost.scim import provider, self_description
from gatepost.scim.schema.standard import group_resource, user_resource
from tests.house.routes import Route, routes
from tests.rules.world import PUBLIC_URL, Client, World, open_world

PAGES = {
    ("/", "GET"): 303,
    ("/livez", "GET"): 200,
    ("/healthz", "GET"): 200,
    ("/readyz", "GET"): 200,
    ("/metrics", "GET"): 403,
    ("/assets/{}/{}", "GET"): 404,
    ("/theme", "POST"): 400,
    ("/start/{}", "GET"): 404,
    ("/start/{}", "POST"): 404,
    ("/console/sso-test/{}", "GET"): 404,
    ("/console/sso-test/{}", "POST"): 404,
    ("/session", "GET"): 401,
    ("/session/t/{}", "GET"): 401,
    ("/sign-out", "POST"): 303,
    ("/signed-out", "GET"): 200,
    ("/sign-in", "GET"): 200,
    ("/sign-in", "POST"): 400,
    ("/sign-in/t/{}", "GET"): 404,
    ("/sign-in/t/{}", "POST"): 404,
    ("/sign-in/password", "GET"): 410,
    ("/sign-in/password", "POST"): 410,
    ("/sign-in/continue", "GET"): 410,
    ("/sign-in/confirm", "GET"): 410,
    ("/sign-in/confirm", "POST"): 403,
    ("/sign-in/factor", "GET"): 410,
    ("/sign-in/factor", "POST"): 403,
    ("/sign-in/factor/send", "POST"): 403,
    ("/sign-in/enrol", "GET"): 410,
    ("/sign-in/enrol", "POST"): 403,
    ("/sign-in/enrol/prove", "POST"): 403,
    ("/forgot", "GET"): 200,
    ("/forgot", "POST"): 409,
    ("/links/{}", "GET"): 404,
    ("/links/{}", "POST"): 404,
    ("/saml/{}/metadata", "GET"): 404,
    ("/saml/{}/login", "GET"): 404,
    ("/saml/{}/acs", "POST"): 400,
    ("/saml/{}/slo", "GET"): 404,
    ("/saml/{}/slo", "POST"): 404,
    ("/oidc/{}/login", "GET"): 404,
    ("/oidc/{}/callback", "GET"): 404,
    ("/oidc/{}/backchannel-logout", "POST"): 400,
    ("/oidc/{}/jwks", "GET"): 404,
}
"""What a SCIM token or nobody at all gets where no SCIM is spoken, from another machine."""

PRIVATE = ("/account", "/console")
"""Below these, whatever is not named above wants a session."""


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    opened = await open_world(f"sqlite:///{tmp_path / 'gatepost.db'}")
    yield opened
    await opened.close()


@pytest.fixture
async def okta(world: World) -> Client:
    return await world.client()


def test_all_endpoints_are_among_the_routes_that_are_tried() -> None:
    tried = {one.path.split("/")[1].split("?")[0].lower() for one in routes()}
    rooms = (provider, self_description)
    text = "".join(Path(one.__file__).read_text(encoding="utf-8") for one in rooms)
    named = set(re.findall(r'first == "([^"]+)"', text)) | {"bulk", ".search"}
    types = {one.endpoint.strip("/").lower() for one in (user_resource(), group_resource())}
    assert tried == named | types


@pytest.mark.parametrize("route", routes(), ids=str)
async def test_a_route_of_scim_exists_and_asks_for_credentials(okta: Client, route: Route) -> None:
    allowed = await okta.send(route.method, route.path, route.body)
    assert allowed.status_code != 405
    okta.http.headers["Authorization"] = ""
    refused = await okta.send(route.method, route.path, route.body)
    assert refused.status_code == 401
    assert refused.headers["WWW-Authenticate"].startswith("Bearer")
    assert refused.json()["status"] == "401"


async def test_a_verb_that_a_route_does_not_take_asks_for_credentials_first(okta: Client) -> None:
    paths = sorted({one.path.split("?")[0] for one in routes()})
    okta.http.headers["Authorization"] = "Bearer wrong"
    statuses = {
        (await okta.send(method, path)).status_code
        for path in paths
        for method in ("DELETE", "PUT", "PATCH", "OPTIONS", "TRACE", "POST", "HEAD", "BREW")
    }
    assert statuses == {401}


def _pages(world: World) -> Starlette:
    """Find the pages behind the edge."""
    edge = world.app
    while not isinstance(edge, Starlette):
        edge = edge._pages  # type: ignore[assignment]
    return edge


def _routes(world: World) -> set[tuple[str, str]]:
    return {
        (re.sub(r"{[^}]+}", "{}", one.path), method)
        for one in _pages(world).routes
        if isinstance(one, PageRoute)
        for method in (one.methods or set()) - {"HEAD"}
    }


def _is_private(path: str) -> bool:
    return any(path == one or path.startswith(f"{one}/") for one in PRIVATE)


async def _asked(okta: Client, path: str, method: str) -> httpx2.Response:
    """Ask with a SCIM token, from another machine."""
    transport = httpx2.ASGITransport(app=okta.world.app, client=("192.0.2.1", 1234))
    headers = {"Authorization": f"Bearer {okta.token.secret}"}
    form = {"field": "value"} if method == "POST" else None
    async with httpx2.AsyncClient(transport=transport, base_url=PUBLIC_URL) as client:
        url = path.replace("{}", okta.token.secret)
        return await client.request(method, url, headers=headers, data=form)


async def test_no_page_opens_to_a_scim_token(world: World, okta: Client) -> None:
    known = _routes(world)
    named = {one for one in known if one in PAGES or not _is_private(one[0])}
    assert named | {("/metrics", "GET")} == set(PAGES)
    found = {one: (await _asked(okta, *one)).status_code for one in sorted(named)}
    assert found == {one: status for one, status in PAGES.items() if one in named}


async def test_whatever_is_private_wants_a_session(world: World, okta: Client) -> None:
    private = sorted(one for one in _routes(world) - set(PAGES) if _is_private(one[0]))
    assert {one[0].split("/")[1] for one in private} == {"account", "console"}
    for path, method in private:
        answer = await _asked(okta, path, method)
        to = answer.headers.get("location", "")
        is_sent_to_sign_in = answer.status_code == 303 and to.startswith("/sign-in?return_to=")
        assert is_sent_to_sign_in or answer.status_code == 401, (method, path, answer.text)
