"""The ASGI door at `/scim/v2/{provider}`: every answer below it is SCIM's own, errors too."""

from collections.abc import Awaitable
from datetime import datetime
from typing import Any
from urllib.parse import parse_qsl, unquote

from gatepost.activity.inbound import Inbound
from gatepost.base.clock import Clock
from gatepost.base.ids import Ids
from gatepost.lifecycle.corridor import Writer
from gatepost.scim.answers import Answer
from gatepost.scim.bulk.run import run_bulk
from gatepost.scim.dialects.mode import Dialect, Mode
from gatepost.scim.errors import BadRequest
from gatepost.scim.provider import Request
from gatepost.web.scim.authentication import Authentication, Caller, Headers
from gatepost.web.scim.body import ClientGone, Receive, check_media_type, decode, read_bytes
from gatepost.web.scim.errors import status_of
from gatepost.web.scim.guard import guarded
from gatepost.web.scim.handler import LifecycleHandler, Rooms
from gatepost.web.scim.profiles import Profiles, Served
from gatepost.web.scim.rate import Buckets
from gatepost.web.scim.redaction import redact, redact_query
from gatepost.web.scim.send import Send, send

_PREFIX = b"/scim/v2/"
_PATH_MAX = 2_000


class ScimDoor:
    """Reads a request, authenticates it, has it answered, and sees to its record."""

    def __init__(
        self,
        *,
        rooms: Rooms,
        authentication: Authentication,
        profiles: Profiles,
        clock: Clock,
        ids: Ids,
        body_bytes_max: int,
    ) -> None:
        self._rooms = rooms
        self._authentication = authentication
        self._profiles = profiles
        self._clock = clock
        self._ids = ids
        self._body_bytes_max = body_bytes_max
        self._buckets = Buckets()

    async def __call__(self, scope: dict[str, Any], receive: Receive, send_message: Send) -> None:
        """Serve one HTTP request below `/scim/v2`."""
        inbound = self._inbound(scope["method"], _shown_path(scope))
        scope["gatepost.request"] = inbound
        try:
            answer = await guarded(
                inbound, self._rooms.recorder, self._served(scope, receive, inbound)
            )
        except ClientGone:
            return
        await send(send_message, answer, inbound.request_id)

    def _inbound(self, method: str, path: str) -> Inbound:
        return Inbound(
            request_id=self._ids.new(),
            at=self._clock.now(),
            method=method,
            path=path,
            now=self._clock.now,
            status_of=status_of,
        )

    async def _served(self, scope: dict[str, Any], receive: Receive, inbound: Inbound) -> Answer:
        headers: Headers = dict(scope["headers"])
        at = inbound.at
        slug, segments = _split(scope)
        caller = await self._authentication.caller(slug, headers, inbound, at)
        provider = caller.provider
        self._buckets.take(provider.provider_id, provider.rate_limit, at.timestamp())
        client = scope.get("client")
        self._rooms.recorder.used(caller.token, at, client[0] if client else None)
        request = await self._request(scope, segments, headers, receive, inbound)
        served = await self._profiles.of(provider)
        if [one.lower() for one in segments] == ["bulk"]:
            return await self._bulk(request, served, caller, inbound)
        return await self._answered(request, served, caller, inbound)

    async def _request(
        self,
        scope: dict[str, Any],
        segments: tuple[str, ...],
        headers: Headers,
        receive: Receive,
        inbound: Inbound,
    ) -> Request:
        body = None
        if scope["method"] in {"POST", "PUT", "PATCH"}:
            is_bulk = [one.lower() for one in segments] == ["bulk"]
            bytes_max = self._profiles.limits.bulk_bytes_max if is_bulk else self._body_bytes_max
            raw = await read_bytes(receive, headers, bytes_max)
            if raw:
                check_media_type(headers.get(b"content-type", b""))
                body = decode(raw)
            inbound.body = None if is_bulk else redact(body)
            inbound.step("parse", bytes=len(raw))
        return Request(
            method=scope["method"],
            segments=segments,
            query=_query(scope["query_string"]),
            body=body,
            if_match=_header(headers, b"if-match"),
            if_none_match=_header(headers, b"if-none-match"),
        )

    async def _answered(
        self, request: Request, served: Served, caller: Caller, inbound: Inbound
    ) -> Answer:
        dialect = Dialect(Mode(caller.provider.mode))
        inbound.dialect = dialect
        handler = LifecycleHandler(
            self._rooms,
            provider=caller.provider,
            schemas=served.schemas,
            dialect=dialect,
            writer=Writer(caller.actor, inbound),
        )
        try:
            return await served.provider.answer(
                request, handler, dialect, int(inbound.at.timestamp())
            )
        finally:
            self._count_deviations(caller, dialect, inbound.at)

    async def _bulk(
        self, request: Request, served: Served, caller: Caller, outer: Inbound
    ) -> Answer:
        """Answer a Bulk request; each of its operations leaves a record of its own."""

        def answer(one: Request) -> Awaitable[Answer]:
            inbound = self._inbound(one.method, "/Bulk/" + "/".join(one.segments)[:_PATH_MAX])
            inbound.tenant_id = outer.tenant_id
            inbound.provider_id, inbound.token_id = outer.provider_id, outer.token_id
            inbound.body = redact(one.body)
            inbound.step("parse", bulk=outer.request_id)
            work = self._answered(one, served, caller, inbound)
            return guarded(inbound, self._rooms.recorder, work)

        dialect = Dialect(Mode(caller.provider.mode))
        profile = served.provider.profile
        return await run_bulk(
            request, answer, base_url=profile.base_url, limits=profile.limits, dialect=dialect
        )

    def _count_deviations(self, caller: Caller, dialect: Dialect, at: datetime) -> None:
        """Count what was tolerated, for a provider in report mode (R39)."""
        if dialect.mode is Mode.REPORT and dialect.deviations:
            provider = caller.provider
            self._rooms.recorder.deviated(
                provider.tenant_id, provider.provider_id, at, dialect.deviations
            )


def _split(scope: dict[str, Any]) -> tuple[str, tuple[str, ...]]:
    """Take the path below `/scim/v2` apart; empty parts go (`/Users/`, WIRE.md P13)."""
    raw: bytes = scope.get("raw_path") or scope["path"].encode()
    below = raw.partition(_PREFIX)[2].split(b"?", 1)[0]
    parts = [unquote(one.decode("latin-1"), errors="replace") for one in below.split(b"/")]
    segments = tuple(one for one in parts if one)
    return (segments[0], segments[1:]) if segments else ("", ())


def _query(raw: bytes) -> list[tuple[str, str]]:
    try:
        text = raw.decode("ascii")
        return parse_qsl(text, keep_blank_values=True, errors="strict", max_num_fields=100)
    except ValueError as error:
        raise BadRequest(
            "The query is not percent-encoded UTF-8 of at most 100 parameters."
        ) from error


def _header(headers: Headers, name: bytes) -> str | None:
    value = headers.get(name)
    return value.decode("latin-1") if value is not None else None


def _shown_path(scope: dict[str, Any]) -> str:
    query = redact_query(scope["query_string"].decode("latin-1"))
    shown = scope["path"] + (f"?{query}" if query else "")
    return str(shown[:_PATH_MAX]).replace("\x00", "�")
