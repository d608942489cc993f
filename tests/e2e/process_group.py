"""A real server with its workers, which a test may kill at any moment and start again."""

import asyncio
import json
import os
import signal
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx2
import msgspec

from gatepost.base.actor import command_line
from gatepost.base.settings import Settings
from gatepost.lifecycle.corridor import Writer
from gatepost.wiring import open_house
from tests.e2e.processes import GATEPOST, READY_WITHIN_S, environment

_STOPPED_WITHIN_S = 20


class Endpoint(msgspec.Struct, frozen=True):
    """What a SCIM client of the installation is configured with."""

    slug: str
    token: str
    tenant_id: int
    provider_id: str


class Group:
    """The processes of one `gatepost serve`."""

    def __init__(self, process: subprocess.Popen[bytes], url: str) -> None:
        self._process = process
        self.url = url

    def kill(self) -> None:
        """Kill every process of the group with SIGKILL: nobody gets to say goodbye."""
        os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait(_STOPPED_WITHIN_S)

    def client(self, endpoint: Endpoint) -> httpx2.AsyncClient:
        """Make a client of the endpoint, with as many connections as it asks for."""
        return httpx2.AsyncClient(
            base_url=f"{self.url}/scim/v2/{endpoint.slug}",
            headers={"Authorization": f"Bearer {endpoint.token}"},
            limits=httpx2.Limits(max_connections=64, max_keepalive_connections=64),
            timeout=60,
        )


@contextmanager
def serve(folder: Path, database_url: str, workers: int = 1) -> Iterator[Group]:
    """Start the server in a process group of its own; whatever is left of it is killed."""
    folder.mkdir(parents=True, exist_ok=True)
    command = [GATEPOST, "serve", "--json", "--port", "0", "--workers", str(workers)]
    settings = {"DATA_DIR": str(folder), "DATABASE_URL": database_url, "LOG_LEVEL": "warning"}
    variables = {f"GATEPOST_{name}": value for name, value in settings.items()}
    with (folder / "log").open("ab") as stderr:
        process = subprocess.Popen(  # noqa: S603 - our own program
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=stderr,
            env=environment() | variables,
            start_new_session=True,
        )
    late = threading.Timer(READY_WITHIN_S, process.kill)
    late.start()
    try:
        assert process.stdout
        line = process.stdout.readline()
        assert line, f"it did not start: {(folder / 'log').read_text()[-2000:]}"
        late.cancel()
        yield Group(process, json.loads(line)["public_url"])
    finally:
        late.cancel()
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        if process.stdout:
            process.stdout.close()


def furnish(database_url: str) -> Endpoint:
    """Bring the database up to date and make an identity provider in its default tenant."""
    return asyncio.run(_furnish(database_url))


async def _furnish(database_url: str) -> Endpoint:
    house = await open_house(Settings(database_url=database_url), upgrade=True)
    try:
        tenant = await house.tenants.ensure_default(Writer(command_line(1, "test")))
        writer = Writer(command_line(tenant.tenant_id, "test"))
        provider = await house.providers.create(
            writer, "Okta", scim_enabled=True, rate_limit=0, is_default=True
        )
        token = await house.tokens.create(writer, provider)
        return Endpoint(provider.slug, token.secret, tenant.tenant_id, provider.provider_id)
    finally:
        await house.close()
