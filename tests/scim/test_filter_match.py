"""What a filter selects (RFC 7644 §3.4.2.2)."""

from typing import Any

import pytest

from gatepost.scim import urns
from gatepost.scim.dialects.mode import Dialect
from gatepost.scim.errors import InvalidFilter
from gatepost.scim.filter.match import match, match_element
from gatepost.scim.filter.parse import parse
from gatepost.scim.schema.attribute import Attribute, Schema, Type
from gatepost.scim.schema.standard import GROUP, USER, group_resource, user_resource

CUSTOM = Schema(
    id="urn:example:acme:2.0:User",
    name="Acme",
    attributes=(
        Attribute(name="floor", type=Type.INTEGER),
        Attribute(name="hiredAt", type=Type.DATE_TIME),
        Attribute(name="desk", type=Type.COMPLEX, sub_attributes=(Attribute(name="code"),)),
    ),
)
SCHEMA = user_resource(custom=(CUSTOM,))
DOCUMENT: dict[str, Any] = {
    "schemas": [urns.USER, urns.ENTERPRISE_USER],
    "id": "Ab1",
    "externalId": "Ext-1",
    "userName": "Straße@Example.com",
    "name": {"givenName": "Ada", "familyName": ""},
    "nickName": None,
    "title": "",
    "active": True,
    "emails": [
        {"value": "ada@work.example", "type": "Work", "primary": True},
        {"value": "ada@home.example", "type": "home"},
    ],
    "ims": [{"display": "nothing but a name"}],
    "photos": [],
    "x509Certificates": [{"value": "QUJD"}],
    urns.ENTERPRISE_USER: {"department": "Sales", "manager": {"value": "Boss"}},
    urns.GATEPOST_USER: {"organizationId": ["1", "Acme Ltd"]},
    CUSTOM.id: {"floor": 4, "hiredAt": "2021-07-25T12:37:58.132Z", "desk": {"code": "x"}},
    "meta": {
        "resourceType": "User",
        "created": "2020-01-01T00:00:00Z",
        "lastModified": "2021-07-25T12:37:58.132Z",
    },
}


def selects(text: str, document: dict[str, Any] | None = None) -> bool:
    return match(parse(text, Dialect()), document or DOCUMENT, SCHEMA)


@pytest.mark.parametrize(
    "text",
    [
        'userName eq "STRASSE@EXAMPLE.COM"',
        'userName sw "strasse"',
        'userName ew ".COM"',
        'userName co "@EX"',
        'userName gt "a" and userName lt "t" and userName ge "strasse" and userName le "z"',
        'userName ne "somebody"',
        'id eq "Ab1"',
        'externalId eq "Ext-1"',
        "externalId eq Ext-1",
        'schemas eq "URN:ietf:params:scim:schemas:core:2.0:user"',
        "active eq true",
        'active eq "TRUE"',
        "active ne false",
        'active ne "nonsense"',
        "active eq True",
        'emails[type eq "work" and value ew "WORK.example"]',
        'emails[type eq "work"].value eq "ada@work.example"',
        'emails eq "ada@home.example"',
        'emails.value eq "ada@home.example"',
        'email.value eq "ada@home.example"',
        'emails.type eq "work" and emails.value ew "home.example"',
        'emails[primary eq "True"]',
        'emails[primary ne true and type eq "home"]',
        'emails ne "ada@home.example"',
        'manager eq "Boss"',
        f'{urns.ENTERPRISE_USER}:manager.value eq "Boss"',
        f'{urns.ENTERPRISE_USER}.manager eq "Boss"',
        f'{urns.ENTERPRISE_USER}:department eq "sales"',
        'organizationId eq "acme ltd"',
        'organizationId[value eq "1"]',
        "organizationId eq 1",
        "floor eq 4 and floor gt 3.5 and floor le 4",
        'floor ne "4"',
        "floor ne true",
        'name[givenName eq "ada"]',
        'name[givenName eq "ada"].givenName pr',
        "name pr and name.givenName pr and ims pr and active pr and not (photos pr)",
        'name ne "Ada"',
        "title eq null and nickName eq null and photos eq null and name.familyName eq null",
        "userName ne null and emails ne null",
        "ims.value eq null and ims.display ne null",
        'x509Certificates eq "QUJD"',
        'meta.resourceType eq "User"',
        'meta.lastModified eq "2021-07-25T14:37:58.132+02:00"',
        'meta.lastModified ge "0001-01-03T00:00:00.0000000Z"',
        'meta.lastModified gt "2021-07" and meta.lastModified lt "2021-07-26"',
        'meta.lastModified co "2021-07" and meta.lastModified sw "2021"',
        "meta.lastModified gt 2015-10-10T14:38:21.8617979-07:00",
        'hiredAt le "2021-07-25T12:37:58.132Z"',
        'not (userName eq "somebody") and (title pr or active eq true)',
    ],
)
def test_selects(text: str) -> None:
    assert selects(text)


@pytest.mark.parametrize(
    "text",
    [
        'userName eq "strase@example.com"',
        'userName eq "\\u0000"',
        'id eq "ab1"',
        'externalId eq "ext-1"',
        'manager eq "boss"',
        'x509Certificates eq "qujd"',
        'meta.resourceType eq "user"',
        "active eq false",
        'active eq "yes"',
        "active eq 1",
        'active co "ru"',
        'emails[type eq "home" and value ew "work.example"]',
        'emails[type eq "other"]',
        'emails.value[type eq "home"]',
        'emails[emails.type eq "work"]',
        'photos[type ne "photo"]',
        'organizationId[type eq "x"]',
        "floor eq true",
        'floor eq "4"',
        "floor co 4",
        'floor lt "6"',
        'name eq "Ada"',
        "title pr or nickName pr or photos pr or name.familyName pr",
        'title eq ""',
        'title gt "a" or title co "a"',
        "userName gt null or userName co null",
        "meta.lastModified co null",
        'unknown eq "x" or unknown pr or unknown[a pr]',
        f'{urns.GROUP}:displayName eq "x"',
        f"{urns.ENTERPRISE_USER} pr",
    ],
)
def test_does_not_select(text: str) -> None:
    assert not selects(text)


@pytest.mark.parametrize("text", ['unknown ne "x"', "unknown eq null", 'title ne "x"'])
def test_what_has_no_value_differs_from_every_value(text: str) -> None:
    """RFC 7644 §3.4.2.1: "treat the attribute as if there is no attribute value"."""
    assert selects(text)


def test_an_extension_that_the_resource_lacks_has_no_values() -> None:
    assert not selects('department eq "Sales"', {"userName": "x"})
    assert not selects('department eq "Sales"', {"userName": "x", urns.ENTERPRISE_USER: None})


def test_a_word_that_json_reads_otherwise_still_compares_as_text() -> None:
    """WIRE.md Q2: literals without quotes."""
    assert selects("userName eq true", {"userName": "True"})
    assert selects("userName eq 5.5", {"userName": "5.5"})


def test_true_and_one_differ() -> None:
    assert not selects("floor eq 1", {CUSTOM.id: {"floor": True}})


def test_a_value_of_another_type_is_no_crash() -> None:
    strange = {"userName": ["a", {"b": 1}], "emails": ["x"], CUSTOM.id: {"hiredAt": 3}}
    assert not selects('userName eq "x" or hiredAt eq "2021-01"', strange)
    assert not selects('emails eq "x"', strange)


@pytest.mark.parametrize(
    ("text", "because"),
    [
        ("active gt true", "`active` is boolean and has no order"),
        ('emails[primary ge "True"]', "`primary` is boolean and has no order"),
        ('x509Certificates.value lt "a"', "is binary and has no order"),
        ('meta.lastModified gt "yesterday"', "cannot be compared with `yesterday`"),
        ("meta.lastModified eq 2021", "cannot be compared with `2021`"),
        ("meta.created ne true", "cannot be compared with `True`"),
    ],
)
def test_what_can_have_no_answer_is_refused(text: str, because: str) -> None:
    """RFC 7644 §3.4.2.2: booleans and binary values SHALL cause a failed response."""
    with pytest.raises(InvalidFilter) as caught:
        selects(text)
    assert because in caught.value.detail


def test_members_match_by_id() -> None:
    group = {"displayName": "G", "members": [{"value": "u1"}, {"value": "u2"}]}
    tree = parse('members eq "u2" and members[value eq "u1"]', Dialect())
    assert match(tree, group, group_resource())
    assert not match(parse('members eq "U2"', Dialect()), group, group_resource())


def test_an_element_matches_by_its_members() -> None:
    emails = next(one for one in USER.attributes if one.name == "emails")
    tree = parse('type eq "work" or value eq "x"', Dialect())
    assert match_element(tree, {"type": "WORK"}, emails)
    assert match_element(tree, "x", emails)
    assert not match_element(tree, {"type": "home"}, emails)
    assert not match_element(parse(f"{urns.USER}:type pr", Dialect()), {"type": "x"}, emails)


def test_a_member_that_is_a_bare_id_matches_by_value() -> None:
    members = next(one for one in GROUP.attributes if one.name == "members")
    assert match_element(parse('value eq "u1"', Dialect()), "u1", members)
