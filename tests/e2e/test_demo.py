"""The demo: the story comes out as told, and the commands it prints work."""

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.processes import GATEPOST, environment, run

FAST = ("--speed", "1000")


@pytest.fixture(scope="module")
def lines() -> list[dict[str, Any]]:
    done = run("demo", "--once", *FAST, "--json")
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def refused(lines: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [one for one in lines if one["kind"] == "request" and one["status"] >= 400]


def test_story_comes_out_as_told(lines: list[dict[str, Any]]) -> None:
    assert lines[-1]["kind"] == "end"
    assert lines[-1]["surprises"] == []


def test_local_technician_is_adopted_with_her_role(lines: list[dict[str, Any]]) -> None:
    adopted = [one for one in lines if one.get("event") == "user.adopted"]
    assert [one["subject"]["name"] for one in adopted] == ["lena.hoffmann@acme.example"]
    assert lines[-1]["adopted"]["id"] == adopted[0]["subject"]["id"]
    assert lines[-1]["adopted"]["roles"] == ["On-call Lead (granted by hand)"]


def test_two_mistakes_are_refused_with_words(lines: list[dict[str, Any]]) -> None:
    found = refused(lines)
    assert [one["status"] for one in found] == [400, 409]
    assert "Manager" in found[0]["detail"]
    assert "another identity provider" in found[1]["detail"]


def test_roles_come_through_groups(lines: list[dict[str, Any]]) -> None:
    gained = {
        one["subject"]["name"]
        for one in lines
        if one.get("event") == "group.member_added" and one["data"].get("roles")
    }
    assert "jamal.petrov@acme.example" in gained, "the mover"


def test_phone_number_is_nowhere_in_the_log(lines: list[dict[str, Any]]) -> None:
    activities = [one for one in lines if one["kind"] == "activity"]
    assert activities
    assert "+1202555" not in json.dumps(activities)


def test_people_are_told_in_sentences() -> None:
    done = run("demo", "--once", *FAST)
    assert done.returncode == 0, done.stderr
    assert "✓ Acme: Lena Hoffmann found and brought up to date" in done.stdout
    assert "→ lena.hoffmann@acme.example is managed by Acme from now on" in done.stdout
    assert "✗ Acme: Björn Horvat not created" in done.stdout


def test_demo_throws_its_data_away(tmp_path: Path) -> None:
    assert run("demo", "--once", *FAST, TMPDIR=str(tmp_path)).returncode == 0
    assert list(tmp_path.iterdir()) == []


def test_demo_is_not_for_other_machines() -> None:
    done = run("demo", "--once", "--host", "0.0.0.0")  # noqa: S104
    assert done.returncode == 2
    assert "--allow-remote" in done.stderr


def test_settings_of_the_machine_do_not_reach_the_demo(tmp_path: Path) -> None:
    database = tmp_path / "real.db"
    done = run(
        "demo", "--once", *FAST, GATEPOST_DATABASE_URL=f"sqlite:///{database}", GATEPOST_PORT="1"
    )
    assert done.returncode == 0, done.stderr
    assert not database.exists()


@pytest.fixture(scope="module")
def waiting(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Any, Path]]:
    """A demo that has told its story and waits, and the folder with what it said and keeps."""
    folder = tmp_path_factory.mktemp("demo")
    with (folder / "said").open("wb") as said:
        process = subprocess.Popen(  # noqa: S603 - our own program
            [GATEPOST, "demo", "--keep", str(folder / "kept"), "--port", "0", *FAST],
            stdout=said,
            stderr=subprocess.PIPE,
            text=True,
            env=environment(),
        )
    assert process.stderr
    try:
        while "Ctrl-C" not in (line := process.stderr.readline()):
            assert line, "it ended early"
        yield process, folder
    finally:
        process.kill()
        process.wait()
        process.stderr.close()


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")
def test_commands_by_hand_do_what_they_say(waiting: tuple[Any, Path]) -> None:
    _, folder = waiting
    script = (folder / "said").read_text().partition("Go on by hand")[2]
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(  # noqa: S603 - what our own program has printed
        ["/bin/bash", "-e", "-c", script.replace("\n  curl", "\n  echo; curl")],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
        env=environment() | {"PATH": path},
    )
    assert done.returncode == 0, done.stderr + done.stdout
    assert "you@acme.example" in done.stdout
    assert "Head of Everything" in done.stdout
    assert "lena.hoffmann@acme.example" in done.stdout


def test_ctrl_c_ends_the_demo_and_the_kept_data_stays(waiting: tuple[Any, Path]) -> None:
    process, folder = waiting
    process.send_signal(signal.SIGINT)
    assert process.wait(20) == 0
    listed = run("admin", "list", "--data-dir", str(folder / "kept"))
    assert listed.returncode == 0, listed.stderr
