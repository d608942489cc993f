"""What went wrong, as it is shown: what, why, how to fix it, and the code."""

import re
import traceback
from collections.abc import Mapping
from typing import Any

import click
import msgspec

from gatepost.base.refusal import Refusal
from gatepost.cli.words import FAULTS, WORDS, ExitCode

__all__ = [
    "FAULTS",
    "WORDS",
    "CommandFailed",
    "ExitCode",
    "Problem",
    "problem_of",
    "problem_of_fault",
    "problem_of_refusal",
    "problem_of_usage",
    "show",
]


class Problem(msgspec.Struct, frozen=True, kw_only=True):
    """Something that went wrong, as it is shown."""

    what: str
    why: str = ""
    fix: str = ""
    code: str = "failed"
    exit_code: ExitCode = ExitCode.FAILED


class CommandFailed(Exception):
    """A command cannot go on; raised by commands, shown by `main`."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.what)
        self.problem = problem


def problem_of(error: Exception) -> Problem:
    """Say whatever a command raised."""
    if isinstance(error, CommandFailed):
        return error.problem
    if isinstance(error, Refusal):
        return problem_of_refusal(error)
    if isinstance(error, click.ClickException):
        return problem_of_usage(error)
    return problem_of_fault(error)


def problem_of_refusal(refusal: Refusal) -> Problem:
    """Say a refusal; one without words is still said, by its code and facts."""
    words = WORDS.get(refusal.code)
    if words is None:
        return Problem(what=f"Refused: {refusal.code}.", why=_listed(refusal.facts))
    facts = _Facts({name: _written(value) for name, value in refusal.facts.items()})
    return Problem(
        what=words.what.format_map(facts),
        fix=words.fix.format_map(facts),
        code=refusal.code,
        exit_code=words.exit_code,
    )


def problem_of_fault(error: Exception) -> Problem:
    """Say a fault: what is known in words, anything else as a bug to report."""
    words = FAULTS.get(f"{type(error).__module__}.{type(error).__qualname__}")
    if words:
        code = _snake(type(error).__name__)
        return Problem(
            what=words.what, why=str(error), fix=words.fix, code=code, exit_code=words.exit_code
        )
    from gatepost.base.log import redacted  # noqa: PLC0415 - structlog is not needed but for this

    trace = "".join(traceback.format_exception(error)).strip()
    return Problem(
        what=f"Gatepost has a fault: {type(error).__name__}.",
        why=redacted(trace),
        fix="Report it with the lines above, please.",
        code="fault",
    )


def _snake(name: str) -> str:
    return re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()


def problem_of_usage(error: click.ClickException) -> Problem:
    """Say that the command line is wrong, as click found it."""
    if not isinstance(error, click.UsageError):
        return Problem(what=error.format_message())
    path = error.ctx.command_path if error.ctx else "gatepost"
    return Problem(
        what=error.format_message(),
        fix=f"See `{path} --help`.",
        code="usage",
        exit_code=ExitCode.USAGE,
    )


def show(problem: Problem, *, as_json: bool) -> None:
    """Write the problem to standard error: sentences, or one JSON object."""
    if as_json:
        error = msgspec.to_builtins(problem) | {"exit_code": int(problem.exit_code)}
        click.echo(msgspec.json.encode({"error": error}), err=True)
        return
    click.echo(f"{click.style('Error:', fg='red', bold=True)} {problem.what}", err=True)
    if problem.why:
        click.echo(f"  {problem.why}", err=True)
    if problem.fix:
        click.echo(f"  {click.style('Fix:', bold=True)} {problem.fix}", err=True)
    click.echo(click.style(f"  Code: {problem.code}", dim=True), err=True)


class _Facts(dict[str, str]):
    def __missing__(self, name: str) -> str:
        return "?"


def _written(value: Any) -> str:  # noqa: ANN401 - facts differ by refusal
    if isinstance(value, list | tuple | set | frozenset):
        return ", ".join(sorted(map(str, value)))
    return str(value)


def _listed(facts: Mapping[str, Any]) -> str:
    return ", ".join(f"{name}: {_written(value)}" for name, value in facts.items())
