"""Identity providers and their SCIM half (R2, R5, R10, R12, R26, R27, R39)."""

import re
from datetime import datetime
from typing import Any

import msgspec

from gatepost.activity.entry import Entry
from gatepost.lifecycle.account import domain_of
from gatepost.lifecycle.corridor import Corridor, Writer
from gatepost.lifecycle.plan import Plan
from gatepost.scim.fold import fold
from gatepost.store import counters, deviations, groups, providers, tokens
from gatepost.store.changes import Insert, Update
from gatepost.store.rows import DeviationRow, GroupRow, ProviderRow
from gatepost.store.tables import PROVIDERS
from gatepost.tenancy.provider_removal import Belongings, without
from gatepost.tenancy.provider_settings import checked
from gatepost.tenancy.provider_subject import subject
from gatepost.tenancy.refusals import (
    DomainClaimed,
    ProviderInUse,
    ProviderNameTaken,
    ProviderNotFound,
    ScimSwitchedOff,
    SettingInvalid,
)

_PAGE = 500
_SLUG = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?")


class Providers:
    """Creates, configures and reads identity providers."""

    def __init__(self, corridor: Corridor) -> None:
        self._corridor = corridor
        self._database = corridor.database

    async def create(
        self,
        writer: Writer,
        name: str,
        *,
        slug: str | None = None,
        **settings: Any,  # noqa: ANN401
    ) -> ProviderRow:
        """Create a provider; its SCIM half is off until it is switched on (R2).

        `slug` is its name in the SCIM base URL, unique in the whole installation;
        without one it is made from the name. `settings` as `provider_settings` says.

        Raises:
            SettingInvalid: a setting is not acceptable.
            ProviderNameTaken: the slug is in use, or the name in the tenant.
            DomainClaimed: another provider serves one of the domains.
        """
        tenant_id, provider_id = writer.actor.tenant_id, self._corridor.ids.new()
        settings = await checked(self._database, tenant_id, {**settings, "name": name})
        wanted = slug or _slug_of(name)
        if not _SLUG.fullmatch(wanted):
            why = "a name in a URL has 1 to 64 lower-case letters, digits and hyphens"
            raise SettingInvalid(setting="slug", value=wanted, why=why)

        async def load() -> tuple[ProviderRow | None, list[ProviderRow]]:
            rival = await providers.find_by_slug(self._database, wanted)
            return rival, await self.all(tenant_id)

        def decide(loaded: tuple[ProviderRow | None, list[ProviderRow]], at: datetime) -> Plan:
            rival, others = loaded
            if rival and slug:
                return Plan(refusal=ProviderNameTaken(slug=wanted))
            row = ProviderRow(
                tenant_id=tenant_id,
                provider_id=provider_id,
                slug=f"{wanted[:50].rstrip('-')}-{provider_id[-12:]}" if rival else wanted,
                created_at=at,
                modified_at=at,
                **settings,
            )
            _check_beside(row, others)
            entry = Entry("provider.created", subject(row), {"vendor": row.vendor})
            return Plan((Insert(PROVIDERS, row),), (entry,), outcome=row)

        row: ProviderRow = await self._corridor.run(writer, load, decide)
        return row

    async def update(
        self,
        writer: Writer,
        provider: ProviderRow,
        **settings: Any,  # noqa: ANN401
    ) -> ProviderRow:
        """Change settings of the provider; `scim_enabled` switches its SCIM half (R2, R5).

        Raises:
            SettingInvalid: a setting is not acceptable.
            ProviderNameTaken: another provider of the tenant has the name.
            DomainClaimed: another provider serves one of the domains.
        """
        settings = await checked(self._database, provider.tenant_id, settings)

        async def load() -> tuple[ProviderRow, list[ProviderRow]]:
            return await self._present(provider), await self.all(provider.tenant_id)

        def decide(loaded: tuple[ProviderRow, list[ProviderRow]], at: datetime) -> Plan:
            present, others = loaded
            new = {name: one for name, one in settings.items() if getattr(present, name) != one}
            if new.get("scim_enabled") is False and present.paused_at:
                new["paused_at"] = None  # or switching it on again would find it paused
            if not new:
                return Plan(outcome=present)
            row = msgspec.structs.replace(
                present, **new, version=present.version + 1, modified_at=at
            )
            _check_beside(row, others)
            values = {**new, "version": row.version, "modified_at": at}
            key = (row.tenant_id, row.provider_id)
            change = Update(PROVIDERS, key, values, {"version": present.version})
            return Plan((change,), tuple(_said(present, row, new)), outcome=row)

        row: ProviderRow = await self._corridor.run(writer, load, decide)
        return row

    async def pause(self, writer: Writer, provider: ProviderRow) -> ProviderRow:
        """Have the provider's SCIM client come again later; users stay managed and locked.

        Raises:
            ScimSwitchedOff: there is nothing to pause.
        """
        return await self._pausing(writer, provider, is_paused=True)

    async def resume(self, writer: Writer, provider: ProviderRow) -> ProviderRow:
        """Let the provider's SCIM client in again.

        Raises:
            ScimSwitchedOff: it was switched off meanwhile.
        """
        return await self._pausing(writer, provider, is_paused=False)

    async def delete(self, writer: Writer, provider: ProviderRow) -> None:
        """Delete a provider that manages nobody any more; its history stays.

        Its groups go with their mappings, its tokens, sessions and SSO half end.

        Raises:
            ProviderInUse: it still manages users.
        """

        async def load() -> tuple[ProviderRow, int, Belongings]:
            present = await self._present(provider)
            return present, await self.users_count(present), await self._belongings(present)

        def decide(loaded: tuple[ProviderRow, int, Belongings], at: datetime) -> Plan:
            present, count, belongings = loaded
            if count:
                return Plan(refusal=ProviderInUse(provider=present.name, count=count))
            values = {
                "deleted_at": at,
                "scim_enabled": False,
                "slug": f"deleted-{present.provider_id}",
                "domains": [],
                "version": present.version + 1,
            }
            key = (present.tenant_id, present.provider_id)
            change = Update(PROVIDERS, key, values, {"version": present.version})
            facts = {"groups": len(belongings.groups), "tokens": len(belongings.tokens)}
            entry = Entry("provider.deleted", subject(present), facts)
            return Plan((change, *without(present, belongings, at)), (entry,))

        await self._corridor.run(writer, load, decide)

    async def get(self, tenant_id: int, name: str) -> ProviderRow:
        """Get a provider by its slug or its display name.

        Raises:
            ProviderNotFound: the tenant has none.
        """
        for one in await self.all(tenant_id):
            if name in (one.slug, one.name, one.provider_id):
                return one
        raise ProviderNotFound(name=name)

    async def all(self, tenant_id: int) -> list[ProviderRow]:
        """Read the tenant's providers that are not deleted."""
        found = await providers.all(self._database, tenant_id)
        return [one for one in found if one.deleted_at is None]

    async def users_count(self, provider: ProviderRow) -> int:
        """Tell how many users the provider manages, those it deleted aside."""
        return await counters.get(self._database, provider.tenant_id, provider.provider_id, "users")

    async def groups_count(self, provider: ProviderRow) -> int:
        """Tell how many groups the provider has pushed."""
        whose = provider.tenant_id, provider.provider_id
        return await counters.get(self._database, *whose, "groups")

    async def deviations(self, provider: ProviderRow) -> list[DeviationRow]:
        """Read what the provider was let through with, most frequent first (R39)."""
        found = await deviations.of_provider(
            self._database, provider.tenant_id, provider.provider_id
        )
        return sorted(found, key=lambda one: -one.seen)

    async def _pausing(
        self, writer: Writer, provider: ProviderRow, *, is_paused: bool
    ) -> ProviderRow:
        async def load() -> ProviderRow:
            return await self._present(provider)

        def decide(present: ProviderRow, at: datetime) -> Plan:
            if not present.scim_enabled:
                return Plan(refusal=ScimSwitchedOff(provider=present.name))
            if (present.paused_at is not None) == is_paused:
                return Plan(outcome=present)
            paused_at = at if is_paused else None
            values = {"paused_at": paused_at, "version": present.version + 1, "modified_at": at}
            row = msgspec.structs.replace(present, **values)
            key = (row.tenant_id, row.provider_id)
            change = Update(PROVIDERS, key, values, {"version": present.version})
            event = "provider.scim_paused" if is_paused else "provider.scim_resumed"
            return Plan((change,), (Entry(event, subject(row)),), outcome=row)

        row: ProviderRow = await self._corridor.run(writer, load, decide)
        return row

    async def _belongings(self, provider: ProviderRow) -> Belongings:
        whose = provider.tenant_id, provider.provider_id
        kept = await tokens.of_provider(self._database, *whose)
        found: list[GroupRow] = []
        while True:
            page = await groups.page(
                self._database,
                whose[0],
                provider_id=whose[1],
                after_id=found[-1].group_id if found else None,
                limit=_PAGE,
            )
            found += page
            if len(page) < _PAGE:
                return Belongings(found, [one for one in kept if one.revoked_at is None])

    async def _present(self, provider: ProviderRow) -> ProviderRow:
        found = await providers.get(self._database, provider.tenant_id, provider.provider_id)
        if found is None or found.deleted_at:
            raise ProviderNotFound(name=provider.name)
        return found


def _said(before: ProviderRow, after: ProviderRow, new: dict[str, Any]) -> list[Entry]:
    entries = []
    if "scim_enabled" in new:
        event = "provider.scim_enabled" if after.scim_enabled else "provider.scim_disabled"
        entries.append(Entry(event, subject(after)))
    changes = {
        name: [getattr(before, name), one]
        for name, one in new.items()
        if name not in {"scim_enabled", "paused_at"}
    }
    if changes:
        entries.append(Entry("provider.updated", subject(after), {"changes": changes}))
    return entries


def _check_beside(provider: ProviderRow, all_of_tenant: list[ProviderRow]) -> None:
    """Keep providers of a tenant apart: by name, by domain, and only one serves the rest."""
    for other in all_of_tenant:
        if other.provider_id == provider.provider_id:
            continue
        if fold(other.name) == fold(provider.name):
            raise ProviderNameTaken(slug=provider.name)
        if provider.is_default and other.is_default:
            why = f"{other.name} serves the domains that nobody claims already"
            raise SettingInvalid(setting="is_default", value="on", why=why)
        shared = _folded_domains(provider) & _folded_domains(other)
        if shared:
            raise DomainClaimed(domain=min(shared), provider=other.name)


def _folded_domains(provider: ProviderRow) -> set[str]:
    return {domain_of("@" + domain) for domain in provider.domains}


def _slug_of(name: str) -> str:
    slug = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:60].rstrip("-")
    return slug or "provider"
