"""R20: coming back under the same id; another person with a recycled address does not."""

from typing import Any

import msgspec

from gatepost.activity.entry import Subject
from gatepost.lifecycle.draft import UserDraft
from gatepost.scim.fold import fold
from gatepost.store.changes import DeleteAll, Update
from gatepost.store.rows import UserRow
from gatepost.store.tables import MEMBERSHIPS, SUBJECTS, USERS


def is_same_person(left: UserRow, document: dict[str, Any]) -> bool:
    """Tell whether a POST is the return of the person who left.

    Another person only when both sides carry an externalId and they differ.
    """
    sent = document.get("externalId")
    return not (left.external_id and sent and left.external_id != sent)


def archive(draft: UserDraft, left: UserRow) -> None:
    """Free the userName of a person who left; the account keeps its id and history."""
    name = f"{left.user_name} (archived {left.user_id[-12:]})"
    document = {**msgspec.json.decode(left.doc), "userName": name}
    values = {
        "user_name": name,
        "user_name_folded": fold(name),
        "doc": msgspec.json.encode(document),
        "modified_at": draft.at,
    }
    expect = {"version": left.version}
    key = (left.tenant_id, left.user_id)
    draft.changes.append(Update(USERS, key, values, expect, {"version": 1}))
    subject = Subject("user", left.user_id, left.user_name)
    draft.entry("user.archived", subject, archived_as=name, successor=draft.user_id)


def come_back(draft: UserDraft) -> None:
    """Make the SCIM resource exist again for the account that left."""
    draft.is_returning = True
    draft.set(deleted_at=None)
    # Whoever was added to a group in the moment of leaving is not in it on coming back.
    who = {"tenant_id": draft.actor.tenant_id, "user_id": draft.user_id}
    draft.changes.append(DeleteAll(MEMBERSHIPS, who))
    # The provider may call a person by another lasting name once it made them anew.
    draft.changes.append(DeleteAll(SUBJECTS, who))
    draft.step("match", found="account that had left", returned=True)
