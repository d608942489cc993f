"""The shell that command tests share."""

import json
from pathlib import Path
from typing import Any

import pytest

from gatepost.cli import main
from tests.unit.cli.shell import Shell


@pytest.fixture
def shell(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Shell:
    """Runs a command with --json; gives its object, its lines, or the error's."""
    monkeypatch.setenv("GATEPOST_DATA_DIR", str(tmp_path))

    def run(*words: str, code: int = 0) -> Any:
        capsys.readouterr()
        found = main.run([*words, "--json"])
        said = capsys.readouterr()
        assert found == code, said.err
        if code and not said.out:
            return json.loads(said.err.splitlines()[-1])["error"]
        lines = [json.loads(line) for line in said.out.splitlines()]
        is_list = words[1:2] in {("list",), ("sessions",)} or words[:2] == ("activities", "export")
        return lines if is_list else lines[-1]

    return run


@pytest.fixture
def acme(shell: Shell) -> Shell:
    """A shell whose tenant has the provider acme, a role of each type, an organization."""
    shell("provider", "create", "Acme", "--vendor", "entra", "--domain", "acme.example")
    shell("role", "create", "Admin", "--type", "technician")
    shell("role", "create", "Viewer", "--type", "end_user")
    shell("organization", "create", "North")
    return shell
