"""Lists: pages by index and by cursor (RFC 7644 §3.4.2.4, RFC 9865)."""

from collections.abc import AsyncIterator
from typing import Any

import msgspec

from gatepost.scim.answers import Answer, Rendered, Renderer
from gatepost.scim.dialects.mode import Dialect
from gatepost.scim.discovery import Limits
from gatepost.scim.errors import InvalidCursor
from gatepost.scim.filter.check import check
from gatepost.scim.handler import Found, Handler
from gatepost.scim.query.cursor import fingerprint, read_cursor, write_cursor
from gatepost.scim.query.request import SearchRequest
from gatepost.scim.resource.write import wants
from gatepost.scim.schema.resource_schema import ResourceSchema
from gatepost.scim.urns import LIST_RESPONSE


class Pages:
    """Answers searches page by page."""

    def __init__(self, limits: Limits, cursor_key: bytes, renderer: Renderer) -> None:
        self._limits = limits
        self._cursor_key = cursor_key
        self._renderer = renderer

    async def search(
        self, resource: ResourceSchema, request: SearchRequest, handler: Handler, now_s: int
    ) -> Answer:
        """Answer a search for resources of one type."""
        count = self._count(request)
        after = None
        mark = fingerprint(resource.name, request.filter_text)
        if request.cursor is not None:
            after = self._after(request, mark, now_s)
        offset = 0 if request.cursor is not None else request.start_index - 1
        found = await self._found(resource, request, handler, (offset, after, count))
        head: dict[str, Any] = {"schemas": [LIST_RESPONSE], "totalResults": found.total}
        if request.cursor is None:
            head["startIndex"] = request.start_index
        head["itemsPerPage"] = len(found.resources)
        if request.cursor is not None and found.has_more and found.resources:
            last_id = found.resources[-1].id
            head["nextCursor"] = write_cursor(last_id, mark, now_s, self._cursor_key)
        rendered = [
            self._renderer.whole(resource, one, handler, request.projection)
            for one in found.resources
        ]
        return _listed(head, rendered)

    async def search_all(
        self,
        searches: list[tuple[ResourceSchema, SearchRequest]],
        handler: Handler,
    ) -> Answer:
        """Answer a search across types (RFC 7644 §3.4.2.1, §3.4.3): one type after the other.

        An attribute that a type does not have is no deviation here: it has no value.
        """
        rendered: list[Rendered] = []
        total, start, count = 0, 1, 0
        for resource, request in searches:
            if request.filter is not None:
                check(request.filter, resource, Dialect())
            if request.cursor is not None:
                detail = "Across types there are no cursors. Use startIndex, or /Users and /Groups."
                raise InvalidCursor(detail)
            start, count = request.start_index, self._count(request)
            offset = max(0, start - 1 - total)
            left = max(0, count - len(rendered))
            found = await self._found(resource, request, handler, (offset, None, left))
            total += found.total
            rendered += [
                self._renderer.whole(resource, one, handler, request.projection)
                for one in found.resources
            ]
        head = {
            "schemas": [LIST_RESPONSE],
            "totalResults": total,
            "startIndex": start,
            "itemsPerPage": len(rendered),
        }
        return _listed(head, rendered)

    def _count(self, request: SearchRequest) -> int:
        count = self._limits.page_default if request.count is None else request.count
        return min(count, self._limits.page_max)

    def _after(self, request: SearchRequest, mark: str, now_s: int) -> str | None:
        if request.sort_by is not None:
            raise InvalidCursor(
                "Pages by cursor are in the order of creation: leave sortBy out, or page by "
                "startIndex."
            )
        if not request.cursor:
            return None
        timeout_s = self._limits.cursor_timeout_s
        return read_cursor(request.cursor, self._cursor_key, mark, now_s=now_s, timeout_s=timeout_s)

    async def _found(
        self,
        resource: ResourceSchema,
        request: SearchRequest,
        handler: Handler,
        place: tuple[int, str | None, int],
    ) -> Found:
        offset, after, count = place
        return await handler.search(
            resource,
            request,
            offset=offset,
            after_id=after,
            limit=count,
            with_groups=wants(request.projection, "groups"),
        )


def _listed(head: dict[str, Any], rendered: list[Rendered]) -> Answer:
    """Answer with a ListResponse; streamed where groups with members are in it."""
    opening = msgspec.json.encode(head)[:-1] + b',"Resources":['
    if all(one.members is None for one in rendered):
        return Answer(200, opening + b",".join(one.head for one in rendered) + b"]}")
    return Answer(200, stream=_parts(opening, rendered))


async def _parts(opening: bytes, rendered: list[Rendered]) -> AsyncIterator[bytes]:
    yield opening
    for place, one in enumerate(rendered):
        if place:
            yield b","
        async for part in one.parts():
            yield part
    yield b"]}"
