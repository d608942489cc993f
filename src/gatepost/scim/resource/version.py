"""Versions as entity tags (RFC 7644 §3.14, RFC 9110 §8.8.3)."""

import re

_TAG = re.compile(r"""(?:W/)?"?([0-9]{1,18})"?""", re.IGNORECASE | re.ASCII)


def etag(version: int) -> str:
    """Give the weak entity tag of a version, as `ETag` and `meta.version` have it."""
    return f'W/"{version}"'


def matches(header: str, version: int) -> bool:
    """Tell whether an If-Match or If-None-Match header names the version.

    Compared weakly; `*` names every version. Forgotten quotes and a missing
    `W/` are read as meant. A tag we never gave out names nothing.
    """
    return any(_names(part.strip(), version) for part in header.split(","))


def _names(tag: str, version: int) -> bool:
    if tag == "*":
        return True
    found = _TAG.fullmatch(tag)
    return found is not None and int(found[1]) == version
