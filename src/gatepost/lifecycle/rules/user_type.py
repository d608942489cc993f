"""R8: technician or end user."""

from gatepost.lifecycle.account import extension, set_extension
from gatepost.lifecycle.draft import UserDraft
from gatepost.lifecycle.refusals import UserTypeUnknown
from gatepost.store.changes import Delete
from gatepost.store.rows import UserRow
from gatepost.store.tables import ROLE_GRANTS

WIRE_WORDS = {"technician": "Technician", "end_user": "endUser"}
_OF_WORD = {word.lower(): user_type for user_type, word in WIRE_WORDS.items()}


def type_of(document: dict[str, object]) -> str | None:
    """Give the user type that the document says, if it says one.

    The extension's word counts; the core `userType` only where it is one of the two.

    Raises:
        UserTypeUnknown: the extension's word is neither.
    """
    sent = extension(document).get("userType")
    if sent is not None:
        found = _OF_WORD.get(str(sent).strip().lower())
        if found is None:
            raise UserTypeUnknown(value=str(sent))
        return found
    core = document.get("userType")
    return _OF_WORD.get(core.strip().lower()) if isinstance(core, str) else None


def set_user_type(draft: UserDraft) -> None:
    """Decide the user type; a change keeps the account and drops grants that no longer fit.

    A type that no client ever sent (a local account that was adopted) stays;
    one that was sent and is withdrawn falls back to end user.

    Raises:
        UserTypeUnknown: the word is neither Technician nor endUser.
    """
    wanted = type_of(draft.document)
    if wanted and extension(draft.document).get("userType"):
        set_extension(draft.document, "userType", WIRE_WORDS[wanted])
    present = draft.old.user_type if draft.old else draft.columns.get("user_type")
    if wanted is None:
        was_sent = bool(draft.old) and _said_type(draft.old_document)
        wanted = "end_user" if was_sent or present is None else present
    draft.set(user_type=wanted)
    draft.step("map", attribute="userType", value=wanted)
    if draft.old and wanted != present:
        draft.entry("user.type_changed", draft.subject, to=wanted.replace("_", " "), before=present)
        _drop_misfits(draft, wanted)
        if wanted == "end_user" and draft.old.support:
            # Staff are technicians; no provider gives the mark, so none gives it back either.
            draft.set(support=False)
            draft.entry("support.dismissed", draft.subject, cause="user type changed")


def changes_type(user: UserRow, document: dict[str, object]) -> bool:
    """Tell whether the document may give the account another type than it has."""
    try:
        return type_of(document) != user.user_type
    except UserTypeUnknown:
        return False


def _said_type(document: dict[str, object]) -> bool:
    try:
        return type_of(document) is not None
    except UserTypeUnknown:
        return False


def _drop_misfits(draft: UserDraft, user_type: str) -> None:
    for role in draft.facts.manual_roles:
        if role.user_type != user_type:
            draft.changes.append(Delete(ROLE_GRANTS, (role.tenant_id, draft.user_id, role.role_id)))
            draft.entry("role.revoked", draft.subject, role=role.name, cause="user type changed")
            draft.step("roles", "warning", code="roles.misfit", role=role.name)
