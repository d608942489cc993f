"""Purges rows that live for minutes, hours or days, and have outlived their use."""

from datetime import datetime

from gatepost.store.changes import DeleteAll
from gatepost.store.codec import codec_of
from gatepost.store.database import Database
from gatepost.store.tables import Kind, Table

_AT_ONCE = 500


async def purge(
    database: Database, tenant_id: int, table: Table, column: str, before: datetime
) -> int:
    """Delete some of the tenant's rows whose instant is before that; ask again until it gives 0.

    Several processes may purge at once: a row that is gone already is no fault.
    """
    codec, key = codec_of(database), table.key[1:]
    statement = f"""SELECT {", ".join(key)} FROM {table.name}
        WHERE tenant_id = $1 AND {column} < $2 ORDER BY {column} LIMIT {_AT_ONCE}"""  # noqa: S608
    found = await database.scan(statement, tenant_id, codec.encode(Kind.INSTANT, before))
    changes = [
        DeleteAll(
            table,
            {
                "tenant_id": tenant_id,
                **{
                    name: codec.decode(table.columns[name], value)
                    for name, value in zip(key, row, strict=True)
                },
            },
        )
        for row in found
    ]
    await database.commit(changes)
    return len(found)
