"""Searches: the pages of users and groups that SCIM clients ask for (RFC 7644 §3.4.2)."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec

from gatepost.base.clock import from_microseconds
from gatepost.scim.filter.tree import AttributePath, Filter
from gatepost.scim.schema.resource_schema import ResourceSchema
from gatepost.store import counters
from gatepost.store.codec import among, codec_of
from gatepost.store.database import Database
from gatepost.store.filter_sql.builder import Builder
from gatepost.store.filter_sql.condition import condition
from gatepost.store.filter_sql.reach import ALWAYS, Condition, Reach
from gatepost.store.filter_sql.scope import Scope
from gatepost.store.filter_sql.sorting import Sorting, sorting
from gatepost.store.tables import Kind

__all__ = ["Found", "Listed", "search_groups", "search_users"]

_OFFSET_INLINE_MAX = 1_000


class Listed(msgspec.Struct, frozen=True):
    """A resource as a list shows it."""

    id: str
    doc: bytes
    version: int
    created_at: datetime
    modified_at: datetime

    @property
    def user_id(self) -> str:
        """The id, where the resource is a user."""
        return self.id


class Found(msgspec.Struct, frozen=True):
    """A page; `total` counts all that the filter selects, None where it was not asked for."""

    total: int | None
    rows: list[Listed]


class Page(msgspec.Struct, frozen=True, kw_only=True):
    """Which part of what a filter selects: after a resource or an offset, so many."""

    offset: int = 0
    after_id: str | None = None
    limit: int
    want_total: bool = True


async def search_users(  # noqa: PLR0913 - what a client may ask for
    database: Database,
    tenant_id: int,
    provider_id: str,
    *,
    filter: Filter | None,  # noqa: A002 - the protocol's word
    schema: ResourceSchema,
    sort: tuple[AttributePath, bool] | None = None,
    offset: int = 0,
    after_id: str | None = None,
    limit: int,
    want_total: bool = True,
) -> Found:
    """Find the provider's users that are not deleted, by id unless sorted.

    Raises:
        InvalidFilter: the filter makes no sense for the schema.
        ScanTooLong: the answer takes longer than the deadline.
    """
    page = Page(offset=offset, after_id=after_id, limit=limit, want_total=want_total)
    search = _Search(database, "users", "user_id", tenant_id, provider_id, schema)
    return await search.find(filter, sort, page)


async def search_groups(  # noqa: PLR0913 - what a client may ask for
    database: Database,
    tenant_id: int,
    provider_id: str,
    *,
    filter: Filter | None,  # noqa: A002 - the protocol's word
    schema: ResourceSchema,
    sort: tuple[AttributePath, bool] | None = None,
    offset: int = 0,
    after_id: str | None = None,
    limit: int,
    want_total: bool = True,
) -> Found:
    """Find the provider's groups, by id unless sorted.

    Raises:
        InvalidFilter: the filter makes no sense for the schema.
        ScanTooLong: the answer takes longer than the deadline.
    """
    page = Page(offset=offset, after_id=after_id, limit=limit, want_total=want_total)
    search = _Search(database, "groups", "group_id", tenant_id, provider_id, schema)
    return await search.find(filter, sort, page)


class _Search:
    """One search, while its statements are put together."""

    def __init__(
        self,
        database: Database,
        table: str,
        id_column: str,
        tenant_id: int,
        provider_id: str,
        schema: ResourceSchema,
    ) -> None:
        self._database = database
        self._codec = codec_of(database)
        self._as_id = self._codec.decoder(Kind.ID)
        self._as_document = self._codec.decoder(Kind.DOCUMENT)
        self._key = tenant_id, provider_id
        self._builder = Builder(database)
        self._tenant = self._builder.integer(tenant_id)
        self._provider = self._builder.id(provider_id)
        self._scope = Scope(table, id_column, schema, self._builder, self._tenant, self._provider)

    async def find(
        self, tree: Filter | None, sort: tuple[AttributePath, bool] | None, page: Page
    ) -> Found:
        """Give the page, counting only where the page itself does not tell."""
        wanted = condition(tree, self._scope) if tree is not None else ALWAYS
        where = self._where(wanted)
        rows: list[Listed] = []
        if page.limit > 0 and sort is None:
            rows = await self._by_id(where, wanted, page, is_filtered=tree is not None)
        elif page.limit > 0 and sort is not None:
            order = sorting(sort[0], is_descending=sort[1], scope=self._scope)
            rows = await self._sorted(where, order, page)
        if not page.want_total:
            return Found(None, rows)
        if page.after_id is None and (rows or not page.offset) and len(rows) < page.limit:
            return Found(page.offset + len(rows), rows)
        if tree is None:
            return Found(await counters.get(self._database, *self._key, self._scope.table), rows)
        return Found(await self._count(where), rows)

    def _where(self, wanted: Condition) -> str:
        where = f"t.tenant_id = {self._tenant} AND t.provider_id = {self._provider}"
        if self._scope.table == "users":
            where += " AND t.deleted_at IS NULL"
        return where if wanted is ALWAYS else f"{where} AND {wanted.text}"

    async def _by_id(
        self, where: str, wanted: Condition, page: Page, *, is_filtered: bool
    ) -> list[Listed]:
        id_column, table = self._scope.id_column, self._scope.table
        if page.after_id is not None:
            where += f" AND t.{id_column} > {self._builder.id(page.after_id)}"
        is_long = is_filtered or page.offset > _OFFSET_INLINE_MAX
        if wanted.reach is Reach.POINT and is_filtered:
            is_long = False
        if wanted.reach is Reach.POINT or not (page.offset or wanted.reach is Reach.RANGE):
            order = f"{self._off_index(wanted)}t.{id_column}"
            statement = f"""SELECT {self._shown("t")} FROM {table} AS t
                WHERE {where} ORDER BY {order} {self._limit(page)}"""  # noqa: S608
        else:
            # Documents are read last: under an OFFSET every skipped one would be read.
            statement = f"""SELECT {self._shown("u")} FROM ({self._ids(where, wanted, page)}) AS i
                CROSS JOIN {table} AS u
                WHERE u.tenant_id = {self._tenant} AND u.{id_column} = i.{id_column}
                ORDER BY u.{id_column}"""  # noqa: S608
        return [self._listed(values) for values in await self._ask(statement, is_long=is_long)]

    def _ids(self, where: str, wanted: Condition, page: Page) -> str:
        id_column, table = self._scope.id_column, self._scope.table
        found = f"SELECT t.{id_column} FROM {table} AS t WHERE {where}"  # noqa: S608
        if wanted.reach is Reach.RANGE and not self._builder.is_sqlite:
            # A fence, so that the index of the filter is used and not that of the order.
            return f"""SELECT h.{id_column} FROM ({found} OFFSET 0) AS h
                ORDER BY h.{id_column} {self._limit(page)}"""  # noqa: S608
        return f"{found} ORDER BY {self._off_index(wanted)}t.{id_column} {self._limit(page)}"

    def _off_index(self, wanted: Condition) -> str:
        """Keep SQLite from walking the index of the order where the filter has a better one."""
        return "+" if self._builder.is_sqlite and wanted.reach is not Reach.SCAN else ""

    async def _sorted(self, where: str, order: Sorting, page: Page) -> list[Listed]:
        id_column, table = f"t.{self._scope.id_column}", self._scope.table
        if page.after_id is not None:
            place = self._builder.id(page.after_id)
            key = await self._ask(
                f"""SELECT {order.expression} FROM {table} AS t
                WHERE t.tenant_id = {self._tenant} AND {id_column} = {place}""",  # noqa: S608
                is_long=False,
            )
            if not key:
                return []  # the group that the cursor stood on is gone, and its place with it
            where += f" AND {order.after(key[0][0], id_column, place, self._builder)}"
        found = await self._ask(
            f"""SELECT {id_column} FROM {table} AS t WHERE {where}
            ORDER BY {order.order(id_column)} {self._limit(page)}""",  # noqa: S608
            is_long=True,
        )
        return await self._documents([values[0] for values in found])

    async def _documents(self, ids: list[Any]) -> list[Listed]:
        """Read the resources in the order of these encoded ids."""
        wanted = [self._codec.decode(Kind.ID, one) for one in ids]
        table, id_column = self._scope.table, self._scope.id_column
        found = await self._database.scan(
            f"""SELECT {self._shown("t")} FROM {table} AS t
            WHERE t.tenant_id = $1 AND {among(self._database, f"t.{id_column}", "$2", Kind.ID)}""",  # noqa: S608
            self._key[0],
            self._codec.many(wanted),
        )
        by_id = {one.id: one for one in map(self._listed, found)}
        return [by_id[one] for one in wanted if one in by_id]

    async def _count(self, where: str) -> int:
        statement = f"SELECT count(*) FROM {self._scope.table} AS t WHERE {where}"  # noqa: S608
        [(number,)] = await self._ask(statement, is_long=True)
        return int(number)

    async def _ask(self, statement: str, *, is_long: bool) -> Sequence[tuple[Any, ...]]:
        ask = self._database.scan if is_long else self._database.rows
        text, values = self._builder.render(statement)
        return await ask(text, *values)

    def _shown(self, alias: str) -> str:
        columns = (self._scope.id_column, "doc", "version", "created_at", "modified_at")
        return ", ".join(f"{alias}.{column}" for column in columns)

    def _limit(self, page: Page) -> str:
        offset = 0 if page.after_id is not None else page.offset
        return f"LIMIT {int(page.limit)}" + (f" OFFSET {int(offset)}" if offset else "")

    def _listed(self, values: Sequence[Any]) -> Listed:
        resource_id, doc, version, created_at, modified_at = values
        return Listed(
            self._as_id(resource_id),
            self._as_document(doc),
            version,
            from_microseconds(created_at),
            from_microseconds(modified_at),
        )
