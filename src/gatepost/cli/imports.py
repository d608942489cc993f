"""`gatepost import`: local users from a CSV file, all of them or none."""

from pathlib import Path
from typing import Any

import click

from gatepost.cli.desk import TENANT, Desk, at_desk, usage
from gatepost.cli.errors import ExitCode
from gatepost.cli.main import Frame
from gatepost.lifecycle.import_file import (
    COLUMNS,
    FileUnreadable,
    ImportFile,
    read_file,
    write_rows,
)
from gatepost.lifecycle.importing import BadRow, Checked

_SHOWN = 20
_HELP = "\n\n\b\nThe columns, by the header in the first line:\n" + "\n".join(
    f"  {name:<14} {says}" for name, says in COLUMNS.items()
)


@click.command(
    "import",
    help="Import local users from the CSV file FILE.\n\n"
    "Every row is checked first. With a bad row nothing is imported and the exit code is 6, "
    f"unless --skip-bad-rows says to import the others.{_HELP}",
    short_help="Import local users from a CSV file.",
)
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--dry-run", is_flag=True, help="Check every row, import nothing.")
@click.option(
    "--error-file",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write the bad rows there, with the reason in a column more.",
)
@click.option("--skip-bad-rows", is_flag=True, help="Import the good rows although some are bad.")
@TENANT
@click.pass_obj
def import_users(frame: Frame, /, file: Path, tenant: str, **options: Any) -> int:  # noqa: ANN401 - click's
    """Check the file, then import what may be imported."""
    try:
        table = read_file(file.read_bytes())
    except FileUnreadable as error:
        raise usage(str(error), "See `gatepost import --help` for the columns.") from error

    async def work(desk: Desk) -> tuple[Checked, int]:
        with frame.output.progress("Checking", len(table.rows)) as advance:
            checked = await desk.importing.check(desk.tenant_id, table.rows, advance)
        is_refused = bool(checked.bad) and not options["skip_bad_rows"]
        if options["dry_run"] or is_refused or not checked.good:
            return checked, 0
        frame.output.say(f"Importing in one transaction: {len(checked.good)} good rows.")
        count = await desk.importing.apply(desk.writer, checked.good, schema=desk.schemas.user)
        return checked, count

    checked, imported = at_desk(frame, tenant, work)
    _report(frame, table, checked, imported, options)
    return ExitCode.PARTLY if checked.bad else ExitCode.DONE


def _report(
    frame: Frame, table: ImportFile, checked: Checked, imported: int, options: dict[str, Any]
) -> None:
    bad = [{"line": one.row.line, "reason": _reason(one)} for one in checked.bad]
    counts = {
        "rows": len(table.rows),
        "good": len(checked.good),
        "bad": len(bad),
        "imported": imported,
        "dry_run": options["dry_run"],
    }
    if frame.output.as_json:
        frame.output.data({**counts, "bad_rows": bad})
    else:
        frame.output.data(counts)
        for one in bad[:_SHOWN]:
            click.echo(f"Line {one['line']}: {one['reason']}.", err=True)
        if len(bad) > _SHOWN:
            click.echo(f"… and {len(bad) - _SHOWN} more bad rows.", err=True)
    error_file = options["error_file"]
    if error_file and bad:
        pairs = [(one.row, _reason(one)) for one in checked.bad]
        error_file.write_text(write_rows(table, pairs), encoding="utf-8")
        frame.output.say(f"The bad rows are in {error_file}.")
    if bad and not imported and not options["dry_run"]:
        frame.output.say("Nothing was imported. Mend the rows, or use --skip-bad-rows.")


def _reason(bad: BadRow) -> str:
    return "; ".join(bad.reasons)
