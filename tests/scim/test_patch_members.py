"""Changes of a group's members (WIRE.md M6, M7, M8)."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatepost.scim import urns
from gatepost.scim.dialects.mode import Dialect, Mode
from gatepost.scim.errors import InvalidValue
from gatepost.scim.filter.parse import parse
from gatepost.scim.patch.members import MembershipChange, split
from gatepost.scim.patch.request import read_patch
from gatepost.scim.schema.standard import group_resource, user_resource

GROUPS = group_resource()


def split_all(
    *operations: Any, mode: Mode = Mode.TOLERANT
) -> tuple[list[str], MembershipChange | None]:
    dialect = Dialect(mode)
    body = {"schemas": [urns.PATCH_OP], "Operations": list(operations)}
    read = read_patch(body, GROUPS, dialect, operations_max=100)
    others, result = split(read, GROUPS, dialect)
    return [str(one.path.attribute) for one in others], result


def change(*operations: Any) -> MembershipChange | None:
    return split_all(*operations)[1]


def add(*ids: str) -> dict[str, Any]:
    return {"op": "add", "path": "members", "value": [{"value": one} for one in ids]}


def remove(*ids: str) -> dict[str, Any]:
    return {"op": "remove", "path": "members", "value": [{"value": one} for one in ids]}


def replace(*ids: str) -> dict[str, Any]:
    return {"op": "replace", "path": "members", "value": [{"value": one} for one in ids]}


def at(path: str, op: str = "remove", **value: Any) -> dict[str, Any]:
    return {"op": op, "path": path, **value}


def test_other_operations_are_left() -> None:
    rename = at("displayName", "replace", value="n")
    assert split_all(rename) == (["displayName"], None)
    assert split_all(rename, add("1")) == (["displayName"], MembershipChange(added=("1",)))


def test_members_beside_other_attributes_are_taken_out() -> None:
    """Okta renames and empties a group in one operation."""
    value = {"members": [], "id": "g", "displayName": "n"}
    found = split_all({"op": "replace", "value": value})
    assert found == (["displayName"], MembershipChange(cleared=True))


def test_the_members_of_a_user_are_nobody() -> None:
    operation = read_patch(
        {"Operations": [at("title", "add", value="t")]},
        user_resource(),
        Dialect(),
        operations_max=1,
    )
    assert split(operation, user_resource(), Dialect()) == (operation, None)


@pytest.mark.parametrize(
    "sent",
    [
        add("1", "2"),
        {"op": "Add", "value": {"Members": [{"value": "1"}, {"value": "2", "$ref": "x"}]}},
        {"op": "add", "path": f"{urns.GROUP}:members", "value": ["1", "2"]},
        {"op": "add", "path": "members.value", "value": ["1", "2", "1"]},
        {"op": "add", "path": 'members[value eq "1" or value eq "2"]', "value": {"type": "User"}},
    ],
    ids=str,
)
def test_members_are_added_in_every_form(sent: dict[str, Any]) -> None:
    assert change(sent) == MembershipChange(added=("1", "2"))


@pytest.mark.parametrize(
    "sent",
    [
        remove("1", "2"),
        at('members[value eq "1" or value eq "2"]'),
        at('members[VALUE EQ "1" or (value eq "2")]', value=[{"value": "3"}]),
        at("members", value={"members": [{"value": "1", "$ref": None}, {"value": "2"}]}),
        at("members", value=["1", "2"]),
        at('members[value eq "1" or value eq "2"].value'),
        at('members[value eq "1" or value eq "2"]', "replace", value=""),
    ],
    ids=str,
)
def test_members_are_removed_in_every_form(sent: dict[str, Any]) -> None:
    """WIRE.md M6: getting the value wrong empties the customer's group."""
    assert change(sent) == MembershipChange(removed=("1", "2"))


@pytest.mark.parametrize(
    "sent",
    [at("members"), at("members", value=None), replace(), at("members", "replace", value="")],
)
def test_all_members_are_removed(sent: dict[str, Any]) -> None:
    assert change(sent) == MembershipChange(cleared=True)


@pytest.mark.parametrize("value", [[], "", {}, [{}]])
def test_removing_nobody_removes_nobody(value: object) -> None:
    """WIRE.md M6 (f)."""
    assert change(at("members", value=value)) == MembershipChange()


def test_replacing_clears_and_adds() -> None:
    assert change(add("1"), remove("2"), replace("3")) == MembershipChange(
        cleared=True, added=("3",)
    )


def test_the_last_operation_on_a_member_counts() -> None:
    assert change(add("1"), remove("1")) == MembershipChange(removed=("1",))
    assert change(remove("1"), add("1")) == MembershipChange(added=("1",))
    assert change(at("members"), add("1", "2"), remove("2")) == MembershipChange(
        cleared=True, added=("1",)
    )


def test_other_filters_are_left_to_who_knows_the_members() -> None:
    tree = parse('display co "x"', Dialect())
    assert change(at('members[display co "x"]')) == MembershipChange(removed_where=(tree,))
    several = change(at('members[value eq "1" or display co "x"]'))
    assert several is not None
    assert several.removed == ()
    assert len(several.removed_where) == 1


def test_other_filters_reach_members_added_before() -> None:
    assert change(add("1"), at('members[type eq "User"]')) == MembershipChange(
        removed_where=(parse('type eq "User"', Dialect()),)
    )
    after = change(add("1"), at('members[type eq "Group"]'))
    assert after is not None
    assert after.added == ("1",)


def test_other_filters_have_nothing_to_do_after_clearing() -> None:
    assert change(at("members"), at('members[type eq "User"]')) == MembershipChange(cleared=True)


@pytest.mark.parametrize(
    "sent",
    [
        at('members[value eq "1"].display', "replace", value="x"),
        at("members.type", "add", value="User"),
        at('members[display eq "x"]', "add", value={"value": "1"}),
        at('members[value eq "1"]', "add", value=None),
    ],
    ids=str,
)
def test_what_follows_from_a_member_is_not_taken_from_a_client(sent: dict[str, Any]) -> None:
    """WIRE.md M8."""
    assert change(sent) in (None, MembershipChange())


@pytest.mark.parametrize(
    "sent", [remove("1"), at('members[value eq "1"].type', "replace", value="User")], ids=str
)
def test_strict_mode_refuses_what_is_not_standard(sent: dict[str, Any]) -> None:
    with pytest.raises(InvalidValue, match="Operation 1"):
        split_all(sent, mode=Mode.STRICT)


@pytest.mark.parametrize("value", [5, [{"display": "x"}], [["1"]], [True]])
def test_what_names_no_member_is_refused(value: object) -> None:
    with pytest.raises(InvalidValue, match=r"Operation 1 \(add members\)"):
        change(at("members", "add", value=value))


def test_a_member_id_that_no_database_stores_is_refused() -> None:
    with pytest.raises(InvalidValue, match=r"U\+0000"):
        change(add("a\x00"))


_IDS = st.lists(st.sampled_from("abcde"), max_size=3)
_STEPS = st.lists(st.tuples(st.sampled_from(["add", "remove", "replace", "clear"]), _IDS))


@given(_IDS, _STEPS)
def test_the_folded_change_does_what_the_operations_do_one_by_one(
    present: list[str], steps: list[tuple[str, list[str]]]
) -> None:
    members = set(present)
    sent = []
    for step, ids in steps:
        if step == "clear":
            members.clear()
            sent.append(at("members"))
        elif step == "replace":
            members = set(ids)
            sent.append(replace(*ids))
        else:
            members = members | set(ids) if step == "add" else members - set(ids)
            sent.append(add(*ids) if step == "add" else remove(*ids))
    folded = change(*sent) if sent else MembershipChange()
    assert folded is not None
    kept = set() if folded.cleared else set(present) - set(folded.removed)
    assert kept | set(folded.added) == members
    assert not set(folded.added) & set(folded.removed)
