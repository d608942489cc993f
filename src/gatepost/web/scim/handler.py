"""The port of `gatepost.scim.handler` on the faces of `lifecycle`, for one request."""

from collections.abc import AsyncIterator

from gatepost.activity.inbound import Inbound
from gatepost.activity.recorder import Recorder
from gatepost.base.clock import as_rfc3339
from gatepost.lifecycle.corridor import Writer
from gatepost.lifecycle.directory import Directory
from gatepost.lifecycle.group_draft import GroupOutcome
from gatepost.lifecycle.groups import Groups, Member
from gatepost.lifecycle.rules.outcome import UserOutcome
from gatepost.lifecycle.users import NewUser, Users
from gatepost.scim.dialects.mode import Dialect
from gatepost.scim.errors import InvalidValue
from gatepost.scim.fold import fold
from gatepost.scim.handler import Change, Document, Found, Stored
from gatepost.scim.patch.members import MembershipChange
from gatepost.scim.query.request import SearchRequest
from gatepost.scim.schema.resource_schema import ResourceSchema
from gatepost.store.rows import GroupRow, ProviderRow, UserRow
from gatepost.tenancy.tenants import Schemas


class Rooms:
    """The rooms that this door leads to."""

    def __init__(
        self, users: Users, groups: Groups, directory: Directory, recorder: Recorder
    ) -> None:
        self.users = users
        self.groups = groups
        self.directory = directory
        self.recorder = recorder


class LifecycleHandler:
    """Does for one SCIM client's request what the protocol asks."""

    def __init__(
        self,
        rooms: Rooms,
        *,
        provider: ProviderRow,
        schemas: Schemas,
        dialect: Dialect,
        writer: Writer,
    ) -> None:
        self._rooms = rooms
        self._provider = provider
        self._schemas = schemas
        self._dialect = dialect
        self._writer = writer
        assert writer.inbound is not None  # noqa: S101 - a request always has its record
        self._inbound: Inbound = writer.inbound

    async def create_user(self, document: Document) -> Stored:
        """Create a user, or go on with one that left or is adopted."""
        self._about("user", None, document.get("userName"))
        self._inbound.status_ok = 201
        outcome = await self._rooms.users.create(
            self._writer,
            NewUser(document=document),
            schema=self._schemas.user,
            provider=self._provider,
            dialect=self._dialect,
        )
        return await self._written(outcome)

    async def change_user(self, user_id: str, change: Change, if_match: str | None) -> Stored:
        """Make the user's document a new one."""
        self._about("user", user_id)
        outcome = await self._rooms.users.change(
            self._writer,
            user_id,
            change,
            schema=self._schemas.user,
            provider=self._provider,
            dialect=self._dialect,
            if_match=if_match,
        )
        return await self._written(outcome)

    async def delete_user(self, user_id: str, if_match: str | None) -> None:
        """Make the user inactive and the resource gone."""
        self._about("user", user_id)
        self._inbound.status_ok = 204
        await self._rooms.users.delete(
            self._writer,
            user_id,
            schema=self._schemas.user,
            provider=self._provider,
            if_match=if_match,
        )

    async def get_user(self, user_id: str, *, with_groups: bool) -> Stored:
        """Get a user."""
        self._about("user", user_id)
        user = await self._rooms.users.get(self._provider.tenant_id, user_id, self._provider)
        return await self._stored_user(user, with_groups=with_groups)

    async def create_group(self, document: Document, members: list[str]) -> Stored:
        """Create a group with its members."""
        self._about("group", None, document.get("displayName"))
        self._inbound.status_ok = 201
        outcome = await self._rooms.groups.create(
            self._writer,
            document,
            members,
            provider=self._provider,
            strict=self._dialect.is_strict,
        )
        return self._written_group(outcome)

    async def change_group(
        self,
        group_id: str,
        change: Change | None,
        members: MembershipChange | None,
        if_match: str | None,
    ) -> Stored:
        """Change the group's document, its members, or both."""
        self._about("group", group_id)
        outcome = await self._rooms.groups.change(
            self._writer,
            group_id,
            change,
            members,
            provider=self._provider,
            schema=self._schemas.group,
            if_match=if_match,
            strict=self._dialect.is_strict,
        )
        return self._written_group(outcome)

    async def delete_group(self, group_id: str, if_match: str | None) -> None:
        """Delete a group."""
        self._about("group", group_id)
        self._inbound.status_ok = 204
        await self._rooms.groups.delete(
            self._writer, group_id, provider=self._provider, if_match=if_match
        )

    async def get_group(self, group_id: str) -> Stored:
        """Get a group without its members."""
        self._about("group", group_id)
        return stored_group(await self._rooms.groups.get(self._provider, group_id))

    async def members(self, group_id: str) -> AsyncIterator[list[dict[str, str]]]:
        """Read a group's members in pages."""
        async for page in self._rooms.groups.members(self._provider.tenant_id, group_id):
            yield [_as_member(one) for one in page]

    async def few_members(self, group_id: str, most: int) -> list[dict[str, str]] | None:
        """Read a group's members if there are no more than `most`."""
        found = await self._rooms.groups.few_members(self._provider.tenant_id, group_id, most)
        return None if found is None else [_as_member(one) for one in found]

    async def search(
        self,
        resource: ResourceSchema,
        request: SearchRequest,
        *,
        offset: int,
        after_id: str | None,
        limit: int,
        with_groups: bool,
    ) -> Found:
        """Find users or groups of the provider."""
        is_user = resource is self._schemas.user
        self._inbound.subject_kind = "user" if is_user else "group"
        literal = self._rooms.directory.looked_up(request.filter)
        self._inbound.subject_key = fold(literal)[:500] if literal else None
        find = self._rooms.directory.users if is_user else self._rooms.directory.groups
        found = await find(
            self._provider, resource, request, offset=offset, after_id=after_id, limit=limit
        )
        rows = found.rows[:limit]
        listed = {}
        if is_user and with_groups:
            ids = [row.user_id for row in rows]
            listed = await self._rooms.directory.groups_of(self._provider.tenant_id, ids)
        stored = [
            Stored(
                id=row.id,
                doc=row.doc,
                version=row.version,
                created=as_rfc3339(row.created_at),
                modified=as_rfc3339(row.modified_at),
                groups=as_groups(listed.get(row.id, [])) if is_user and with_groups else None,
            )
            for row in rows
        ]
        return Found(stored, found.total or 0, len(found.rows) > limit)

    def _about(self, kind: str, resource_id: str | None, key: object = None) -> None:
        self._inbound.subject_kind = kind
        self._inbound.subject_id = None
        if isinstance(key, str) and key:
            self._inbound.subject_key = fold(key)[:500]
        elif resource_id:
            self._inbound.subject_key = resource_id[:500]

    async def _written(self, outcome: UserOutcome) -> Stored:
        if outcome.is_created and outcome.user.version == 1:
            return _stored_user(outcome.user, [])  # nobody has groups before they exist
        return await self._stored_user(outcome.user, with_groups=True)

    async def _stored_user(self, user: UserRow, *, with_groups: bool) -> Stored:
        if not with_groups:
            return _stored_user(user, None)
        return _stored_user(
            user, await self._rooms.directory.groups_of_one(user.tenant_id, user.user_id)
        )

    def _written_group(self, outcome: GroupOutcome) -> Stored:
        if outcome.unknown_members:
            detail = f"{outcome.unknown_members} members name nobody of this provider."
            self._dialect.tolerate("P11", "members that name nobody", InvalidValue(detail))
        return stored_group(outcome.group)


def _stored_user(user: UserRow, groups: list[tuple[str, str]] | None) -> Stored:
    return Stored(
        id=user.user_id,
        doc=user.doc,
        version=user.version,
        created=as_rfc3339(user.created_at),
        modified=as_rfc3339(user.modified_at),
        groups=None if groups is None else as_groups(groups),
    )


def _as_member(member: Member) -> dict[str, str]:
    return {"value": member.user_id, "display": member.display, "type": "User"}


def stored_group(group: GroupRow) -> Stored:
    """Give a group as the protocol knows it."""
    return Stored(
        id=group.group_id,
        doc=group.doc,
        version=group.version,
        created=as_rfc3339(group.created_at),
        modified=as_rfc3339(group.modified_at),
    )


def as_groups(found: list[tuple[str, str]]) -> list[dict[str, str]]:
    """Give a user's groups as values of the `groups` attribute (RFC 7643 §4.1.2)."""
    return [{"value": group_id, "display": name, "type": "direct"} for group_id, name in found]
