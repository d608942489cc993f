"""R23, R25, the pure part: who comes and who goes."""

from typing import Any

import pytest

from gatepost.lifecycle.group_draft import GroupDraft, GroupFacts
from gatepost.lifecycle.refusals import MemberUnknown
from gatepost.lifecycle.rules.membership import change_members, fitting_roles
from gatepost.scim.patch.members import MembershipChange
from gatepost.store.changes import Delete, DeleteAll, Insert
from gatepost.store.rows import MembershipRow
from tests.unit.lifecycle.make import AT, a_provider, a_role, a_row

PEOPLE = {one: a_row(user_id=one, user_name=one) for one in ("a", "b", "c")}


def a_group_draft(*, strict: bool = False, **facts: Any) -> GroupDraft:
    known = GroupFacts(provider=a_provider(), people=PEOPLE, **facts)
    return GroupDraft(known, 1, "group", AT, strict=strict)


def came(changes: list[Any]) -> list[str]:
    rows = [one.row for one in changes if isinstance(one, Insert)]
    return [row.user_id for row in rows if isinstance(row, MembershipRow)]


def went(changes: list[Any]) -> list[str]:
    return [one.key[2] for one in changes if isinstance(one, Delete)]


@pytest.mark.parametrize(
    ("change", "present", "leaving", "joined", "left"),
    [
        ({"added": ("a", "b")}, {"a"}, (), ["b"], []),
        ({"added": ("a",)}, {"a"}, (), [], []),
        ({"removed": ("a", "b")}, {"a"}, (), [], ["a"]),
        ({"removed": ("a",), "added": ("b",)}, {"a"}, (), ["b"], ["a"]),
        ({"cleared": True}, {"a", "b"}, ("a", "b"), [], ["a", "b"]),
        ({"cleared": True, "added": ("b", "c")}, {"a", "b"}, ("a", "b"), ["c"], ["a"]),
        ({"removed": ("nobody",)}, set(), (), [], []),
        ({"removed": ("gone",)}, {"gone"}, (), [], ["gone"]),
        ({"removed": ("a",)}, {"a", "b"}, ("a", "b"), [], ["a", "b"]),
        ({"added": ("a",)}, {"a", "b"}, ("a", "b"), [], ["b"]),
    ],
)
def test_r23_who_comes_and_who_goes(
    change: dict[str, Any],
    present: set[str],
    leaving: tuple[str, ...],
    joined: list[str],
    left: list[str],
) -> None:
    draft = a_group_draft(present=frozenset(present), leaving=leaving)
    changes = change_members(draft, MembershipChange(**change))
    assert (came(changes), went(changes)) == (joined, left)
    assert len(draft.entries) == len(joined) + len(left), "one activity an effect"


def test_r23_a_member_who_is_nobody_is_skipped_and_told() -> None:
    draft = a_group_draft()
    assert came(change_members(draft, MembershipChange(added=("x", "a")))) == ["a"]
    assert draft.steps[0]["code"] == "match.member_unknown"
    assert draft.steps[0]["member"] == "x"


def test_r37_a_crowd_of_nobodies_does_not_swell_the_record() -> None:
    draft = a_group_draft()
    crowd = tuple(f"x{number}" for number in range(20_000))
    change_members(draft, MembershipChange(added=crowd))
    assert draft.unknown_members == 20_000
    assert len(draft.steps) == 101
    assert draft.steps[-1]["more"] == 19_900


def test_r39_in_strict_mode_a_member_who_is_nobody_is_refused() -> None:
    with pytest.raises(MemberUnknown) as refusal:
        change_members(a_group_draft(strict=True), MembershipChange(added=("a", "x")))
    assert refusal.value.facts == {"value": "x"}


def test_r23_clearing_a_crowd_is_one_change_and_one_entry() -> None:
    crowd = tuple(f"u{number}" for number in range(10_001))
    draft = a_group_draft(present=frozenset(crowd), leaving=crowd)
    changes = change_members(draft, MembershipChange(cleared=True))
    assert [type(one) for one in changes] == [DeleteAll]
    [entry] = draft.entries
    assert (entry.event, entry.data) == ("group.members_cleared", {"count": 10_001})


def test_r23_replacing_a_crowd_spares_whoever_stays() -> None:
    crowd = ("a", *(f"u{number}" for number in range(10_001)))
    draft = a_group_draft(present=frozenset(crowd), leaving=crowd)
    changes = change_members(draft, MembershipChange(cleared=True, added=("a",)))
    assert "a" not in went(changes)
    assert len(went(changes)) == 10_001


def test_r25_roles_are_said_as_they_fit() -> None:
    roles = [a_role("Dispatcher", "technician"), a_role("Reader", "end_user")]
    draft = a_group_draft(roles=roles)
    change_members(draft, MembershipChange(added=("a",)))
    [entry] = draft.entries
    assert (entry.data["roles"], entry.data["misfits"]) == (["Reader"], ["Dispatcher"])
    assert fitting_roles(None, roles) == []
