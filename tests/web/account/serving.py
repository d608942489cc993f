"""A house behind a real address, for a real browser; it lives in a thread of its own."""

import asyncio
import threading
from collections.abc import Coroutine
from pathlib import Path
from typing import Any, TypeVar

import uvicorn

from gatepost.base.actor import Actor, ActorKind
from gatepost.base.clock import FakeClock
from gatepost.base.fetching import Fetcher
from gatepost.base.ids import Uuid7Ids
from gatepost.base.secrets import SystemSecrets
from gatepost.base.settings import Settings
from gatepost.lifecycle.corridor import Writer
from gatepost.wiring import open_house
from tests.rules.world import SECRET_KEY, START, World

Given = TypeVar("Given")


class Served:
    """A world that listens on `url`; `run` does something in its thread.

    With a `public_url` it calls itself so wherever it listens, as if behind a proxy.
    """

    def __init__(
        self, folder: Path, *, public_url: str | None = None, fetcher: Fetcher | None = None
    ) -> None:
        config = uvicorn.Config(
            "unset", port=0, log_config=None, log_level="critical", ws="none", lifespan="off"
        )
        self._server = uvicorn.Server(config)
        self._socket = config.bind_socket()
        self.url = f"http://localhost:{self._socket.getsockname()[1]}"
        self._folder = folder
        self._public_url = public_url or self.url
        self._fetcher = fetcher
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever)
        self._thread.start()
        self.world = self.run(self._open())
        config.app = self.world.app
        self._serving = asyncio.run_coroutine_threadsafe(
            self._server.serve(sockets=[self._socket]), self._loop
        )

    def run(self, work: Coroutine[Any, Any, Given]) -> Given:
        """Do something in the thread of the house; gives what comes of it."""
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(60)

    def close(self) -> None:
        self._server.should_exit = True
        self._serving.result(60)
        self.run(self.world.close())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    async def _open(self) -> World:
        clock = FakeClock(START)
        settings = Settings(
            database_url=f"sqlite:///{self._folder / 'gatepost.db'}",
            public_url=self._public_url,
            secret_keys=SECRET_KEY,
            mail_url="log:",
            sms_url="log:",
            sms_countries="DE",  # type: ignore[arg-type] - it is split
        )
        house = await open_house(
            settings,
            clock=clock,
            ids=Uuid7Ids(clock),
            secrets=SystemSecrets(),
            fetcher=self._fetcher,
            upgrade=True,
        )
        system = Writer(Actor(kind=ActorKind.SYSTEM, tenant_id=0, name="system"))
        return World(house, await house.tenants.ensure_default(system))
