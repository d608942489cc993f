"""Which migrations there are, and what they say to each database."""

from importlib import import_module

_MODULES: tuple[str, ...] = ("m0001_provisioning", "m0002_sign_in", "m0003_console")
"""In order; the number of a migration is its place here, from one."""

TYPES: dict[str, dict[str, str]] = {
    "sqlite": {
        "id": "BLOB",
        "text": "TEXT",
        "json": "TEXT",
        "bytes": "BLOB",
        "bool": "INTEGER",
        "false": "0",
        "instant": "INTEGER",
        "int": "INTEGER",
        "serial": "INTEGER PRIMARY KEY AUTOINCREMENT",
        "xact": "INTEGER NOT NULL DEFAULT 0",
        "clustered": "WITHOUT ROWID",
    },
    "postgresql": {
        "id": "uuid",
        # Bytewise, as SQLite compares: the order of pages is the same on both.
        "text": 'text COLLATE "C"',
        "json": "text",
        "bytes": "bytea",
        "bool": "boolean",
        "false": "false",
        "instant": "bigint",
        "int": "bigint",
        "serial": "bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY",
        "xact": "xid8 NOT NULL DEFAULT pg_current_xact_id()",
        "clustered": "",
    },
}

VERSIONS_TABLE = "CREATE TABLE IF NOT EXISTS schema_migrations (version bigint PRIMARY KEY)"
CURRENT = "SELECT coalesce(max(version), 0) FROM schema_migrations"
RECORD = "INSERT INTO schema_migrations (version) VALUES ($1)"


class SchemaBehind(Exception):
    """The database has an older schema than this release needs."""

    def __init__(self, current: int) -> None:
        super().__init__(
            f"The database is at migration {current}, this release needs {latest()}: "
            "run `gatepost db upgrade` once, then start again."
        )


class SchemaAhead(Exception):
    """The database was upgraded by a newer release."""

    def __init__(self, current: int) -> None:
        super().__init__(
            f"The database is at migration {current}, this release knows only {latest()}: "
            "run the release that upgraded it, or restore the backup made before."
        )


def latest() -> int:
    """Give the number of the newest migration."""
    return len(_MODULES)


def statements(dialect: str, version: int) -> list[str]:
    """Give what the migration of that number says to that database."""
    module = import_module(f"gatepost.store.migrations.{_MODULES[version - 1]}")
    own: tuple[str, ...] = getattr(module, dialect.upper(), ())
    types = TYPES[dialect]
    return [statement.format_map(types) for statement in (*module.STATEMENTS, *own)]


def check(current: int) -> None:
    """Refuse a database that this release cannot work on.

    Raises:
        SchemaBehind: an upgrade is needed first.
        SchemaAhead: a newer release upgraded it.
    """
    if current < latest():
        raise SchemaBehind(current)
    if current > latest():
        raise SchemaAhead(current)
