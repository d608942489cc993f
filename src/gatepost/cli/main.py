"""The entry point: global options, the table of commands, and the last word on errors."""

import difflib
import importlib
import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import msgspec
from click.exceptions import NoArgsIsHelpError

from gatepost import __version__
from gatepost.cli import errors
from gatepost.cli.errors import ExitCode
from gatepost.cli.output import Output

if TYPE_CHECKING:
    from gatepost.base.configuration import Configuration

COMMANDS: Mapping[str, tuple[str, str]] = {
    "activities": (
        "gatepost.cli.activities:activities",
        "List, follow and export the activity log.",
    ),
    "admin": ("gatepost.cli.admin:admin", "Make and list the people who run the installation."),
    "db": ("gatepost.cli.database:db", "Bring the database up to date."),
    "backup": ("gatepost.cli.backups:backup", "Create, verify and restore backups."),
    "conflict": ("gatepost.cli.conflicts:conflict", "Settle conflicts over existing accounts."),
    "doctor": ("gatepost.cli.doctor:doctor", "Tell whether this installation is in order."),
    "explain": ("gatepost.cli.explain:explain", "Explain why a user did not sync."),
    "group": ("gatepost.cli.groups:group", "List and show the groups that providers push."),
    "import": ("gatepost.cli.imports:import_users", "Import local users from a CSV file."),
    "mapping": ("gatepost.cli.mappings:mapping", "Map groups to roles, after a preview."),
    "organization": (
        "gatepost.cli.organizations:organization",
        "Create, rename and list organizations.",
    ),
    "provider": ("gatepost.cli.providers:provider", "Configure identity providers and their SCIM."),
    "role": ("gatepost.cli.roles:role", "Create, change, list and delete roles."),
    "tenant": ("gatepost.cli.tenants:tenant", "Create, list and configure tenants."),
    "token": ("gatepost.cli.tokens:token", "Create, list, rotate and revoke SCIM tokens."),
    "user": ("gatepost.cli.users:user", "List, show and change users; release them."),
    "keys": ("gatepost.cli.keys:keys", "Check and rotate the keys that seal secrets."),
    "sso": ("gatepost.cli.sso:sso", "Set up, test and switch sign-in through providers."),
    "demo": (
        "gatepost.cli.demo:demo",
        "Tell Gatepost's story in a quarter of a minute.",
    ),
    "serve": ("gatepost.cli.serve:serve", "Run the server."),
    "sandbox": (
        "gatepost.cli.sandbox:sandbox",
        "Run a throwaway server with one identity provider.",
    ),
    "simulate": (
        "gatepost.cli.simulate:simulate",
        "Act as an identity provider towards a SCIM endpoint.",
    ),
}
"""Every command: its name, where it stands, and its line in `gatepost --help`."""

_FLAGS = frozenset({"--json", "--quiet", "--no-input"})
_OPTIONS = frozenset({"--config", "--database", "--data-dir"})


class Frame(msgspec.Struct, frozen=True, kw_only=True):
    """What every command gets: how to print, and where the settings come from."""

    output: Output
    config: Path | None = None
    database_url: str | None = None
    data_dir: Path | None = None

    def configuration(self, **overrides: Any) -> "Configuration":  # noqa: ANN401 - settings differ
        """Read the settings, with the command's own options on top.

        Raises:
            SettingsError: a setting cannot be used.
        """
        from gatepost.base import configuration  # noqa: PLC0415 - pydantic takes 200 ms

        chosen = {"database_url": self.database_url, "data_dir": self.data_dir, **overrides}
        loaded = configuration.load(chosen, config=self.config)
        for warning in loaded.warnings:
            self.output.say(f"Warning: {warning}")
        return loaded


class LazyCommands(click.Group):
    """Commands found by `COMMANDS` and imported when they run, not when they are listed."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """List the names in the order of the alphabet."""
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import the command of that name, or give nothing."""
        if cmd_name not in COMMANDS:
            return super().get_command(ctx, cmd_name)
        module, _, attribute = COMMANDS[cmd_name][0].partition(":")
        command: click.Command = getattr(importlib.import_module(module), attribute)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command that the arguments name, or say which one is near."""
        if args and args[0] not in COMMANDS:
            near = difflib.get_close_matches(args[0], COMMANDS, n=1, cutoff=0.6)
            meant = f" Did you mean {near[0]!r}?" if near else ""
            ctx.fail(f"There is no command {args[0]!r}.{meant}")
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the table, from its own lines."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, COMMANDS[name][1]) for name in self.list_commands(ctx)])


@click.command(
    cls=LazyCommands, context_settings={"help_option_names": ["-h", "--help"]}, name="gatepost"
)
@click.version_option(__version__, message="gatepost %(version)s")
@click.option("--json", "as_json", is_flag=True, help="Print JSON; errors too.")
@click.option("--quiet", is_flag=True, help="Print data and errors, nothing else.")
@click.option("--no-input", is_flag=True, help="Never ask; a question is an error.")
@click.option(
    "--config",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Configuration file (else GATEPOST_CONFIG, else gatepost.toml in the data directory).",
)
@click.option("--database", "database_url", metavar="URL", help="Database to work on.")
@click.option(
    "--data-dir",
    type=click.Path(path_type=Path, file_okay=False),
    help="Directory for the database, keys and backups.",
)
@click.pass_context
def gatepost(ctx: click.Context, /, **options: Any) -> None:  # noqa: ANN401 - click passes them by name
    """Gatepost: SCIM provisioning for your application, from any identity provider.

    The options below may also stand after the command.
    """
    output = Output(
        as_json=options["as_json"],
        is_quiet=options["quiet"],
        has_input=not options["no_input"],
    )
    ctx.obj = Frame(
        output=output,
        config=options["config"],
        database_url=options["database_url"],
        data_dir=options["data_dir"],
    )


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line and leave with its exit code."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    sys.exit(run(given))


def run(arguments: Sequence[str]) -> int:
    """Run the command line; gives the exit code, with any problem said on standard error."""
    hoisted = _hoisted(arguments)
    try:
        result = gatepost.main(hoisted, prog_name="gatepost", standalone_mode=False)
        code = result if isinstance(result, int) else ExitCode.DONE
    except NoArgsIsHelpError as shown:
        click.echo(shown.format_message(), err=True)
        code = ExitCode.USAGE
    except BrokenPipeError:
        # Who read our output has gone, as `head` does; nobody is left to be told.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = ExitCode.FAILED
    except (click.Abort, KeyboardInterrupt):
        code = ExitCode.INTERRUPTED
    except Exception as error:  # noqa: BLE001 - the edge: nothing is behind it but the shell
        problem = errors.problem_of(error)
        errors.show(problem, as_json="--json" in hoisted)
        code = problem.exit_code
    return code


def _hoisted(arguments: Sequence[str]) -> list[str]:
    """Move global options that stand after the command before it, up to a lone `--`."""
    front: list[str] = []
    rest: list[str] = []
    remaining = iter(arguments)
    for argument in remaining:
        if argument == "--":
            rest += [argument, *remaining]
        elif argument in _FLAGS or argument.partition("=")[0] in _OPTIONS - {argument}:
            front.append(argument)
        elif argument in _OPTIONS:
            front += [argument, *([value] if (value := next(remaining, None)) else [])]
        else:
            rest.append(argument)
    return front + rest
