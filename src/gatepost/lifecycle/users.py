"""The face of the room for users: every door reads and writes them here."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import msgspec

from gatepost.lifecycle import user_decisions
from gatepost.lifecycle.corridor import Corridor, Writer
from gatepost.lifecycle.draft import Facts, UserDraft
from gatepost.lifecycle.plan import Plan
from gatepost.lifecycle.release import decide_release
from gatepost.lifecycle.rules.outcome import UserOutcome
from gatepost.lifecycle.rules.ownership import check_unlocked
from gatepost.lifecycle.rules.visibility import check_visible
from gatepost.lifecycle.user_facts import UserFacts
from gatepost.scim.dialects.mode import Dialect
from gatepost.scim.fold import fold
from gatepost.scim.schema.resource_schema import ResourceSchema
from gatepost.store.changes import Update
from gatepost.store.rows import ProviderRow, UserRow
from gatepost.store.tables import USERS

Document = dict[str, Any]
Change = Callable[[Document], Document]


class NewUser(msgspec.Struct, frozen=True, kw_only=True):
    """An account to be: its SCIM document and, for a local one, what only we keep.

    `columns`: created_via, user_type, administrator, support, phone, language, time_zone,
    organization_scope, organization_ids, invited_at; a provider sets none of them.
    """

    document: Document
    columns: dict[str, Any] = {}


class Users:
    """Creates, changes, deactivates, releases and reads the users of tenants."""

    def __init__(self, corridor: Corridor) -> None:
        self._corridor = corridor
        self._facts = UserFacts(corridor.database)

    async def create(
        self,
        writer: Writer,
        new: NewUser,
        *,
        schema: ResourceSchema,
        provider: ProviderRow | None = None,
        dialect: Dialect | None = None,
    ) -> UserOutcome:
        """Create an account, or go on with one that left or is adopted (R6 to R12, R20).

        Raises:
            Refusal: as the rules say; see `lifecycle.refusals`.
        """
        actor, user_id = writer.actor, self._corridor.ids.new()

        async def load() -> Facts:
            return await self._facts.of_new(actor, new.document, provider)

        def decide(facts: Facts, at: datetime) -> Plan:
            old = facts.user
            draft = self._draft(facts, writer, schema, at, old.user_id if old else user_id)
            draft.document = dict(new.document)
            draft.ignored = dialect.ignored if dialect else []
            if old is None:
                draft.set(**new.columns)
            return user_decisions.decide(draft, user_decisions.create)

        outcome: UserOutcome = await self._corridor.run(
            writer, load, decide, turn=(actor.tenant_id, fold(str(new.document.get("userName"))))
        )
        return outcome

    async def change(  # noqa: PLR0913 - a change has these parts
        self,
        writer: Writer,
        user_id: str,
        change: Change,
        *,
        schema: ResourceSchema,
        provider: ProviderRow | None = None,
        dialect: Dialect | None = None,
        if_match: str | None = None,
    ) -> UserOutcome:
        """Make the account's document a new one (PUT, PATCH, an administrator's edit).

        `change` is a pure function from the old document to the new; it may run
        more than once.

        Raises:
            Refusal: as the rules say; ManagedByProvider for an administrator (R18).
            ScimError: what `change` raises.
        """
        actor = writer.actor

        async def load() -> tuple[Facts, Document]:
            user = await self._facts.visible(actor, user_id, provider)
            user_decisions.check_version(user, if_match)
            document = change(msgspec.json.decode(user.doc))
            return await self._facts.of_change(actor, user, document, provider), document

        def decide(loaded: tuple[Facts, Document], at: datetime) -> Plan:
            facts, document = loaded
            draft = self._draft(facts, writer, schema, at, user_id)
            draft.document = dict(document)
            draft.ignored = dialect.ignored if dialect else []
            if provider is None and facts.user:
                check_unlocked(facts.user, facts.manager, "the user's profile and status")
            return user_decisions.decide(draft, user_decisions.change)

        outcome: UserOutcome = await self._corridor.run(
            writer, load, decide, turn=(actor.tenant_id, user_id)
        )
        return outcome

    async def delete(
        self,
        writer: Writer,
        user_id: str,
        *,
        schema: ResourceSchema,
        provider: ProviderRow | None = None,
        if_match: str | None = None,
    ) -> UserOutcome:
        """Delete for a provider (R19: inactive, listed, gone from SCIM) or remove a local account.

        Raises:
            Refusal: UserNotFound, VersionMismatch, ProtectedAccount, ManagedByProvider.
        """
        actor = writer.actor

        async def load() -> Facts:
            user = await self._facts.visible(actor, user_id, provider)
            user_decisions.check_version(user, if_match)
            return await self._facts.of_delete(actor, user, provider)

        def decide(facts: Facts, at: datetime) -> Plan:
            draft = self._draft(facts, writer, schema, at, user_id)
            if provider:
                return user_decisions.decide_delete(draft)
            assert facts.user is not None  # noqa: S101 - `visible` found it
            check_unlocked(facts.user, facts.manager, "the account")
            return user_decisions.decide_remove(draft)

        outcome: UserOutcome = await self._corridor.run(
            writer, load, decide, turn=(actor.tenant_id, user_id)
        )
        return outcome

    async def edit_local(self, writer: Writer, user_id: str, **columns: str | None) -> UserOutcome:
        """Change what no provider owns: phone, language, time_zone (R18).

        The SCIM resource stays as it is, and so do its version and lastModified.

        Raises:
            UserNotFound: there is no such user.
        """

        async def load() -> UserRow:
            return await self._facts.visible(writer.actor, user_id, None)

        def decide(user: UserRow, _at: datetime) -> Plan:
            new = {name: value for name, value in columns.items() if getattr(user, name) != value}
            if not new:
                return Plan(outcome=UserOutcome(user, is_changed=False))
            edited = msgspec.structs.replace(user, **new)
            update = Update(USERS, (user.tenant_id, user_id), new)
            return user_decisions.plan_of_local_edit(user, update, sorted(new), edited)

        outcome: UserOutcome = await self._corridor.run(
            writer, load, decide, turn=(writer.actor.tenant_id, user_id)
        )
        return outcome

    async def release(self, writer: Writer, user_id: str, *, schema: ResourceSchema) -> UserOutcome:
        """Make a managed account local again; nothing is lost (R18).

        Raises:
            Refusal: UserNotFound, NotManaged.
        """

        async def load() -> Any:  # noqa: ANN401 - facts of a release
            return await self._facts.of_release(writer.actor, user_id)

        def decide(loaded: Any, at: datetime) -> Plan:  # noqa: ANN401
            facts, roles = loaded
            draft = self._draft(facts, writer, schema, at, user_id)
            return decide_release(draft, roles)

        outcome: UserOutcome = await self._corridor.run(
            writer, load, decide, turn=(writer.actor.tenant_id, user_id)
        )
        return outcome

    async def get(self, tenant_id: int, user_id: str, provider: ProviderRow | None) -> UserRow:
        """Get the account, as far as the provider may know of it (R17).

        Raises:
            UserNotFound: it does not exist, or is not the provider's to see.
        """
        user, claimed = await self._facts.of_read(tenant_id, user_id, provider)
        return check_visible(user, provider, claimed, user_id)

    def _draft(
        self, facts: Facts, writer: Writer, schema: ResourceSchema, at: datetime, user_id: str
    ) -> UserDraft:
        return UserDraft(
            facts=facts,
            actor=writer.actor,
            schema=schema,
            at=at,
            user_id=user_id,
            conflict_id=self._corridor.ids.new(),
            old=facts.user,
            document={},
        )
