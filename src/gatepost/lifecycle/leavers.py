"""Deactivating many at once: who would leave and who stays is shown, then done one by one.

Each leaves in a transaction of their own, with their sessions (R19); whoever is done stays done
when the work is stopped. Administrators, emergency accounts and whoever asks are left out: they
are deactivated by themselves, if at all (R15).
"""

import hashlib
from collections.abc import Mapping
from typing import Any

import msgspec

from gatepost.base.refusal import Refusal
from gatepost.lifecycle.corridor import Writer
from gatepost.lifecycle.jobs import Jobs, Running
from gatepost.lifecycle.people import People, Wanted
from gatepost.lifecycle.refusals import PreviewStale
from gatepost.lifecycle.users import Users
from gatepost.scim.schema.resource_schema import ResourceSchema
from gatepost.store import providers, user_lists
from gatepost.store.console_rows import JobRow
from gatepost.store.database import Database
from gatepost.store.rows import ProviderRow, UserRow

DEACTIVATE = "users.deactivate"
AT_ONCE_MAX = 1_000
"""People whom one list may deactivate."""

_BEAT = 10
_SHOWN_MAX = 50


class Leaving(msgspec.Struct, frozen=True, kw_only=True):
    """Who would leave, who would stay and why, and how many sessions end.

    `stamp` stands for exactly these people; `is_more`: more are wanted than may leave at once.
    """

    who: list[UserRow]
    stay: list[tuple[UserRow, str]]
    sessions: int
    stamp: str
    is_more: bool


class Leavers:
    """Shows and deactivates those whom a list shows."""

    def __init__(self, database: Database, people: People, users: Users, jobs: Jobs) -> None:
        self._database = database
        self._people = people
        self._users = users
        self._jobs = jobs

    async def preview(self, writer: Writer, wanted: Wanted) -> Leaving:
        """Tell who would leave; writes nothing.

        Raises:
            ScanTooLong: too few of very many people are wanted.
        """
        tenant_id = writer.actor.tenant_id
        found = await self._people.first(tenant_id, wanted, most=AT_ONCE_MAX + 1)
        served = {one.provider_id: one for one in await providers.all(self._database, tenant_id)}
        reasons = [(one, _reason(one, served, writer.actor.id)) for one in found[:AT_ONCE_MAX]]
        who = [one for one, reason in reasons if reason is None]
        ids = [one.user_id for one in who]
        return Leaving(
            who=who,
            stay=[(one, reason) for one, reason in reasons if reason is not None],
            sessions=await user_lists.session_count(self._database, tenant_id, ids),
            stamp=hashlib.sha256("".join(ids).encode()).hexdigest()[:16],
            is_more=len(found) > AT_ONCE_MAX,
        )

    async def begin(
        self, writer: Writer, wanted: Wanted, stamp: str, schema: ResourceSchema
    ) -> JobRow:
        """Begin to deactivate them, if they are still those who were shown.

        Raises:
            PreviewStale: others would leave than were shown, or nobody.
            ScanTooLong: too few of very many people are wanted.
        """
        leaving = await self.preview(writer, wanted)
        if leaving.stamp != stamp or leaving.is_more or not leaving.who:
            raise PreviewStale
        names = {one.user_id: one.user_name for one in leaving.who}
        alone = Writer(writer.actor)

        async def work(running: Running) -> Mapping[str, Any]:
            refused: list[list[str]] = []
            for number, (user_id, name) in enumerate(names.items(), 1):
                try:
                    await self._users.change(alone, user_id, _deactivated, schema=schema)
                except Refusal as refusal:
                    refused.append([user_id, name, refusal.code])
                if number % _BEAT == 0:
                    await running.move(number, refused=len(refused))
            return {"refused": len(refused), "refusals": refused[:_SHOWN_MAX]}

        return await self._jobs.start(writer, DEACTIVATE, work, total=len(names))


def _deactivated(document: dict[str, Any]) -> dict[str, Any]:
    return {**document, "active": False}


def _reason(user: UserRow, served: dict[str, ProviderRow], own_id: str | None) -> str | None:
    """Say why somebody stays, if they do."""
    manager = served.get(user.provider_id or "")
    if user.status != "active":
        return "inactive already"
    if user.user_id == own_id:
        return "this is you"
    if user.administrator:
        return "an administrator: deactivated by themselves, if at all"
    if user.break_glass:
        return "kept for emergencies"
    if manager and manager.scim_enabled:
        return f"managed by {manager.name}: deactivated there"
    return None
