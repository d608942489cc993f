"""What a document says in columns."""

from typing import Any

import pytest

from gatepost.lifecycle.account import (
    addresses,
    columns,
    domain_of,
    is_address,
    primary_email,
    set_extension,
    values,
)
from gatepost.scim.urns import GATEPOST_USER
from gatepost.store.rows import UserRow
from tests.unit.lifecycle.make import a_row

EXTENSION = GATEPOST_USER


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("ada@example.com", True),
        ("a@b", True),
        ("ada", False),
        ("@example.com", False),
        ("ada@", False),
        ("", False),
        ("ada lovelace@example.com", False),
        ("ada@example.com,eve@example.com", False),
        ("<ada@example.com>", False),
        ("ada@exam\tple.com", False),
    ],
)
def test_an_address_has_a_local_part_and_a_domain(text: str, *, expected: bool) -> None:
    assert is_address(text) is expected


@pytest.mark.parametrize(
    ("address", "domain"),
    [
        ("ada@Example.COM", "example.com"),
        ("a@b@c.org", "c.org"),
        ("ada@example.com.", "example.com"),
        ("ada", "ada"),
    ],
)
def test_a_domain_is_what_stands_behind_the_last_at(address: str, domain: str) -> None:
    assert domain_of(address) == domain


@pytest.mark.parametrize(
    ("emails", "email"),
    [
        (None, "ada@example.com"),
        ([{"type": "work"}], "ada@example.com"),
        ([{"value": "", "primary": True}, {"value": "b"}], "b"),
        ([{"value": "a"}, {"value": "b", "type": "WORK"}], "b"),
        ([{"value": "a", "type": "work"}, {"value": "b", "primary": True}], "b"),
        ([{"value": "a", "primary": False}, {"value": "b"}], "a"),
    ],
)
def test_the_primary_email_is_ranked(emails: Any, email: str) -> None:
    assert primary_email({"userName": "ada@example.com", "emails": emails}) == email


def test_without_any_address_there_is_none() -> None:
    assert primary_email({"userName": "ada"}) is None


def test_columns_follow_from_the_document_alone() -> None:
    assert columns({"userName": "Ada", "name": {"formatted": "Ada L"}, "externalId": "X"}) == {
        "user_name": "Ada",
        "user_name_folded": "ada",
        "external_id": "X",
        "display_name_folded": "ada l",
        "email": None,
        "email_folded": None,
    }


def test_each_address_has_one_row_for_each_of_its_types() -> None:
    emails = [
        {"value": "A@x.org", "type": "Work"},
        {"value": "a@x.org", "type": "work"},
        {"value": "a@x.org"},
        {"type": "home"},
    ]
    found = values(1, "u", {"emails": emails})
    assert {(one.value_folded, one.type_folded) for one in found} == {
        ("a@x.org", "work"),
        ("a@x.org", ""),
    }


def test_an_extension_that_is_empty_goes() -> None:
    document: dict[str, Any] = {EXTENSION: {"userType": "endUser"}}
    set_extension(document, "organizationId", ["All"])
    assert document[EXTENSION] == {"userType": "endUser", "organizationId": ["All"]}
    set_extension(document, "organizationId", None)
    set_extension(document, "userType", None)
    assert document == {}


@pytest.mark.parametrize(
    ("row", "found"),
    [
        (a_row(user_name="ada", email=None), []),
        (a_row(user_name="ada", email="a@x.org"), ["a@x.org"]),
        (a_row(user_name="a@y.org", email="a@x.org"), ["a@x.org", "a@y.org"]),
    ],
)
def test_addresses_are_all_by_which_one_could_be_taken_for_somebodys(
    row: UserRow, found: list[str]
) -> None:
    assert addresses(row) == found
