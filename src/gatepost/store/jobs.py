"""Reads of long work."""

from typing import Any

from gatepost.store.codec import codec_of
from gatepost.store.console_rows import JobRow
from gatepost.store.database import Database
from gatepost.store.read import find_row, select_rows


async def get(database: Database, tenant_id: int, job_id: str) -> JobRow | None:
    """Find the job with that id."""
    return await find_row(database, JobRow, tenant_id=tenant_id, job_id=job_id)


async def page(
    database: Database,
    tenant_id: int,
    *,
    kind: str | None = None,
    before_id: str | None = None,
    limit: int,
) -> list[JobRow]:
    """Read the next jobs, newest first."""
    wanted: list[tuple[str, Any]] = [("t.tenant_id =", tenant_id)]
    if kind is not None:
        wanted.append(("t.kind =", kind))
    if before_id is not None:
        wanted.append(("t.job_id <", codec_of(database).id(before_id)))
    conditions = " AND ".join(f"{text} ${place + 1}" for place, (text, _) in enumerate(wanted))
    rest = f"WHERE {conditions} ORDER BY t.job_id DESC LIMIT {int(limit)}"
    return await select_rows(database, JobRow, rest, *(value for _, value in wanted))
