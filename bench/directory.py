"""Fills a database with people and groups, straight through the store."""

import asyncio
from collections.abc import Iterator, Sequence
from itertools import islice
from time import perf_counter
from typing import Any

import asyncpg  # type: ignore[import-untyped]
import msgspec

from bench.load import person
from gatepost.base.actor import command_line
from gatepost.base.clock import SystemClock
from gatepost.base.settings import Settings
from gatepost.lifecycle.account import values
from gatepost.lifecycle.corridor import Writer
from gatepost.lifecycle.users import NewUser
from gatepost.scim.query.cursor import fingerprint, write_cursor
from gatepost.scim.urns import GROUP
from gatepost.store.changes import Change, Count, Insert
from gatepost.store.rows import GroupRow, MembershipRow, UserRow, UserValueRow
from gatepost.store.tables import GROUPS, MEMBERSHIPS, USER_VALUES, USERS
from gatepost.wiring import House, open_house

SPARE = 300
"""People beyond the number asked for, in no group: they are added to groups and removed."""
_PEOPLE_A_COMMIT = 500
_MEMBERS_A_COMMIT = 2_000
_COMMITS_AT_ONCE = 3


class Directory(msgspec.Struct, kw_only=True):
    """A filled directory and the way in; people have the numbers 1 … `users` + SPARE."""

    base_path: str
    token: str
    provider_id: str
    users: int
    ids: list[str]
    groups: dict[int, str]
    fill_s: float

    @property
    def spare_ids(self) -> list[str]:
        """The people in no group."""
        return self.ids[self.users :]

    def sample(self, most: int = 20_000) -> list[tuple[int, str]]:
        """Give numbers and ids of people all over the directory."""
        step = max(1, self.users // most)
        return [(place + 1, self.ids[place]) for place in range(0, self.users, step)]

    def cursors(self, share: float, most: int = 50) -> list[str]:
        """Give cursors that stand about there in the list of all users.

        They are written here as the server writes them: to read up to 90 % of a
        million would take longer than all the rest.
        """
        mark, now_s = fingerprint("User", None), int(SystemClock().now().timestamp())
        start = int(self.users * share)
        key = self.provider_id.encode()
        return [write_cursor(one, mark, now_s, key) for one in self.ids[start : start + most]]


async def fill(database_url: str, users: int, group_sizes: Sequence[int]) -> Directory:
    """Make a tenant's provider in an empty database, and people and groups that it pushed."""
    house = await open_house(_settings(database_url), upgrade=True)
    try:
        begun = perf_counter()
        directory, template = await _furnished(house, users)
        await _people(house, directory, template)
        for size in sorted({min(one, users) for one in group_sizes}):
            await _group(house, directory, template, size)
        directory.fill_s = perf_counter() - begun
    finally:
        await house.close()
    if database_url.startswith("postgresql"):
        await _analyze(database_url)
    return directory


def _settings(database_url: str) -> Settings:
    return Settings(database_url=database_url)


async def _furnished(house: House, users: int) -> tuple[Directory, UserRow]:
    """Make the provider, its token, and person zero by the rules: all others are like it."""
    tenant = await house.tenants.ensure_default(Writer(command_line(1, "bench")))
    writer = Writer(command_line(tenant.tenant_id, "bench"))
    provider = await house.providers.create(
        writer, "Bench", is_default=True, scim_enabled=True, rate_limit=0
    )
    token = await house.tokens.create(writer, provider, "bench")
    schemas = await house.tenants.schemas(tenant.tenant_id)
    created = await house.users.create(
        writer, NewUser(document=person.document()), schema=schemas.user, provider=provider
    )
    directory = Directory(
        base_path=f"/scim/v2/{provider.slug}",
        token=token.secret,
        provider_id=provider.provider_id,
        users=users,
        ids=[],
        groups={},
        fill_s=0,
    )
    return directory, created.user


async def _people(house: House, directory: Directory, template: UserRow) -> None:
    people = _Copies(template, house)
    total = directory.users + SPARE
    tenant_id, provider_id = template.tenant_id, directory.provider_id

    def commits() -> Iterator[list[Change]]:
        for start in range(1, total + 1, _PEOPLE_A_COMMIT):
            numbers = range(start, min(start + _PEOPLE_A_COMMIT, total + 1))
            changes: list[Change] = []
            for number in numbers:
                changes += people.copy(number)
                directory.ids.append(people.last_id)
            yield [*changes, Count(tenant_id, provider_id, "users", len(numbers))]

    await _commit_all(house, commits())


class _Copies:
    """Makes other people of person zero, row and look-up values."""

    def __init__(self, template: UserRow, house: House) -> None:
        self._template = template
        self._columns = {
            name: value
            for name in template.__struct_fields__
            if isinstance(value := getattr(template, name), str) and person.PLACE in value
        }
        found = values(template.tenant_id, template.user_id, msgspec.json.decode(template.doc))
        self._values = sorted(found, key=lambda one: one.value_folded)
        self._house = house
        self.last_id = ""

    def copy(self, number: int) -> list[Change]:
        digits, new_id = person.digits(number), self._house.ids.new()
        columns: dict[str, Any] = {
            name: value.replace(person.PLACE, digits) for name, value in self._columns.items()
        }
        old_id = self._template.user_id
        doc = self._template.doc.replace(person.PLACE.encode(), digits.encode())
        columns["doc"] = doc.replace(old_id.encode(), new_id.encode())
        self.last_id = columns["user_id"] = new_id
        user = msgspec.structs.replace(self._template, **columns)
        return [Insert(USERS, user), *(self._value(one, digits, new_id) for one in self._values)]

    def _value(self, value: UserValueRow, digits: str, user_id: str) -> Insert:
        folded = value.value_folded.replace(person.PLACE, digits)
        return Insert(
            USER_VALUES, msgspec.structs.replace(value, value_folded=folded, user_id=user_id)
        )


async def _group(house: House, directory: Directory, template: UserRow, size: int) -> None:
    group_id, name, at = house.ids.new(), f"Group of {size}", template.created_at
    document = {"schemas": [GROUP], "id": group_id, "displayName": name}
    row = GroupRow(
        tenant_id=template.tenant_id,
        group_id=group_id,
        provider_id=directory.provider_id,
        display_name=name,
        display_name_folded=name.lower(),
        created_at=at,
        modified_at=at,
        doc=msgspec.json.encode(document),
    )
    count = Count(template.tenant_id, directory.provider_id, "groups", 1)
    await house.database.commit([Insert(GROUPS, row), count])

    def commits() -> Iterator[list[Change]]:
        members = iter(directory.ids[:size])
        while some := list(islice(members, _MEMBERS_A_COMMIT)):
            yield [_membership(template.tenant_id, group_id, one, at) for one in some]

    await _commit_all(house, commits())
    directory.groups[size] = group_id


def _membership(tenant_id: int, group_id: str, user_id: str, at: Any) -> Insert:  # noqa: ANN401
    row = MembershipRow(tenant_id=tenant_id, group_id=group_id, user_id=user_id, since_at=at)
    return Insert(MEMBERSHIPS, row)


async def _commit_all(house: House, commits: Iterator[list[Change]]) -> None:
    """Commit a few at a time, so that the database is never without work."""
    while some := list(islice(commits, _COMMITS_AT_ONCE)):
        broken = await asyncio.gather(*(house.database.commit(one) for one in some))
        assert not any(broken), broken  # noqa: S101 - the database was empty


async def _analyze(database_url: str) -> None:
    """Do at once what PostgreSQL's autovacuum would do within minutes."""
    connection = await asyncpg.connect(database_url)
    try:
        await connection.execute("VACUUM ANALYZE")
    finally:
        await connection.close()
