"""Pages of a search: sizes, totals, orders, and the plans behind them."""

import re

import pytest

from gatepost.scim.dialects.mode import Dialect, Mode
from gatepost.scim.errors import InvalidFilter
from gatepost.scim.filter.parse import parse
from gatepost.scim.filter.tree import AttributePath, Filter
from gatepost.scim.schema.standard import group_resource, user_resource
from gatepost.store import search
from gatepost.store.changes import Change, Count, Insert
from gatepost.store.database import Database, ScanTooLong
from gatepost.store.open import open_database
from gatepost.store.search import Found
from gatepost.store.tables import GROUPS, USERS
from tests.store.make import a_group, a_user, inserted, later, new_id, new_tenant, with_members

USER, GROUP = user_resource(), group_resource()
NAMES = ["Zoë", "adam", "Bea", "ÅSA", "carl", "zack", "Ada", "bob", "Émile", "dora"]


def _filter(text: str) -> Filter:
    return parse(text, Dialect(Mode.STRICT))


class _People:
    """Ten users of one provider, one deleted, one of another provider."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.tenant, self.provider_id = new_tenant(), new_id()
        self.users = [self._user(number, name) for number, name in enumerate(NAMES)]

    def _user(self, number: int, name: str) -> object:
        document: dict[str, object] = {
            "displayName": name,
            "emails": [{"value": f"{number}@example.com", "type": "work"}],
        }
        if number % 2:
            document["title"] = f"T{9 - number}"
        at = later(-number)
        known = {"provider_id": self.provider_id, "created_at": at, "modified_at": at}
        return a_user(self.tenant, f"user{number}", document=document, **known)

    async def save(self) -> "_People":
        gone = a_user(self.tenant, "gone", provider_id=self.provider_id, deleted_at=later(0))
        other = a_user(self.tenant, "other", provider_id=new_id())
        changes: list[Change] = [Insert(USERS, gone), Insert(USERS, other)]
        for user in self.users:
            changes += inserted(user)
        changes.append(Count(self.tenant, self.provider_id, "users", len(self.users)))
        assert await self.database.commit(changes) is None
        return self

    async def find(self, text: str | None = None, **page: object) -> Found:
        tree = _filter(text) if text else None
        wanted = {"limit": 100, **page}
        return await search.search_users(
            self.database, self.tenant, self.provider_id, filter=tree, schema=USER, **wanted
        )

    def names(self, found: Found) -> list[str]:
        by_id = {one.user_id: one.user_name for one in self.users}
        return [by_id[one.id] for one in found.rows]


@pytest.fixture
async def people(database: Database) -> _People:
    return await _People(database).save()


async def test_a_list_shows_what_the_provider_manages_and_has_not_deleted(people: _People) -> None:
    """R13, R17, R19."""
    found = await people.find()
    assert people.names(found) == [f"user{number}" for number in range(10)]
    assert found.total == 10


async def test_a_row_of_a_list_is_what_is_stored(people: _People) -> None:
    [row] = (await people.find('userName eq "USER3"')).rows
    user = people.users[3]
    assert (row.id, row.doc, row.version) == (user.user_id, user.doc, user.version)
    assert (row.created_at, row.modified_at) == (user.created_at, user.modified_at)


@pytest.mark.parametrize("size", [1, 3, 7, 10, 11])
@pytest.mark.parametrize("text", [None, 'userName sw "user"', "title pr", 'emails.type eq "work"'])
async def test_pages_of_any_size_make_the_whole(
    people: _People, size: int, text: str | None
) -> None:
    whole = await people.find(text)
    by_offset, by_cursor, after = [], [], None
    for offset in range(0, 11, size):
        page = await people.find(text, offset=offset, limit=size)
        assert page.total == whole.total
        by_offset += page.rows
    while page := (await people.find(text, after_id=after, limit=size)).rows:
        by_cursor += page
        after = page[-1].id
    assert by_offset == whole.rows
    assert by_cursor == whole.rows


@pytest.mark.parametrize("is_descending", [False, True])
@pytest.mark.parametrize(
    "path",
    ["userName", "displayName", "title", "meta.created", "emails.value", "id", "nosuch", "active"],
)
async def test_sorted_pages_make_the_whole(
    people: _People,
    path: str,
    is_descending: bool,  # noqa: FBT001 - a parameter of the test
) -> None:
    name, _, sub = path.partition(".")
    sort = AttributePath(name, sub or None), is_descending
    whole = await people.find(sort=sort)
    found, after = [], None
    while page := (await people.find(sort=sort, after_id=after, limit=3)).rows:
        found += page
        after = page[-1].id
    assert found == whole.rows
    assert len(found) == 10
    assert (await people.find(sort=sort, offset=4, limit=3)).rows == whole.rows[4:7]


async def test_a_sort_ignores_case_and_knows_letters_beyond_ascii(people: _People) -> None:
    """RFC 7644 §3.4.2.3: by the attribute's caseExact."""
    found = await people.find(sort=(AttributePath("displayName"), False))
    by_id = {one.user_id: NAMES[number] for number, one in enumerate(people.users)}
    shown = [by_id[one.id] for one in found.rows]
    assert shown == sorted(NAMES, key=str.casefold)


async def test_what_has_no_value_is_sorted_last_and_first_when_descending(people: _People) -> None:
    """RFC 7644 §3.4.2.3."""
    ascending = people.names(await people.find(sort=(AttributePath("title"), False)))
    descending = people.names(await people.find(sort=(AttributePath("title"), True)))
    assert ascending == [
        *(f"user{n}" for n in (9, 7, 5, 3, 1)),
        *(f"user{n}" for n in range(0, 10, 2)),
    ]
    assert descending == [
        *(f"user{n}" for n in range(0, 10, 2)),
        *(f"user{n}" for n in (1, 3, 5, 7, 9)),
    ]


async def test_a_count_of_nothing_shown_is_exact(people: _People) -> None:
    """WIRE.md Q6: count=0 asks for the number alone."""
    assert await people.find(limit=0) == Found(10, [])
    assert await people.find("title pr", limit=0) == Found(5, [])


async def test_a_page_beyond_the_end_still_tells_the_total(people: _People) -> None:
    assert await people.find("title pr", offset=50, limit=5) == Found(5, [])
    assert await people.find(offset=50, limit=5) == Found(10, [])


async def test_signs_of_patterns_are_letters_in_a_filter(people: _People) -> None:
    for text in ("%", "_", "\\", "'", "user_"):
        assert (await people.find(f'displayName co "{text}"'.replace("\\", "\\\\"))).rows == []
        assert (await people.find(f'userName sw "{text}"'.replace("\\", "\\\\"))).rows == []


async def test_what_is_made_for_each_answer_cannot_be_searched(people: _People) -> None:
    with pytest.raises(InvalidFilter, match=r"meta\.version"):
        await people.find('meta.version eq "x"')


async def test_a_client_finds_again_what_it_was_shown_as_last_modified(people: _People) -> None:
    """Clients are shown milliseconds; what they ask for later are milliseconds too."""
    shown = "2026-11-23T12:00:00.123Z"
    assert people.names(await people.find(f'meta.lastModified eq "{shown}"')) == ["user0"]
    assert people.names(await people.find(f'meta.lastModified gt "{shown}"')) == []
    assert people.names(await people.find(f'meta.lastModified ge "{shown}"')) == ["user0"]


async def test_groups_are_found_by_their_members(database: Database) -> None:
    """WIRE.md Q2: `id eq … and members eq …` in either order."""
    tenant, provider_id = new_tenant(), new_id()
    user = a_user(tenant)
    full, empty = a_group(tenant, provider_id, "Full"), a_group(tenant, provider_id, "Empty")
    await database.commit([Insert(USERS, user), *with_members(full, user), Insert(GROUPS, empty)])

    async def found(text: str) -> list[str]:
        answer = await search.search_groups(
            database, tenant, provider_id, filter=_filter(text), schema=GROUP, limit=10
        )
        return [one.id for one in answer.rows]

    member = f'members eq "{user.user_id}"'
    assert await found(member) == [full.group_id]
    assert await found(f'{member} and id eq "{empty.group_id}"') == []
    assert await found(f'id eq "{full.group_id}" and {member}') == [full.group_id]
    assert await found(f'members[value eq "{user.user_id}"]') == [full.group_id]
    assert await found("not (members pr)") == [empty.group_id]
    assert await found('displayName eq "FULL"') == [full.group_id]


async def test_a_search_stops_at_its_deadline(database_url: str) -> None:
    database = await open_database(database_url, scan_deadline_s=0.05, upgrade=True)
    people = await _People(database).save()
    endless = ", ".join(f"users AS u{number}" for number in range(20))
    with pytest.raises(ScanTooLong):
        await database.scan(f"SELECT count(*) FROM {endless}")  # noqa: S608 - our own names
    assert (await people.find()).total == 10
    await database.close()


_BY_INDEX = {
    'userName eq "x"': "users_user_name",
    'userName sw "x"': "users_user_name",
    'externalId eq "x"': "users_external_id",
    'displayName eq "x"': "users_display_name",
    'displayName sw "x"': "users_display_name",
    'id eq "00000000-0000-7000-8000-000000000001"': "users",
    'emails.value eq "x"': "SEARCH v USING PRIMARY KEY",
    'emails eq "x"': "SEARCH v USING PRIMARY KEY",
    'emails[type eq "work" and value eq "x"]': "SEARCH v USING PRIMARY KEY",
    'emails.value sw "x"': "SEARCH v USING PRIMARY KEY",
    'meta.lastModified gt "2026-01-01T00:00:00Z"': "users_modified",
    'active eq true and userName eq "x"': "users_user_name",
    'userName eq "x" or externalId eq "y"': "users_user_name",
    'groups.value eq "00000000-0000-7000-8000-000000000001"': "SEARCH m USING PRIMARY KEY",
}


_WALK = re.compile(r"SCAN t\b|SEARCH t .*\(tenant_id=\?( AND provider_id=\?)?\)")
"""A look at every user of the tenant or of the provider."""


class _Explaining:
    """A SQLite database that notes the plan of each statement."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self.dialect, self.folding = database.dialect, database.folding
        self.plans: list[str] = []

    async def rows(self, statement: str, *values: object) -> object:
        plan = await self._database.rows(f"EXPLAIN QUERY PLAN {statement}", *values)
        self.plans += [str(step[3]) for step in plan]
        return await self._database.rows(statement, *values)

    scan = rows


@pytest.mark.parametrize("text", _BY_INDEX)
async def test_a_lookup_goes_by_its_index(text: str) -> None:
    """Without statistics, as on the first day; a walk over all users would be a SCAN."""
    database = await open_database("sqlite://:memory:")
    explaining = _Explaining(database)
    tenant, provider_id = new_tenant(), new_id()
    await search.search_users(
        explaining, tenant, provider_id, filter=_filter(text), schema=USER, limit=10
    )
    await database.close()
    plan = "\n".join(explaining.plans)
    assert _BY_INDEX[text] in plan, plan
    assert not _WALK.search(plan), plan


async def test_a_list_walks_the_index_of_its_order() -> None:
    database = await open_database("sqlite://:memory:")
    explaining = _Explaining(database)
    for page in ({}, {"offset": 50_000}, {"after_id": new_id()}):
        await search.search_users(
            explaining, 1, new_id(), filter=None, schema=USER, limit=10, want_total=False, **page
        )
    await database.close()
    plan = "\n".join(explaining.plans)
    assert plan.count("users_listed") == 3, plan
    # The page of an offset is put in order again when its documents are read.
    assert plan.count("TEMP B-TREE") == 1, plan
