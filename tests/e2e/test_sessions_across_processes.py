"""A session that ended in one worker has ended in all (R19, R34): two of them on one SQLite file.

Each line here keeps its connection, and with it its process; which one that is, Linux tells.
Servers on PostgreSQL are tried in test_sign_in_processes.
"""

import os
import re
import signal
from collections.abc import Iterator
from contextlib import ExitStack
from http import HTTPStatus
from pathlib import Path

import httpx2
import msgspec
import pytest

from gatepost.store.rows import ProviderRow
from tests.e2e.identity_providers import openid_provider_mock
from tests.e2e.installation import Installation, activate, installed, provision, settings_of
from tests.e2e.visitor import Visitor, enrol_app

TRIES = 60
PEOPLE = ("ada", "alan", "edsger", "grace", "joan")
TOKEN = re.compile(r'action="/sign-out"><input type="hidden" name="csrf" value="([0-9a-f]+)"')
LISTENS_ON_LOOPBACK = "0100007F"


class Line:
    """One connection to one process; it asks as whoever has the cookie."""

    def __init__(self, url: str) -> None:
        limits = httpx2.Limits(max_connections=1, keepalive_expiry=None)
        self.http = httpx2.Client(base_url=url, limits=limits, timeout=30)
        answer = self.http.get("/healthz")
        stream = answer.extensions["network_stream"]
        self.process_id = process_of(stream.get_extra_info("client_addr")[1])

    def knows(self, cookie: str) -> bool:
        """Ask `/session`, as an application beside the server does for each request."""
        status = self.http.get("/session", headers={"Cookie": f"gatepost={cookie}"}).status_code
        assert status in {HTTPStatus.OK, HTTPStatus.UNAUTHORIZED}
        return status == HTTPStatus.OK

    def sign_out(self, cookie: str, origin: str) -> None:
        headers = {"Cookie": f"gatepost={cookie}", "Origin": origin}
        token = TOKEN.search(self.http.get("/account", headers=headers).text)
        assert token
        answer = self.http.post("/sign-out", data={"csrf": token[1]}, headers=headers)
        assert answer.is_success, answer.text


def process_of(port: int) -> int:
    """Find who holds the other end of a connection of ours, by its port (proc(5))."""
    theirs = f"{LISTENS_ON_LOOPBACK}:{port:04X}"
    rows = [one.split() for one in Path("/proc/net/tcp").read_text().splitlines()[1:]]
    (socket_id,) = [one[9] for one in rows if one[2] == theirs]
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            files = {str(one.readlink()) for one in (folder / "fd").iterdir()}
        except OSError:  # it ended meanwhile, or is not ours
            continue
        if f"socket:[{socket_id}]" in files:
            return int(folder.name)
    raise AssertionError(f"no process has the connection of port {port}")


class Place(msgspec.Struct, frozen=True):
    """Two processes over one database, and the provider that people come from."""

    here: Installation
    provider: ProviderRow
    scim: httpx2.Client

    def signed_in(self, name: str) -> tuple[str, str]:
        """Let somebody of SCIM sign in; gives their id and the secret of the session."""
        user_id = provision(self.scim, name)
        visitor = Visitor()
        visitor.open(f"{self.here.url}/oidc/{self.provider.slug}/login")
        visitor.submit(sub=f"{name}@example.com")
        enrol_app(visitor)
        cookie = visitor.http.cookies["gatepost"]
        visitor.close()
        return user_id, cookie


@pytest.fixture(scope="module")
def issuer(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    people = [{"sub": f"{one}@example.com", "email": f"{one}@example.com"} for one in PEOPLE]
    verified = [one | {"email_verified": True} for one in people]
    with openid_provider_mock(tmp_path_factory.mktemp("mock"), *verified) as url:
        yield url


@pytest.fixture(scope="module")
def place(issuer: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    folder = tmp_path_factory.mktemp("processes")
    with installed(folder, settings_of(folder), "--workers", "2") as here:
        provider = here.provider("Mock", domains=["example.com"])
        here.oidc(provider, issuer, "gatepost", "secret")
        with here.scim(provider) as scim:
            yield Place(here, provider, scim)


@pytest.fixture
def lines(place: Place) -> Iterator[tuple[Line, Line]]:
    """Connect to one worker and to another."""
    with ExitStack() as opened:
        first = Line(place.here.url)
        opened.callback(first.http.close)
        for _try in range(TRIES):
            second = Line(place.here.url)
            opened.callback(second.http.close)
            if second.process_id != first.process_id:
                break
        assert first.process_id != second.process_id
        yield first, second


@pytest.mark.rule("R19")
def test_deactivation_by_scim_in_one_worker_is_known_to_the_other_at_once(
    place: Place, lines: tuple[Line, Line]
) -> None:
    user_id, cookie = place.signed_in("ada")
    first, second = lines
    assert second.knows(cookie)
    assert first.knows(cookie)
    first.http.headers["Authorization"] = place.scim.headers["Authorization"]
    first.http.base_url = f"{place.here.url}/scim/v2/{place.provider.slug}"
    activate(first.http, user_id, is_active=False)
    assert not second.knows(cookie)
    activate(first.http, user_id, is_active=True)
    assert not second.knows(cookie), "what ended stays ended"


def test_sign_out_in_one_worker_is_known_to_the_other_at_once(
    place: Place, lines: tuple[Line, Line]
) -> None:
    _user_id, cookie = place.signed_in("grace")
    first, second = lines
    assert second.knows(cookie)
    first.sign_out(cookie, place.here.url)
    assert not second.knows(cookie)
    assert not first.knows(cookie)


def test_end_by_a_command_is_known_to_both_at_once(place: Place, lines: tuple[Line, Line]) -> None:
    _user_id, cookie = place.signed_in("alan")
    assert all(one.knows(cookie) for one in lines)
    said = place.here.cli("user", "end-sessions", "alan@example.com", "--yes")
    assert said["ended"] == 1
    assert not any(one.knows(cookie) for one in lines)


def test_kill_of_a_worker_loses_no_session_and_no_sign_in_under_way(
    place: Place, lines: tuple[Line, Line]
) -> None:
    _user_id, cookie = place.signed_in("edsger")
    provision(place.scim, "joan")
    first, second = lines
    visitor = Visitor()
    visitor.open(f"{place.here.url}/oidc/{place.provider.slug}/login")
    visitor.submit(sub="joan@example.com")
    assert visitor.path == "/sign-in/enrol"
    os.kill(second.process_id, signal.SIGKILL)
    assert first.knows(cookie)
    enrol_app(visitor)
    assert first.knows(visitor.http.cookies["gatepost"])
    visitor.close()
