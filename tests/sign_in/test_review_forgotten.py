"""A forgotten password: neither the page nor a wait tells who is here, under which names."""

from pathlib import Path

import pytest

from tests.rules.world import World
from tests.sign_in.browser import Browser, text_of
from tests.sign_in.people import messages

ADDRESS, NAME = "g.hopper@native.example", "grace"


@pytest.fixture
def database_url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'gatepost.db'}"


@pytest.fixture
async def _grace(world: World) -> None:
    """Somebody who goes by a user name and by an address."""
    user = await world.local_user(NAME, {"emails": [{"value": ADDRESS, "primary": True}]})
    assert user.email == ADDRESS


async def asked(world: World, name: str, place: int, times: int = 8) -> list[tuple[int, str]]:
    """Ask from as many addresses; gives the answers."""
    answers = []
    for number in range(times):
        browser = Browser(world, f"203.{place}.{number}.1")
        answer = await browser.send("/forgot", {"identifier": name})
        answers.append((answer.status_code, text_of(answer)))
    return answers


@pytest.mark.usefixtures("_grace")
async def test_asking_often_from_everywhere_is_answered_the_same(world: World) -> None:
    for place, name in enumerate((ADDRESS, NAME, "nobody@native.example", "nobody")):
        seen = await asked(world, name, place)
        assert {status for status, _ in seen} == {200}, name
        assert len({text for _, text in seen}) == 1
    sent = await messages(world, "reset")
    assert {one.to for one in sent} == {ADDRESS}
    assert 1 <= len(sent) <= 4, "however many names the account has"


@pytest.mark.usefixtures("_grace")
async def test_asking_often_from_one_place_is_refused_there(world: World) -> None:
    browser = Browser(world, "203.0.113.9")
    statuses = [
        (await browser.send("/forgot", {"identifier": f"x{number}@native.example"})).status_code
        for number in range(6)
    ]
    assert statuses[:3] == [200] * 3
    assert statuses[-1] == 429
    elsewhere = await Browser(world).send("/forgot", {"identifier": ADDRESS})
    assert elsewhere.status_code == 200
    assert len(await messages(world, "reset")) == 1
