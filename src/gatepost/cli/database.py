"""`gatepost db`: the database's schema."""

import asyncio

import click

from gatepost.cli.main import Frame
from gatepost.cli.serve import make_data_dir
from gatepost.store.migrations import runner
from gatepost.store.open import current_migration, upgrade_database


@click.group()
def db() -> None:
    """Bring the database up to date, or tell whether it is."""


@db.command()
@click.pass_obj
def upgrade(frame: Frame, /) -> None:
    """Bring the database up to date. Nothing happens if it is.

    Stop the servers first. SQLite is copied beside the file before anything is changed;
    back PostgreSQL up yourself (pg_dump).
    """
    settings = frame.configuration().settings
    make_data_dir(settings.data_dir)
    url = settings.database_url
    before = asyncio.run(current_migration(url))
    copy = asyncio.run(upgrade_database(url))
    after = asyncio.run(current_migration(url))
    shown = {"from": before, "to": after, "copy": str(copy) if copy else None}
    frame.output.data(shown)


@db.command()
@click.pass_obj
def current(frame: Frame, /) -> None:
    """Tell the migration that the database is at, and the one that this release needs."""
    found = asyncio.run(current_migration(frame.configuration().settings.database_url))
    latest = runner.latest()
    frame.output.data({"current": found, "latest": latest, "is_current": found == latest})
