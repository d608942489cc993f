"""The throwaway server: one line of JSON, then SCIM, and nothing left behind."""

import json
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.e2e.processes import GATEPOST, ask, environment, new_user, running, scim_headers


def test_sandbox_says_where_it_is_in_one_line_and_serves_scim(tmp_path: Path) -> None:
    with running(tmp_path, "sandbox", "--json") as sandbox:
        said = sandbox.said
        headers = scim_headers(said["token"])
        created = ask(f"{said['scim_base_url']}/Users", "POST", new_user("ada@x.example"), headers)
        assert created.status == 201
        assert created.json["meta"]["location"].startswith(said["scim_base_url"])
        assert ask(said["admin_link"]).status == 200
        assert said["console_url"] == f"{said['public_url']}/console"


def test_nothing_but_the_line_is_on_standard_output() -> None:
    process = subprocess.Popen(  # noqa: S603 - our own program
        [GATEPOST, "sandbox"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment()
    )
    assert process.stdout
    line = process.stdout.readline()
    process.send_signal(signal.SIGTERM)
    rest, errors = process.communicate(timeout=15)
    assert {"scim_base_url", "token", "admin_link"} <= json.loads(line).keys()
    assert (rest, errors, process.returncode) == (b"", b"", 0)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_sandbox_removes_its_data_when_it_is_stopped(
    tmp_path: Path, number: signal.Signals
) -> None:
    with running(tmp_path, "sandbox", TMPDIR=str(tmp_path)) as sandbox:
        database = Path(sandbox.said["database_url"].removeprefix("sqlite:///"))
        assert database.exists()
        assert sandbox.stop(number) == 0
        assert not database.parent.exists()
        assert [one.name for one in tmp_path.iterdir()] == ["log"]


def test_sandbox_removes_its_data_when_it_is_stopped_while_it_starts(tmp_path: Path) -> None:
    process = subprocess.Popen(  # noqa: S603 - our own program
        [GATEPOST, "sandbox"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env=environment() | {"TMPDIR": str(tmp_path)},
    )
    for _ in range(3000):
        if list(tmp_path.iterdir()):
            break
        time.sleep(0.01)  # noqa: TID251 - another process has to get there
    process.terminate()
    assert process.wait(15) in {0, 130}
    assert list(tmp_path.iterdir()) == []


def test_mode_of_the_sandbox_is_the_providers(tmp_path: Path) -> None:
    with running(tmp_path, "sandbox", "--mode", "strict") as sandbox:
        url = f"{sandbox.said['scim_base_url']}/ServiceProviderConfig"
        config = ask(url, headers=scim_headers(sandbox.said["token"])).json
        assert "interopProfileConformant" in json.dumps(config)


def test_database_of_the_environment_is_not_touched(tmp_path: Path) -> None:
    database = tmp_path / "real.db"
    url = f"sqlite:///{database}"
    with running(tmp_path, "sandbox", GATEPOST_DATABASE_URL=url, GATEPOST_PORT="1") as sandbox:
        assert sandbox.said["database_url"] != url
        assert not database.exists()


def test_given_database_is_upgraded_used_again_and_left_alone(
    tmp_path: Path, new_postgres_database: Callable[[], str]
) -> None:
    url = new_postgres_database()
    said = []
    for _ in range(2):
        with running(tmp_path, "sandbox", "--database", url) as sandbox:
            headers = scim_headers(sandbox.said["token"])
            users = f"{sandbox.said['scim_base_url']}/Users"
            assert ask(users, "POST", new_user("ada@x.example"), headers).status == 201
            assert ask(users, headers=headers).json["totalResults"] == 1
            assert sandbox.stop() == 0
        said.append(sandbox.said)
    assert said[0]["tenant"] != said[1]["tenant"]
    assert said[0]["provider"] != said[1]["provider"]
