"""The live tail across processes: two workers over one database, and one of them killed."""

import json
import os
import signal
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import closing, suppress
from datetime import timedelta
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException
from typing import Any
from urllib.parse import urlsplit

import msgspec
import pytest

from gatepost.base.secrets import digest
from gatepost.lifecycle.corridor import Writer
from gatepost.store.changes import Insert, Update
from gatepost.store.login_rows import SessionRow
from gatepost.store.rows import ProviderRow
from gatepost.store.tables import SESSIONS, USERS
from gatepost.wiring import House
from tests.conftest import DATABASES
from tests.e2e.installation import Installation, installed, settings_of
from tests.e2e.processes import new_user, scim_headers
from tests.e2e.test_sessions_across_processes import process_of

SECRET = "the-session-secret-of-one-who-listens-000000"
TRIES = 60
WITHIN_S = 20
STARTS_WITHIN_S = 90
PAUSE_S = 0.2
STREAM = "/console/activity/stream"


class Ear:
    """One listener on a connection of its own, read in a thread of its own."""

    def __init__(self, url: str, cursor: str = "") -> None:
        headers = {"Cookie": f"gatepost={SECRET}"} | ({"Last-Event-ID": cursor} if cursor else {})
        self._line = HTTPConnection(urlsplit(url).netloc, timeout=60)
        self._line.request("GET", STREAM, headers=headers)
        self._socket = self._line.sock
        self._answer = self._line.getresponse()
        assert self._answer.status == HTTPStatus.OK
        self.process_id = process_of(self._socket.getsockname()[1])
        self.sentences: list[str] = []
        self.cursor = ""
        self.changed = threading.Condition()
        self.is_over = False
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()

    def _read(self) -> None:
        with suppress(OSError, HTTPException, ValueError):
            while said := self._answer.readline():
                self._take(said.decode().rstrip())
        with self.changed:
            self.is_over = True
            self.changed.notify_all()

    def _take(self, line: str) -> None:
        with self.changed:
            if line.startswith('data: {"id"'):
                self.sentences.append(json.loads(line[6:])["sentence"])
            elif line.startswith("id: "):
                self.cursor = line[4:]
            self.changed.notify_all()

    def until(self, done: Any) -> None:
        with self.changed:
            assert self.changed.wait_for(done, WITHIN_S), self.sentences

    def hears(self, *names: str) -> None:
        self.until(lambda: all(any(name in one for one in self.sentences) for name in names))

    def close(self) -> None:
        """Hang up first: the thread reads for as long as there may be more."""
        with suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._thread.join(WITHIN_S)
        self._answer.close()
        self._line.close()
        self._socket.close()


class Place(msgspec.Struct, frozen=True):
    """A server with two workers, a provider with its token, and an administrator's session."""

    here: Installation
    slug: str
    token: str

    @property
    def headers(self) -> dict[str, str]:
        return scim_headers(self.token)

    def create(self, name: str, process_id: int | None = None) -> None:
        """Create a user by SCIM, through the worker of that process if one is given."""
        for _try in range(TRIES):
            with closing(HTTPConnection(urlsplit(self.here.url).netloc, timeout=30)) as line:
                line.request("GET", f"/scim/v2/{self.slug}/Schemas", headers=self.headers)
                line.getresponse().read()
                if process_id is None or process_of(line.sock.getsockname()[1]) == process_id:
                    path = f"/scim/v2/{self.slug}/Users"
                    line.request("POST", path, new_user(name), self.headers)
                    answer = line.getresponse()
                    assert answer.status == HTTPStatus.CREATED, answer.read()
                    answer.read()
                    return
        raise AssertionError(f"no connection came to process {process_id}")


async def _furnished(house: House, writer: Writer) -> tuple[ProviderRow, str]:
    provider = await house.providers.create(
        writer, "Okta", scim_enabled=True, rate_limit=0, is_default=True
    )
    return provider, (await house.tokens.create(writer, provider)).secret


def furnish(here: Installation) -> Place:
    provider, token = here.do(_furnished)
    user = here.local_user("grace@gatepost.test", user_type="technician")

    async def signed_in(house: House, _writer: Writer) -> None:
        now = house.clock.now()
        session = SessionRow(
            tenant_id=user.tenant_id,
            session_id=house.ids.new(),
            digest=digest(SECRET),
            user_id=user.user_id,
            methods=["pwd", "otp", "mfa"],
            created_at=now,
            authenticated_at=now,
            mfa_at=now,
            seen_at=now,
            expires_at=now + timedelta(hours=8),
        )
        key = (user.tenant_id, user.user_id)
        changes = [Insert(SESSIONS, session), Update(USERS, key, {"administrator": True})]
        assert await house.database.commit(changes) is None

    here.do(signed_in)
    return Place(here, provider.slug, token)


@pytest.fixture(scope="module", params=DATABASES)
def place(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Place]:
    """A server for the module; the last of its tests stops it."""
    folder, url = tmp_path_factory.mktemp("live"), None
    if request.param == "postgresql":
        url = str(request.getfixturevalue("new_postgres_database")())
    with installed(folder, settings_of(folder, url), "--workers", "2") as here:
        yield furnish(here)


@pytest.fixture
def ears(place: Place) -> Iterator[tuple[Ear, Ear]]:
    """Listen at one worker and at the other."""
    opened = [Ear(place.here.url)]
    until = time.monotonic() + STARTS_WITHIN_S
    while len(opened) == 1 and time.monotonic() < until:
        opened.append(Ear(place.here.url))
        if opened[1].process_id == opened[0].process_id:  # the other one may only be starting
            opened.pop().close()
            threading.Event().wait(PAUSE_S)
    first, second = opened
    for one in opened:
        one.until(lambda one=one: one.cursor)
    yield first, second
    for one in opened:
        one.close()


def test_what_one_worker_does_is_heard_at_both_and_a_kill_loses_nothing(
    place: Place, ears: tuple[Ear, Ear]
) -> None:
    first, second = ears
    place.create("a@example.com", first.process_id)
    place.create("b@example.com", second.process_id)
    for one in ears:
        one.hears("a@example.com", "b@example.com")
    second.until(lambda: second.cursor)
    os.kill(second.process_id, signal.SIGKILL)
    second.until(lambda: second.is_over)
    names = [f"c{number}@example.com" for number in range(20)]
    for name in names:
        place.create(name)
    again = Ear(place.here.url, second.cursor)
    again.hears(*names)
    first.hears(*names)
    assert len(first.sentences) == len(set(first.sentences)) == 2 + len(names)
    again.close()


def test_the_server_stops_at_once_while_somebody_listens(
    place: Place, ears: tuple[Ear, Ear]
) -> None:
    """Uvicorn would wait for open connections until its time for that is up."""
    begun = time.monotonic()
    os.kill(place.here.pid, signal.SIGTERM)
    for one in ears:
        one.until(lambda one=one: one.is_over)
    took = time.monotonic() - begun
    assert took < 4, took
