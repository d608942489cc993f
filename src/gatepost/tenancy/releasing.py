"""Releasing everybody whom a provider manages: long work, a step a person (R18)."""

from typing import Any

from gatepost.base.refusal import Refusal
from gatepost.lifecycle.corridor import Writer
from gatepost.lifecycle.jobs import Jobs, Running
from gatepost.lifecycle.listing import Listing
from gatepost.lifecycle.refusals import JobNotFound
from gatepost.lifecycle.users import Users
from gatepost.store.rows import JobRow, ProviderRow
from gatepost.tenancy.gate import closed_by
from gatepost.tenancy.providers import Providers
from gatepost.tenancy.refusals import ScimStillOn
from gatepost.tenancy.tenants import Tenants

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
        present = await self._providers.get(provider.tenant_id, provider.provider_id)
        if closed_by(present) is None:
            raise ScimStillOn(provider=present.name)
        total = await self._providers.users_count(present)

        async def work(running: Running) -> dict[str, Any]:
            return await self._released(running, Writer(writer.actor), present)

        facts = {"provider_id": present.provider_id, "provider": present.name}
        return await self._jobs.start(writer, KIND, work, total=total, **facts)

    async def job(self, provider: ProviderRow, job_id: str) -> JobRow:
        """Get a job that releases the provider's users.

        Raises:
            JobNotFound: there is none of that id.
        """
        row = await self._jobs.get(provider.tenant_id, job_id)
        if row.kind != KIND or row.facts.get("provider_id") != provider.provider_id:
            raise JobNotFound(id=job_id)
        return row

    async def _released(
        self, running: Running, writer: Writer, provider: ProviderRow
    ) -> dict[str, Any]:
        schema = (await self._tenants.schemas(provider.tenant_id)).user
        done, left = 0, 0
        async for one in self._listing.users(provider.tenant_id, provider=provider):
            if done % _STEP == 0:
                await running.move(done, left=left)
            try:
                await self._users.release(writer, one.user_id, schema=schema)
            except Refusal:  # released or gone meanwhile: the next one may still be there
                left += 1
            done += 1
        await running.move(done, left=left)
        return {"left": left}
