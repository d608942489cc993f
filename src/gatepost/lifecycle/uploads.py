"""Files that wait for a second step: sealed, for a day, gone with the step that takes them."""

from datetime import datetime, timedelta

from gatepost.base.ids import is_id
from gatepost.base.sealing import Sealer
from gatepost.lifecycle.corridor import Corridor, Writer
from gatepost.lifecycle.plan import Plan
from gatepost.lifecycle.refusals import UploadGone
from gatepost.store import uploads
from gatepost.store.changes import Delete, Insert
from gatepost.store.console_rows import UploadRow
from gatepost.store.tables import UPLOADS, key_of

_KEPT = timedelta(days=1)


class Uploads:
    """Keeps files of administrators; what is in them may be as private as a phone number."""

    def __init__(self, corridor: Corridor, sealer: Sealer) -> None:
        self._corridor = corridor
        self._database = corridor.database
        self._sealer = sealer

    async def keep(self, writer: Writer, content: bytes) -> str:
        """Keep a file; gives the id by which it is had again."""
        upload_id, tenant_id = self._corridor.ids.new(), writer.actor.tenant_id
        place = _place(tenant_id, upload_id)

        async def load() -> None:
            return None

        def decide(_loaded: None, at: datetime) -> Plan:
            row = UploadRow(
                tenant_id=tenant_id,
                upload_id=upload_id,
                sealed=self._sealer.seal(content, place),
                created_by=writer.actor.name,
                created_at=at,
                expires_at=at + _KEPT,
            )
            return Plan((Insert(UPLOADS, row),), outcome=upload_id)

        kept: str = await self._corridor.run(Writer(writer.actor), load, decide)
        return kept

    async def open(self, tenant_id: int, upload_id: str) -> bytes:
        """Give what is in a file.

        Raises:
            UploadGone: it was taken, or is older than a day.
        """
        row = await self._get(tenant_id, upload_id)
        return self._sealer.open(row.sealed, upload_context(row))

    async def is_there(self, tenant_id: int, upload_id: str) -> bool:
        """Tell whether a file still waits."""
        try:
            await self._get(tenant_id, upload_id)
        except UploadGone:
            return False
        return True

    async def taken(self, tenant_id: int, upload_id: str) -> Delete:
        """Give the change that takes the file, to join the plan that needs it no longer.

        Raises:
            UploadGone: somebody took it before.
        """
        return Delete(UPLOADS, key_of(UPLOADS, await self._get(tenant_id, upload_id)))

    async def _get(self, tenant_id: int, upload_id: str) -> UploadRow:
        row = await uploads.get(self._database, tenant_id, upload_id) if is_id(upload_id) else None
        if row is None or row.expires_at <= self._corridor.clock.now():
            raise UploadGone
        return row


def upload_context(row: UploadRow) -> str:
    """Name the place of a sealed file."""
    return _place(row.tenant_id, row.upload_id)


def _place(tenant_id: int, upload_id: str) -> str:
    return f"uploads:{tenant_id}:{upload_id}"
