"""What the URL of the list asks for, and URLs that ask for a little more or less."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlencode

import msgspec

from gatepost.activity.explorer import RESULTS
from gatepost.activity.outcome import CHANGED
from gatepost.base.ids import is_id

LIST = "/console/activity"
LIVE = f"{LIST}/live"
RANGES: Mapping[str, tuple[timedelta, str]] = {
    "1h": (timedelta(hours=1), "Last hour"),
    "24h": (timedelta(hours=24), "Last 24 hours"),
    "7d": (timedelta(days=7), "Last 7 days"),
    "30d": (timedelta(days=30), "Last 30 days"),
}
USUAL_RANGE = "7d"
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")

_WORD_MAX = 200
_CODE = re.compile(r"[a-z0-9_]+(\.[a-z0-9_]+)*\.?")
_CODE_MAX = 60
_SLUG = re.compile(r"[a-z0-9-]{1,64}")
_STATUS = range(100, 600)
_SLOW_MS_MAX = 600_000
_YEARS = range(2000, 2200)
_PARAMETERS_MAX = 40


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """The filters, as far as they are any; `ignored` are the names of those that are none."""

    q: str = ""
    result: tuple[str, ...] = ()
    reason: str | None = None
    event: str | None = None
    kind: str | None = None
    provider: str | None = None
    method: str | None = None
    status: int | None = None
    slow: int | None = None
    since: datetime | None = None
    until: datetime | None = None
    range: str = USUAL_RANGE
    subject: str | None = None
    before: str | None = None
    ignored: tuple[str, ...] = ()

    @property
    def has_own_range(self) -> bool:
        """Tell whether the range of time is given by instants."""
        return self.since is not None or self.until is not None

    @property
    def parameters(self) -> dict[str, Any]:
        """The filters as a query has them, without the place of a page."""
        found: dict[str, Any] = {}
        for name in FILTERS:
            value = getattr(self, name)
            if name == "range" and (self.has_own_range or value == USUAL_RANGE):
                continue
            if isinstance(value, datetime):
                found[name] = value.isoformat().replace("+00:00", "Z")
            elif value:
                found[name] = value
        return found

    @property
    def query(self) -> str:
        """The filters as a query."""
        return urlencode(self.parameters, doseq=True)

    def link(self, to: str = LIST, /, **changes: Any) -> str:  # noqa: ANN401 - of any filter
        """Give the URL of the list, or another path, with some filters changed."""
        changed = msgspec.structs.replace(self, before=None, **changes)
        parameters = changed.parameters
        if changed.before:
            parameters["before"] = changed.before
        query = urlencode(parameters, doseq=True)
        return f"{to}?{query}" if query else to

    def page(self, before: str) -> str:
        """Give the URL of the page behind that entry."""
        return f"{LIST}?{urlencode({**self.parameters, 'before': before}, doseq=True)}"

    def edges(self, now: datetime) -> tuple[datetime | None, datetime | None]:
        """Give where the range of time begins and ends."""
        if self.has_own_range:
            return self.since, self.until
        return now - RANGES[self.range][0], None


FILTERS = tuple(
    name for name in Asked.__struct_fields__ if name not in {"before", "ignored"}
)  # fmt: skip


def read(query: str) -> Asked:
    """Read the filters of a query; what is none is left out and named."""
    try:
        given = parse_qs(query, keep_blank_values=False, max_num_fields=_PARAMETERS_MAX)
    except ValueError:
        return Asked(ignored=("the query",))
    found: dict[str, Any] = {}
    ignored = []
    for name, values in given.items():
        reader = _READERS.get(name)
        if reader is None:
            continue
        try:
            found[name] = reader(values)
        except ValueError:
            ignored.append(name)
    if "own" in given and "range" in found:
        # The form showed a range by instants, and another was chosen instead.
        found = {name: one for name, one in found.items() if name not in {"since", "until"}}
    return Asked(**found, ignored=tuple(ignored))


def _word(values: list[str]) -> str:
    return values[0].replace("\0", "").strip()[:_WORD_MAX]


def _results(values: list[str]) -> tuple[str, ...]:
    given = {one for value in values for one in value.split(",")}
    wanted = {"ok" if one == CHANGED else one for one in given}  # as charts count it
    if wanted - set(RESULTS):
        raise ValueError
    return tuple(one for one in RESULTS if one in wanted)


def _code(values: list[str]) -> str:
    return _matching(_CODE, values[0][: _CODE_MAX + 1], _CODE_MAX)


def _slug(values: list[str]) -> str:
    return _matching(_SLUG, values[0], _CODE_MAX)


def _matching(pattern: re.Pattern[str], text: str, length_max: int) -> str:
    if len(text) > length_max or not pattern.fullmatch(text):
        raise ValueError
    return text


def _one_of(known: tuple[str, ...]) -> Any:  # noqa: ANN401 - a reader
    def reader(values: list[str]) -> str:
        if values[0] not in known:
            raise ValueError
        return values[0]

    return reader


def _number(known: range) -> Any:  # noqa: ANN401 - a reader
    def reader(values: list[str]) -> int:
        text = values[0].strip()
        if not (text.isascii() and text.isdecimal() and len(text) < 10 and int(text) in known):  # noqa: PLR2004 - far more digits than any
            raise ValueError
        return int(text)

    return reader


def _instant(values: list[str]) -> datetime:
    """Read RFC 3339; what a browser's field sends has no zone and is UTC."""
    at = datetime.fromisoformat(values[0].strip().replace(" ", "+"))
    if at.year not in _YEARS:
        raise ValueError
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)


def _id(values: list[str]) -> str:
    if not is_id(values[0]):
        raise ValueError
    return values[0]


_READERS: dict[str, Any] = {
    "q": _word,
    "result": _results,
    "reason": _code,
    "event": _code,
    "kind": _code,
    "provider": _slug,
    "method": _one_of(METHODS),
    "status": _number(_STATUS),
    "slow": _number(range(1, _SLOW_MS_MAX)),
    "since": _instant,
    "until": _instant,
    "range": _one_of(tuple(RANGES)),
    "subject": _id,
    "before": _id,
}
