"""Facets as links that narrow the list, and the filters in force as links that widen it."""

from collections.abc import Mapping
from typing import Any

import msgspec

from gatepost.activity.explorer import Facet
from gatepost.web.console.activity.asked import RANGES, Asked
from gatepost.web.console.activity.finding import Known
from gatepost.web.console.activity.shown import RESULT_WORDS
from gatepost.web.pages.formats import instant_in_words

_TITLES = {
    "result": "Result",
    "reason": "Reason",
    "event": "What happened",
    "kind": "About",
    "provider": "Identity provider",
    "method": "Method",
    "status": "Status",
}
_SHOWN_MAX = 8
_QUIET = frozenset({"ok", "read"})


class Value(msgspec.Struct, frozen=True):
    """One value of a facet; `href` narrows the list to it, or widens it where it is in force."""

    text: str
    count: int
    href: str
    is_on: bool


class Group(msgspec.Struct, frozen=True):
    """One facet; `more` are the values that are not shown."""

    title: str
    values: list[Value]
    more: int


class Chip(msgspec.Struct, frozen=True):
    """A filter in force, and the URL without it."""

    text: str
    href: str


def groups(facets: list[Facet], asked: Asked, known: Known) -> list[Group]:
    """Give facets that tell something; of one value only where it is in force."""
    made = []
    for facet in facets:
        pairs = [one for one in facet.values if facet.name != "reason" or one[0] not in _QUIET]
        values = [_value(facet.name, value, count, asked, known) for value, count in pairs]
        if len(values) > 1 or any(one.is_on for one in values):
            shown = values[:_SHOWN_MAX]
            made.append(Group(_TITLES[facet.name], shown, len(values) - len(shown)))
    return made


def _value(name: str, value: str, count: int, asked: Asked, known: Known) -> Value:
    slugs: Mapping[str, str] = known.slugs
    of_filter = slugs.get(value, value) if name == "provider" else value
    if name == "result":
        is_on = value in asked.result
        without = tuple(one for one in asked.result if one != value)
        href = asked.link(result=without if is_on else (value,))
    else:
        present = getattr(asked, name)
        is_on = present is not None and str(present) == of_filter
        wanted = int(of_filter) if name == "status" else of_filter
        href = asked.link(**_one(name, None if is_on else wanted))
    return Value(_text(name, value, known), count, href, is_on)


def _one(name: str, value: object) -> dict[str, Any]:
    return {name: value}


def _text(name: str, value: str, known: Known) -> str:
    if name == "result":
        return RESULT_WORDS[value][0]
    if name == "provider":
        return known.names.get(value, "A deleted provider")
    if name in {"event", "kind"}:
        return value.rstrip(".").replace(".", " ").replace("_", " ")
    return value


def chips(asked: Asked, known: Known) -> list[Chip]:
    """Give what the list is narrowed to, the range of time aside."""
    found = []
    if asked.q:
        found.append(Chip(f"“{asked.q}”", asked.link(q="")))
    for one in asked.result:
        rest = tuple(other for other in asked.result if other != one)
        found.append(Chip(RESULT_WORDS[one][0], asked.link(result=rest)))
    for name in ("reason", "event", "kind", "provider", "method", "status"):
        value = getattr(asked, name)
        if value is not None:
            text = _chip_text(name, str(value), known)
            found.append(Chip(f"{_TITLES[name]}: {text}", asked.link(**_one(name, None))))
    if asked.slow:
        found.append(Chip(f"{asked.slow} ms or longer", asked.link(slow=None)))
    if asked.subject:
        found.append(Chip("About one subject", asked.link(subject=None)))
    return found


def _chip_text(name: str, value: str, known: Known) -> str:
    if name == "provider":
        provider = known.of_slug(value)
        return provider.name if provider else value
    return _text(name, value, known)


def range_said(asked: Asked) -> str:
    """Say the range of time."""
    if not asked.has_own_range:
        return RANGES[asked.range][1]
    parts = [f"from {instant_in_words(asked.since)}"] if asked.since else []
    parts += [f"before {instant_in_words(asked.until)}"] if asked.until else []
    said = " ".join(parts)
    return said[:1].upper() + said[1:]
