"""Runs the real command, and speaks HTTP to what it serves."""

import json
import os
import signal
import subprocess
import sys
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec

GATEPOST = str(Path(sys.executable).with_name("gatepost"))
READY_WITHIN_S = 30
STOPPED_WITHIN_S = 15
USER = "urn:ietf:params:scim:schemas:core:2.0:User"


class Answer(msgspec.Struct, frozen=True):
    """What came back."""

    status: int
    text: str

    @property
    def json(self) -> Any:
        return json.loads(self.text)


class Running(msgspec.Struct, frozen=True):
    """A server in a process of its own, and the line it said when it was ready."""

    process: subprocess.Popen[bytes]
    said: dict[str, Any]
    log: Path

    @property
    def url(self) -> str:
        return str(self.said["public_url"])

    def stop(self, number: int = signal.SIGTERM) -> int:
        self.process.send_signal(number)
        return self.process.wait(STOPPED_WITHIN_S)


def environment() -> dict[str, str]:
    return {name: one for name, one in os.environ.items() if not name.startswith("GATEPOST_")}


@contextmanager
def running(folder: Path, *arguments: str, **variables: str) -> Iterator[Running]:
    """Start the command, wait for its line of JSON, and see to it that it ends."""
    log = folder / "log"
    with log.open("wb") as stderr:
        process = subprocess.Popen(  # noqa: S603 - our own program
            [GATEPOST, *arguments],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=stderr,
            env=environment() | variables,
        )
    late = threading.Timer(READY_WITHIN_S, process.kill)
    late.start()
    try:
        assert process.stdout
        line = process.stdout.readline()
        assert line, f"it did not start: {log.read_text()[-2000:]}"
        late.cancel()
        yield Running(process, json.loads(line), log)
    finally:
        late.cancel()
        process.terminate()
        try:
            process.wait(STOPPED_WITHIN_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        if process.stdout:
            process.stdout.close()


def serving(folder: Path, *arguments: str, **variables: str) -> Any:
    """Run `gatepost serve` on a free port, with its data in the folder."""
    options = ["--json", "--port", "0", "--data-dir", str(folder / "data")]
    return running(folder, "serve", *options, *arguments, **variables)


def run(*arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run a command to its end."""
    return subprocess.run(  # noqa: S603 - our own program
        [GATEPOST, *arguments],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
        stdin=subprocess.DEVNULL,
        env=environment() | variables,
    )


def ask(
    url: str, method: str = "GET", body: bytes | None = None, headers: dict[str, str] | None = None
) -> Answer:
    """Send a request; a refusal is an answer too."""
    request = urllib.request.Request(url, method=method, data=body, headers=headers or {})  # noqa: S310
    try:
        with urllib.request.urlopen(request, timeout=20) as response:  # noqa: S310
            return Answer(response.status, response.read().decode())
    except urllib.error.HTTPError as error:
        with error:
            return Answer(error.code, error.read().decode())


def scim_headers(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}", "Content-Type": "application/scim+json"}


def new_user(user_name: str) -> bytes:
    return json.dumps({"schemas": [USER], "userName": user_name}).encode()
