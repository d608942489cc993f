"""The members of a group as a set of ids (RFC 7643 §4.2).

Memberships are rows of their own, so nothing but the id of a member is taken
from a client: its name, type and URI follow from the id (WIRE.md M7, M8).
"""

from typing import Final

from gatepost.scim import urns
from gatepost.scim.dialects.mode import Dialect
from gatepost.scim.errors import InvalidValue
from gatepost.scim.resource.values import check_count, is_empty, read_text, wrong_type
from gatepost.scim.schema.attribute import Attribute
from gatepost.scim.schema.resource_schema import ResourceSchema

MEMBERS: Final = "members"
MEMBERS_MAX: Final = 100_000


def is_membership(attribute: Attribute, schema: ResourceSchema) -> bool:
    """Tell whether this is the attribute that holds a group's members."""
    return attribute.name == MEMBERS and schema.core.id == urns.GROUP


def read_member_ids(value: object, dialect: Dialect) -> tuple[str, ...]:
    """Give the ids that a value of `members` names, each once, in the order sent.

    Understood besides the standard's list of objects: one object, bare ids (P7),
    and the list wrapped in an object as its `members` (M6). Whether an id names
    anybody is not asked (P11).

    Raises:
        InvalidValue: an element has no id, or there are too many.
    """
    if isinstance(value, dict):
        value = _unwrapped(value, dialect)
    if is_empty(value):
        return ()
    if not isinstance(value, list):
        dialect.tolerate("P7", "`members` without a list", wrong_type(value, MEMBERS, "a list"))
        value = [value]
    check_count(value, MEMBERS, MEMBERS_MAX)
    return tuple(dict.fromkeys(_read_id(one, dialect) for one in value if not is_empty(one)))


def _unwrapped(value: dict[str, object], dialect: Dialect) -> object:
    inner = next((key for key in value if key.lower() == MEMBERS), None)
    if inner is None:
        return value
    refusal = wrong_type(value, MEMBERS, "a list of members")
    dialect.tolerate("M6", "`members` wrapped in an object", refusal)
    return value[inner]


def _read_id(element: object, dialect: Dialect) -> str:
    if isinstance(element, str):
        refusal = wrong_type(element, MEMBERS, 'a list of objects like {"value": "<id>"}')
        dialect.tolerate("P7", "member as a bare id", refusal)
        return read_text(element, MEMBERS)
    if not isinstance(element, dict):
        raise wrong_type(element, MEMBERS, 'a list of objects like {"value": "<id>"}')
    member_id = next((one for key, one in element.items() if key.lower() == "value"), None)
    if is_empty(member_id):
        raise InvalidValue(
            "A member has no `value`: send the id that this server gave the user when it was "
            'created, as {"value": "<id>"}.'
        )
    return read_text(member_id, f"{MEMBERS}.value")
