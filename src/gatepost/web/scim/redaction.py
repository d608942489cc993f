"""What of a request is kept in its record: everything but secrets and phone numbers (R36, R37)."""

import re
from typing import Any
from urllib.parse import unquote_plus

import msgspec

from gatepost.activity.inbound import Inbound

_HIDDEN = ("password", "phone", "mobile", "client_secret", "clientsecret")
_SECRET_PARAMETERS = frozenset({"access_token", "token", "password"})
_EXPRESSIONS = frozenset({"filter", "path"})
_WITHOUT_BODY = frozenset({"GET", "HEAD", "DELETE"})
_KEPT_BYTES_MAX = 65_536
_MARK = "(not kept)"
_PLAIN_NAME = re.compile(r"[\w.:$-]*")
_QUOTED = re.compile(rb"`[^`]*`")


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


def redact_answer(answer: bytes | None, inbound: Inbound) -> bytes | None:
    """Give the Error without what it quotes of a path or a filter that is itself not kept.

    Where the body was too large to be kept, nobody knows what it spoke of.
    """
    mark = _MARK.encode()
    body = b"" if inbound.method in _WITHOUT_BODY else inbound.body or mark
    if answer is None or (mark not in body and _MARK not in inbound.path):
        return answer
    return _QUOTED.sub(b"`" + mark + b"`", answer)


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
    """Leave out what stands behind the attribute's name, such as what a filter compares with."""
    plain = _PLAIN_NAME.match(name)
    begins = plain.group() if plain else ""
    return f"{begins}[{_MARK}]" if begins != name and _is_hidden(name) else name


def _is_expression_hidden(value: Any) -> bool:  # noqa: ANN401
    return isinstance(value, str) and _is_hidden(value)


def _is_hidden(text: str) -> bool:
    """Tell whether a name, a path or a filter speaks of what is not kept, in any spelling."""
    folded = text.lower()
    return any(word in folded for word in _HIDDEN)
