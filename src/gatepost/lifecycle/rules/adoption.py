"""R11, R12: an existing local account becomes SCIM-managed, within limits."""

from typing import Any

import msgspec

from gatepost.lifecycle.account import addresses, domain_of
from gatepost.lifecycle.draft import UserDraft
from gatepost.lifecycle.refusals import AdoptionRefused
from gatepost.lifecycle.rules.access import end_access
from gatepost.store.changes import Insert, Update
from gatepost.store.rows import ConflictRow, ProviderRow, UserRow
from gatepost.store.tables import CONFLICTS

LIMITS: dict[str, str] = {
    "other_provider": "another identity provider manages the account",
    "protected": "the account is a system administrator, support staff or a break-glass account",
    "kept_local": "an administrator decided to keep the account local",
    "no_address": "the account has no email address by which it could be the provider's",
    "foreign_domain": "the account's address is not in the email domains of this provider",
    "review": "this provider adopts accounts only after an administrator's review",
    "never": "this provider never adopts existing accounts",
    "provider_deleted": "this provider was deleted",
}


def limit_of_adoption(
    user: UserRow, provider: ProviderRow, claimed_domains: dict[str, str]
) -> str | None:
    """Give the limit that keeps the provider from the account, if one does (R12).

    `claimed_domains` maps each email domain of the tenant to its provider.
    """
    if user.provider_id is not None:
        return None if user.provider_id == provider.provider_id else "other_provider"
    if user.is_staff or user.break_glass:
        return "protected"
    if user.keep_local:
        return "kept_local"
    owned = addresses(user)
    if not owned:
        return "no_address"
    if not all(serves(provider, domain_of(one), claimed_domains) for one in owned):
        return "foreign_domain"
    return None if provider.adoption == "automatic" else provider.adoption


def serves(provider: ProviderRow, domain: str, claimed_domains: dict[str, str]) -> bool:
    """Tell whether an email domain is the provider's: its own, or for the default one unclaimed."""
    owner = claimed_domains.get(domain)
    return owner == provider.provider_id if owner else provider.is_default


def adopt(draft: UserDraft, user: UserRow) -> None:
    """Make the account the provider's, or open a conflict and refuse.

    Raises:
        AdoptionRefused: a limit applies (R12).
    """
    provider = draft.provider
    assert provider is not None  # noqa: S101 - only a provider adopts
    limit = limit_of_adoption(user, provider, draft.facts.claimed_domains)
    if limit:
        _open_conflict(draft, provider, user, limit)
        raise AdoptionRefused(user_name=user.user_name, limit=limit)
    take_over(draft, provider)
    if draft.facts.conflict:
        _close_conflict(draft, draft.facts.conflict)


def take_over(draft: UserDraft, provider: ProviderRow) -> None:
    """Write down that the provider manages the account; id, phone, roles, history stay."""
    draft.adopter = provider
    # Links lead to a password, which the provider replaces, and sessions began with one.
    draft.changes.extend(end_access(draft.actor.tenant_id, draft.user_id))
    draft.set(
        provider_id=provider.provider_id,
        auth_type="sso",
        email_verified=True,
        invited_at=None,
        keep_local=False,
        deleted_at=None,
    )
    draft.step("match", found="local account", adopted=True)


def _open_conflict(draft: UserDraft, provider: ProviderRow, user: UserRow, limit: str) -> None:
    known, key = draft.facts.conflict, ("tenant_id", "conflict_id")
    if known:
        update = Update(
            CONFLICTS,
            tuple(getattr(known, column) for column in key),
            {"last_seen_at": draft.at, "reason": limit, "incoming": _incoming(draft)},
            add={"seen": 1},
        )
        draft.on_refusal.changes.append(update)
        return
    row = ConflictRow(
        tenant_id=user.tenant_id,
        conflict_id=draft.conflict_id,
        provider_id=provider.provider_id,
        user_id=user.user_id,
        reason=limit,
        incoming=_incoming(draft),
        opened_at=draft.at,
        last_seen_at=draft.at,
    )
    draft.on_refusal.changes.append(Insert(CONFLICTS, row))
    subject = msgspec.structs.replace(draft.subject, id=user.user_id, name=user.user_name)
    draft.on_refusal.entry("conflict.opened", subject, limit=LIMITS[limit])


def _close_conflict(draft: UserDraft, conflict: ConflictRow) -> None:
    """Settle what the limit that is gone has left open."""
    key = (conflict.tenant_id, conflict.conflict_id)
    closing = {"state": "adopted", "resolved_at": draft.at, "resolved_by": draft.actor.name}
    draft.changes.append(Update(CONFLICTS, key, closing, {"state": "open"}))
    draft.entry("conflict.resolved", draft.subject, state="adopted")


def _incoming(draft: UserDraft) -> dict[str, Any]:
    """Keep what tells the incoming person apart from the existing one."""
    shown = ("userName", "externalId", "displayName", "name", "emails", "active")
    return {name: draft.document[name] for name in shown if name in draft.document}
