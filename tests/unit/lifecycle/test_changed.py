"""R36, the pure part: what differs between two documents."""

from typing import Any

import pytest

from gatepost.activity.changed import changed
from gatepost.scim.urns import ENTERPRISE_USER


@pytest.mark.parametrize(
    ("before", "after", "found"),
    [
        ({}, {}, {}),
        ({"title": "a"}, {"title": "a"}, {}),
        ({"title": "a"}, {"title": "b"}, {"title": ["a", "b"]}),
        ({}, {"title": "b"}, {"title": [None, "b"]}),
        ({"title": "a"}, {}, {"title": ["a", None]}),
        ({"active": True}, {"active": False}, {"active": [True, False]}),
        ({"active": False}, {}, {"active": [False, None]}),
        ({"id": "1", "schemas": ["a"], "meta": {}}, {"id": "2"}, {}),
        (
            {"name": {"givenName": "A", "familyName": "L"}},
            {"name": {"givenName": "B", "familyName": "L"}},
            {"name.givenName": ["A", "B"]},
        ),
        ({}, {"name": {"givenName": "B"}}, {"name.givenName": [None, "B"]}),
        ({"name": {"givenName": "A"}}, {}, {"name.givenName": ["A", None]}),
        (
            {ENTERPRISE_USER: {"department": "x", "manager": {"value": "1"}}},
            {ENTERPRISE_USER: {"department": "y", "manager": {"value": "1"}}},
            {f"{ENTERPRISE_USER}:department": ["x", "y"]},
        ),
        (
            {"emails": [{"value": "a"}]},
            {"emails": [{"value": "a"}, {"value": "b"}]},
            {"emails": [[{"value": "a"}], [{"value": "a"}, {"value": "b"}]]},
        ),
    ],
)
def test_r36_what_differs_is_named_with_before_and_after(
    before: dict[str, Any], after: dict[str, Any], found: dict[str, Any]
) -> None:
    assert changed(before, after) == found


def test_r36_a_part_of_a_complex_attribute_of_an_extension_has_a_dot() -> None:
    before = {ENTERPRISE_USER: {"manager": {"value": "1"}}}
    after = {ENTERPRISE_USER: {"manager": {"value": "2"}}}
    assert list(changed(before, after)) == [f"{ENTERPRISE_USER}:manager.value"]
