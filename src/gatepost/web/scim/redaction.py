"""What of a request is kept in its record: everything but secrets and phone numbers (R36, R37)."""

from typing import Any
from urllib.parse import unquote_plus

import msgspec

_HIDDEN = ("password", "phone", "mobile", "client_secret", "clientsecret")
_SECRET_PARAMETERS = frozenset({"access_token", "token", "password"})
_EXPRESSIONS = frozenset({"filter", "path"})
_KEPT_BYTES_MAX = 65_536
_MARK = "(not kept)"


def redact_query(query: str) -> str:
    """Give the query without credentials, which open nothing here, and without phone numbers."""
    return "&".join(_parameter(part) for part in query.split("&"))


def _parameter(part: str) -> str:
    name, equals, value = part.partition("=")
    is_secret = unquote_plus(name).lower() in _SECRET_PARAMETERS
    return f"{name}{equals}{_MARK}" if is_secret or _is_hidden(unquote_plus(value)) else part


def redact(body: Any) -> bytes | None:  # noqa: ANN401 - any JSON value
    """Give the body as JSON without secrets and phone numbers, or nothing if it is large."""
    if body is None:
        return None
    kept = msgspec.json.encode(body)
    if _is_hidden(kept.decode()):  # most bodies speak of nothing hidden: they are kept as they are
        kept = msgspec.json.encode(_cleaned(body))
    return kept if len(kept) <= _KEPT_BYTES_MAX else None


def _cleaned(value: Any) -> Any:  # noqa: ANN401
    if isinstance(value, dict):
        return _cleaned_object(value)
    if isinstance(value, list):
        return [_cleaned(one) for one in value]
    return value


def _cleaned_object(value: dict[str, Any]) -> dict[str, Any]:
    """Clean the members; in an operation the path says what the value is."""
    if any(key.lower() == "path" and _is_expression_hidden(one) for key, one in value.items()):
        return {key: one if key.lower() == "op" else _shortened(one) for key, one in value.items()}
    return {_shortened_name(key): _member(key, one) for key, one in value.items()}


def _member(key: str, value: Any) -> Any:  # noqa: ANN401
    if _is_hidden(key) or (key.lower() in _EXPRESSIONS and _is_expression_hidden(value)):
        return _MARK
    return _cleaned(value)


def _shortened(value: Any) -> str:  # noqa: ANN401
    """Give the attribute's name of a path that names one, and of anything else nothing."""
    return _shortened_name(value) if _is_expression_hidden(value) else _MARK


def _shortened_name(name: str) -> str:
    """Leave out what a filter within a name compares with."""
    return f"{name.partition('[')[0]}[{_MARK}]" if "[" in name and _is_hidden(name) else name


def _is_expression_hidden(value: Any) -> bool:  # noqa: ANN401
    return isinstance(value, str) and _is_hidden(value)


def _is_hidden(text: str) -> bool:
    """Tell whether a name, a path or a filter speaks of what is not kept, in any spelling."""
    folded = text.lower()
    return any(word in folded for word in _HIDDEN)
