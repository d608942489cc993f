"""What the forms on mappings carry: boxes that were ticked, and changes that were shown."""

from collections.abc import Sequence
from typing import Final
from urllib.parse import quote

import msgspec

from gatepost.base.ids import is_id
from gatepost.lifecycle.group_reads import ListedGroup
from gatepost.store.rows import RoleRow
from gatepost.web.pages.forms import FormRefused

CHANGES_MAX: Final = 200
FIELDS_MAX: Final = 12_000
BYTES_MAX: Final = 262_144

_UNREADABLE: Final = FormRefused(400, "The form is not one of this page. Open the page again.")

Form = dict[str, str]


class Wanted(msgspec.Struct, frozen=True):
    """A mapping that shall come or go, by ids."""

    group_id: str
    role_id: str
    is_added: bool


class Box(msgspec.Struct, frozen=True):
    """A box of the table: ticked if the group is mapped to the role."""

    name: str
    role: RoleRow
    is_ticked: bool


class Table(msgspec.Struct, frozen=True):
    """The boxes of a page; `hidden` are the fields that say which box stands for what."""

    rows: list[tuple[ListedGroup, list[Box]]]
    hidden: dict[str, str]


def table_of(groups: Sequence[ListedGroup], roles: Sequence[RoleRow]) -> Table:
    """Give the boxes: groups down, roles across.

    What was ticked when the page was drawn goes along, so that only what is changed here
    is changed, not what somebody else changed meanwhile.
    """
    rows, was = [], []
    for down, group in enumerate(groups):
        mapped = {one.role_id for one in group.roles}
        boxes = [
            Box(f"{down}.{across}", role, role.role_id in mapped)
            for across, role in enumerate(roles)
        ]
        was += [one.name for one in boxes if one.is_ticked]
        rows.append((group, boxes))
    hidden = {
        "groups": " ".join(one.row.group_id for one in groups),
        "roles": " ".join(one.role_id for one in roles),
        "was": " ".join(was),
    }
    return Table(rows, hidden)


def ticked(form: Form) -> list[Wanted]:
    """Give what is to change by the boxes that were ticked and unticked.

    Raises:
        FormRefused: it is no such form, or changes too much at once.
    """
    groups, roles = _ids(form.get("groups", "")), _ids(form.get("roles", ""))
    before = set(form.get("was", "").split())
    after = {name for name in form if name.partition(".")[0].isdecimal()}
    found = []
    for name in sorted(before ^ after, key=lambda one: [len(one), one]):
        down, _, across = name.partition(".")
        if not (down.isdecimal() and across.isdecimal()):
            raise _UNREADABLE
        if int(down) >= len(groups) or int(across) >= len(roles):
            raise _UNREADABLE
        found.append(Wanted(groups[int(down)], roles[int(across)], name in after))
    return _bounded(found)


def written(changes: Sequence[Wanted]) -> str:
    """Write changes as one field of a form."""
    return " ".join(
        f"{'+' if one.is_added else '-'}{one.group_id}:{one.role_id}" for one in changes
    )


def read(text: str) -> list[Wanted]:
    """Read such a field.

    Raises:
        FormRefused: it is none.
    """
    found = []
    for one in text.split():
        sign, (group_id, _, role_id) = one[:1], one[1:].partition(":")
        if sign not in {"+", "-"} or not (is_id(group_id) and is_id(role_id)):
            raise _UNREADABLE
        found.append(Wanted(group_id, role_id, sign == "+"))
    return _bounded(found)


def back_of(form: Form, done: str = "") -> str:
    """Give where the form came from: a group's page, or its provider's table."""
    group_id, slug = form.get("of", ""), quote(form.get("provider", ""), safe="")
    if is_id(group_id):
        return f"/console/groups/{group_id}" + (f"?done={done}" if done else "")
    return f"/console/mapping?provider={slug}" + (f"&done={done}" if done else "")


def _ids(text: str) -> list[str]:
    found = text.split()
    if not all(is_id(one) for one in found):
        raise _UNREADABLE
    return found


def _bounded(found: list[Wanted]) -> list[Wanted]:
    if len(found) > CHANGES_MAX:
        raise FormRefused(413, f"Change at most {CHANGES_MAX} mappings at once.")
    return found
