"""The targets, each held against a run: met, or missed by how much."""

from collections.abc import Iterator
from statistics import median

import msgspec

from bench.results import Run, Summary, summarize

# The prototype that the targets were set by, and the bare HTTP server of its own minutes:
# a slower or busier machine of today lowers all of them alike.
_PROTOTYPE_ECHO = 29_900
_PROTOTYPE = {"sqlite": {"create": 5_500}, "postgresql": {"create": 6_400}}
_PROTOTYPE_PATCH = 9_000
_SHARE = 0.6
_PEER_USER_NAME, _PEER_EMAIL = 1_228, 33
_FLAT_CREATE, _FLAT_MEMBER, _FLAT_PAGE = 0.8, 1.3, 1.3


class Verdict(msgspec.Struct, frozen=True):
    """A target and what was measured; `is_met` is None where a run did not ask."""

    database: str
    users: int
    target: str
    wanted: str
    measured: str
    is_met: bool


def verdicts(run: Run) -> Iterator[Verdict]:
    """Hold the run against every target that it measured."""
    summaries = [one for one in summarize(run.measured) if one.subject == "gatepost"]
    for database, users in dict.fromkeys((one.database, one.users) for one in summaries):
        found = _Found(run, summaries, database, users)
        yield from _rates(found)
        yield from _latencies(found)
        yield from _facts(found)
    yield from _flatness(summaries)


class _Found:
    """What a run found for one directory."""

    def __init__(self, run: Run, summaries: list[Summary], database: str, users: int) -> None:
        self.database, self.users = database, users
        mine = [one for one in summaries if (one.database, one.users) == (database, users)]
        self._loads = {(one.operation, one.connections): one for one in mine}
        self.many = max(one.connections for one in mine)
        facts: dict[str, list[float]] = {}
        for one in run.facts:
            if (one.subject, one.database, one.users) == ("gatepost", database, users):
                facts.setdefault(one.name, []).append(one.value)
        self.facts = {name: median(values) for name, values in facts.items()}

    def load(self, operation: str, connections: int | None = None) -> Summary | None:
        return self._loads.get((operation, connections or self.many))

    def named(self, start: str) -> list[Summary]:
        return [one for (name, _), one in self._loads.items() if name.startswith(start)]

    def at_least(self, target: str, wanted: float, measured: float, unit: str = "/s") -> Verdict:
        return self._verdict(target, "≥", wanted, measured, unit, is_met=measured >= wanted)

    def at_most(self, target: str, wanted: float, measured: float, unit: str) -> Verdict:
        return self._verdict(target, "≤", wanted, measured, unit, is_met=measured <= wanted)

    def _verdict(
        self, target: str, sign: str, wanted: float, measured: float, unit: str, *, is_met: bool
    ) -> Verdict:
        shown = f"{sign} {_shown(wanted)} {unit}".strip()
        return Verdict(
            self.database, self.users, target, shown, f"{_shown(measured)} {unit}".strip(), is_met
        )


def _rates(found: _Found) -> Iterator[Verdict]:
    echo = found.load("echo GET")
    if echo is None:
        return
    today = echo.per_s / _PROTOTYPE_ECHO
    wanted = {
        "get": (_SHARE * echo.per_s, "60 % of the bare echo"),
        "patch active": (_SHARE * _PROTOTYPE_PATCH * today, "60 % of the prototype, scaled"),
        "create": (
            _SHARE * _PROTOTYPE[found.database]["create"] * today,
            "60 % of the prototype, scaled",
        ),
        "userName eq": (8 * _PEER_USER_NAME * today, "8 times the best peer, scaled"),
        "emails.value eq": (8 * _PEER_EMAIL * today, "8 times the best peer, scaled"),
        "list 100, first page": (2_500 * today, "2,500, scaled"),
        "list 100, by cursor at 90 %": (2_500 * today, "2,500, scaled"),
    }
    for operation, (rate, why) in wanted.items():
        one = found.load(operation)
        if one:
            yield found.at_least(f"{operation}: {why}", rate, one.per_s)
    first, deep = found.load("list 100, first page"), found.load("list 100, by cursor at 90 %")
    if first and deep:
        ratio = first.per_s / deep.per_s
        yield found.at_most("list by cursor: any depth ÷ first", _FLAT_PAGE, ratio, "")
    two, one = found.load("get, 2 workers"), found.load("get")
    if two and one:
        yield found.at_least("two workers ÷ one, get", 1.6, two.per_s / one.per_s, "")


def _latencies(found: _Found) -> Iterator[Verdict]:
    adds = found.named("member add")
    for one in adds:
        yield found.at_most(f"{one.operation}: p50", 1.0, one.p50_ms, "ms")
    for start in ("member add", "get group"):
        ordered = [one for one in found.named(start) if "with members" not in one.operation]
        if len(ordered) > 1:
            ratio = ordered[-1].p50_ms / ordered[0].p50_ms
            what = f"{ordered[-1].operation} ÷ {ordered[0].operation}"
            yield found.at_most(what, _FLAT_MEMBER, ratio, "")
    for one in found.named("create"):
        if one.connections < found.many:
            what = f"create p99 at {one.connections} connections"
            yield found.at_most(what, 15.0, one.p99_ms, "ms")


def _facts(found: _Found) -> Iterator[Verdict]:
    most = {
        "memory idle MiB": (80.0, "MiB"),
        "memory loaded MiB": (350.0, "MiB"),
        "memory grown by large answers MiB": (16.0, "MiB"),
        "start to ready s": (1.0, "s"),
    }
    for name, (wanted, unit) in most.items():
        if name in found.facts:
            yield found.at_most(name, wanted, found.facts[name], unit)


def _flatness(summaries: list[Summary]) -> Iterator[Verdict]:
    """Hold the largest directory of a database against its smallest."""
    for database in dict.fromkeys(one.database for one in summaries):
        for operation in ("create", "userName eq", "emails.value eq"):
            most = max(one.connections for one in summaries)
            alike = [
                one
                for one in summaries
                if (one.database, one.operation, one.connections) == (database, operation, most)
            ]
            if len(alike) > 1:
                small, large = min(alike, key=_users), max(alike, key=_users)
                ratio = large.per_s / small.per_s
                target = f"{operation}: {large.users:,} ÷ {small.users:,} users"
                yield Verdict(
                    database,
                    large.users,
                    target,
                    f"≥ {_FLAT_CREATE}",
                    f"{ratio:.2f}",
                    ratio >= _FLAT_CREATE,
                )


def _users(one: Summary) -> int:
    return one.users


def _shown(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.2f}"  # noqa: PLR2004 - digits enough
