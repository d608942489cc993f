import json
from pathlib import Path
from typing import Any, Protocol

import pytest

from gatepost.cli import main

GOOD = "user_name,user_type,roles,organizations\nada,technician,Admin,\nbob,,,North\n"


class Run(Protocol):
    def __call__(self, content: str, *options: str, code: int = 0) -> dict[str, Any]: ...


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Imports a file of that content into a tenant with a role and an organization."""
    monkeypatch.setenv("GATEPOST_DATA_DIR", str(tmp_path / "data"))
    main.run(["role", "create", "Admin", "--type", "technician"])
    main.run(["organization", "create", "North"])

    def run(content: str, *options: str, code: int = 0) -> dict[str, Any]:
        file = tmp_path / "users.csv"
        file.write_text(content)
        capsys.readouterr()
        assert main.run(["import", str(file), *options, "--json"]) == code
        said = capsys.readouterr()
        found: dict[str, Any] = json.loads(said.out or said.err.splitlines()[-1])
        return found

    return run


def listed(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    main.run(["user", "list", "--json"])
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_good_file_is_imported_whole(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(GOOD)["imported"] == 2
    ada, bob = listed(capsys)
    assert (ada["user_type"], ada["created_via"]) == ("technician", "import")
    assert bob["organization_scope"] == "some"
    main.run(["user", "show", "ada", "--json"])
    assert json.loads(capsys.readouterr().out)["roles"][0]["role"] == "Admin"


def test_import_leaves_an_activity_for_each_user(
    run: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    run(GOOD)
    main.run(["activities", "list", "--event", "user.imported", "--json"])
    assert len(capsys.readouterr().out.splitlines()) == 2


def test_one_bad_row_keeps_all_out(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    found = run(GOOD + "carl,boss,,\n", code=6)
    assert (found["good"], found["bad"], found["imported"]) == (2, 1, 0)
    assert found["bad_rows"][0]["line"] == 4
    assert listed(capsys) == []


def test_bad_rows_can_be_skipped(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(GOOD + "carl,boss,,\n", "--skip-bad-rows", code=6)["imported"] == 2
    assert len(listed(capsys)) == 2


def test_dry_run_imports_nothing(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(GOOD, "--dry-run")["good"] == 2
    assert listed(capsys) == []


def test_error_file_has_the_row_as_it_was_and_the_reason(run: Run, tmp_path: Path) -> None:
    errors = tmp_path / "errors.csv"
    run(GOOD + "carl,boss,,\n", "--error-file", str(errors), code=6)
    assert errors.read_text().splitlines() == [
        "user_name,user_type,roles,organizations,reason",
        "carl,boss,,,the user_type 'boss' is neither technician nor end_user",
    ]


def test_user_name_twice_in_the_file_is_bad(run: Run) -> None:
    found = run("user_name\nada\nADA\n", code=6)
    assert found["bad_rows"] == [{"line": 3, "reason": "the user_name stands in line 2 already"}]


def test_user_name_of_the_tenant_is_bad(run: Run) -> None:
    run("user_name\nada\n")
    assert "belongs to an account" in run("user_name\nAda\n", code=6)["bad_rows"][0]["reason"]


def test_file_that_cannot_be_read_is_a_usage_error(run: Run) -> None:
    assert "user_name is missing" in run("email\nx\n", code=2)["error"]["what"]
