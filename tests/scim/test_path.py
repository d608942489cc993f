"""Paths of PATCH operations (RFC 7644 §3.5.2) and the attributes they name (§3.10)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatepost.scim import urns
from gatepost.scim.dialects.mode import Deviation, Dialect, Mode
from gatepost.scim.errors import InvalidPath
from gatepost.scim.filter.parse import parse
from gatepost.scim.filter.tree import AttributePath
from gatepost.scim.path import Path, Resolved, ResolvedExtension, parse_path, resolve
from gatepost.scim.schema.attribute import Attribute, Schema
from gatepost.scim.schema.standard import group_resource, user_resource

SCHEMA = user_resource()
ENTERPRISE = urns.ENTERPRISE_USER
GATEPOST = urns.GATEPOST_USER


def named(text: str) -> tuple[str | None, str, str | None] | str | None:
    """Give what the path names: URN, attribute and sub-attribute, or an extension's URN."""
    found = resolve(parse_path(text, Dialect()).attribute, SCHEMA)
    if isinstance(found, Resolved):
        return found.urn, found.attribute.name, found.sub.name if found.sub else None
    return found.urn if isinstance(found, ResolvedExtension) else None


def refusal(text: str, mode: Mode = Mode.TOLERANT) -> str:
    with pytest.raises(InvalidPath) as caught:
        parse_path(text, Dialect(mode))
    return caught.value.detail


@pytest.mark.parametrize(
    ("text", "attribute", "filter_text"),
    [
        ("userName", AttributePath("userName"), None),
        ("name.givenName", AttributePath("name", "givenName"), None),
        ("members[value eq $x]", AttributePath("members"), "value eq $x"),
        ("emails[type eq $work].value", AttributePath("emails", "value"), "type eq $work"),
        ("emails[a pr or (b pr)]", AttributePath("emails"), "a pr or b pr"),
        (f"{ENTERPRISE}:manager.value", AttributePath("manager", "value", ENTERPRISE), None),
        ("urn:x:y:a[b pr].c", AttributePath("a", "c", "urn:x:y"), "b pr"),
        ("urn:x:1.0.a[b pr].c", AttributePath("1", "0.a.c", "urn:x"), "b pr"),
        (" userName ", AttributePath("userName"), None),
    ],
)
def test_paths_are_read(text: str, attribute: AttributePath, filter_text: str | None) -> None:
    quoted = text.replace("$x", '"x"').replace("$work", '"work"')
    tree = None
    if filter_text:
        filter_text = filter_text.replace("$x", '"x"').replace("$work", '"work"')
        tree = parse(filter_text, Dialect(Mode.STRICT))
    assert parse_path(quoted, Dialect(Mode.STRICT)) == Path(attribute, tree)


@pytest.mark.parametrize(
    ("text", "because"),
    [
        ("", "character 1: expected the name of an attribute, found the end"),
        ("/userName", "character 1: expected the name of an attribute"),
        ("name givenName", "character 6: expected `[` or the end"),
        ("name.", "character 1: expected the name of an attribute"),
        ("emails[", "character 8: expected the name of an attribute"),
        ('emails[type eq "work"', "expected `and`, `or` or `]`"),
        ("emails[type]", "character 12: expected an operator"),
        ("emails[a pr].b.c", "expected `.` and the name of a sub-attribute, or the end"),
        ("emails[a pr] .b", "expected `.` and the name of a sub-attribute, or the end"),
        ("emails[a pr]b", "expected `.` and the name of a sub-attribute, or the end"),
        ("emails[a pr].urn:x:y", "expected `.` and the name of a sub-attribute, or the end"),
        ("x" * 1001, "The path has 1001 characters; at most 1000 are read"),
        ('userName eq "x"', "character 10: expected `[` or the end"),
    ],
)
def test_what_is_no_path_is_refused(text: str, because: str) -> None:
    detail = refusal(text)
    assert because in detail
    assert detail.startswith(("The path", "The string"))


def test_wild_filters_in_a_path_are_tolerated_and_counted() -> None:
    dialect = Dialect(Mode.REPORT)
    parse_path("roles[primary eq True].value", dialect)
    assert dialect.deviations == [Deviation("Q2", "string without quotes")]
    assert "a string in double quotes" in refusal("roles[primary eq True].value", Mode.STRICT)


@given(st.text('ab.[]() "\\eqpr:urn$', max_size=40))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        path = parse_path(text, Dialect())
    except InvalidPath:
        return
    resolve(path.attribute, SCHEMA)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("USERNAME", (None, "userName", None)),
        ("Name.GivenNAME", (None, "name", "givenName")),
        ("id", (None, "id", None)),
        ("externalid", (None, "externalId", None)),
        ("meta.lastmodified", (None, "meta", "lastModified")),
        ("emails.value", (None, "emails", "value")),
        ("email.value", (None, "emails", "value")),
        ("Email", (None, "emails", None)),
        ("userType", (None, "userType", None)),
        ("Department", (ENTERPRISE, "department", None)),
        ("manager.$REF", (ENTERPRISE, "manager", "$ref")),
        ("organizationId", (GATEPOST, "organizationId", None)),
        (f"{urns.USER}:userName", (None, "userName", None)),
        (f"{urns.USER.upper()}:name.givenName", (None, "name", "givenName")),
        (f"{urns.USER}:id", (None, "id", None)),
        (f"{urns.USER}.name.givenName", (None, "name", "givenName")),
        (f"{ENTERPRISE}:manager", (ENTERPRISE, "manager", None)),
        (f"{ENTERPRISE.lower()}:MANAGER.value", (ENTERPRISE, "manager", "value")),
        (f"{ENTERPRISE}.manager", (ENTERPRISE, "manager", None)),
        (f"{ENTERPRISE}.manager.value", (ENTERPRISE, "manager", "value")),
        (f"{GATEPOST}:userType", (GATEPOST, "userType", None)),
        (f"{urns.NINJAONE_USER}:organizationId", (GATEPOST, "organizationId", None)),
        ("urn:scim:schemas:extension:enterprise:1.0:department", (ENTERPRISE, "department", None)),
        (
            "urn:scim:schemas:extension:enterprise:1.0.manager.value",
            (ENTERPRISE, "manager", "value"),
        ),
        ("urn:scim:schemas:extension:enterprise:2.0:division", (ENTERPRISE, "division", None)),
    ],
)
def test_every_spelling_finds_its_attribute(text: str, expected: tuple[str | None, ...]) -> None:
    """WIRE.md P2, P4, M5, Q2 and PRODUCT.md R10."""
    assert named(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        ENTERPRISE,
        ENTERPRISE.upper(),
        "urn:ietf:params:scim:schemas:extension:enterprise:2.0",
        "urn:ietf:params:scim:schemas:extension:enterprise:2.0User",
        "urn:scim:schemas:extension:enterprise:1.0",
    ],
)
def test_a_bare_urn_names_the_extension(text: str) -> None:
    assert named(text) == ENTERPRISE


@pytest.mark.parametrize(
    "text",
    [
        *("shoeSize", "userName.value", "name.shoeSize", "department.value", "phoneNumbers"),
        *(urns.USER, f"{urns.USER}:shoeSize", f"{urns.USER}:department", f"{urns.GROUP}:members"),
        *(f"{ENTERPRISE}:userName", f"{ENTERPRISE}:manager.value.x", "urn:x:y", "urn:x:y:userName"),
        *("name.givenName[a pr].b", "__proto__", "__class__.x"),
    ],
)
def test_what_is_unknown_names_nothing(text: str) -> None:
    assert named(text) is None


def test_an_attribute_of_two_extensions_needs_its_urn() -> None:
    """WIRE.md M5: only where it is unambiguous."""
    acme = Schema(id="urn:acme:User", name="Acme", attributes=(Attribute(name="department"),))
    schema = user_resource(custom=(acme,))
    assert resolve(AttributePath("department"), schema) is None
    found = resolve(AttributePath("department", None, "urn:ACME:user"), schema)
    assert found == Resolved(acme.attributes[0], "urn:acme:User")


def test_the_longest_known_urn_wins() -> None:
    inner = Schema(id="urn:acme:User:manager", name="Inner", attributes=(Attribute(name="value"),))
    outer = Schema(id="urn:acme:User", name="Outer", attributes=(Attribute(name="manager"),))
    schema = user_resource(custom=(outer, inner))
    found = resolve(AttributePath("value", None, "urn:acme:User:manager"), schema)
    assert found == Resolved(inner.attributes[0], inner.id)


def test_groups_have_members_and_the_common_attributes() -> None:
    schema = group_resource()
    for name in ("members", "displayName", "externalId", "id", "schemas"):
        assert isinstance(resolve(AttributePath(name), schema), Resolved)
