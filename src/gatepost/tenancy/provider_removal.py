"""What goes with a provider that is deleted, beside its row. Pure."""

from collections.abc import Sequence
from datetime import datetime

import msgspec

from gatepost.store.changes import Change, Count, Delete, DeleteAll, Update
from gatepost.store.rows import GroupRow, ProviderRow, TokenRow
from gatepost.store.tables import GROUPS, MAPPINGS, MEMBERSHIPS, TOKENS, key_of
from gatepost.tenancy.sso_decisions import without_sso


class Belongings(msgspec.Struct, frozen=True):
    """What a provider has: its groups, and its tokens that nobody revoked."""

    groups: Sequence[GroupRow]
    tokens: Sequence[TokenRow]


def without(provider: ProviderRow, belongings: Belongings, at: datetime) -> list[Change]:
    """Remove groups with their mappings, end tokens, sessions and the SSO half."""
    changes: list[Change] = list(without_sso(provider))
    for one in belongings.groups:
        match = {"tenant_id": one.tenant_id, "group_id": one.group_id}
        changes += [DeleteAll(MEMBERSHIPS, match), DeleteAll(MAPPINGS, match)]
        changes.append(Delete(GROUPS, key_of(GROUPS, one)))
    if belongings.groups:
        gone = -len(belongings.groups)
        changes.append(Count(provider.tenant_id, provider.provider_id, "groups", gone))
    changes += [
        Update(TOKENS, key_of(TOKENS, one), {"revoked_at": at}) for one in belongings.tokens
    ]
    return changes
