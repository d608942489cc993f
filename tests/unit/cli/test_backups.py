import json
import zipfile
from pathlib import Path
from typing import Any, Protocol

import pytest

from gatepost.cli import main


class Run(Protocol):
    def __call__(self, *words: str, code: int = 0) -> Any: ...


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Runs a command on the database of a directory with one user in it."""
    monkeypatch.setenv("GATEPOST_DATA_DIR", str(tmp_path / "data"))

    def run(*words: str, code: int = 0) -> Any:
        capsys.readouterr()
        assert main.run([*words, "--json"]) == code
        said = capsys.readouterr()
        return json.loads((said.out or said.err).splitlines()[-1])

    run("user", "create", "ada")
    return run


def test_backup_restores_into_an_empty_database(run: Run, tmp_path: Path) -> None:
    file, other = str(tmp_path / "b.zip"), f"sqlite:///{tmp_path / 'other.db'}"
    made = run("backup", "create", file)
    assert made["tables"]["users"] == 1
    assert run("backup", "restore", file, "--database", other)["rows"] == made["rows"]
    assert run("user", "show", "ada", "--database", other)["user_name"] == "ada"


def test_backup_is_never_overwritten(run: Run, tmp_path: Path) -> None:
    file = str(tmp_path / "b.zip")
    run("backup", "create", file)
    assert run("backup", "create", file, code=4)["error"]["code"] == "backup.exists"


def test_backup_is_not_restored_over_anything(run: Run, tmp_path: Path) -> None:
    file = str(tmp_path / "b.zip")
    run("backup", "create", file)
    assert run("backup", "restore", file, code=4)["error"]["code"] == "backup.not_empty"


def test_changed_backup_is_found_out(run: Run, tmp_path: Path) -> None:
    file, changed = tmp_path / "b.zip", tmp_path / "changed.zip"
    run("backup", "create", str(file))
    assert run("backup", "verify", str(file))["release"]
    with zipfile.ZipFile(file) as old, zipfile.ZipFile(changed, "w") as new:
        for name in old.namelist():
            content = old.read(name)
            new.writestr(
                name, content.replace(b"ada", b"eve") if name == "users.jsonl" else content
            )
    found = run("backup", "verify", str(changed), code=1)
    assert found["error"]["code"] == "backup.damaged"
    assert run("backup", "restore", str(changed), code=1)["error"]["code"] == "backup.damaged"


def test_file_that_is_no_backup_is_said_to_be_none(run: Run, tmp_path: Path) -> None:
    (tmp_path / "b.zip").write_text("hello")
    assert run("backup", "verify", str(tmp_path / "b.zip"), code=1)["error"]["code"] == (
        "backup.damaged"
    )
