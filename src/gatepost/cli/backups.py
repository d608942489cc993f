"""`gatepost backup`: one file with all that the database holds, the same for either database."""

import asyncio
from collections.abc import Coroutine
from pathlib import Path
from typing import Any

import click

from gatepost import __version__
from gatepost.base.clock import SystemClock, as_rfc3339
from gatepost.cli.errors import CommandFailed, ExitCode, Problem
from gatepost.cli.main import Frame
from gatepost.tenancy import backups
from gatepost.tenancy.backups import BackupRefused
from gatepost.tenancy.doctor.installation import BACKED_UP_AT

_FILE = click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
_IS_THERE = click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
_FIXES = {
    "backup.exists": ("Name another file; a backup is never overwritten.", ExitCode.CONFLICT),
    "backup.damaged": ("Take another copy; this one cannot be restored.", ExitCode.FAILED),
    "backup.not_empty": ("Name an empty database with --database.", ExitCode.CONFLICT),
}


@click.group()
def backup() -> None:
    """Create, verify and restore backups."""


@backup.command()
@_FILE
@click.pass_obj
def create(frame: Frame, /, file: Path) -> None:
    """Write everything into the new FILE, in one snapshot; the server may go on running.

    Settings are not in it. Tokens are in it as digests only.
    """
    settings, at = frame.configuration().settings, SystemClock().now()
    made = _awaited(backups.create(settings.database_url, file, at=at, release=__version__))
    if settings.data_dir.is_dir():
        # Beside the server, so that it can say how old its newest backup is.
        (settings.data_dir / BACKED_UP_AT).write_text(at.isoformat(), encoding="ascii")
    _show(frame, file, made)


@backup.command()
@_IS_THERE
@click.pass_obj
def verify(frame: Frame, /, file: Path) -> None:
    """Read the whole FILE and compare it with its manifest; needs no database."""
    _show(frame, file, _awaited(backups.verify(file)))


@backup.command()
@_IS_THERE
@click.pass_obj
def restore(frame: Frame, /, file: Path) -> None:
    """Read FILE into the database, which must be empty."""
    url = frame.configuration().settings.database_url
    _show(frame, file, _awaited(backups.restore(url, file)))


def _awaited(work: Coroutine[Any, Any, Any]) -> Any:  # noqa: ANN401 - a manifest
    try:
        return asyncio.run(work)
    except BackupRefused as refused:
        fix, exit_code = _FIXES[refused.code]
        problem = Problem(what=str(refused), fix=fix, code=refused.code, exit_code=exit_code)
        raise CommandFailed(problem) from refused


def _show(frame: Frame, file: Path, manifest: Any) -> None:  # noqa: ANN401 - a manifest
    frame.output.data(
        {
            "file": str(file),
            "created_at": as_rfc3339(manifest.created_at),
            "release": manifest.release,
            "migration": manifest.migration,
            "rows": sum(table.rows for table in manifest.tables.values()),
            "tables": {name: table.rows for name, table in manifest.tables.items() if table.rows},
        }
    )
