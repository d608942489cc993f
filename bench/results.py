"""What was measured, as values that are kept as JSON."""

from collections.abc import Iterable
from statistics import median

import msgspec

from bench.load.plan import Result


class Measured(msgspec.Struct, frozen=True, kw_only=True):
    """One load of one round; `cpu_us` is the server's processor time for an operation."""

    subject: str
    database: str
    users: int
    operation: str
    connections: int
    round: int
    result: Result
    cpu_us: float | None = None


class Fact(msgspec.Struct, frozen=True, kw_only=True):
    """A number that is no rate: memory, time to start, a yardstick."""

    subject: str
    database: str
    users: int
    name: str
    value: float


class Run(msgspec.Struct, kw_only=True):
    """All of a run."""

    at: str
    machine: str
    measured: list[Measured] = []
    facts: list[Fact] = []


class Summary(msgspec.Struct, frozen=True, kw_only=True):
    """The rounds of one load together: medians, and the spread of the rate."""

    subject: str
    database: str
    users: int
    operation: str
    connections: int
    per_s: float
    per_s_least: float
    per_s_most: float
    p50_ms: float
    p95_ms: float
    p99_ms: float
    cpu_us: float | None
    wrong: int
    example: str


def summarize(measured: Iterable[Measured]) -> list[Summary]:
    """Put the rounds of each load together, in the order in which they first ran."""
    alike: dict[tuple[str, str, int, str, int], list[Measured]] = {}
    for one in measured:
        key = (one.subject, one.database, one.users, one.operation, one.connections)
        alike.setdefault(key, []).append(one)
    return [_summary(rounds) for rounds in alike.values()]


def _summary(rounds: list[Measured]) -> Summary:
    first, results = rounds[0], [one.result for one in rounds]
    rates = [one.per_s for one in results]
    cpu = [one.cpu_us for one in rounds if one.cpu_us is not None]
    return Summary(
        subject=first.subject,
        database=first.database,
        users=first.users,
        operation=first.operation,
        connections=first.connections,
        per_s=median(rates),
        per_s_least=min(rates),
        per_s_most=max(rates),
        p50_ms=median(one.p50_ms for one in results),
        p95_ms=median(one.p95_ms for one in results),
        p99_ms=median(one.p99_ms for one in results),
        cpu_us=median(cpu) if cpu else None,
        wrong=sum(sum(one.wrong.values()) for one in results),
        example=next((one.example for one in results if one.example), ""),
    )
