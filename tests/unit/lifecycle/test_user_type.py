"""R8, the pure part."""

from typing import Any

import pytest

from gatepost.lifecycle.refusals import UserTypeUnknown
from gatepost.lifecycle.rules.user_type import changes_type, set_user_type, type_of
from gatepost.scim.urns import GATEPOST_USER
from gatepost.store.changes import Delete
from tests.unit.lifecycle.make import a_draft, a_role, a_row


def extended(word: Any, **core: Any) -> dict[str, Any]:
    return {"userName": "ada", GATEPOST_USER: {"userType": word}, **core}


@pytest.mark.parametrize(
    ("document", "user_type"),
    [
        ({}, None),
        ({"userType": "Contractor"}, None),
        ({"userType": 7}, None),
        ({"userType": " TECHNICIAN "}, "technician"),
        (extended("ENDUSER"), "end_user"),
        (extended("endUser", userType="Technician"), "end_user"),
    ],
)
def test_r8_the_type_a_document_says(document: dict[str, Any], user_type: str | None) -> None:
    assert type_of(document) == user_type


@pytest.mark.parametrize("word", ["Boss", "", "end user", "technicians"])
def test_r8_any_other_word_is_refused(word: str) -> None:
    with pytest.raises(UserTypeUnknown) as refusal:
        type_of(extended(word))
    assert refusal.value.facts == {"value": word}


def test_r8_a_type_never_sent_stays() -> None:
    draft = a_draft(user=a_row(user_type="technician"))
    set_user_type(draft)
    assert draft.columns == {"user_type": "technician"}
    assert draft.entries == []


def test_r8_a_type_withdrawn_falls_back_to_end_user() -> None:
    draft = a_draft(user=a_row(extended("Technician"), user_type="technician"))
    set_user_type(draft)
    assert draft.columns == {"user_type": "end_user"}
    assert [one.event for one in draft.entries] == ["user.type_changed"]


def test_r8_only_what_does_not_fit_is_dropped() -> None:
    roles = [a_role("Dispatcher", "technician"), a_role("Reader", "end_user")]
    old = a_row(user_type="technician")
    draft = a_draft(extended("endUser"), user=old, manual_roles=roles)
    set_user_type(draft)
    assert [change.key for change in draft.changes if isinstance(change, Delete)] == [
        (1, "ada", "Dispatcher")
    ]
    assert [one.event for one in draft.entries] == ["user.type_changed", "role.revoked"]


@pytest.mark.parametrize(
    ("document", "changes"),
    [(extended("endUser"), True), (extended("technician"), False), (extended("Boss"), False)],
)
def test_r8_whether_the_type_changes_is_known_beforehand(
    document: dict[str, Any], *, changes: bool
) -> None:
    assert changes_type(a_row(user_type="technician"), document) is changes
