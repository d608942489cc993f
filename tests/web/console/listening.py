"""A listener at a stream of events, in this very process: what a browser's EventSource hears."""

import asyncio
import json
from typing import Any

from tests.rules.world import World
from tests.sign_in.browser import SESSION
from tests.web.console.visitor import Visitor

WITHIN_S = 15


class Listener:
    """One request for `/console/activity/stream`, kept open."""

    def __init__(self, world: World, visitor: Visitor, query: str = "", **headers: str) -> None:
        cookie = visitor.cookie(SESSION) or ""
        given = {"host": "gatepost.test", "cookie": f"{SESSION}={cookie}", **headers}
        self.scope = {
            "type": "http", "http_version": "1.1", "method": "GET", "scheme": "https",
            "path": "/console/activity/stream", "raw_path": b"/console/activity/stream",
            "query_string": query.encode(), "root_path": "", "client": ("192.0.2.1", 1),
            "server": ("gatepost.test", 443),
            "headers": [(name.replace("_", "-").encode(), value.encode())
                        for name, value in given.items()],
        }  # fmt: skip
        self.status = 0
        self.headers: dict[str, str] = {}
        self.text = ""
        self.ended = asyncio.Event()
        self._came = asyncio.Event()
        self._left = asyncio.Event()
        self.task = asyncio.create_task(world.app(self.scope, self._receive, self._send))

    async def _receive(self) -> dict[str, Any]:
        await self._left.wait()
        return {"type": "http.disconnect"}

    async def _send(self, message: Any) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            self.headers = {name.decode(): value.decode() for name, value in message["headers"]}
        else:
            self.text += message["body"].decode()
            if not message.get("more_body"):
                self.ended.set()
        self._came.set()

    @property
    def entries(self) -> list[dict[str, Any]]:
        """What came, as JSON."""
        blocks = self.text.split("\n\n")
        return [
            json.loads(line.removeprefix("data: "))
            for block in blocks
            if block.startswith("event: entry\n")
            for line in block.splitlines()
            if line.startswith("data: ")
        ]

    @property
    def cursor(self) -> str:
        """Where a browser would go on."""
        ids = [one[4:] for one in self.text.splitlines() if one.startswith("id: ")]
        return ids[-1] if ids else ""

    async def until(self, said: str) -> None:
        """Wait until that was said."""
        async with asyncio.timeout(WITHIN_S):
            while said not in self.text:
                self._came.clear()
                await self._came.wait()

    async def close(self) -> None:
        """Go away, as a browser that is closed."""
        self._left.set()
        await asyncio.wait_for(self.task, WITHIN_S)
