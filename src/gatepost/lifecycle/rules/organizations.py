"""R9: which organizations an end user belongs to."""

from collections.abc import Iterable

from gatepost.lifecycle.account import extension, set_extension
from gatepost.lifecycle.draft import UserDraft
from gatepost.lifecycle.refusals import OrganizationUnknown
from gatepost.scim.fold import fold

ALL = "All"


def named(document: dict[str, object]) -> list[str] | None:
    """Give the organizations that the document names, or nothing when it names none.

    A scalar, a comma-separated string and an array are all accepted.
    """
    sent = extension(document).get("organizationId")
    if sent is None:
        return None
    return split(sent if isinstance(sent, list) else [sent])


def split(values: Iterable[object]) -> list[str]:
    """Take comma-separated names apart; blanks go, order stays, repeats go."""
    parts = (part.strip() for value in values for part in str(value).split(","))
    return list(dict.fromkeys(part for part in parts if part))


def set_organizations(draft: UserDraft) -> None:
    """Decide the organization scope of the user.

    Absent: what is there stays where no client ever sent one; else the provider's
    default, else none, with a warning. Sent as before: it means what it meant then, whatever
    the organization is called by now.

    Raises:
        OrganizationUnknown: a name is no id and no exact name.
    """
    sent = named(draft.document)
    if sent is not None:
        scope, ids = _kept(draft, sent) or _resolve(draft, sent)
        set_extension(draft.document, "organizationId", [ALL] if scope == "all" else sent)
    elif draft.old and named(draft.old_document) is None:
        return
    else:
        scope, ids = _default(draft)
    draft.set(organization_scope=scope, organization_ids=ids)
    draft.step("map", attribute="organizationId", scope=scope, organizations=len(ids))
    if scope == "none" and draft.value("user_type") == "end_user":
        draft.step("map", "warning", code="map.no_organization")


def _kept(draft: UserDraft, sent: list[str]) -> tuple[str, list[int]] | None:
    """Give the scope of before, where the same words are sent again."""
    if draft.old is None or sent != named(draft.old_document):
        return None
    return draft.old.organization_scope, draft.old.organization_ids


def _default(draft: UserDraft) -> tuple[str, list[int]]:
    provider = draft.provider
    if not provider or not provider.default_organizations:
        return draft.columns.get("organization_scope") or "none", (
            draft.columns.get("organization_ids") or []
        )
    if ALL in provider.default_organizations:
        return "all", []
    return "some", [int(one) for one in provider.default_organizations]


def _resolve(draft: UserDraft, sent: list[str]) -> tuple[str, list[int]]:
    if any(fold(one) == fold(ALL) for one in sent):
        return "all", []
    ids = []
    for one in sent:
        organization = draft.facts.organizations.get(fold(one))
        if organization is None:
            raise OrganizationUnknown(value=one)
        ids.append(organization.organization_id)
    return ("some", sorted(set(ids))) if ids else ("none", [])
