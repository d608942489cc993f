"""A SCIM client that talks as its profile says; every exchange is told to whoever listens."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

import httpx2
import msgspec

from gatepost.base.clock import Clock, SystemClock
from gatepost.simulator import requests
from gatepost.simulator.people import Person, Team
from gatepost.simulator.profile import Profile, UpdateForm
from gatepost.simulator.requests import Member, Request
from gatepost.simulator.wire import Exchange, Listener, Turn, Wire

_TIMEOUT_S = 60.0
_PROBE_DOMAIN = "connection-test.example"


class Account(msgspec.Struct, frozen=True, kw_only=True):
    """A person as the server knows it: the id it gave, and what was pushed last."""

    id: str
    person: Person
    was_found: bool = False

    @property
    def member(self) -> Member:
        """Give the account as a member of groups."""
        return Member(self.id, self.person.user_name)


class PushedGroup(msgspec.Struct, frozen=True, kw_only=True):
    """A group as the server knows it, with the members that were pushed."""

    id: str
    team: Team
    members: tuple[Member, ...] = ()
    was_found: bool = False


class ScimClient:
    """Plays one identity provider towards one SCIM base URL.

    A refusal is no exception: the method gives `None` or `False`, the listener
    gets the exchange with the server's `detail`. Waits when the server says so.
    """

    def __init__(
        self,
        profile: Profile,
        http: httpx2.AsyncClient,
        *,
        on_exchange: Listener,
        clock: Clock | None = None,
        wait_s_max: float = 60.0,
        turn: Turn | None = None,
    ) -> None:
        self.profile = profile
        self._wire = Wire(
            profile.transport,
            http,
            on_exchange=on_exchange,
            clock=clock or SystemClock(),
            wait_s_max=wait_s_max,
            turn=turn,
        )

    async def probe(self, guid: str) -> Exchange:
        """Test the connection as the client does; gives the exchange that decided it."""
        for request in requests.probes(self.profile, guid):
            answer = await self._wire.send(request, "connection tested", "connection test failed")
            if not answer.exchange.is_success:
                return answer.exchange
        if self.profile.probe_creates:
            return await self._probe_by_creating(guid)
        return answer.exchange

    async def provision(self, person: Person) -> Account | None:
        """Look the person up, then create the user, or change the one that was found."""
        name = person.display_name
        request = requests.find_user(self.profile, person)
        found = await self._wire.send(request, f"{name} looked up", f"{name} not looked up")
        if not found.exchange.is_success:
            return None
        if user_id := _first_id(found.body):
            return await self._take_over(Account(id=user_id, person=person, was_found=True))
        request = requests.create_user(self.profile, person)
        created = await self._wire.send(request, f"{name} created", f"{name} not created")
        user_id = _id(created.body)
        return Account(id=user_id, person=person) if user_id else None

    async def update(self, account: Account, person: Person, what: str = "changed") -> Account:
        """Push what differs from the last push; gives the account as it stands afterwards."""
        request = requests.update_user(
            self.profile,
            account.id,
            person,
            before=account.person,
            read=await self._read(account, self.profile.user.update),
        )
        return await self._change(account, person, request, what)

    async def set_active(self, account: Account, *, active: bool) -> Account:
        """Deactivate or reactivate the user in the client's way."""
        person = msgspec.structs.replace(account.person, active=active)
        read = await self._read(account, self.profile.user.status)
        request = requests.set_status(self.profile, account.id, person, read)
        return await self._change(
            account, person, request, "reactivated" if active else "deactivated"
        )

    async def delete_user(self, account: Account) -> bool:
        """Delete the user; a client that never deletes deactivates instead."""
        if not self.profile.user.deletes:
            return not (await self.set_active(account, active=False)).person.active
        name = account.person.display_name
        request = requests.delete(self.profile, f"/Users/{account.id}")
        return (
            await self._wire.send(request, f"{name} deleted", f"{name} not deleted")
        ).exchange.is_success

    async def push_group(self, team: Team) -> PushedGroup | None:
        """Look the group up, and create it when there is none.

        Raises:
            GroupsNotPushed: the client does not push groups.
        """
        name = team.display_name
        request = requests.find_group(self.profile, team)
        found = await self._wire.send(
            request, f"group {name} looked up", f"group {name} not looked up"
        )
        if not found.exchange.is_success:
            return None
        if group_id := _first_id(found.body):
            return PushedGroup(id=group_id, team=team, was_found=True)
        request = requests.create_group(self.profile, team)
        created = await self._wire.send(
            request, f"group {name} created", f"group {name} not created"
        )
        group_id = _id(created.body)
        return PushedGroup(id=group_id, team=team) if group_id else None

    async def change_members(
        self,
        group: PushedGroup,
        *,
        added: Sequence[Member] = (),
        removed: Sequence[Member] = (),
    ) -> PushedGroup:
        """Add and remove members; gives the group as it stands afterwards."""
        gone = {member.id for member in removed}
        kept = tuple(member for member in group.members if member.id not in gone)
        have = {member.id for member in kept}
        members = (*kept, *(member for member in added if member.id not in have))
        done, failed = _membership_words(group.team.display_name, added, removed)
        for request in requests.change_members(
            self.profile, group.id, group.team, added=added, removed=removed, members=members
        ):
            if not (await self._wire.send(request, done, failed)).exchange.is_success:
                return group
        return msgspec.structs.replace(group, members=members)

    async def rename_group(self, group: PushedGroup, display_name: str) -> PushedGroup:
        """Give the group another displayName; its id stays."""
        team = msgspec.structs.replace(group.team, display_name=display_name)
        request = requests.rename_group(self.profile, group.id, team, group.members)
        old = group.team.display_name
        answer = await self._wire.send(
            request, f"group {old} renamed to {display_name}", f"group {old} not renamed"
        )
        return msgspec.structs.replace(group, team=team) if answer.exchange.is_success else group

    async def delete_group(self, group: PushedGroup) -> bool:
        """Delete the group; its members stay."""
        name = group.team.display_name
        request = requests.delete(self.profile, f"/Groups/{group.id}")
        answer = await self._wire.send(
            request, f"group {name} deleted", f"group {name} not deleted"
        )
        return answer.exchange.is_success

    async def say(self, request: Request, done: str, failed: str) -> Exchange:
        """Send whatever request; `done` and `failed` say what came of it."""
        return (await self._wire.send(request, done, failed)).exchange

    async def _probe_by_creating(self, guid: str) -> Exchange:
        """Create and remove a real user, as some clients do before they are satisfied."""
        person = Person(
            number=0,
            given_name="Connection",
            family_name="Test",
            user_name=f"connection-test-{guid[:8]}@{_PROBE_DOMAIN}",
            email=f"connection-test-{guid[:8]}@{_PROBE_DOMAIN}",
            guid=guid,
            department="",
            title="",
            locale="en-US",
        )
        create = requests.create_user(self.profile, person)
        created = await self._wire.send(create, "test user created", "test user not created")
        user_id = _id(created.body)
        if not (created.exchange.is_success and user_id):
            return created.exchange
        delete = requests.delete(self.profile, f"/Users/{user_id}")
        return (
            await self._wire.send(delete, "test user removed", "test user not removed")
        ).exchange

    async def _take_over(self, account: Account) -> Account | None:
        name = account.person.display_name
        request = requests.update_user(
            self.profile,
            account.id,
            account.person,
            before=None,
            read=await self._read(account, self.profile.user.update),
        )
        if request is None:
            return account
        answer = await self._wire.send(
            request, f"{name} found and brought up to date", f"{name} found but not changed"
        )
        return account if answer.exchange.is_success else None

    async def _read(self, account: Account, form: UpdateForm) -> dict[str, Any] | None:
        if form is not UpdateForm.PUT or not self.profile.user.read_before_put:
            return None
        name = account.person.display_name
        answer = await self._wire.send(
            requests.get_user(self.profile, account.id), f"{name} read", f"{name} not read"
        )
        return answer.body if isinstance(answer.body, dict) else None

    async def _change(
        self, account: Account, person: Person, request: Request | None, what: str
    ) -> Account:
        if request is None:
            return account
        name = person.display_name
        answer = await self._wire.send(request, f"{name} {what}", f"{name} not {what}")
        return Account(id=account.id, person=person) if answer.exchange.is_success else account


@asynccontextmanager
async def connected(  # noqa: PLR0913 - what a connection has
    profile: Profile,
    base_url: str,
    token: str,
    *,
    on_exchange: Listener,
    clock: Clock | None = None,
    turn: Turn | None = None,
    transport: httpx2.AsyncBaseTransport | None = None,
) -> AsyncIterator[ScimClient]:
    """Give a client of that base URL and token, and close its connections afterwards.

    `transport` is what carries its requests where that is not the network.
    """
    habits = profile.transport
    headers = {
        "User-Agent": habits.user_agent,
        "Accept": habits.accept,
        "Authorization": habits.authorization.replace("{token}", token),
        **habits.headers,
    }
    async with httpx2.AsyncClient(
        base_url=base_url,
        headers=headers,
        timeout=_TIMEOUT_S,
        trust_env=False,
        transport=transport,
    ) as http:
        yield ScimClient(profile, http, on_exchange=on_exchange, clock=clock, turn=turn)


def _membership_words(
    name: str, added: Sequence[Member], removed: Sequence[Member]
) -> tuple[str, str]:
    parts = [f"{len(added)} added"] if added else []
    parts += [f"{len(removed)} removed"] if removed else []
    return f"members of {name}: {', '.join(parts)}", f"members of {name} not changed"


def _id(body: Any) -> str | None:  # noqa: ANN401 - whatever the server sent
    found = body.get("id") if isinstance(body, dict) else None
    return found if isinstance(found, str) else None


def _first_id(body: Any) -> str | None:  # noqa: ANN401 - whatever the server sent
    resources = body.get("Resources") if isinstance(body, dict) else None
    return _id(resources[0]) if isinstance(resources, list) and resources else None
