import importlib
import json
import subprocess
import sys
from pathlib import Path

import click
import pytest

from gatepost.base.refusal import Refusal
from gatepost.cli import errors, main
from gatepost.cli.errors import CommandFailed, ExitCode, Problem
from gatepost.cli.main import Frame


class Taken(Refusal):
    code = "validate.duplicate"


class Strange(Refusal):
    code = "strange.code"


@pytest.fixture
def command(monkeypatch: pytest.MonkeyPatch) -> list[BaseException | None]:
    """Puts the command `probe` into the table; it raises what the list holds."""
    raised: list[BaseException | None] = [None]

    @click.command()
    @click.argument("words", nargs=-1)
    @click.pass_obj
    def probe(frame: Frame, /, words: tuple[str, ...]) -> None:
        if raised[0]:
            raise raised[0]
        frame.output.data({"words": list(words), "database": frame.database_url})

    monkeypatch.setattr(sys.modules[__name__], "probe", probe, raising=False)
    monkeypatch.setattr(main, "COMMANDS", {"probe": (f"{__name__}:probe", "Probe it.")})
    return raised


def test_help_lists_commands_without_importing_them() -> None:
    code = """
import sys
from gatepost.cli.main import run
run(["--help"])
heavy = ("rich", "pydantic", "structlog", "httpx2", "gatepost.cli.simulate")
print([name for name in heavy if name in sys.modules])
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)  # noqa: S603
    assert "simulate" in done.stdout
    assert done.stdout.splitlines()[-1] == "[]"


@pytest.mark.parametrize("name", main.COMMANDS)
def test_every_command_of_the_table_exists_and_says_what_it_does(name: str) -> None:
    module, _, attribute = main.COMMANDS[name][0].partition(":")
    command = getattr(importlib.import_module(module), attribute)
    assert isinstance(command, click.Command)
    assert main.COMMANDS[name][1].endswith(".")


def test_global_options_may_stand_after_the_command(
    command: list[BaseException | None], capsys: pytest.CaptureFixture[str]
) -> None:
    assert command
    assert main.run(["probe", "a", "--database", "sqlite:///x.db", "b", "--json"]) == ExitCode.DONE
    assert json.loads(capsys.readouterr().out) == {
        "words": ["a", "b"],
        "database": "sqlite:///x.db",
    }


def test_what_stands_after_two_dashes_is_left_alone(
    command: list[BaseException | None], capsys: pytest.CaptureFixture[str]
) -> None:
    assert command
    main.run(["probe", "--json", "--", "--quiet"])
    assert json.loads(capsys.readouterr().out)["words"] == ["--quiet"]


@pytest.mark.parametrize(
    ("raised", "code"),
    [
        (CommandFailed(Problem(what="x", exit_code=ExitCode.NOT_FOUND)), 3),
        (Taken(user_name="ada"), 4),
        (Strange(a=1), 1),
        (click.UsageError("no"), 2),
        (KeyboardInterrupt(), 130),
        (click.Abort(), 130),
        (RuntimeError("bug"), 1),
    ],
)
def test_exit_code_tells_what_kind_of_problem_it_was(
    command: list[BaseException | None], raised: BaseException, code: int
) -> None:
    command[0] = raised
    assert main.run(["probe"]) == code


def test_refusal_is_said_with_its_facts_its_fix_and_its_code(
    command: list[BaseException | None], capsys: pytest.CaptureFixture[str]
) -> None:
    command[0] = Taken(user_name="ada@acme.example")
    main.run(["probe"])
    said = capsys.readouterr()
    assert said.out == ""
    assert "The userName ada@acme.example belongs to another account." in said.err
    assert "Fix: Choose another userName" in said.err
    assert "Code: validate.duplicate" in said.err


def test_error_with_json_is_one_object_on_standard_error(
    command: list[BaseException | None], capsys: pytest.CaptureFixture[str]
) -> None:
    command[0] = Taken(user_name="ada@acme.example")
    main.run(["probe", "--json"])
    error = json.loads(capsys.readouterr().err)["error"]
    assert (error["code"], error["exit_code"]) == ("validate.duplicate", 4)


def test_refusal_without_words_is_said_by_code_and_facts() -> None:
    problem = errors.problem_of(Strange(role="admin", ids=["b", "a"]))
    assert problem.what == "Refused: strange.code."
    assert problem.why == "role: admin, ids: a, b"


def test_fault_shows_its_trace_without_secrets(
    command: list[BaseException | None], capsys: pytest.CaptureFixture[str]
) -> None:
    command[0] = RuntimeError("Bearer canary")
    main.run(["probe"])
    said = capsys.readouterr().err
    assert "RuntimeError" in said
    assert "canary" not in said


def test_every_refusal_of_the_rules_has_words() -> None:
    for room in ("lifecycle", "tenancy"):
        importlib.import_module(f"gatepost.{room}.refusals")
    codes = {
        refusal.code
        for refusal in Refusal.__subclasses__()
        if refusal.__module__.startswith("gatepost.")
    }
    assert codes - set(errors.WORDS) == set()


@pytest.mark.parametrize("name", errors.FAULTS)
def test_fault_with_words_is_a_class_that_exists(name: str) -> None:
    module, _, attribute = name.rpartition(".")
    cause = [] if attribute == "SealBroken" else [["why"] if attribute == "SettingsError" else 7]
    error = getattr(importlib.import_module(module), attribute)(*cause)
    assert errors.problem_of(error).what == errors.FAULTS[name].what


def test_unknown_setting_in_the_file_is_a_usage_error(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "gatepost.toml").write_text("prot = 1\n")
    monkeypatch.setitem(main.COMMANDS, "settle", (f"{__name__}:settle", "Settle."))  # type: ignore[arg-type]
    assert main.run(["settle", "--data-dir", str(tmp_path)]) == ExitCode.USAGE
    assert "Did you mean 'port'?" in capsys.readouterr().err


@click.command()
@click.pass_obj
def settle(frame: Frame, /) -> None:
    frame.configuration()


def test_unknown_command_names_the_nearest(capsys: pytest.CaptureFixture[str]) -> None:
    assert main.run(["simlate"]) == ExitCode.USAGE
    assert "Did you mean 'simulate'?" in capsys.readouterr().err


def test_no_command_shows_the_help_on_standard_error(capsys: pytest.CaptureFixture[str]) -> None:
    assert main.run([]) == ExitCode.USAGE
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.startswith("Usage:")


def test_version_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main.run(["--version"]) == ExitCode.DONE
    assert capsys.readouterr().out.startswith("gatepost 0.")


def test_main_leaves_with_the_exit_code() -> None:
    with pytest.raises(SystemExit) as left:
        main.main(["simlate"])
    assert left.value.code == ExitCode.USAGE
