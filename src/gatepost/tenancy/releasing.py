"""Releasing everybody whom a provider manages: long work, a step a person (R18)."""

from collections.abc import Awaitable, Callable
from typing import Any

from gatepost.lifecycle.corridor import Writer
from gatepost.lifecycle.jobs import Jobs, Running
from gatepost.lifecycle.listing import Listing
from gatepost.lifecycle.refusals import JobNotFound, NotManaged, UserNotFound
from gatepost.lifecycle.users import Users
from gatepost.store.console_rows import JobRow
from gatepost.store.rows import ProviderRow
from gatepost.tenancy.gate import closed_by
from gatepost.tenancy.providers import Providers
from gatepost.tenancy.refusals import ScimStillOn
from gatepost.tenancy.tenants import Tenants

Moved = Callable[[int, int], Awaitable[None]]
"""Is told how many are done, and how many of them could not be released."""

KIND = "release"
_STEP = 25


class Releasing:
    """Makes all users of a provider local again, one after another."""

    def __init__(
        self, jobs: Jobs, users: Users, listing: Listing, providers: Providers, tenants: Tenants
    ) -> None:
        self._jobs = jobs
        self._users = users
        self._listing = listing
        self._providers = providers
        self._tenants = tenants

    async def start(self, writer: Writer, provider: ProviderRow) -> JobRow:
        """Begin; the job tells how many are released, and how many could not be.

        Raises:
            ScimStillOn: the provider would write to them meanwhile.
        """
        present = await self._closed(provider)
        total = await self._providers.users_count(present)

        async def work(running: Running) -> dict[str, Any]:
            async def moved(done: int, left: int) -> None:
                await running.move(done, max(done, total), left=left)

            return {"left": await self._released(Writer(writer.actor), present, moved)}

        facts = {"provider_id": present.provider_id, "provider": present.name}
        return await self._jobs.start(writer, KIND, work, total=total, **facts)

    async def run(self, writer: Writer, provider: ProviderRow, moved: Moved) -> int:
        """Release them while the caller waits; gives how many could not be.

        Raises:
            ScimStillOn: the provider would write to them meanwhile.
        """
        return await self._released(writer, await self._closed(provider), moved)

    async def job(self, provider: ProviderRow, job_id: str) -> JobRow:
        """Get a job that releases the provider's users.

        Raises:
            JobNotFound: there is none of that id.
        """
        row = await self._jobs.get(provider.tenant_id, job_id)
        if row.kind != KIND or row.facts.get("provider_id") != provider.provider_id:
            raise JobNotFound(id=job_id)
        return row

    async def _closed(self, provider: ProviderRow) -> ProviderRow:
        present = await self._providers.get(provider.tenant_id, provider.provider_id)
        if closed_by(present) is None:
            raise ScimStillOn(provider=present.name)
        return present

    async def _released(self, writer: Writer, provider: ProviderRow, moved: Moved) -> int:
        schema = (await self._tenants.schemas(provider.tenant_id)).user
        done, left = 0, 0
        async for one in self._listing.users(provider.tenant_id, provider=provider):
            if done % _STEP == 0:
                await moved(done, left)
            try:
                await self._users.release(writer, one.user_id, schema=schema)
            except (NotManaged, UserNotFound):  # released or gone meanwhile
                left += 1
            done += 1
        await moved(done, left)
        return left
