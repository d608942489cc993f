"""R7: an account that a provider creates has no password and no invitation."""

from gatepost.lifecycle.draft import UserDraft


def provision(draft: UserDraft) -> None:
    """Set what holds for a new account, by who makes it."""
    provider = draft.provider
    if draft.old is not None:
        return
    draft.set(
        provider_id=provider.provider_id if provider else None,
        auth_type="sso" if provider else "native",
        email_verified=provider is not None,
        created_at=draft.at,
    )
    if provider:
        draft.set(created_via=draft.columns.get("created_via") or "scim")
        draft.step("match", found="nobody", created=True)
