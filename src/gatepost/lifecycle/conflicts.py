"""Conflicts: a provider wanted an account it may not have; an administrator settles it (R12)."""

from datetime import datetime
from typing import Any

import msgspec

from gatepost.activity.entry import Entry, Subject
from gatepost.base.ids import is_id
from gatepost.lifecycle.account import addresses, domain_of
from gatepost.lifecycle.corridor import Corridor, Writer
from gatepost.lifecycle.draft import Facts, UserDraft
from gatepost.lifecycle.plan import Plan
from gatepost.lifecycle.refusals import AdoptionRefused, ConflictNotFound
from gatepost.lifecycle.rules.adoption import limit_of_adoption, serves, take_over
from gatepost.lifecycle.rules.outcome import planned
from gatepost.scim.schema.resource_schema import ResourceSchema
from gatepost.store import conflicts, providers, users
from gatepost.store.changes import Update
from gatepost.store.rows import ConflictRow, ProviderRow, UserRow
from gatepost.store.tables import CONFLICTS, USERS

ADOPT, KEEP_LOCAL, IGNORE = "adopt", "keep_local", "ignore"
STATES = {ADOPT: "adopted", KEEP_LOCAL: "kept_local", IGNORE: "ignored"}


class Conflict(msgspec.Struct, frozen=True):
    """A conflict with both sides of it."""

    row: ConflictRow
    user: UserRow | None
    provider: ProviderRow | None


class Examination(msgspec.Struct, frozen=True):
    """How a conflict stands now.

    `final` is the limit that no administrator lifts, `account_gone` among them; `limit` the
    one that keeps the provider from adopting by itself. `foreign` are addresses of the account
    that are not in the provider's email domains; `manager` is who manages the account.
    """

    final: str | None
    limit: str | None
    foreign: list[str]
    manager: ProviderRow | None


class Conflicts:
    """Reads and settles conflicts."""

    def __init__(self, corridor: Corridor) -> None:
        self._corridor = corridor
        self._database = corridor.database

    async def open(self, tenant_id: int) -> list[Conflict]:
        """Read the open conflicts, oldest first."""
        found = await conflicts.open_ones(self._database, tenant_id)
        return [await self._both_sides(one) for one in found]

    async def page(
        self, tenant_id: int, *, is_open: bool, after: str | None = None, limit: int
    ) -> list[Conflict]:
        """Read a page of conflicts: the open ones oldest first, the settled ones newest first.

        An `after` that is no id is ignored.
        """
        last = after if after and is_id(after) else None
        if is_open:
            found = await conflicts.open_ones(self._database, tenant_id, after_id=last, limit=limit)
        else:
            found = await conflicts.settled_ones(
                self._database, tenant_id, before_id=last, limit=limit
            )
        return [await self._both_sides(one) for one in found]

    async def get(self, tenant_id: int, conflict_id: str) -> Conflict:
        """Get a conflict, settled or not.

        Raises:
            ConflictNotFound: there is none of that id.
        """
        row = None
        if is_id(conflict_id):
            row = await conflicts.get(self._database, tenant_id, conflict_id)
        if row is None:
            raise ConflictNotFound(id=conflict_id)
        return await self._both_sides(row)

    async def examine(self, conflict: Conflict) -> Examination:
        """Tell how things stand now: whether it can be adopted, and what to think of first."""
        user, provider = conflict.user, conflict.provider
        claimed = await providers.claimed_domains(self._database, conflict.row.tenant_id)
        manager = None
        if user and user.provider_id:
            manager = await providers.get(self._database, user.tenant_id, user.provider_id)
        if user is None or provider is None or provider.deleted_at:
            return Examination("provider_deleted" if user else "account_gone", None, [], manager)
        foreign = [one for one in addresses(user) if not serves(provider, domain_of(one), claimed)]
        limit = limit_of_adoption(user, provider, claimed)
        return Examination(_final_limit(conflict, user), limit, foreign, manager)

    async def resolve(
        self, writer: Writer, conflict_id: str, choice: str, *, schema: ResourceSchema
    ) -> Conflict:
        """Settle a conflict: `adopt`, `keep_local` or `ignore`.

        Adopt hands the account to the provider now; keep local closes it to every
        provider until somebody adopts it by hand; ignore lets the next request ask again.

        Raises:
            ConflictNotFound: there is none, or it is settled.
            AdoptionRefused: the account is protected or another provider's, or this one
                was deleted (R12).
        """

        async def load() -> Conflict:
            row = None
            if is_id(conflict_id):
                row = await conflicts.get(self._database, writer.actor.tenant_id, conflict_id)
            if row is None or row.state != "open":
                raise ConflictNotFound(id=conflict_id)
            return await self._both_sides(row)

        def decide(conflict: Conflict, at: datetime) -> Plan:
            return _decide(conflict, choice, writer, schema, at)

        settled: Conflict = await self._corridor.run(writer, load, decide)
        return settled

    async def _both_sides(self, row: ConflictRow) -> Conflict:
        user = await users.get(self._database, row.tenant_id, row.user_id)
        provider = await providers.get(self._database, row.tenant_id, row.provider_id)
        return Conflict(row, user, provider)


def _decide(
    conflict: Conflict, choice: str, writer: Writer, schema: ResourceSchema, at: datetime
) -> Plan:
    row, user = conflict.row, conflict.user
    closing = {"state": STATES[choice], "resolved_at": at, "resolved_by": writer.actor.name}
    closed = Update(CONFLICTS, (row.tenant_id, row.conflict_id), closing, {"state": "open"})
    name = user.user_name if user else str(row.incoming.get("userName"))
    subject = Subject("user", row.user_id, name)
    said = Entry("conflict.resolved", subject, {"state": STATES[choice].replace("_", " ")})
    outcome = msgspec.structs.replace(conflict, row=msgspec.structs.replace(row, **closing))
    if user is None or choice == IGNORE:
        return Plan((closed,), (said,), outcome=outcome)
    if choice == KEEP_LOCAL:
        key, local = (user.tenant_id, user.user_id), {"provider_id": None}
        kept = Update(USERS, key, {"keep_local": True}, local)
        changes = (closed, kept) if user.provider_id is None else (closed,)
        return Plan(changes, (said,), outcome=outcome)
    provider = conflict.provider
    if provider is None or provider.deleted_at:
        return Plan(refusal=AdoptionRefused(user_name=name, limit="provider_deleted"))
    if limit := _final_limit(conflict, user):
        return Plan(refusal=AdoptionRefused(user_name=name, limit=limit))
    adopted = _adopted(user, provider, writer, schema, at)
    return Plan((closed, *adopted.changes), (said, *adopted.entries), outcome=outcome)


def _final_limit(conflict: Conflict, user: UserRow) -> str | None:
    """Give the limit that no administrator lifts, as the account is now (R12)."""
    if user.is_staff or user.break_glass:
        return "protected"
    if user.provider_id is not None and user.provider_id != conflict.row.provider_id:
        return "other_provider"
    return None


def _adopted(
    user: UserRow, provider: ProviderRow, writer: Writer, schema: ResourceSchema, at: datetime
) -> Plan:
    draft = UserDraft(
        facts=Facts(user=user),
        actor=writer.actor,
        schema=schema,
        at=at,
        user_id=user.user_id,
        conflict_id="",
        old=user,
        document={},
    )
    document: dict[str, Any] = dict(draft.old_document)
    draft.document = document
    take_over(draft, provider)
    return planned(draft)
