"""The ASGI door at `/scim/v2/{provider}`: every answer below it is SCIM's own, errors too."""

import asyncio
from collections.abc import Awaitable, Sequence
from datetime import datetime
from typing import Any

from gatepost.activity.inbound import Inbound
from gatepost.base.clock import Clock
from gatepost.base.ids import Ids, is_id
from gatepost.lifecycle.corridor import Writer
from gatepost.scim.answers import Answer
from gatepost.scim.bulk.run import run_bulk
from gatepost.scim.dialects.mode import Dialect, Mode
from gatepost.scim.errors import Unavailable
from gatepost.scim.request import Request
from gatepost.web.scim.authentication import Authentication, Caller
from gatepost.web.scim.body import ClientGone, Receive
from gatepost.web.scim.errors import said_of
from gatepost.web.scim.guard import guarded
from gatepost.web.scim.handler import LifecycleHandler, Rooms
from gatepost.web.scim.profiles import Profiles, Served
from gatepost.web.scim.rate import Buckets
from gatepost.web.scim.reading import (
    Headers,
    RequestLimits,
    is_bulk,
    read_request,
    shown_path,
    split_path,
)
from gatepost.web.scim.redaction import redact
from gatepost.web.scim.send import Send, send

_KINDS = {"users": "user", "groups": "group"}


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
        request_limits: RequestLimits,
    ) -> None:
        self._rooms = rooms
        self._authentication = authentication
        self._profiles = profiles
        self._clock = clock
        self._ids = ids
        self._request_limits = request_limits
        self._buckets = Buckets()

    async def __call__(self, scope: dict[str, Any], receive: Receive, send_message: Send) -> None:
        """Serve one HTTP request below `/scim/v2`."""
        inbound = self._inbound(scope["method"], shown_path(scope))
        scope["gatepost.request"] = inbound
        try:
            work = self._in_time(self._served(scope, receive, inbound))
            answer = await guarded(inbound, self._rooms.recorder, work)
        except ClientGone:
            return
        await send(send_message, answer, inbound.request_id)

    async def _in_time(self, work: Awaitable[Answer]) -> Answer:
        """Give up on a request that takes longer than the deadline, reading its body included."""
        try:
            async with asyncio.timeout(self._request_limits.deadline_s):
                return await work
        except TimeoutError as error:
            seconds = self._request_limits.deadline_s
            detail = f"The request took longer than {seconds:g} s. Try again later."
            raise Unavailable(detail, headers={"Retry-After": "5"}) from error

    def _inbound(self, method: str, path: str) -> Inbound:
        return Inbound(
            request_id=self._ids.new(),
            at=self._clock.now(),
            method=method,
            path=path,
            now=self._clock.now,
            said_of=said_of,
            door="scim",
        )

    async def _served(self, scope: dict[str, Any], receive: Receive, inbound: Inbound) -> Answer:
        headers: Headers = dict(scope["headers"])
        at = inbound.at
        slug, segments = split_path(scope)
        caller = await self._authentication.caller(slug, headers, inbound, at)
        provider = caller.provider
        _file(inbound, segments)
        self._buckets.take(provider.provider_id, provider.rate_limit, at.timestamp())
        client = scope.get("client")
        self._rooms.recorder.used(caller.token, at, client[0] if client else None)
        dialect = inbound.dialect = Dialect(Mode(provider.mode))
        served = await self._profiles.of(provider)
        try:
            request = await read_request(scope, receive, inbound, dialect, self._request_limits)
            if is_bulk(segments):
                return await self._bulk(request, served, caller, inbound)
            return await self._answered(request, served, caller, inbound)
        finally:
            self._count_deviations(caller, dialect, at)

    async def _answered(
        self, request: Request, served: Served, caller: Caller, inbound: Inbound
    ) -> Answer:
        assert inbound.dialect is not None  # noqa: S101 - whoever began the record set it
        handler = LifecycleHandler(
            self._rooms,
            provider=caller.provider,
            schemas=served.schemas,
            dialect=inbound.dialect,
            writer=Writer(caller.actor, inbound),
        )
        return await served.provider.answer(
            request, handler, inbound.dialect, int(inbound.at.timestamp())
        )

    async def _bulk(
        self, request: Request, served: Served, caller: Caller, outer: Inbound
    ) -> Answer:
        """Answer a Bulk request; each of its operations leaves a record of its own."""
        assert outer.dialect is not None  # noqa: S101 - `_served` set it
        seen = outer.dialect

        async def answer(one: Request) -> Answer:
            inbound = self._inbound(one.method, "/Bulk/" + "/".join(one.segments))
            inbound.tenant_id = outer.tenant_id
            inbound.provider_id, inbound.token_id = outer.provider_id, outer.token_id
            inbound.body = redact(one.body)
            inbound.step("parse", bulk=outer.request_id)
            _file(inbound, one.segments)
            inbound.dialect = dialect = Dialect(seen.mode)
            work = self._answered(one, served, caller, inbound)
            answered = await guarded(inbound, self._rooms.recorder, work)
            seen.deviations.extend(dialect.deviations)
            return answered

        profile = served.provider.profile
        return await run_bulk(
            request, answer, base_url=profile.base_url, limits=profile.limits, dialect=seen
        )

    def _count_deviations(self, caller: Caller, dialect: Dialect, at: datetime) -> None:
        """Count what was tolerated, for a provider in report mode (R39)."""
        if dialect.mode is Mode.REPORT and dialect.deviations:
            provider = caller.provider
            self._rooms.recorder.deviated(
                provider.tenant_id, provider.provider_id, at, dialect.deviations
            )


def _file(inbound: Inbound, segments: Sequence[str]) -> None:
    """File the request under whom its path names, lest one that is not understood be nobody's."""
    kind = _KINDS.get(segments[0].lower()) if segments else None
    if kind and len(segments) > 1 and is_id(segments[1]):
        inbound.subject_kind, inbound.subject_key = kind, segments[1]
