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
    ("/", "GET"): 200,
    ("/livez", "GET"): 200,
    ("/healthz", "GET"): 200,
    ("/readyz", "GET"): 200,
    ("/start/{secret}", "GET"): 404,
    ("/start/{secret}", "POST"): 404,
    ("/assets/setup.css", "GET"): 200,
    ("/metrics", "GET"): 403,
}
"""What a SCIM token or nobody at all gets where no SCIM is spoken, from another machine."""


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


async def test_no_page_opens_to_a_scim_token(world: World, okta: Client) -> None:
    known = {
        (one.path, method)
        for one in _pages(world).routes
        if isinstance(one, PageRoute)
        for method in (one.methods or set()) - {"HEAD"}
    }
    assert known | {("/metrics", "GET")} == set(PAGES)
    transport = httpx2.ASGITransport(app=world.app, client=("192.0.2.1", 1234))
    headers = {"Authorization": f"Bearer {okta.token.secret}"}
    async with httpx2.AsyncClient(transport=transport, base_url=PUBLIC_URL) as client:
        for (path, method), status in PAGES.items():
            url = path.replace("{secret}", okta.token.secret)
            if (path, method) == ("/metrics", "GET") and ("/metrics", "GET") not in known:
                continue
            answer = await client.request(method, url, headers=headers)
            assert answer.status_code == status, (method, path, answer.text)
