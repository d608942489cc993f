"""Requests and pages for the tests of the page kit."""

from collections.abc import Mapping
from typing import Any

from starlette.requests import Request

from gatepost.web.pages.assets import page_assets
from gatepost.web.pages.rendering import Pages

PUBLIC_URL = "https://id.example.com"


def a_request(
    path: str = "/sign-in",
    method: str = "GET",
    headers: Mapping[str, str] | None = None,
    *,
    body: bytes = b"",
    part_bytes: int = 1_000,
) -> Request:
    """Make a request whose body arrives in parts."""
    path, _, query = path.partition("?")
    parts = [body[at : at + part_bytes] for at in range(0, len(body), part_bytes)] or [b""]

    async def receive() -> dict[str, Any]:
        part = parts.pop(0)
        return {"type": "http.request", "body": part, "more_body": bool(parts)}

    scope = {
        "type": "http",
        "method": method,
        "path": path,
        "query_string": query.encode(),
        "headers": [(k.lower().encode(), v.encode()) for k, v in (headers or {}).items()],
        "scheme": "https",
        "server": ("id.example.com", 443),
    }
    return Request(scope, receive)


def the_pages(public_url: str = PUBLIC_URL) -> Pages:
    """Make the kit with the gallery as its only door."""
    return Pages(page_assets(), public_url, {"gallery": "tests.unit.pages.gallery"})
