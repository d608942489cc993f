"""What changed between two documents, attribute by attribute (R36)."""

from typing import Any

Document = dict[str, Any]


def changed(before: Document, after: Document) -> dict[str, list[Any]]:
    """Give `{attribute path: [before, after]}` for all that differs.

    Complex attributes and extensions are compared a level down
    (`name.givenName`, `urn:…:User:department`); lists as a whole. `schemas`,
    `id` and `meta` are not attributes a person cares about.
    """
    found: dict[str, list[Any]] = {}
    for key in before.keys() | after.keys():
        if key in {"schemas", "id", "meta"}:
            continue
        _compare(key, before.get(key), after.get(key), found)
    return dict(sorted(found.items()))


def _compare(path: str, old: object, new: object, found: dict[str, list[Any]]) -> None:
    if old == new:
        return
    if isinstance(old or {}, dict) and isinstance(new or {}, dict):
        olds: Document = old if isinstance(old, dict) else {}
        news: Document = new if isinstance(new, dict) else {}
        separator = ":" if path.lower().startswith("urn:") else "."
        for key in olds.keys() | news.keys():
            _compare(f"{path}{separator}{key}", olds.get(key), news.get(key), found)
        return
    found[path] = [old, new]
