"""Checkpoints of the write-ahead log on SQLite, beside the writer."""

import contextlib
from threading import Event, Thread

import apsw

from gatepost.store.sqlite_connection import AWAY, connect

WAL_PAGES_MAX = 16_000
"""Beyond so many pages the writer itself lets the log start over (64 MiB)."""
_PAGES = 1_000
_PAUSE_S = 1.0


class SqliteCheckpointer:
    """Moves pages from the log into the database in its own thread, so that no commit waits.

    Looks after every thousand pages, and every second when something was written.
    """

    def __init__(self, path: str) -> None:
        self._connection = connect(path, cache_mib=2)
        self._wanted = Event()
        self._is_open = True
        self._pages = self._pages_done = 0
        self._thread = Thread(target=self._run, name="gatepost-sqlite-checkpoint", daemon=True)
        self._thread.start()

    def written(self, pages: int) -> None:
        """Note that the log has so many pages."""
        self._pages = pages
        if abs(pages - self._pages_done) >= _PAGES:
            self._wanted.set()

    def close(self) -> None:
        """Empty the log if no other process uses it, and stop."""
        self._is_open = False
        self._wanted.set()
        self._thread.join()
        self._connection.set_busy_timeout(0)
        checkpoint(self._connection, apsw.SQLITE_CHECKPOINT_TRUNCATE)
        self._connection.close()

    def _run(self) -> None:
        while self._is_open:
            self._wanted.wait(_PAUSE_S)
            self._wanted.clear()
            if self._is_open and self._pages != self._pages_done:
                self._pages_done = self._pages
                checkpoint(self._connection)


def checkpoint(connection: apsw.Connection, mode: int = apsw.SQLITE_CHECKPOINT_PASSIVE) -> None:
    """Move pages of the log into the database; if another does so just now, that is as good."""
    with contextlib.suppress(*AWAY):
        connection.wal_checkpoint(mode=mode)
