"""What of a request's body is kept in its record: everything but secrets and phones (R36, R37)."""

import re
from typing import Any

import msgspec

_HIDDEN = frozenset({"password", "phonenumbers", "phonenumber", "mobile", "client_secret"})
_KEPT_BYTES_MAX = 65_536
_MARK = "(not kept)"
_SECRET_PARAMETER = re.compile(r"(?i)((?:^|&)(?:access_token|token|password)=)[^&]*")


def redact_query(query: str) -> str:
    """Give the query without credentials that somebody put into it; they open nothing here."""
    return _SECRET_PARAMETER.sub(r"\1" + "…", query)


def redact(body: Any) -> bytes | None:  # noqa: ANN401 - any JSON value
    """Give the body as JSON without secrets and phone numbers, or nothing if it is large."""
    if body is None:
        return None
    kept = msgspec.json.encode(_cleaned(body))
    return kept if len(kept) <= _KEPT_BYTES_MAX else None


def _cleaned(value: Any) -> Any:  # noqa: ANN401
    if isinstance(value, dict):
        if _names_hidden(value.get("path")):
            return {**value, "value": _MARK}
        return {key: _MARK if _is_hidden(key) else _cleaned(one) for key, one in value.items()}
    if isinstance(value, list):
        return [_cleaned(one) for one in value]
    return value


def _is_hidden(key: str) -> bool:
    return any(key.lower().rpartition(":")[2].startswith(name) for name in _HIDDEN)


def _names_hidden(path: Any) -> bool:  # noqa: ANN401
    return isinstance(path, str) and _is_hidden(path)
