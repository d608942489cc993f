from pathlib import Path

import pytest

from gatepost.cli.main import COMMANDS
from gatepost.cli.reference import describe
from gatepost.cli.words import ExitCode

PAGE = Path(__file__).parents[3] / "docs" / "reference" / "cli.md"


def test_page_is_what_the_commands_say() -> None:
    assert PAGE.read_text() == describe(), "run make docs-generate"


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_a_heading(name: str) -> None:
    assert f"\n## gatepost {name}\n" in describe()


@pytest.mark.parametrize("code", ExitCode)
def test_every_exit_code_has_its_row(code: ExitCode) -> None:
    assert f"\n| {int(code)} | " in describe()
