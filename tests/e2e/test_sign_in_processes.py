"""Several server processes on one PostgreSQL database: a session is the same at each (R19)."""

import os
import signal
from collections.abc import Iterator
from http import HTTPStatus
from pathlib import Path

import httpx2
import msgspec
import pytest

from gatepost.store.rows import ProviderRow
from tests.e2e.identity_providers import PASSWORD, free_port, nanoidp
from tests.e2e.installation import (
    Installation,
    activate,
    installed,
    provision,
    settings_of,
)
from tests.e2e.visitor import Visitor, enrol_app
from tests.rules.world import SECRET_KEY


class Place(msgspec.Struct, frozen=True):
    """Two servers as a load balancer has them: one public URL, two processes and one."""

    first: Installation
    second_url: str
    provider: ProviderRow
    scim_of_second: httpx2.Client


@pytest.fixture(scope="module")
def place(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Place]:
    folder = tmp_path_factory.mktemp("processes")
    url = request.getfixturevalue("postgres_server").make_database()
    of_first = settings_of(folder / "first", url, secret_keys=SECRET_KEY)
    public = of_first.public_url
    of_second = settings_of(
        folder / "second", url, secret_keys=SECRET_KEY, port=free_port(), public_url=public
    )
    with (
        nanoidp(folder / "nanoidp") as theirs,
        installed(folder / "first", of_first, "--workers", "2") as first,
        installed(folder / "second", of_second),
    ):
        provider = first.provider("Nano", domains=["example.com"])
        first.saml(provider, theirs)
        second_url = f"http://localhost:{of_second.port}"
        with first.scim(provider) as scim:
            headers = {"Authorization": scim.headers["Authorization"]}
            base_url = f"{second_url}/scim/v2/{provider.slug}"
            with httpx2.Client(base_url=base_url, headers=headers, timeout=30) as at_second:
                yield Place(first, second_url, provider, at_second)


@pytest.fixture
def visitor() -> Iterator[Visitor]:
    made = Visitor()
    yield made
    made.close()


def sign_in(place: Place, visitor: Visitor, name: str) -> tuple[str, str]:
    """Sign a new person in at the first server; gives their id and the browser's cookie."""
    user_id = provision(place.scim_of_second, name)
    visitor.open(f"{place.first.url}/saml/{place.provider.slug}/login")
    visitor.submit(username=name, password=PASSWORD)
    enrol_app(visitor)
    session = visitor.http.cookies["gatepost"]
    assert everywhere(place, session) == {True}
    return user_id, session


def everywhere(place: Place, session: str) -> set[bool]:
    """Ask both servers who this is, and the one with two processes on many connections."""
    found = set()
    for url in [place.second_url, *[place.first.url] * 6]:
        answer = httpx2.get(f"{url}/sign-in", headers={"Cookie": f"gatepost={session}"})
        found.add(answer.status_code == HTTPStatus.SEE_OTHER)
    return found


def workers_of(pid: int) -> list[int]:
    """Read which processes serve, of those that the command has started."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [
        int(one) for one in children if "spawn_main" in Path(f"/proc/{one}/cmdline").read_text()
    ]


@pytest.mark.rule("R19")
def test_deactivation_at_one_server_ends_the_session_at_all(place: Place, visitor: Visitor) -> None:
    user_id, session = sign_in(place, visitor, "ada")
    activate(place.scim_of_second, user_id, is_active=False)
    assert everywhere(place, session) == {False}


def test_session_that_is_ended_at_one_server_is_refused_by_all(
    place: Place, visitor: Visitor
) -> None:
    _user_id, session = sign_in(place, visitor, "alan")
    visitor.open(f"{place.first.url}/account")
    visitor.send(visitor.document.xpath("//form[@action='/sign-out']")[0], {})
    assert visitor.path == "/signed-out"
    assert everywhere(place, session) == {False}


def test_sign_in_that_one_server_began_is_finished_at_another(
    place: Place, visitor: Visitor
) -> None:
    provision(place.scim_of_second, "joan")
    visitor.holds = "SAMLResponse"
    visitor.open(f"{place.first.url}/saml/{place.provider.slug}/login")
    visitor.submit(username="joan", password=PASSWORD)
    form = visitor.document.forms[0]
    form.set("action", form.get("action").replace(place.first.url, place.second_url))
    visitor.holds = ""
    visitor.send(form, {})
    assert visitor.url == f"{place.second_url}/sign-in/enrol"


def test_kill_of_a_worker_loses_no_session(place: Place, visitor: Visitor) -> None:
    _user_id, session = sign_in(place, visitor, "grace")
    before = workers_of(place.first.pid)
    assert len(before) == 2
    os.kill(before[0], signal.SIGKILL)
    assert everywhere(place, session) == {True}
