"""Writes an answer as ASGI messages."""

from collections.abc import Awaitable, Callable
from typing import Any

from gatepost.scim.answers import Answer

Send = Callable[[dict[str, Any]], Awaitable[None]]

_MEDIA_TYPE = (b"content-type", b"application/scim+json")


async def send(send_message: Send, answer: Answer, request_id: str) -> None:
    """Send status, headers and body; a stream is sent part by part."""
    headers = [(name.lower().encode(), value.encode()) for name, value in answer.headers.items()]
    headers.append((b"x-request-id", request_id.encode()))
    headers.append((b"cache-control", b"no-store"))
    if answer.body is not None or answer.stream:
        headers.append(_MEDIA_TYPE)
    if answer.stream is None and answer.status not in (204, 304):
        headers.append((b"content-length", str(len(answer.body or b"")).encode()))
    start = {"type": "http.response.start", "status": answer.status, "headers": headers}
    await send_message(start)
    if answer.stream:
        async for part in answer.stream:
            await send_message({"type": "http.response.body", "body": part, "more_body": True})
    await send_message({"type": "http.response.body", "body": answer.body or b""})
