"""R6: the userName is the sign-in name, unique in the tenant, compared without case."""

from gatepost.lifecycle.account import columns, is_address
from gatepost.lifecycle.draft import UserDraft
from gatepost.lifecycle.refusals import UserNameMissing, UserNameNotAnAddress, UserNameTaken
from gatepost.lifecycle.rules.returning import archive


def name_user(draft: UserDraft) -> None:
    """Take the names and addresses of the document into the columns.

    Raises:
        UserNameMissing: it is blank.
        UserNameNotAnAddress: the provider demands an address.
        UserNameTaken: another live account has it.
    """
    found = columns(draft.document)
    user_name = found["user_name"]
    if not user_name.strip():
        raise UserNameMissing
    provider = draft.provider
    if provider and provider.require_email_user_name and not is_address(user_name):
        raise UserNameNotAnAddress(user_name=user_name)
    _check_unique(draft, user_name)
    draft.set(**found)
    if found["email"] is None:
        draft.step("validate", "warning", code="validate.no_email")


def _check_unique(draft: UserDraft, user_name: str) -> None:
    rival = draft.facts.rival
    if rival is None or rival.user_id == draft.user_id:
        return
    provider = draft.provider
    if provider and rival.provider_id == provider.provider_id and rival.deleted_at is not None:
        archive(draft, rival)
        return
    raise UserNameTaken(user_name=user_name)
