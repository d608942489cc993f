"""The reference page of the command line, written from the commands themselves."""

import importlib
import inspect
from collections.abc import Iterator

import click

from gatepost.cli.main import COMMANDS, gatepost
from gatepost.cli.words import ExitCode

_HEAD = """# Command line

Written by `gatepost.cli.reference.describe`; a test compares it with the commands.

Data goes to standard output, everything else to standard error. With `--json` a command prints
one object, or a line of JSON for each row; errors are `{"error": {...}}` on standard error.
Commands open the database themselves; a server may run on it at the same time.
"""

_EXIT_CODES = {
    ExitCode.DONE: "done",
    ExitCode.FAILED: "failed",
    ExitCode.USAGE: "the command line or a setting cannot be used",
    ExitCode.NOT_FOUND: "something named is not there",
    ExitCode.CONFLICT: "it conflicts with what is there, or that has changed meanwhile",
    ExitCode.NOT_ALLOWED: "not allowed",
    ExitCode.PARTLY: "done in part",
    ExitCode.UNHEALTHY: "the installation is not in order",
    ExitCode.INTERRUPTED: "interrupted",
}


def describe() -> str:
    """Write the page, in Markdown."""
    top = click.Context(gatepost, info_name="gatepost")
    parts = [_HEAD, "## Exit codes\n", _codes(), "## Options of every command\n", *_options(top)]
    for name in sorted(COMMANDS):
        parts += _command(_load(name), top, name, depth=2)
    return "\n".join(parts)


def _load(name: str) -> click.Command:
    module, _, attribute = COMMANDS[name][0].partition(":")
    command: click.Command = getattr(importlib.import_module(module), attribute)
    return command


def _codes() -> str:
    rows = [f"| {int(code)} | {words} |" for code, words in _EXIT_CODES.items()]
    return "\n".join(["| code | meaning |", "| --- | --- |", *rows, ""])


def _command(
    command: click.Command, parent: click.Context, name: str, *, depth: int
) -> Iterator[str]:
    context = click.Context(command, parent=parent, info_name=name)
    yield f"{'#' * depth} {context.command_path}\n"
    yield _text(command)
    if isinstance(command, click.Group):
        for below in sorted(command.commands):
            yield from _command(command.commands[below], context, below, depth=depth + 1)
        return
    pieces = " ".join(command.collect_usage_pieces(context))
    yield f"```\n{context.command_path} {pieces}\n```\n"
    yield from _options(context)


def _text(command: click.Command) -> str:
    # The \b that keeps click from filling a paragraph means nothing here.
    return inspect.cleandoc(command.help or "").replace("\b\n", "") + "\n"


def _options(context: click.Context) -> Iterator[str]:
    options = (one for one in context.command.get_params(context) if isinstance(one, click.Option))
    records = (one.get_help_record(context) for one in options)
    lines = [
        f"- `{names}`: {words.replace('  [', ' [')}" if words else f"- `{names}`"
        for names, words in filter(None, records)
        if "--help" not in names
    ]
    if lines:
        yield "\n".join([*lines, ""])
