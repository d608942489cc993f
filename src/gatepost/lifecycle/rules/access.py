"""R19: what ends in the same transaction when somebody leaves, and what goes with an account."""

from gatepost.store.changes import Change, DeleteAll
from gatepost.store.tables import (
    ATTEMPTS,
    CHALLENGES,
    FACTORS,
    LINKS,
    PASSWORDS,
    RECOVERY_CODES,
    SESSIONS,
    SUBJECTS,
    Table,
)

_ACCESS = (SESSIONS, ATTEMPTS, CHALLENGES, LINKS)
"""Doors that stand open to somebody: sessions, sign-ins under way, links sent to them."""

_OWN = (PASSWORDS, FACTORS, RECOVERY_CODES, SUBJECTS)
"""What an account proves itself by; it stays while the account does."""


def end_access(tenant_id: int, user_id: str) -> list[Change]:
    """End every session and every way in that is open to the user at this moment.

    Also said when somebody comes back: whatever began in the moment of leaving is worth nothing.
    """
    return _without(_ACCESS, tenant_id, user_id)


def forget(tenant_id: int, user_id: str) -> list[Change]:
    """Remove what the account proves itself by, with the account."""
    return _without((*_ACCESS, *_OWN), tenant_id, user_id)


def forget_factors(tenant_id: int, user_id: str) -> list[Change]:
    """Remove the second factors of an account that none but a provider ever vouched for."""
    return _without((FACTORS, RECOVERY_CODES), tenant_id, user_id)


def _without(tables: tuple[Table, ...], tenant_id: int, user_id: str) -> list[Change]:
    return [DeleteAll(table, {"tenant_id": tenant_id, "user_id": user_id}) for table in tables]
