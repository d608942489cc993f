"""Runs a plan: all its connections, its warm-up, its end."""

import asyncio
from collections import Counter
from collections.abc import Iterator
from time import perf_counter

from bench.load.connection import Connection
from bench.load.plan import Plan, Result
from bench.load.scenarios import SCENARIOS, Asked, as_bytes

_EXAMPLE_BYTES = 300
_STUCK_S = 60.0


class LoadStuck(Exception):
    """The server closed every connection, or does not answer."""


class Generator:
    """One load while it runs."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._asks: Iterator[Asked] = SCENARIOS[plan.scenario](**plan.parameters)
        self._used = self._open = self._bytes = 0
        self._seconds: list[float] = []
        self._wrong: Counter[str] = Counter()
        self._example = ""
        self._begin_at = self._end_at = self._last_at = 0.0
        self._done = asyncio.Event()

    async def run(self) -> Result:
        """Connect, warm up, measure.

        Raises:
            LoadStuck: no answer comes any more.
        """
        plan, loop = self._plan, asyncio.get_running_loop()
        connections: list[Connection] = []
        for _ in range(plan.connections):
            _, one = await loop.create_connection(
                lambda: Connection(self._answered, self._lost), plan.host, plan.port
            )
            connections.append(one)
        self._begin_at = self._last_at = perf_counter() + plan.warmup_s
        self._end_at = self._begin_at + plan.seconds
        self._open = len(connections)
        for one in connections:
            self._next(one)
        try:
            await asyncio.wait_for(self._done.wait(), plan.warmup_s + plan.seconds + _STUCK_S)
        except TimeoutError as error:
            raise LoadStuck(f"{plan.scenario}: no answer for {_STUCK_S:g} s") from error
        for one in connections:
            if one.transport:
                one.transport.abort()
        return self._result()

    def _next(self, connection: Connection) -> None:
        asked = next(self._asks, None)
        most = self._plan.operations_max
        if (
            asked is None
            or (most is not None and self._used >= most)
            or perf_counter() >= self._end_at
        ):
            self._finished()
            return
        self._used += 1
        plan = self._plan
        request = as_bytes(asked, base_path=plan.base_path, host=plan.host, headers=plan.headers)
        connection.ask(request, asked)

    def _answered(self, connection: Connection, seconds: float, status: int, body: bytes) -> None:
        asked = connection.request_key
        assert isinstance(asked, Asked)  # noqa: S101 - what `_next` gave
        now = perf_counter()
        if status not in asked.statuses or asked.holding not in body:
            self._wrong[str(status)] += 1
            self._example = self._example or body[:_EXAMPLE_BYTES].decode(errors="replace")
        elif now >= self._begin_at:
            self._seconds.append(seconds)
            self._bytes += len(body)
            self._last_at = now
        self._next(connection)

    def _finished(self) -> None:
        self._open -= 1
        if self._open == 0:
            self._done.set()

    def _lost(self) -> None:
        if not self._done.is_set():
            self._wrong["connection lost"] += 1
            self._finished()

    def _result(self) -> Result:
        latencies = sorted(self._seconds) or [0.0]
        return Result(
            operations=len(self._seconds),
            seconds=self._last_at - self._begin_at,
            p50_ms=_at(latencies, 0.50),
            p95_ms=_at(latencies, 0.95),
            p99_ms=_at(latencies, 0.99),
            max_ms=latencies[-1] * 1000,
            answer_bytes=self._bytes // max(len(self._seconds), 1),
            used=self._used,
            wrong=dict(self._wrong),
            example=self._example,
        )


def _at(ordered: list[float], share: float) -> float:
    return ordered[min(int(len(ordered) * share), len(ordered) - 1)] * 1000
