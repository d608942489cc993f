"""The ASGI application of one worker process: a house, its doors, and what runs behind them."""

import asyncio
import gc
from typing import Any

from gatepost.base.launch import Launch
from gatepost.base.sealing_keys import SealingKeysError
from gatepost.base.settings import Settings
from gatepost.delivery.configured import SenderMisconfigured
from gatepost.store.database import StoreUnavailable
from gatepost.store.migrations.runner import SchemaBehind
from gatepost.web.app import create_app
from gatepost.web.health import Health
from gatepost.web.middleware import Edge
from gatepost.wiring.doors import page_doors, scim_door
from gatepost.wiring.house import House, open_house


class Application:
    """The ASGI application of one worker process; its house lives as long as the server."""

    def __init__(self, settings: Settings, launch: Launch) -> None:
        self._settings = settings
        self._launch = launch
        self._house: House | None = None
        self._app: Edge | None = None
        self._loop: asyncio.AbstractEventLoop | None = None

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:  # noqa: ANN401 - ASGI
        """Serve one connection event, or the server's own start and stop."""
        if scope["type"] == "lifespan":
            await self._live(receive, send)
        elif self._app:
            await self._app(scope, receive, send)

    def stops(self) -> None:
        """Let go of who listens: the server is about to wait for open connections.

        May be called by the handler of a signal, in the midst of anything.
        """
        if self._house and self._loop:
            self._loop.call_soon_threadsafe(self._house.live.end)

    async def _live(self, receive: Any, send: Any) -> None:  # noqa: ANN401 - ASGI
        await receive()
        try:
            await self._start()
        except (StoreUnavailable, SchemaBehind, SealingKeysError, SenderMisconfigured) as error:
            await send({"type": "lifespan.startup.failed", "message": str(error)})
            return
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await self._stop()
        await send({"type": "lifespan.shutdown.complete"})

    async def _start(self) -> None:
        settings = self._settings
        self._loop = asyncio.get_running_loop()
        house = self._house = await open_house(settings, launch=self._launch)
        self._app = create_app(
            scim=scim_door(house),
            doors=page_doors(house),
            health=Health(house.database, metrics_token=settings.metrics_token),
            with_metrics=settings.metrics_enabled,
        )
        house.recorder.start()
        house.retention.start()
        house.delivery.start()
        house.login.upkeep.start()
        # What lives as long as the process need not be looked at by the collector again.
        gc.collect()
        gc.freeze()
        gc.set_threshold(20_000, 20, 50)

    async def _stop(self) -> None:
        if self._house:
            await self._house.login.upkeep.close()
            await self._house.delivery.close()
            await self._house.retention.close()
            await self._house.recorder.close()
            await self._house.close()
