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
        separator = ":" if key.lower().startswith("urn:") else "."
        _compare(key, separator, (before.get(key), after.get(key)), found)
    return dict(sorted(found.items()))


def _compare(
    path: str, separator: str, values: tuple[Any, Any], found: dict[str, list[Any]]
) -> None:
    old, new = values
    if old == new:
        return
    if not (_is_complex(old) and _is_complex(new)):
        found[path] = [old, new]
        return
    olds, news = old or {}, new or {}
    for key in olds.keys() | news.keys():
        _compare(f"{path}{separator}{key}", ".", (olds.get(key), news.get(key)), found)


def _is_complex(value: object) -> bool:
    return value is None or isinstance(value, dict)
