"""Whoever answers on the network in a test: metadata, discovery, keys, tokens."""

import asyncio
from collections.abc import Callable
from urllib.parse import urlsplit

from gatepost.base.fetch_errors import FetchFailed
from gatepost.base.fetching import Fetched, Outbound

Page = Callable[[Outbound], tuple[int, str, bytes]]
"""Gives status, media type and body."""


class Street:
    """A fetcher that goes nowhere: pages are put up by URL, and what was asked is kept."""

    def __init__(self) -> None:
        self.pages: dict[str, Page] = {}
        self.asked: list[Outbound] = []
        self.is_away = False

    async def fetch(self, request: Outbound) -> Fetched:
        self.asked.append(request)
        await asyncio.sleep(0)  # an answer over a network is never there at once
        page = self.pages.get(request.url)
        if self.is_away or page is None:
            raise FetchFailed("connect", f"{urlsplit(request.url).hostname} does not answer.")
        status, media_type, body = page(request)
        return Fetched(status, {"content-type": media_type}, body, request.url)

    def put(self, url: str, body: bytes | Callable[[], bytes], media_type: str = "") -> None:
        """Put up a page that is the same whoever asks."""
        self.pages[url] = lambda _: (200, media_type, body() if callable(body) else body)

    def count(self, url: str) -> int:
        """Count how often a page was asked for."""
        return sum(one.url == url for one in self.asked)
