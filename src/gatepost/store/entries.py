"""Reads of what happened and what was asked together: activities with their requests.

A list of both is merged from streams. Each stream is one statement that an index answers in
the order of ids, newest first, and never reads beyond the ids of its range of time.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Literal

import msgspec

from gatepost.base.clock import from_microseconds
from gatepost.base.ids import lowest_id
from gatepost.store.codec import among, codec_of
from gatepost.store.conditions import Conditions
from gatepost.store.database import Database
from gatepost.store.tables import Kind

Outcome = Literal["refused", "failed", "warned", "unchanged"]
"""What became of a request: 4xx, 5xx, accepted with a warning, accepted and without effect."""

NOTED_EVENTS = (
    "conflict.opened",
    "login.refused",
    "mfa.passkey_suspicious",
    "provider.sso_certificate_ends",
    "user.archived",
    "user.deactivation_refused",
)
"""Activities that somebody should look at, whatever their request came to; they have an index."""

_SLACK = timedelta(minutes=1)
"""How far an id may be from the instant beside it: ids of one process never go backwards."""

_ABOUT_MAX = 500
_WARNED = """{0}.steps LIKE '%"result":"warning"%'"""
_OUTCOMES: dict[Outcome, str] = {
    "refused": "{0}.status >= 400 AND ({0}.status < 500 OR {0}.reason = 'scope.paused')",
    "failed": "{0}.status >= 400 AND {0}.status >= 500 AND {0}.reason <> 'scope.paused'",
    "warned": f"{_WARNED} AND {{0}}.status < 400",
    "unchanged": f"{{0}}.status < 400 AND NOT {_WARNED}",
}
_ON_THE_WAY = ("login.step_up_required",)
"""Refusals that only lead somewhere else first: no news, unless they are asked for."""
_WITHOUT_EFFECT = ("apply.no_change", "read")
_REQUEST = "{0}.method, {0}.path, {0}.status, {0}.duration_us, {0}.reason, {0}.steps"
_ACTIVITY = f"""a.activity_id, a.at, a.event, a.actor_name, a.token_id, a.provider_id,
    a.subject_kind, a.subject_id, a.subject_name, a.request_id, a.data, {_REQUEST.format("r")}"""
_NAME = """coalesce(
    (SELECT u.user_name FROM users AS u
        WHERE u.tenant_id = t.tenant_id AND u.user_id = t.subject_id),
    (SELECT g.display_name FROM groups AS g
        WHERE g.tenant_id = t.tenant_id AND g.group_id = t.subject_id),
    t.subject_key)"""
"""What a request is about, as it is called now: requests often name an id."""
_ALONE = f"""t.request_id, t.at, NULL, NULL, t.token_id, t.provider_id,
    t.subject_kind, t.subject_id, {_NAME}, t.request_id, NULL, {_REQUEST.format("t")}"""
_ITS_REQUEST = """LEFT JOIN requests AS r
    ON r.tenant_id = a.tenant_id AND r.request_id = a.request_id"""

_HAS_EFFECT = """EXISTS (SELECT 1 FROM activities AS e
    WHERE e.tenant_id = t.tenant_id AND e.request_id = t.request_id)"""


class EntryRow(msgspec.Struct, frozen=True):
    """An activity with what is known of its request, or a request that left no activity.

    `entry_id` is the activity's id or the request's; `event`, `actor_name` and `data` are
    None for a request alone, whose `subject_name` is that of the account or group now, or
    else what it named. `data` and `steps` are
    JSON that is yet to be decoded.
    """

    entry_id: str
    at: datetime
    event: str | None
    actor_name: str | None
    token_id: str | None
    provider_id: str | None
    subject_kind: str | None
    subject_id: str | None
    subject_name: str | None
    request_id: str | None
    data: str | None
    method: str | None
    path: str | None
    status: int | None
    duration_us: int | None
    reason: str | None
    steps: str | None

    @property
    def has_warning(self) -> bool:
        """Tell whether a step of its request warned."""
        return self.steps is not None and '"result":"warning"' in self.steps


class Narrowed(msgspec.Struct, frozen=True, kw_only=True):
    """What every stream of a list is narrowed to; None for any."""

    kind: str | None = None
    provider_id: str | None = None
    method: str | None = None
    status: int | None = None
    slow_us: int | None = None
    since: datetime | None = None
    until: datetime | None = None


class Stream(msgspec.Struct, frozen=True, kw_only=True):
    """One statement's share of a list.

    Of activities: those of an `event` (all of a noun if it ends in `.`), of `NOTED_EVENTS` or
    not; `is_plain`: their request is neither refused nor warned; `outcome`: what it came to.
    `through`: the same for an outcome that is seldom, beginning with the requests; with
    `about`, what requests about the subject left.
    Of requests alone: those of one `outcome` that left no activity.
    """

    is_request: bool = False
    event: str | None = None
    is_noted: bool | None = None
    is_plain: bool = False
    through: Outcome | Literal["about"] | None = None
    outcome: Outcome | None = None
    reason: str | None = None
    subject_id: str | None = None
    subject_name: str | None = None
    subject_key: str | None = None


async def read(
    database: Database,
    tenant_id: int,
    stream: Stream,
    narrowed: Narrowed,
    *,
    before_id: str | None = None,
    limit: int,
) -> list[EntryRow]:
    """Read the next entries of a stream, newest first.

    Raises:
        ScanTooLong: too few of very many entries are wanted.
    """
    wanted = Conditions(codec_of(database))
    make = _alone if stream.is_request else _through if stream.through else _activities
    asked = _Asked(database.dialect == "sqlite", tenant_id, stream, narrowed, before_id, limit)
    found = await database.scan(f"{make(wanted, asked)} LIMIT {int(limit)}", *wanted.values)
    return _rows(database, found)


async def of_activities(
    database: Database, tenant_id: int, activity_ids: Sequence[str]
) -> list[EntryRow]:
    """Read these activities with their requests, in the order of their ids."""
    codec = codec_of(database)
    statement = f"""SELECT {_ACTIVITY} FROM activities AS a {_ITS_REQUEST}
        WHERE a.tenant_id = $1 AND {among(database, "a.activity_id", "$2", Kind.ID)}
        ORDER BY a.activity_id"""  # noqa: S608 - names of our own
    return _rows(database, await database.rows(statement, tenant_id, codec.many(activity_ids)))


async def of_request_alone(database: Database, tenant_id: int, request_id: str) -> EntryRow | None:
    """Find the entry of a request, as if it had left no activity."""
    statement = f"""SELECT {_ALONE} FROM requests AS t
        WHERE t.tenant_id = $1 AND t.request_id = $2"""  # noqa: S608 - names of our own
    found = await database.rows(statement, tenant_id, codec_of(database).id(request_id))
    return _rows(database, found)[0] if found else None


async def of_request(database: Database, tenant_id: int, request_id: str) -> list[EntryRow]:
    """Read the activities that one request left, in their order; the first few hundred."""
    statement = f"""SELECT {_ACTIVITY} FROM activities AS a {_ITS_REQUEST}
        WHERE a.tenant_id = $1 AND a.request_id = $2
        ORDER BY a.activity_id LIMIT {_ABOUT_MAX}"""  # noqa: S608 - names of our own
    found = await database.rows(statement, tenant_id, codec_of(database).id(request_id))
    return _rows(database, found)


class _Asked(msgspec.Struct, frozen=True):
    is_sqlite: bool
    tenant_id: int
    stream: Stream
    narrowed: Narrowed
    before_id: str | None
    limit: int


def _activities(wanted: Conditions, asked: _Asked) -> str:
    wanted.equal("a.tenant_id", Kind.INTEGER, asked.tenant_id)
    _narrow_activity(wanted, asked)
    return f"""SELECT {_ACTIVITY} FROM activities AS a {_ITS_REQUEST}
        {wanted.where} ORDER BY a.activity_id DESC"""  # noqa: S608 - names of our own


def _through(wanted: Conditions, asked: _Asked) -> str:
    """Begin with the few requests; walking along all activities would find them too late.

    A request's id is older than those of the activities that it left.
    """
    stream = asked.stream
    wanted.equal("t.tenant_id", Kind.INTEGER, asked.tenant_id)
    _within("t.request_id", "t.at", wanted, asked)
    _of_request("t", wanted, asked.narrowed)
    if stream.through == "about":
        wanted.equal("t.subject_id", Kind.ID, stream.subject_id)
    elif stream.through:
        _of_outcome("t", wanted, stream.through, stream.reason)
    few = f"""SELECT t.tenant_id, t.request_id FROM requests AS t {wanted.where} AND {_HAS_EFFECT}
        ORDER BY t.request_id DESC LIMIT {max(_ABOUT_MAX, int(asked.limit))}"""  # noqa: S608
    rest = wanted.further()
    rest.plain("a.tenant_id = few.tenant_id AND a.request_id = few.request_id")
    _narrow_activity(rest, asked)
    return f"""WITH few AS MATERIALIZED ({few})
        SELECT {_ACTIVITY} FROM few CROSS JOIN activities AS a {_ITS_REQUEST}
        {rest.where} ORDER BY {"+" if asked.is_sqlite else ""}a.activity_id DESC"""  # noqa: S608


def _alone(wanted: Conditions, asked: _Asked) -> str:
    stream, narrowed = asked.stream, asked.narrowed
    wanted.equal("t.tenant_id", Kind.INTEGER, asked.tenant_id)
    _within("t.request_id", "t.at", wanted, asked)
    wanted.equal("t.subject_kind", Kind.TEXT, narrowed.kind)
    wanted.equal("t.provider_id", Kind.ID, narrowed.provider_id)
    wanted.equal("t.subject_id", Kind.ID, stream.subject_id)
    wanted.equal("t.subject_key", Kind.TEXT, stream.subject_key)
    _of_request("t", wanted, narrowed)
    _of_outcome("t", wanted, stream.outcome or "refused", stream.reason)
    if stream.outcome == "refused" and stream.reason is None:
        wanted.plain(f"t.reason NOT IN ({_quoted(_ON_THE_WAY)})")
    if stream.outcome == "unchanged":
        wanted.plain(f"t.reason IN ({_quoted(_WITHOUT_EFFECT)})")
    return f"""SELECT {_ALONE} FROM requests AS t {wanted.where} AND NOT {_HAS_EFFECT}
        ORDER BY t.request_id DESC"""  # noqa: S608 - names of our own


def _narrow_activity(wanted: Conditions, asked: _Asked) -> None:
    stream, narrowed = asked.stream, asked.narrowed
    # SQLite is to come to them by their request, not by an index of these.
    off = "+" if asked.is_sqlite and stream.through else ""
    _within(f"{off}a.activity_id", "a.at", wanted, asked)
    wanted.equal("a.subject_kind", Kind.TEXT, narrowed.kind)
    wanted.equal(f"{off}a.provider_id", Kind.ID, narrowed.provider_id)
    if stream.through != "about":
        wanted.equal(f"{off}a.subject_id", Kind.ID, stream.subject_id)
    wanted.equal("a.subject_name", Kind.TEXT, stream.subject_name)
    if stream.event is not None and stream.event.endswith("."):
        wanted.begins("a.event", stream.event)
    else:
        wanted.equal("a.event", Kind.TEXT, stream.event)
    if stream.is_noted is not None:
        wanted.plain(f"a.event {'' if stream.is_noted else 'NOT '}IN ({_quoted(NOTED_EVENTS)})")
    if stream.through is None:
        _narrow_its_request(wanted, stream, narrowed)


def _narrow_its_request(wanted: Conditions, stream: Stream, narrowed: Narrowed) -> None:
    _of_request("r", wanted, narrowed)
    if stream.is_plain:
        wanted.plain(f"(r.status IS NULL OR (r.status < 400 AND NOT {_WARNED.format('r')}))")
    if stream.outcome:
        _of_outcome("r", wanted, stream.outcome, stream.reason)
    else:
        wanted.equal("r.reason", Kind.TEXT, stream.reason)


def _within(id_column: str, at_column: str, wanted: Conditions, asked: _Asked) -> None:
    """Ask for the range of time by ids too, so that the walk along them ends where it does."""
    since, until = asked.narrowed.since, asked.narrowed.until
    wanted.compare(id_column, "<", Kind.ID, asked.before_id)
    if since:
        wanted.compare(id_column, ">=", Kind.ID, lowest_id(since - _SLACK))
        wanted.compare(at_column, ">=", Kind.INSTANT, since)
    if until:
        wanted.compare(id_column, "<", Kind.ID, lowest_id(until + _SLACK))
        wanted.compare(at_column, "<", Kind.INSTANT, until)


def _of_request(alias: str, wanted: Conditions, narrowed: Narrowed) -> None:
    wanted.equal(f"{alias}.method", Kind.TEXT, narrowed.method)
    wanted.equal(f"{alias}.status", Kind.INTEGER, narrowed.status)
    wanted.compare(f"{alias}.duration_us", ">=", Kind.INTEGER, narrowed.slow_us)


def _of_outcome(alias: str, wanted: Conditions, outcome: Outcome, reason: str | None) -> None:
    """Ask for an outcome in the words of its index; a warning's reason is that of its step."""
    wanted.plain(_OUTCOMES[outcome].format(alias))
    if outcome != "warned":
        wanted.equal(f"{alias}.reason", Kind.TEXT, reason)
    elif reason is not None:
        wanted.compare(
            f"{alias}.steps", "LIKE", Kind.TEXT, f'%"result":"warning","code":"{reason}"%'
        )


def _quoted(names: tuple[str, ...]) -> str:
    """Write names of our own catalogues, which hold nothing that would have to be escaped."""
    return ", ".join(f"'{one}'" for one in names)


def _rows(database: Database, found: Sequence[tuple[Any, ...]]) -> list[EntryRow]:
    as_id = codec_of(database).decode
    ids = (0, 4, 5, 7, 9)
    rows = []
    for values in found:
        decoded = list(values)
        for place in ids:
            decoded[place] = as_id(Kind.ID, decoded[place])
        decoded[1] = from_microseconds(decoded[1])
        rows.append(EntryRow(*decoded))
    return rows
