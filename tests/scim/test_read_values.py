"""Reading single values (RFC 7643 §2.3; WIRE.md P5 to P7, P10, M9)."""

from typing import Any

import pytest

from gatepost.scim.dialects.mode import Dialect, Mode
from gatepost.scim.errors import InvalidValue
from gatepost.scim.resource.values import (
    ELEMENTS_MAX,
    TEXT_LENGTH_MAX,
    UNASSIGNED,
    cut,
    read_value,
    shown,
)
from gatepost.scim.schema.attribute import Attribute, Type
from gatepost.scim.schema.standard import ENTERPRISE_USER, GATEPOST_USER, USER


def attribute(name: str) -> Attribute:
    schemas = (USER, ENTERPRISE_USER, GATEPOST_USER)
    found = [one for schema in schemas for one in schema.attributes if one.name == name]
    return found[0]


def a(kind: Type) -> Attribute:
    return Attribute(name="x", type=kind)


def read(value: object, of: Attribute, mode: Mode = Mode.TOLERANT) -> Any:
    return read_value(value, of, Dialect(mode))


@pytest.mark.parametrize("value", [None, "", [], {}])
@pytest.mark.parametrize("name", ["title", "active", "name", "emails", "organizationId"])
def test_empty_values_are_unassigned(name: str, value: object) -> None:
    assert read(value, attribute(name)) is UNASSIGNED


@pytest.mark.parametrize("value", ["", {}])
def test_strict_mode_refuses_empty_strings_and_objects(value: object) -> None:
    with pytest.raises(InvalidValue, match="`title` is empty"):
        read(value, attribute("title"), Mode.STRICT)


@pytest.mark.parametrize("value", [None, []])
def test_null_and_an_empty_list_are_the_standard_s_own_way_to_say_nothing(value: object) -> None:
    """RFC 7643 §2.5."""
    assert read(value, attribute("title"), Mode.STRICT) is UNASSIGNED


@pytest.mark.parametrize(
    ("value", "wanted"), [("True", True), ("false", False), ("TRUE", True), (False, False)]
)
def test_booleans_are_read_from_strings(value: object, *, wanted: bool) -> None:
    assert read(value, attribute("active")) is wanted


@pytest.mark.parametrize("value", ["yes", 1, 0, "on", {"is": True}, 1.5])
def test_what_is_no_boolean_is_refused(value: object) -> None:
    with pytest.raises(InvalidValue, match="`active` must be true or false"):
        read(value, attribute("active"))


def test_strict_mode_refuses_booleans_as_strings() -> None:
    with pytest.raises(InvalidValue, match="active"):
        read("True", attribute("active"), Mode.STRICT)


@pytest.mark.parametrize("value", [1, True, {"is": "x"}, 1.5])
def test_what_is_no_string_is_refused(value: object) -> None:
    with pytest.raises(InvalidValue, match="`title` must be a string"):
        read(value, attribute("title"))


def test_strings_are_kept_to_the_letter() -> None:
    """WIRE.md P10."""
    text = "  Größe\t\r\n\U0001f600 "
    assert read(text, attribute("title")) == text


@pytest.mark.parametrize("character", ["\x00", "\x08", "\x0b", "\x1f", "\udfff"])
def test_what_no_database_stores_is_refused_with_its_place(character: str) -> None:
    with pytest.raises(InvalidValue, match=rf"U\+{ord(character):04X} at position 3"):
        read(f"ab{character}", attribute("title"))


def test_a_string_has_a_greatest_length() -> None:
    assert read("x" * TEXT_LENGTH_MAX, attribute("title"))
    with pytest.raises(InvalidValue, match="65537 characters"):
        read("x" * (TEXT_LENGTH_MAX + 1), attribute("title"))


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        (Type.INTEGER, 2**63 - 1),
        (Type.INTEGER, -(2**63)),
        (Type.DECIMAL, 1.5),
        (Type.DECIMAL, 2),
        (Type.DATE_TIME, "2026-01-31T12:00:00Z"),
        (Type.DATE_TIME, "0001-01-01T00:00:00.1234567Z"),
        (Type.REFERENCE, "../Users/1"),
        (Type.BINARY, "AAEC"),
    ],
)
def test_values_of_every_type_are_kept(kind: Type, value: object) -> None:
    assert read(value, a(kind), Mode.STRICT) == value


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        (Type.INTEGER, 2**63),
        (Type.INTEGER, -(2**63) - 1),
        (Type.INTEGER, 1.0),
        (Type.INTEGER, "1"),
        (Type.INTEGER, True),
        (Type.DECIMAL, float("inf")),
        (Type.DECIMAL, float("nan")),
        (Type.DECIMAL, 2**64),
        (Type.DECIMAL, "1.5"),
        (Type.DATE_TIME, "yesterday"),
        (Type.DATE_TIME, 1),
    ],
)
def test_values_of_another_type_are_refused(kind: Type, value: object) -> None:
    with pytest.raises(InvalidValue, match="`x`"):
        read(value, a(kind))


def test_one_object_is_a_list_of_one() -> None:
    email = {"value": "a@b.example", "type": "work"}
    assert read(email, attribute("emails")) == [email]
    with pytest.raises(InvalidValue, match="`emails` must be a list"):
        read(email, attribute("emails"), Mode.STRICT)


def test_a_bare_value_is_that_of_an_object() -> None:
    assert read(["a@b.example"], attribute("emails")) == [{"value": "a@b.example"}]


def test_a_list_of_one_is_a_single_value() -> None:
    assert read(["t"], attribute("title")) == "t"
    with pytest.raises(InvalidValue, match="a single value"):
        read(["t"], attribute("title"), Mode.STRICT)


def test_several_values_for_one_are_refused() -> None:
    with pytest.raises(InvalidValue, match=r"`title` takes a single value.*a list of 2"):
        read(["s", "t"], attribute("title"))


def test_a_complex_attribute_without_value_takes_no_string() -> None:
    with pytest.raises(InvalidValue, match=r"`name` must be an object, but \"Barbara\" was sent"):
        read("Barbara", attribute("name"))


def test_unknown_sub_attributes_are_dropped_and_noted() -> None:
    dialect = Dialect()
    value = [{"value": "a", "colour": "red"}]
    assert read_value(value, attribute("emails"), dialect) == [{"value": "a"}]
    assert [(one.rule, one.example) for one in dialect.deviations] == [("P9", "`emails.colour`")]


@pytest.mark.parametrize("element", [None, "", {}, {"value": ""}, {"value": None, "type": "work"}])
def test_an_element_without_its_value_is_none(element: object) -> None:
    assert read([element, {"value": "a"}], attribute("emails")) == [{"value": "a"}]


@pytest.mark.parametrize(
    "value", [{"value": "x"}, {"$ref": None, "Value": "x"}, [{"$ref": None, "value": "x"}]]
)
def test_an_object_with_a_value_alone_is_that_value(value: object) -> None:
    """WIRE.md P7: so an early Entra renames people and groups."""
    assert read(value, attribute("title")) == "x"
    with pytest.raises(InvalidValue):
        read(value, attribute("title"), Mode.STRICT)


@pytest.mark.parametrize("value", [{"value": {"value": "x"}}, {"value": "x", "type": "y"}])
def test_any_other_object_is_no_string(value: object) -> None:
    with pytest.raises(InvalidValue, match="must be a string, but an object was sent"):
        read(value, attribute("title"))


def test_elements_with_the_same_value_and_type_are_one() -> None:
    """RFC 7643 §2.4."""
    one, other = {"value": "a@x", "type": "work"}, {"value": "a@x", "type": "home"}
    assert read([one, other, {**one, "primary": True}], attribute("emails"), Mode.STRICT) == [
        {**one, "primary": True},
        other,
    ]


def test_elements_without_a_value_are_not_compared() -> None:
    address = {"type": "work", "locality": "Oslo"}
    assert read([address, address], attribute("addresses")) == [address, address]


def test_a_list_of_nothing_is_unassigned() -> None:
    assert read([{"value": ""}], attribute("emails")) is UNASSIGNED


def test_an_element_may_lack_the_value_that_it_does_not_name() -> None:
    assert read([{"type": "work"}], attribute("addresses")) == [{"type": "work"}]


def test_an_object_of_a_custom_schema_may_have_an_empty_value() -> None:
    weight = Attribute(
        name="weight",
        type=Type.COMPLEX,
        sub_attributes=(Attribute(name="value"), Attribute(name="unit")),
    )
    assert read({"value": "", "unit": "kg"}, weight) == {"unit": "kg"}


def test_the_last_primary_wins() -> None:
    """WIRE.md M9."""
    emails = [{"value": "a", "primary": True}, {"value": "b", "primary": "True"}]
    wanted = [{"value": "a", "primary": False}, {"value": "b", "primary": True}]
    assert read(emails, attribute("emails")) == wanted
    emails[1]["primary"] = True
    with pytest.raises(InvalidValue, match="Several values of `emails` are primary"):
        read(emails, attribute("emails"), Mode.STRICT)


def test_a_list_has_a_greatest_length() -> None:
    with pytest.raises(InvalidValue, match="10001 values"):
        read([{"value": "a"}] * (ELEMENTS_MAX + 1), attribute("emails"))


@pytest.mark.parametrize("value", [5, [5], ["5"]])
def test_ids_of_organizations_may_be_numbers(value: object) -> None:
    """PRODUCT.md R9."""
    assert read(value, attribute("organizationId")) == ["5"]


@pytest.mark.parametrize("value", [[True], [1.5], [{"value": 1}]])
def test_other_elements_of_a_list_of_strings_are_refused(value: object) -> None:
    with pytest.raises(InvalidValue, match="organizationId"):
        read(value, attribute("organizationId"))


def test_messages_show_any_value_in_a_safe_form() -> None:
    assert shown({"a": 1}) == "an object"
    assert shown("\ud800\x00") == r'"\ud800\u0000"'
    assert cut("\ud800") == r"\ud800"
    assert cut("x" * 100) == "x" * 60 + "…"
