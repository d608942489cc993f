"""The server as an operator starts, asks and stops it."""

import json
import re
import signal
import socket
import stat
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.e2e.processes import (
    GATEPOST,
    ask,
    environment,
    new_user,
    run,
    scim_headers,
    serving,
)

FORM = {"Content-Type": "application/x-www-form-urlencoded"}


def provider_of(folder: Path, database: str | None = None) -> str:
    """Make a provider whose SCIM is on; gives the token."""
    where = ["--data-dir", str(folder / "data"), "--json"]
    where += ["--database", database] if database else []
    made = run("provider", "create", "Acme", *where)
    assert made.returncode == 0, made.stderr
    enabled = run("provider", "enable", "acme", *where)
    found = re.search(r"gp_scim_\w+", enabled.stdout)
    assert found, enabled.stdout + enabled.stderr
    return found.group()


def test_several_workers_serve_one_database_file(tmp_path: Path) -> None:
    with serving(tmp_path, "--workers", "2") as server:
        headers = scim_headers(provider_of(tmp_path))
        users = f"{server.url}/scim/v2/acme/Users"
        for number in range(20):
            made = ask(users, "POST", new_user(f"u{number}@x.example"), headers)
            assert made.status == 201
        assert ask(users, headers=headers).json["totalResults"] == 20
        metrics = ask(f"{server.url}/metrics").text
        counted = re.findall(r'requests_total{[^}]*status="201"} (\d+)', metrics)
        assert sum(map(int, counted)) == 20
        assert server.stop() == 0


def test_several_workers_serve_postgresql(
    tmp_path: Path, new_postgres_database: Callable[[], str]
) -> None:
    url = new_postgres_database()
    upgraded = run("db", "upgrade", "--database", url, "--data-dir", str(tmp_path / "data"))
    assert upgraded.returncode == 0, upgraded.stderr
    with serving(tmp_path, "--workers", "2", "--database", url) as server:
        headers = scim_headers(provider_of(tmp_path, url))
        users = f"{server.url}/scim/v2/acme/Users"
        assert ask(users, "POST", new_user("ada@x.example"), headers).status == 201
        assert ask(f"{server.url}/readyz").status == 200
        assert server.stop() == 0


def test_postgresql_that_is_behind_is_refused_with_the_command_to_run(
    tmp_path: Path, new_postgres_database: Callable[[], str]
) -> None:
    refused = run(
        "serve", "--port", "0", "--database", new_postgres_database(), "--data-dir", str(tmp_path)
    )
    assert refused.returncode == 1
    assert "gatepost db upgrade" in refused.stderr
    assert "Traceback" not in refused.stderr


@pytest.mark.parametrize("workers", ["1", "2"])
def test_request_in_flight_is_finished_when_the_server_is_stopped(
    tmp_path: Path, workers: str
) -> None:
    with serving(tmp_path, "--workers", workers) as server:
        token, body = provider_of(tmp_path), new_user("slow@x.example")
        address = urlsplit(server.url)
        with socket.create_connection((address.hostname, address.port), timeout=15) as line:
            head = (
                "POST /scim/v2/acme/Users HTTP/1.1\r\nHost: x\r\n"
                f"Authorization: Bearer {token}\r\n"
                f"Content-Type: application/scim+json\r\nContent-Length: {len(body)}\r\n\r\n"
            )
            line.sendall(head.encode() + body[:10])
            time.sleep(0.3)  # noqa: TID251 - the server has to have begun
            server.process.send_signal(signal.SIGTERM)
            time.sleep(1.2)  # noqa: TID251 - it has to have heard
            line.sendall(body[10:])
            assert line.recv(4096).startswith(b"HTTP/1.1 201 ")
        assert server.process.wait(15) == 0
    listed = run("user", "list", "--data-dir", str(tmp_path / "data"))
    assert "slow@x.example" in listed.stdout


def test_records_of_reads_are_written_when_the_server_is_stopped(tmp_path: Path) -> None:
    with serving(tmp_path) as server:
        headers = scim_headers(provider_of(tmp_path))
        for number in range(5):
            url = f"{server.url}/scim/v2/acme/Users?startIndex={number + 1}"
            assert ask(url, headers=headers).status == 200
        assert server.stop() == 0
    shown = run("provider", "show", "acme", "--json", "--data-dir", str(tmp_path / "data"))
    assert json.loads(shown.stdout)["requests_24h"] == 5


def test_link_for_the_first_administrator_works_once(tmp_path: Path) -> None:
    with serving(tmp_path) as server:
        link = server.said["admin_link"]
        assert ask(link).status == 200
        assert "<form" in ask(link).text, "to look must not spend it: mail scanners look first"
        form = b"email=ada%40example.com&name=Ada"
        assert ask(link, "POST", form, FORM).status == 200
        assert ask(link, "POST", form, FORM).status == 404
        assert ask(link).status == 404
        listed = run("admin", "list", "--json", "--data-dir", str(tmp_path / "data"))
        assert "ada@example.com" in listed.stdout


def test_link_is_printed_only_while_there_is_no_administrator(tmp_path: Path) -> None:
    data = str(tmp_path / "data")
    assert run("admin", "create", "ada@example.com", "--data-dir", data).returncode == 0
    with serving(tmp_path) as server:
        assert server.said["admin_link"] is None


def test_link_is_printed_once_by_all_workers_with_the_command_beside_it(tmp_path: Path) -> None:
    log = tmp_path / "log"
    with log.open("wb") as stderr:
        process = subprocess.Popen(  # noqa: S603 - our own program
            [GATEPOST, "serve", "--port", "0", "--workers", "2", "--data-dir", str(tmp_path)],
            stderr=stderr,
            env=environment(),
        )
    for _ in range(200):
        if '"event":"ready"' in log.read_text():
            break
        time.sleep(0.1)  # noqa: TID251 - another process has to get there
    process.terminate()
    assert process.wait(15) == 0
    said = log.read_text()
    assert len(re.findall(r"http://127\.0\.0\.1:\d+/start/[\w-]{43}", said)) == 1
    assert "gatepost admin create" in said


def test_data_directory_is_for_nobody_else_to_read(tmp_path: Path) -> None:
    with serving(tmp_path):
        assert stat.S_IMODE((tmp_path / "data").stat().st_mode) == 0o700


def test_other_machines_are_not_served_in_clear(tmp_path: Path) -> None:
    refused = run("serve", "--host", "0.0.0.0", "--data-dir", str(tmp_path))  # noqa: S104
    assert refused.returncode == 2
    assert "--insecure-http" in refused.stderr


def test_address_that_is_taken_is_said_in_words(tmp_path: Path) -> None:
    with serving(tmp_path) as server:
        port = str(urlsplit(server.url).port)
        refused = run("serve", "--port", port, "--data-dir", str(tmp_path / "other"))
    assert refused.returncode == 1
    assert "in use" in refused.stderr
    assert "Traceback" not in refused.stderr


def test_addresses_of_clients_are_believed_from_trusted_proxies_alone(tmp_path: Path) -> None:
    with serving(tmp_path, "--trusted-proxies", "127.0.0.0/8") as server:
        headers = scim_headers(provider_of(tmp_path)) | {"X-Forwarded-For": "203.0.113.7"}
        assert ask(f"{server.url}/scim/v2/acme/Users", headers=headers).status == 200
        assert server.stop() == 0
    listed = run("token", "list", "acme", "--json", "--data-dir", str(tmp_path / "data"))
    assert "203.0.113.7" in listed.stdout


def test_worker_that_dies_is_replaced(tmp_path: Path) -> None:
    with serving(tmp_path, "--workers", "2") as server:
        children = Path(f"/proc/{server.process.pid}/task/{server.process.pid}/children")
        before = set(children.read_text().split())
        workers = [one for one in before if "spawn_main" in _command_of(one)]
        assert len(workers) == 2
        subprocess.run(["/bin/kill", "-KILL", workers[0]], check=True)  # noqa: S603
        for _ in range(100):
            now = [one for one in children.read_text().split() if "spawn_main" in _command_of(one)]
            if workers[0] not in now and len(now) == 2:
                break
            time.sleep(0.1)  # noqa: TID251 - another process has to get there
        assert len(now) == 2
        assert ask(f"{server.url}/readyz").status == 200
        assert server.stop() == 0


def test_workers_end_when_their_parent_is_killed(tmp_path: Path) -> None:
    with serving(tmp_path, "--workers", "2", TMPDIR=str(tmp_path)) as server:
        address = urlsplit(server.url)
        server.process.kill()
        server.process.wait()
        for _ in range(100):
            if not _answers(address.port):
                break
            time.sleep(0.1)  # noqa: TID251 - other processes have to notice
        assert not _answers(address.port)


def _answers(port: int | None) -> bool:
    with socket.socket() as line:
        return line.connect_ex(("127.0.0.1", port)) == 0


def _command_of(process_id: str) -> str:
    return Path(f"/proc/{process_id}/cmdline").read_text()


def test_database_that_is_away_is_said_in_words(tmp_path: Path) -> None:
    url = "postgresql://gatepost:hunter2@127.0.0.1:1/x"
    refused = run("serve", "--port", "0", "--database", url, "--data-dir", str(tmp_path))
    assert refused.returncode == 1
    assert "does not answer" in refused.stderr
    assert "hunter2" not in refused.stderr
    assert "Traceback" not in refused.stderr


def test_file_that_is_no_database_is_said_in_words(tmp_path: Path) -> None:
    (tmp_path / "x.db").write_text("something else altogether")
    url = f"sqlite:///{tmp_path / 'x.db'}"
    refused = run("serve", "--port", "0", "--database", url, "--data-dir", str(tmp_path))
    assert refused.returncode == 1
    assert "not a database" in refused.stderr
    assert (tmp_path / "x.db").read_text() == "something else altogether"
