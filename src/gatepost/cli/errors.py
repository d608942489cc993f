"""What went wrong, in words and exit codes: what, why, how to fix it, and the code.

Exit codes: 0 done, 1 failed, 2 usage, 3 not found, 4 conflict or stale, 5 not
allowed, 6 done in part, 7 unhealthy, 130 interrupted.
"""

import re
import traceback
from collections.abc import Mapping
from enum import IntEnum
from typing import Any

import click
import msgspec

from gatepost.base.refusal import Refusal


class ExitCode(IntEnum):
    """What the shell learns."""

    DONE = 0
    FAILED = 1
    USAGE = 2
    NOT_FOUND = 3
    CONFLICT = 4
    NOT_ALLOWED = 5
    PARTLY = 6
    UNHEALTHY = 7
    INTERRUPTED = 130


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


class Words(msgspec.Struct, frozen=True):
    """How a refusal is said: sentences with the refusal's facts in braces."""

    what: str
    fix: str
    exit_code: ExitCode


_CONFLICT, _MISSING, _USAGE = ExitCode.CONFLICT, ExitCode.NOT_FOUND, ExitCode.USAGE

WORDS: Mapping[str, Words] = {
    "validate.duplicate": Words(
        "The userName {user_name} belongs to another account.",
        "Choose another userName, or change the other account first.",
        _CONFLICT,
    ),
    "validate.user_name_missing": Words(
        "The user has no userName.", "Give a userName that is not blank.", _USAGE
    ),
    "validate.user_name_format": Words(
        "The userName {user_name} is not an e-mail address, which this identity provider demands.",
        "Give an address, or switch the demand off on the identity provider.",
        _USAGE,
    ),
    "validate.user_type": Words(
        "{value} is not a user type.", "The user types are Technician and endUser.", _USAGE
    ),
    "validate.organization": Words(
        "There is no organization {value}.",
        "Give the id or the exact name of an organization, or create it first.",
        _USAGE,
    ),
    "validate.member": Words(
        "The member {value} is not a user of this identity provider.",
        "Create the user first, or leave the member out.",
        _USAGE,
    ),
    "validate.group_duplicate": Words(
        "The identity provider already has a group {display_name}.",
        "Choose another name, or change the group that exists.",
        _CONFLICT,
    ),
    "validate.group_name_missing": Words(
        "The group has no displayName.", "Give a displayName that is not blank.", _USAGE
    ),
    "validate.role_duplicate": Words(
        "There is already a role {name}.", "Choose another name.", _CONFLICT
    ),
    "match.adoption_refused": Words(
        "The account {user_name} may not be adopted ({limit}).",
        "Look at the identity provider's conflicts; adopt or keep the account there.",
        _CONFLICT,
    ),
    "match.none": Words("There is no user {id}.", "Look at `gatepost user list`.", _MISSING),
    "match.no_group": Words("There is no group {id}.", "Look at `gatepost group list`.", _MISSING),
    "match.no_role": Words("There is no role {name}.", "Look at `gatepost role list`.", _MISSING),
    "match.no_conflict": Words(
        "There is no open conflict {id}.", "Somebody may have settled it already.", _MISSING
    ),
    "guard.protected_account": Words(
        "The account is protected ({limit}) and stays active.",
        "Make another administrator first, or lift the account's break-glass mark.",
        ExitCode.NOT_ALLOWED,
    ),
    "guard.managed": Words(
        "{user_name} is managed by the identity provider {provider}, which owns: {fields}.",
        "Change it in the identity provider, or release the user first.",
        _CONFLICT,
    ),
    "guard.not_managed": Words(
        "{user_name} is a local account already.", "There is nothing to release.", _CONFLICT
    ),
    "roles.misfit": Words(
        "The role {role} is for {role_type}, the user is {user_type}.",
        "Choose a role of the user's type.",
        _CONFLICT,
    ),
    "roles.groups_unsupported": Words(
        "{provider} cannot push groups: {vendor} does not send them.",
        "Grant roles by the provider's default roles or by hand.",
        _CONFLICT,
    ),
    "version.mismatch": Words(
        "Somebody changed it meanwhile.", "Read it again, then repeat the change.", _CONFLICT
    ),
    "preview.stale": Words(
        "What was shown is no longer what would happen.",
        "Look at the preview again, then confirm.",
        _CONFLICT,
    ),
    "server.contended": Words(
        "Too many writers changed the same thing at once.", "Try again.", ExitCode.FAILED
    ),
}
"""The words for each refusal, by its code; a house test finds the ones that lack any."""


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


FAULTS: Mapping[str, Words] = {
    "gatepost.store.database.StoreUnavailable": Words(
        "The database does not answer.",
        "Check that it runs, and that --database or GATEPOST_DATABASE_URL is right.",
        ExitCode.FAILED,
    ),
    "gatepost.store.database.ScanTooLong": Words(
        "The database took too long to read this.",
        "Ask for less, or raise GATEPOST_SCAN_DEADLINE_S.",
        ExitCode.FAILED,
    ),
    "gatepost.base.configuration.SettingsError": Words(
        "The settings cannot be used.", "See docs/reference/settings.md.", ExitCode.USAGE
    ),
}
"""Words for what is no refusal and yet no bug.

By full name: to import the classes would cost every command the settings and the store.
"""


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
