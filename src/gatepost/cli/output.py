"""Prints tables, JSON and progress, and asks for confirmation.

Data goes to standard output, everything else to standard error. Rich is imported
only where a terminal will see it.
"""

import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import click
import msgspec

from gatepost.cli.errors import CommandFailed, ExitCode, Problem

_PROGRESS_EVERY_S = 5.0
_WIDE = 10_000

Advance = Callable[[int, int], None]
"""Tells progress: how many are done, how many of them failed."""


class Output(msgspec.Struct, frozen=True, kw_only=True):
    """How this run prints: what the global options and the terminal say."""

    as_json: bool = False
    is_quiet: bool = False
    has_input: bool = True

    def data(self, value: Any) -> None:  # noqa: ANN401 - anything that JSON can hold
        """Print one object: JSON on a line with `--json`, else its fields one a line."""
        if self.as_json:
            _line(value)
            return
        fields = msgspec.to_builtins(value)
        width = max((len(name) for name in fields), default=0)
        for name, field in fields.items():
            click.echo(f"{name:<{width}}  {_cell(field)}")

    def rows(self, rows: Sequence[Mapping[str, Any]], columns: Sequence[str]) -> None:
        """Print a list: JSON Lines with `--json`, a table on a terminal, else aligned columns."""
        if self.as_json:
            for row in rows:
                _line(row)
        elif sys.stdout.isatty():
            _rich_table(rows, columns)
        else:
            _plain_table(rows, columns)

    def say(self, sentence: str) -> None:
        """Say something to the person who watches, on standard error; not with `--quiet`."""
        if not self.is_quiet:
            click.echo(sentence, err=True)

    def confirm(self, question: str, *, yes: bool) -> None:
        """Ask before something destructive; `yes` is the command's own `--yes`.

        Raises:
            CommandFailed: nobody can be asked (usage), or the answer was no.
        """
        if yes:
            return
        if not self.has_input or not sys.stdin.isatty():
            problem = Problem(
                what=f"{question} Nobody can be asked here.",
                fix="Repeat the command with --yes if that is what you want.",
                code="confirmation_needed",
                exit_code=ExitCode.USAGE,
            )
            raise CommandFailed(problem)
        if not click.confirm(question, err=True):
            raise CommandFailed(Problem(what="Nothing was changed.", code="declined"))

    @contextmanager
    def progress(self, what: str, total: int) -> Iterator[Advance]:
        """Show progress on standard error: a bar on a terminal, else a JSON line every 5 s."""
        if self.is_quiet:
            yield lambda _done, _failed: None
        elif sys.stderr.isatty() and not self.as_json:
            with _rich_progress(what, total) as advance:
                yield advance
        else:
            yield _line_progress(what, total)


def _line(value: Any) -> None:  # noqa: ANN401 - anything that JSON can hold
    click.echo(msgspec.json.encode(value))


def _cell(value: Any) -> str:  # noqa: ANN401 - anything that JSON can hold
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:,.1f}"
    if isinstance(value, str | int):
        return str(value)
    if isinstance(value, list) and all(isinstance(one, str | int) for one in value):
        return ", ".join(map(str, value))
    return msgspec.json.encode(value).decode()


def _plain_table(rows: Sequence[Mapping[str, Any]], columns: Sequence[str]) -> None:
    lines = [list(columns), *([_cell(row.get(name)) for name in columns] for row in rows)]
    widths = [max(len(line[place]) for line in lines) for place in range(len(columns))]
    for line in lines:
        cells = (f"{cell:<{width}}" for cell, width in zip(line, widths, strict=True))
        click.echo("  ".join(cells).rstrip())


def _rich_table(rows: Sequence[Mapping[str, Any]], columns: Sequence[str]) -> None:
    from rich.console import Console  # noqa: PLC0415 - 60 ms that plain output need not pay
    from rich.table import Table  # noqa: PLC0415
    from rich.text import Text  # noqa: PLC0415

    table = Table(box=None, header_style="bold", pad_edge=False)
    for name in columns:
        table.add_column(name, no_wrap=True)
    for row in rows:
        # As text: a bracket in a name is no mark-up.
        table.add_row(*(Text(_cell(row.get(name))) for name in columns))
    console = Console()
    # Wider than the terminal rather than cut off: half an id can neither be read nor copied.
    needed = console.measure(table, options=console.options.update(width=_WIDE)).maximum
    Console(width=max(console.width, needed)).print(table)


@contextmanager
def _rich_progress(what: str, total: int) -> Iterator[Advance]:
    from rich import progress  # noqa: PLC0415 - 60 ms that plain output need not pay
    from rich.console import Console  # noqa: PLC0415

    columns = (
        progress.TextColumn("{task.description}"),
        progress.BarColumn(),
        progress.MofNCompleteColumn(),
        progress.TextColumn("{task.fields[per_second]:.0f}/s, {task.fields[failed]} failed"),
        progress.TimeRemainingColumn(),
    )
    with progress.Progress(*columns, console=Console(stderr=True)) as bar:
        task = bar.add_task(what, total=total, failed=0, per_second=0.0)
        started = time.monotonic()

        def advance(done: int, failed: int) -> None:
            per_second = done / max(time.monotonic() - started, 0.001)
            bar.update(task, completed=done, failed=failed, per_second=per_second)

        yield advance


def _line_progress(what: str, total: int) -> Advance:
    started = last = time.monotonic()

    def advance(done: int, failed: int) -> None:
        nonlocal last
        now = time.monotonic()
        if now - last < _PROGRESS_EVERY_S:
            return
        last = now
        per_second = round(done / (now - started), 1)
        line = {"progress": what, "done": done, "total": total, "failed": failed}
        click.echo(msgspec.json.encode(line | {"per_second": per_second}), err=True)

    return advance
