import json
from pathlib import Path
from typing import Any

import pytest

from gatepost.cli.errors import ExitCode
from gatepost.cli.main import run


@pytest.fixture
def gatepost(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Any:
    """Runs a command on a database of its own; gives exit code, standard output, standard error."""

    def command(*arguments: str) -> tuple[int, str, str]:
        capsys.readouterr()
        code = run([*arguments, "--json", "--data-dir", str(tmp_path / "data")])
        said = capsys.readouterr()
        return code, said.out, said.err

    return command


def test_created_administrator_is_listed(gatepost: Any) -> None:
    code, made, _ = gatepost("admin", "create", " Ada@example.com", "--name", "Ada")
    assert code == 0
    _, listed, _ = gatepost("admin", "list")
    document = json.loads(made)
    assert document.pop("invitation")["link"].startswith("http://127.0.0.1:8400/links/")
    assert json.loads(listed) == document
    assert document["user_name"] == "Ada@example.com"


def test_users_who_are_no_administrators_are_not_listed(gatepost: Any) -> None:
    gatepost("user", "create", "bob@example.com", "--type", "technician")
    assert gatepost("admin", "list")[1] == ""


def test_what_is_no_address_is_refused(gatepost: Any) -> None:
    code, _, error = gatepost("admin", "create", "ada")
    assert code == ExitCode.USAGE
    assert json.loads(error)["error"]["code"] == "validate.setting"


def test_link_is_made_while_nobody_administers(gatepost: Any) -> None:
    code, made, _ = gatepost("admin", "link")
    assert code == 0
    assert json.loads(made)["admin_link"].startswith("http://127.0.0.1:8400/start/")


def test_no_link_is_made_once_somebody_does(gatepost: Any) -> None:
    gatepost("admin", "create", "ada@example.com")
    code, _, error = gatepost("admin", "link")
    assert code == ExitCode.CONFLICT
    assert json.loads(error)["error"]["code"] == "admin.present"


def test_database_is_brought_up_to_date(gatepost: Any) -> None:
    latest = json.loads(gatepost("db", "current")[1])["latest"]
    assert json.loads(gatepost("db", "current")[1]) == {
        "current": 0,
        "latest": latest,
        "is_current": False,
    }
    assert json.loads(gatepost("db", "upgrade")[1]) == {"from": 0, "to": latest, "copy": None}
    assert json.loads(gatepost("db", "current")[1])["is_current"] is True
    assert json.loads(gatepost("db", "upgrade")[1])["from"] == latest
