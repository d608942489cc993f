"""Custom extension schemas, declared per tenant as data (RFC 7643 §7)."""

import re
from enum import StrEnum
from typing import Any, TypeVar

from gatepost.scim.errors import InvalidValue
from gatepost.scim.fold import fold
from gatepost.scim.schema.attribute import (
    Attribute,
    Mutability,
    Returned,
    Schema,
    Type,
    Uniqueness,
)
from gatepost.scim.schema.standard import ALIASES

ATTRIBUTES_MAX = 100
TEXT_LENGTH_MAX = 1000

# RFC 8141 §2, narrowed to what a path can be split by.
_URN = re.compile(r"urn:[A-Za-z0-9][A-Za-z0-9-]{1,31}(?::[A-Za-z0-9._-]+)+")
_RESERVED = ("urn:ietf:params:scim:", "urn:scim:")
_OWN = "urn:ietf:params:scim:schemas:extension:"
_TAKEN = frozenset(urn.lower() for urn in (*ALIASES, *ALIASES.values()))
# RFC 7643 §2.1: ATTRNAME = ALPHA *(nameChar), and $ref by §2.4.
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,99}")
_SCHEMA_MEMBERS = frozenset({"schemas", "id", "name", "description", "attributes", "meta"})
_ATTRIBUTE_MEMBERS = frozenset(
    {
        *("name", "type", "multiValued", "description", "required", "canonicalValues"),
        *("caseExact", "mutability", "returned", "uniqueness", "referenceTypes", "subAttributes"),
    }
)
_Choice = TypeVar("_Choice", bound=StrEnum)


def read_schema(document: object) -> Schema:
    """Read a schema in the JSON of RFC 7643 §7, already decoded.

    Only what we enforce can be declared, so no uniqueness. Whether the URN is
    free in the tenant is not asked.

    Raises:
        InvalidValue: the document is no such schema; it names the place and what to write.
    """
    members = _object(document, "The schema")
    _refuse_unknown(members, _SCHEMA_MEMBERS, "The schema")
    urn = _read_urn(members.get("id"))
    return Schema(
        id=urn,
        name=_text(members, "name", "The schema") or urn,
        description=_text(members, "description", "The schema"),
        attributes=_read_attributes(members.get("attributes"), "The schema", are_subs=False),
    )


def _read_urn(urn: object) -> str:
    if not isinstance(urn, str) or not _URN.fullmatch(urn) or len(urn) > TEXT_LENGTH_MAX:
        raise InvalidValue(
            f"The schema's `id` is {_shown(urn)}: write a URN of your own, "
            "like urn:example:params:scim:schemas:extension:acme:2.0:User."
        )
    folded = urn.lower()
    is_own = folded.startswith(_OWN) and folded not in _TAKEN
    if folded.startswith(_RESERVED) and not is_own:
        raise InvalidValue(
            f"The schema's `id` {_shown(urn)} belongs to a standard or shipped schema: "
            "write a URN of your own."
        )
    return urn


def _read_attributes(value: object, where: str, *, are_subs: bool) -> tuple[Attribute, ...]:
    if not isinstance(value, list) or not value or len(value) > ATTRIBUTES_MAX:
        raise InvalidValue(f"{where} needs a list of 1 to {ATTRIBUTES_MAX} attributes.")
    attributes = tuple(_read_attribute(one, where, is_sub=are_subs) for one in value)
    seen: set[str] = set()
    for attribute in attributes:
        if fold(attribute.name) in seen:
            raise InvalidValue(
                f"{where} has `{attribute.name}` twice: upper and lower case make no difference."
            )
        seen.add(fold(attribute.name))
    return attributes


def _read_attribute(value: object, parent: str, *, is_sub: bool) -> Attribute:
    members = _object(value, f"An attribute of {_lowered(parent)}")
    where = f"The attribute {_shown(members.get('name'))}"
    name = _read_name(members.get("name"), parent, is_sub=is_sub)
    _refuse_unknown(members, _ATTRIBUTE_MEMBERS, where)
    kind = _choice(members, "type", Type.STRING, where)
    attribute = Attribute(
        name=name,
        type=kind,
        multi_valued=_flag(members, "multiValued", where),
        description=_text(members, "description", where),
        required=_flag(members, "required", where),
        case_exact=_flag(members, "caseExact", where),
        mutability=_choice(members, "mutability", Mutability.READ_WRITE, where),
        returned=_choice(members, "returned", Returned.DEFAULT, where),
        uniqueness=_choice(members, "uniqueness", Uniqueness.NONE, where),
        canonical_values=_texts(members, "canonicalValues", where),
        reference_types=_texts(members, "referenceTypes", where),
        sub_attributes=_read_subs(members, kind, where, is_nested=is_sub),
    )
    _check(attribute, where)
    return attribute


def _read_name(name: object, parent: str, *, is_sub: bool) -> str:
    is_reference = name == "$ref" and is_sub
    if not isinstance(name, str) or not (is_reference or _NAME.fullmatch(name)):
        raise InvalidValue(
            f"An attribute of {_lowered(parent)} is named {_shown(name)}: a name begins with a "
            "letter, goes on with letters, digits, - and _, and has at most 100 of them."
        )
    return name


def _read_subs(
    members: dict[str, Any], kind: Type, where: str, *, is_nested: bool
) -> tuple[Attribute, ...]:
    if kind is not Type.COMPLEX:
        if members.get("subAttributes"):
            raise InvalidValue(f"{where} has `subAttributes`, so its `type` must be complex.")
        return ()
    if is_nested:
        raise InvalidValue(
            f"{where} is complex inside a complex attribute, which RFC 7643 §2.3.8 forbids."
        )
    return _read_attributes(members.get("subAttributes"), where, are_subs=True)


def _check(attribute: Attribute, where: str) -> None:
    """Refuse characteristics that nothing of ours would enforce (PRODUCT.md R40)."""
    if attribute.uniqueness is not Uniqueness.NONE:
        raise InvalidValue(
            f"{where} has `uniqueness` {attribute.uniqueness}, which is not enforced for custom "
            "attributes: write none."
        )
    if attribute.mutability is Mutability.READ_ONLY and attribute.required:
        raise InvalidValue(
            f"{where} is required and readOnly, so nobody could ever send it: drop one of them."
        )
    is_secret = attribute.mutability is Mutability.WRITE_ONLY
    if is_secret and attribute.returned is not Returned.NEVER:
        raise InvalidValue(f"{where} is writeOnly, so its `returned` must be never (RFC 7643 §7).")


def _object(value: object, where: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise InvalidValue(f"{where} is {_shown(value)}: an object is due here.")
    return value


def _refuse_unknown(members: dict[str, Any], known: frozenset[str], where: str) -> None:
    unknown = next((name for name in members if name not in known), None)
    if unknown is not None:
        raise InvalidValue(
            f"{where} has the member {_shown(unknown)}, which a schema does not know "
            f"(RFC 7643 §7): it knows {', '.join(sorted(known))}."
        )


def _text(members: dict[str, Any], name: str, where: str) -> str:
    value = members.get(name, "")
    if not isinstance(value, str) or len(value) > TEXT_LENGTH_MAX:
        raise InvalidValue(
            f"{where} has a `{name}` that is no text of at most {TEXT_LENGTH_MAX} characters."
        )
    return value


def _flag(members: dict[str, Any], name: str, where: str) -> bool:
    value = members.get(name, False)
    if not isinstance(value, bool):
        raise InvalidValue(f"{where} has {_shown(value)} as `{name}`: write true or false.")
    return value


def _texts(members: dict[str, Any], name: str, where: str) -> tuple[str, ...]:
    value = members.get(name, [])
    is_list = isinstance(value, list) and len(value) <= ATTRIBUTES_MAX
    if not is_list or not all(isinstance(one, str) for one in value):
        raise InvalidValue(
            f"{where} has {_shown(value)} as `{name}`: "
            f"write a list of at most {ATTRIBUTES_MAX} strings."
        )
    return tuple(value)


def _choice(members: dict[str, Any], name: str, default: _Choice, where: str) -> _Choice:
    value = members.get(name, default)
    kind = type(default)
    if not isinstance(value, str) or value not in set(kind):
        raise InvalidValue(
            f"{where} has {_shown(value)} as `{name}`: write one of {', '.join(kind)}."
        )
    return kind(value)


def _shown(value: object) -> str:
    return f"`{str(value)[:_SHOWN_LENGTH]}`"


def _lowered(where: str) -> str:
    return where[0].lower() + where[1:]


_SHOWN_LENGTH = 80
