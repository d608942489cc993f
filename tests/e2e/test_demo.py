"""The demo: the story comes out as told, and the commands it prints work."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import urllib.error
import urllib.request
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


def test_the_way_in_is_told_before_the_story(lines: list[dict[str, Any]]) -> None:
    assert [one["kind"] for one in lines[:3]] == ["title", "console", "scene"]
    assert "/demo/" in lines[1]["url"]


@pytest.mark.parametrize("mark", ["", "x"])
def test_no_other_data_is_served_as_the_demos(tmp_path: Path, mark: str) -> None:
    done = run("serve", "--data-dir", str(tmp_path), "--port", "0", f"--demo={mark}")
    assert done.returncode == 2
    assert "Only `gatepost demo` starts a server in demo mode" in done.stderr


def test_the_mark_of_one_directory_opens_no_other_database(tmp_path: Path) -> None:
    (tmp_path / "demo-mark").write_text("mark")
    done = run(
        "serve", "--data-dir", str(tmp_path), "--port", "0", "--demo=mark",
        "--database", f"sqlite:///{tmp_path / 'real.db'}",
    )  # fmt: skip
    assert done.returncode == 2
    assert not (tmp_path / "real.db").exists()


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


class Browser:
    """A browser as far as this takes one: it keeps the cookie and goes where it is sent."""

    def __init__(self) -> None:
        jar = urllib.request.HTTPCookieProcessor()
        self._opener = urllib.request.build_opener(jar)

    def open(self, url: str, data: bytes | None = None) -> tuple[int, str, str]:
        """Give status, the place where it ended, and the page."""
        sent = urllib.request.Request(url, data, {"Sec-Fetch-Site": "same-origin"})  # noqa: S310 - our server
        try:
            with self._opener.open(sent, timeout=20) as answer:
                return answer.status, answer.url, answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.url, error.read().decode()


def test_the_link_signs_in_once_and_lands_in_the_console(waiting: tuple[Any, Path]) -> None:
    _, folder = waiting
    link = re.search(r"http://\S+/demo/\S+", (folder / "said").read_text())
    assert link
    browser, other = Browser(), Browser()
    for _ in range(3):
        status, _, page = browser.open(link[0])
        assert (status, "Open the console" in page) == (200, True), "a scanner spends nothing"
    status, at, page = browser.open(link[0], b"")
    assert status == 200
    assert "/console" in at
    assert "this data is thrown away" in page
    assert browser.open(link[0])[1] == at, "whoever is in goes on"
    assert other.open(link[0])[0] == 404
    assert other.open(link[0], b"")[0] == 404
    root = link[0].partition("/demo/")[0]
    status, at, _ = browser.open(f"{root}/console/system/staff/new")
    assert (status, at) == (200, f"{root}/console/system/staff/new"), "asked for a second factor"


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
    assert "you@demo.example" in listed.stdout, listed.stderr
    assert not (folder / "kept" / "demo-mark").exists(), "from now on it is data as any other"
