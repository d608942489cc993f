"""Reading one value as its attribute says (RFC 7643 §2.3, §2.4, §2.5)."""

import json
import math
import re
from collections.abc import Callable
from enum import Enum
from typing import Any, Final

from gatepost.scim.date_time import read_instant
from gatepost.scim.dialects.mode import Dialect
from gatepost.scim.errors import InvalidSyntax, InvalidValue
from gatepost.scim.fold import fold
from gatepost.scim.schema.attribute import Attribute, Mutability, Type

TEXT_LENGTH_MAX: Final = 65_536
INDEXED_BYTES_MAX: Final = 1024
"""What is looked up by an index is shorter: an index entry holds 2704 bytes on PostgreSQL."""

ELEMENTS_MAX: Final = 10_000
_INDEXED = frozenset({
    "userName", "externalId", "displayName", "name.formatted", "emails.value", "emails.type",
})  # fmt: skip
_BYTES_A_CHARACTER_MAX = 6  # of UTF-8, folded: one letter may become three of two bytes
_INTEGER_MIN, _INTEGER_MAX = -(2**63), 2**63 - 1
_SHOWN_LENGTH = 60

_BRACKETED = re.compile(r"\[.*(?:\]|$)", re.DOTALL)

# Control characters except tab, line feed and carriage return; halves of surrogate pairs.
_NUMBERED = frozenset({"externalId", "employeeNumber", "costCenter", "postalCode"})
"""Strings that Okta's guides and Microsoft's validator send as JSON numbers."""

_UNSTORABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff]")


class Unassigned(Enum):
    """No value at all (RFC 7643 §2.5)."""

    UNASSIGNED = "unassigned"


UNASSIGNED: Final = Unassigned.UNASSIGNED


def read_value(value: object, attribute: Attribute, dialect: Dialect, *, path: str = "") -> Any:  # noqa: ANN401 - JSON
    """Give the value as it is stored, or UNASSIGNED.

    Null and an empty list are unassigned by RFC 7643 §2.5, an empty string and
    an empty object by WIRE.md P6. `path` is the attribute's name for messages.
    Formats are not checked (P10), except that of dateTime.

    Raises:
        InvalidValue: the value is not of the attribute's type, or over a limit.
    """
    path = path or attribute.name
    if value is None or (isinstance(value, list) and not value):
        return UNASSIGNED
    if attribute.multi_valued:
        return _read_list(value, attribute, dialect, path)
    if isinstance(value, list):
        value = take_only(value, attribute, dialect, path)
    return _read_one(value, attribute, dialect, path)


def read_complex(
    value: object, attribute: Attribute, dialect: Dialect, path: str
) -> dict[str, Any]:
    """Give the sub-attributes that an object sets, those it clears as UNASSIGNED.

    Read-only ones are left out (P8), unknown ones too (P9). A bare value is that
    of `value` where there is such a sub-attribute (P7, M5).

    Raises:
        InvalidSyntax: a sub-attribute is named twice, in two spellings.
        InvalidValue: a value is not of its type.
    """
    if not isinstance(value, dict):
        if isinstance(value, list) or attribute.sub("value") is None:
            raise wrong_type(value, path, "an object")
        rule = "P7" if attribute.multi_valued else "M5"
        dialect.tolerate(rule, f"`{path}` without an object", wrong_type(value, path, "an object"))
        value = {"value": value}
    found: dict[str, Any] = {}
    for key, item in value.items():
        sub = attribute.sub(key)
        if sub is None:
            drop_unknown(f"{path}.{key}", dialect)
        elif sub.name in found:
            raise InvalidSyntax(f"`{path}.{sub.name}` is given twice, in two spellings: send one.")
        elif sub.mutability is not Mutability.READ_ONLY:
            found[sub.name] = read_value(item, sub, dialect, path=f"{path}.{sub.name}")
    return found


def drop_unknown(name: str, dialect: Dialect) -> None:
    """Leave out an attribute that no schema has (P9).

    Raises:
        InvalidSyntax: the mode is strict.
    """
    name = without_filter(name)
    refusal = InvalidSyntax(
        f"No schema of this resource has the attribute `{name}`: take it out of the "
        "attribute mapping, or declare it in an extension schema."
    )
    dialect.tolerate("P9", f"`{name}`", refusal)


def without_filter(name: str) -> str:
    """Give the name for a message or a report; what its filter compares with may be personal."""
    return cut(_BRACKETED.sub("[…]", name))


def keep_one_primary(elements: list[Any]) -> bool:
    """Unmark all but the last element that is primary; tell whether there were several."""
    primary = [one for one in elements if isinstance(one, dict) and one.get("primary") is True]
    for one in primary[:-1]:
        one["primary"] = False
    return len(primary) > 1


def read_text(value: object, path: str) -> str:
    """Give a string that every database can store, otherwise as it came.

    Raises:
        InvalidValue: it is no string, too long, or has control characters.
    """
    if not isinstance(value, str):
        raise wrong_type(value, path, "a string")
    if len(value) > TEXT_LENGTH_MAX:
        raise InvalidValue(
            f"`{cut(path)}` has {len(value)} characters; at most {TEXT_LENGTH_MAX} are stored."
        )
    if path in _INDEXED:
        _check_indexed(value, path)
    found = _UNSTORABLE.search(value)
    if found is not None:
        raise InvalidValue(
            f"`{cut(path)}` has the character U+{ord(found.group()):04X} at position "
            f"{found.start() + 1}, which cannot be stored: take it out at its source."
        )
    return value


def _check_indexed(value: str, path: str) -> None:
    if len(value) * _BYTES_A_CHARACTER_MAX <= INDEXED_BYTES_MAX:
        return
    size = len(fold(value).encode("utf-8", "surrogatepass"))
    if size > INDEXED_BYTES_MAX:
        raise InvalidValue(
            f"`{path}` has {size} bytes; people are looked up by it, and at most "
            f"{INDEXED_BYTES_MAX} can be. Map a shorter attribute to it."
        )


def wrong_type(value: object, path: str, expected: str) -> InvalidValue:
    """Make the refusal of a value that is not what its attribute wants."""
    return InvalidValue(f"`{cut(path)}` must be {expected}, but {shown(value)} was sent.")


def shown(value: object) -> str:
    """Give a value as a message shows it: scalars cut to a length, the rest by its kind."""
    if isinstance(value, dict):
        return "an object"
    if isinstance(value, list):
        return f"a list of {len(value)}"
    return cut(json.dumps(value))


def cut(text: str) -> str:
    """Give the text, cut to a length that fits a message, in characters any log can hold."""
    text = text.encode("utf-8", "backslashreplace").decode()
    return text if len(text) <= _SHOWN_LENGTH else f"{text[:_SHOWN_LENGTH]}…"


def is_empty(value: object) -> bool:
    """Tell whether the value is none: null, "", [] or {} (RFC 7643 §2.5, WIRE.md P6)."""
    return value is None or (isinstance(value, str | list | dict) and not value)


def _read_list(value: object, attribute: Attribute, dialect: Dialect, path: str) -> Any:  # noqa: ANN401
    if not isinstance(value, list):
        if is_empty(value):
            return _no_value(path, dialect)
        refusal = wrong_type(value, path, "a list")
        dialect.tolerate("P7", f"`{path}` without a list", refusal)
        value = [value]
    check_count(value, path, ELEMENTS_MAX)
    is_text = attribute.type is Type.STRING
    elements = []
    for index, item in enumerate(value):
        if item is None:
            continue
        if isinstance(item, list):
            raise wrong_type(item, f"{path}[{index}]", "a single value")
        # PRODUCT.md R9: ids of organizations are integers to everybody but the schema.
        one = str(item) if is_text and type(item) is int else item
        read = _read_one(one, attribute, dialect, path)
        if read is not UNASSIGNED:
            elements.append(read)
    elements = _without_repeats(elements)
    if keep_one_primary(elements):
        refusal = InvalidValue(f"Several values of `{path}` are primary; one at most may be.")
        dialect.tolerate("M9", f"`{path}`", refusal)
    return elements or UNASSIGNED


def _without_repeats(elements: list[Any]) -> list[Any]:
    """Make one of elements with the same `value` and `type`, which no answer may repeat.

    RFC 7643 §2.4: "service providers SHOULD NOT return the same (type, value)
    combination more than once". What a later one says besides is merged.
    """
    if len(elements) == 1:
        return elements
    kept: list[Any] = []
    known: dict[tuple[object, object], dict[str, Any]] = {}
    for one in elements:
        if not isinstance(one, dict) or "value" not in one:
            kept.append(one)
            continue
        first = known.setdefault((one["value"], one.get("type")), one)
        if first is one:
            kept.append(one)
        else:
            first.update(one)
    return kept


def take_only(value: list[Any], attribute: Attribute, dialect: Dialect, path: str) -> object:
    """Take the one element out of a list that stands where a single value is due (P7, M5).

    Raises:
        InvalidValue: there are several.
    """
    if len(value) > 1:
        raise InvalidValue(
            f"`{path}` takes a single value, but {shown(value)} was sent: send only one."
        )
    rule = "M5" if attribute.is_complex else "P7"
    dialect.tolerate(rule, f"`{path}` in a list", wrong_type(value, path, "a single value"))
    return value[0]


def is_reference(attribute: Attribute) -> bool:
    """Tell whether the complex attribute points at a resource, as `manager` does."""
    return attribute.sub("value") is not None and attribute.sub("$ref") is not None


def check_count(elements: list[Any], path: str, elements_max: int) -> None:
    """Refuse a list that is too long.

    Raises:
        InvalidValue: it has more than `elements_max` elements.
    """
    if len(elements) > elements_max:
        raise InvalidValue(
            f"`{path}` has {len(elements)} values; at most {elements_max} are taken at once."
        )


def _no_value(path: str, dialect: Dialect) -> Unassigned:
    refusal = InvalidValue(f"`{path}` is empty: leave it out, or send null to clear it.")
    dialect.tolerate("P6", f"`{path}`", refusal)
    return UNASSIGNED


def _read_one(value: object, attribute: Attribute, dialect: Dialect, path: str) -> Any:  # noqa: ANN401
    if is_empty(value):
        return UNASSIGNED if value is None else _no_value(path, dialect)
    if not attribute.is_complex:
        if isinstance(value, dict):
            value = _take_value(value, path, dialect)
        if type(value) is int and attribute.name in _NUMBERED and abs(value) < 2**63:
            value = _as_digits(value, path, dialect)
        return _READERS[attribute.type](value, path, dialect)
    found = read_complex(value, attribute, dialect, path)
    # `{"value": "", "type": "work"}` is no address at all (P6), and no manager (M5).
    if found.get("value") is UNASSIGNED and (attribute.multi_valued or is_reference(attribute)):
        return UNASSIGNED
    return {name: one for name, one in found.items() if one is not UNASSIGNED} or UNASSIGNED


def _take_value(sent: dict[str, Any], path: str, dialect: Dialect) -> object:
    """Take `{"value": x, "$ref": null}` as x: so an early Entra renames people and groups."""
    members = {key.lower(): item for key, item in sent.items() if item is not None}
    if members.keys() != {"value"} or isinstance(members["value"], dict | list):
        return sent
    dialect.tolerate("P7", f"`{path}` as an object", wrong_type(sent, path, "a single value"))
    return members["value"]


def _as_digits(value: int, path: str, dialect: Dialect) -> str:
    """Give a number its digits where sources hold numbers and SCIM wants strings."""
    dialect.tolerate("P5", f"`{path}` as a number", wrong_type(value, path, "a string"))
    return str(value)


def _read_text(value: object, path: str, _: Dialect) -> str:
    return read_text(value, path)


def _read_boolean(value: object, path: str, dialect: Dialect) -> bool:
    if isinstance(value, bool):
        return value
    refusal = wrong_type(value, path, "true or false")
    spelled = {"true": True, "false": False}.get(value.lower()) if isinstance(value, str) else None
    if spelled is None:
        raise refusal
    dialect.tolerate("P5", f"`{path}` as a string", refusal)
    return spelled


def _read_integer(value: object, path: str, _: Dialect) -> int:
    if type(value) is not int:
        raise wrong_type(value, path, "a whole number")
    if not _INTEGER_MIN <= value <= _INTEGER_MAX:
        raise InvalidValue(f"`{cut(path)}` is a number beyond 64 bits, which cannot be stored.")
    return value


def _read_decimal(value: object, path: str, dialect: Dialect) -> int | float:
    if isinstance(value, float) and math.isfinite(value):
        return value
    if type(value) is int:
        return _read_integer(value, path, dialect)
    raise wrong_type(value, path, "a number")


def _read_date_time(value: object, path: str, _: Dialect) -> str:
    text = read_text(value, path)
    if read_instant(text) is None:
        raise wrong_type(value, path, "an instant like 2026-01-31T12:00:00Z")
    return text


_READERS: dict[Type, Callable[[object, str, Dialect], Any]] = {
    Type.STRING: _read_text,
    Type.REFERENCE: _read_text,
    Type.BINARY: _read_text,
    Type.BOOLEAN: _read_boolean,
    Type.INTEGER: _read_integer,
    Type.DECIMAL: _read_decimal,
    Type.DATE_TIME: _read_date_time,
}
