"""A house in this process for sync tests: Hypothesis runs many examples against one."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from typing import Any

import httpx2
import msgspec
import pytest

from gatepost.base.actor import command_line
from gatepost.lifecycle.corridor import Writer
from tests.conftest import DATABASES
from tests.rules.world import Client, World, open_world

ERROR = "urn:ietf:params:scim:api:messages:2.0:Error"


class Fuzzed:
    """A client whose requests wait for their answer, and whose answers are looked at."""

    def __init__(self, run: Callable[[Awaitable[Any]], Any], world: World, client: Client) -> None:
        self._run = run
        self.world = world
        self.client = client

    def fresh(self) -> "Fuzzed":
        """Give a client of a new, empty tenant."""
        return Fuzzed(self._run, *self._run(_in_new_tenant(self.world)))

    def send(self, method: str, path: str, body: Any = None) -> httpx2.Response:
        """Send JSON; a string path is sent as it is."""
        content = body if isinstance(body, bytes | None) else msgspec.json.encode(body)
        return self.send_bytes(method, path, content)

    def send_bytes(
        self, method: str, path: str, content: bytes | None, **headers: str
    ) -> httpx2.Response:
        """Send any bytes, and see that the answer is SCIM's own and its record can be written."""
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        if content is not None:
            sent.setdefault("Content-Type", "application/scim+json")
        answer: httpx2.Response = self._run(
            self.client.http.request(method, path, content=content, headers=sent)
        )
        check_scim(answer)
        assert self._run(self.world.record(answer, self.client.provider.tenant_id)).method == method
        return answer

    def close(self) -> None:
        self._run(self.client.close())


async def _in_new_tenant(world: World) -> tuple[World, Client]:
    name = f"tenant {world.house.ids.new()}"
    tenant = await world.house.tenants.create(Writer(command_line(0, "test")), name)
    opened = World(world.house, tenant)
    return opened, await opened.client(name)


def check_scim(answer: httpx2.Response) -> None:
    """Fail unless the answer is one that a SCIM client understands, and no fault."""
    assert answer.status_code < 500 or answer.status_code == 501, answer.text
    if answer.status_code in {204, 304}:
        assert not answer.content
        return
    assert answer.headers["Content-Type"] == "application/scim+json"
    document = answer.json()
    assert isinstance(document, dict)
    if answer.status_code >= 400:
        assert document["schemas"] == [ERROR]
        assert document["status"] == str(answer.status_code)
        assert document["detail"]
    else:
        assert document["schemas"]


@pytest.fixture(scope="module", params=DATABASES)
def fuzzed(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Fuzzed]:
    """A client of an installation that all examples of the module share."""
    url = f"sqlite:///{tmp_path_factory.mktemp('fuzz') / 'gatepost.db'}"
    if request.param == "postgresql":
        url = str(request.getfixturevalue("new_postgres_database")())
    with asyncio.Runner() as runner:
        world = runner.run(open_world(url))

        async def awaited(work: Awaitable[Any]) -> Any:
            return await work

        def run(work: Awaitable[Any]) -> Any:
            return runner.run(awaited(work))

        opened = Fuzzed(run, world, run(world.client()))
        yield opened
        run(world.close())
