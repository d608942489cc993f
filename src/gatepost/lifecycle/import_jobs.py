"""Imports as long work that a page watches: a check first, then all accounts or none.

The file waits sealed between the two, and goes in the transaction that makes the accounts: what
was imported cannot be imported twice, and after a crash its absence says that all is written.
"""

import asyncio
import re
from collections.abc import Mapping
from typing import Any

from gatepost.lifecycle.contact import EXAMPLE
from gatepost.lifecycle.corridor import Writer
from gatepost.lifecycle.import_file import (
    FileUnreadable,
    ImportFile,
    TooManyRows,
    read_file,
    write_rows,
)
from gatepost.lifecycle.importing import Checked, Importing
from gatepost.lifecycle.jobs import DONE, Jobs, Running
from gatepost.lifecycle.refusals import JobNotFound, PreviewStale
from gatepost.lifecycle.uploads import Uploads
from gatepost.scim.schema.resource_schema import ResourceSchema
from gatepost.store.console_rows import JobRow

CHECK, APPLY = "import.check", "import.apply"
KINDS = (CHECK, APPLY)
BYTES_MAX = 5 * 1_048_576
ROWS_MAX = 20_000
"""A larger file is imported by the command line, which nobody waits behind."""

_SHOWN_MAX = 100
_REASON_MAX = 300
_TELEPHONE = re.compile(rf"(?!{re.escape(EXAMPLE)}\b)(?:\+|\b00?)[1-9][\d ().\-/]{{5,}}\d")
_BEAT = 250
"""Rows between two looks at whether somebody stopped the work."""


class ImportJobs:
    """Begins checks and imports, and gives the bad rows back."""

    def __init__(self, importing: Importing, jobs: Jobs, uploads: Uploads) -> None:
        self._importing = importing
        self._jobs = jobs
        self._uploads = uploads

    async def check(self, writer: Writer, content: bytes) -> JobRow:
        """Begin to check a file, row by row; nothing is imported yet.

        Raises:
            FileUnreadable: the file as a whole cannot be read, or has too many rows.
        """
        try:
            file = await asyncio.to_thread(read_file, content, ROWS_MAX)
        except TooManyRows as error:
            raise FileUnreadable(f"{error} Split it, or import it with gatepost import.") from error
        if not file.rows:
            raise FileUnreadable("The file has a header and no rows.")
        tenant_id, upload_id = writer.actor.tenant_id, await self._uploads.keep(writer, content)

        async def work(running: Running) -> Mapping[str, Any]:
            checked = await self._checked(running, tenant_id, file)
            problems = [[one.row.line, reason_of(one.reasons)] for one in checked.bad[:_SHOWN_MAX]]
            return {"good": len(checked.good), "bad": len(checked.bad), "problems": problems}

        total = len(file.rows)
        return await self._jobs.start(writer, CHECK, work, total=total, upload_id=upload_id)

    async def apply(self, writer: Writer, check: JobRow, schema: ResourceSchema) -> JobRow:
        """Begin to import the good rows of a check: all that it counted, or none.

        Raises:
            JobNotFound: that is no check that came to its end.
            UploadGone: the file was imported, or is older than a day.
        """
        if check.kind != CHECK or check.state != DONE:
            raise JobNotFound(id=check.job_id)
        tenant_id, upload_id = check.tenant_id, str(check.facts["upload_id"])
        content = await self._uploads.open(tenant_id, upload_id)

        async def work(running: Running) -> Mapping[str, Any]:
            file = await asyncio.to_thread(read_file, content)
            checked = await self._checked(running, tenant_id, file)
            if len(checked.good) != check.facts["good"]:
                raise PreviewStale
            count = len(checked.good)

            async def pause(done: int) -> None:
                await running.move(len(file.rows) + done)

            made = await self._importing.apply(
                Writer(writer.actor),
                checked.good,
                schema=schema,
                pause=_each(pause),
                also=lambda: self._uploads.taken(tenant_id, upload_id),
            )
            return {"imported": made, "left_out": len(checked.bad), "good": count}

        total = int(check.total) + int(check.facts["good"])
        return await self._jobs.start(writer, APPLY, work, total=total, upload_id=upload_id)

    async def bad_rows(self, check: JobRow) -> str:
        """Write the bad rows as they stand in the file, with the reason in a column more.

        Raises:
            UploadGone: the file was imported, or is older than a day.
        """
        content = await self._uploads.open(check.tenant_id, str(check.facts.get("upload_id", "")))
        file = await asyncio.to_thread(read_file, content)
        checked = await self._importing.check(check.tenant_id, file.rows, pause=_each(_yield))
        return write_rows(file, [(one.row, "; ".join(one.reasons)) for one in checked.bad])

    async def is_written(self, job: JobRow) -> bool:
        """Tell of an import whose process died whether its accounts were made."""
        return not await self._uploads.is_there(job.tenant_id, str(job.facts.get("upload_id", "")))

    async def _checked(self, running: Running, tenant_id: int, file: ImportFile) -> Checked:
        async def pause(done: int) -> None:
            await running.move(done)

        return await self._importing.check(tenant_id, file.rows, pause=_each(pause))


def reason_of(reasons: list[str]) -> str:
    """Say what is wrong with a row, in words of bounded length.

    They are kept with the job, so a telephone number that stands in a wrong column is left out
    (R14); the file of bad rows, which only administrators have, says it.
    """
    said = _TELEPHONE.sub("[a telephone number]", "; ".join(reasons))
    return said if len(said) <= _REASON_MAX else f"{said[:_REASON_MAX]}…"


def _each(work: Any) -> Any:  # noqa: ANN401 - a pause is a coroutine function of the rows done
    async def pause(done: int) -> None:
        if done % _BEAT == 0:
            await work(done)

    return pause


async def _yield(_done: int) -> None:
    await asyncio.sleep(0)
