"""The story told to a server that knows no rule: its steps, and that it notices surprises."""

from types import ModuleType
from typing import Any

import pytest

from gatepost.simulator import profile, story
from gatepost.simulator.client import ScimClient
from gatepost.simulator.people import TECHNICIAN
from gatepost.simulator.wire import Exchange


class Audience:
    def __init__(self) -> None:
        self.scenes: list[str] = []
        self.mapped: list[str] = []
        self.paused_s = 0.0

    def scene(self, title: str) -> None:
        self.scenes.append(title)

    async def map_group(self, _group_id: str, display_name: str) -> None:
        self.mapped.append(display_name)

    async def pause(self, seconds: float) -> None:
        self.paused_s += seconds


@pytest.fixture
def server(fake: ModuleType) -> Any:
    return fake.FakeServer()


async def told(server: Any, audience: Audience) -> tuple[list[Exchange], list[str]]:
    heard: list[Exchange] = []
    clients = [
        ScimClient(profile.load(name), server.client(), on_exchange=heard.append)
        for name in story.PROFILES.values()
    ]
    surprises = await story.tell(*clients, audience)
    return heard, list(surprises)


async def test_story_maps_the_support_groups_to_roles(server: Any) -> None:
    audience = Audience()
    await told(server, audience)
    assert audience.mapped == list(story.SUPPORT_ROLE_GROUPS)


async def test_story_takes_less_than_half_a_minute(server: Any) -> None:
    audience = Audience()
    await told(server, audience)
    assert 10 < audience.paused_s < 30


async def test_server_without_rules_surprises_the_story(server: Any) -> None:
    """It adopts nobody, refuses no user type and gives away accounts of others."""
    _, surprises = await told(server, Audience())
    assert surprises == [
        "the local technician was not adopted",
        "an unknown user type was accepted",
        "Acme took an account of Globex",
        "a returner got another id",
    ]


async def test_story_ends_when_the_connection_test_fails(server: Any, fake: ModuleType) -> None:
    server.before = lambda _request: fake.refusal(401, "expired")
    audience = Audience()
    heard, surprises = await told(server, audience)
    assert len(audience.scenes) == 1
    assert len(heard) == 2
    assert "Acme: expired" in surprises


async def test_sentences_are_the_same_every_time(server: Any, fake: ModuleType) -> None:
    first, _ = await told(server, Audience())
    again, _ = await told(fake.FakeServer(), Audience())
    assert [e.sentence for e in first] == [e.sentence for e in again]


def test_both_companies_have_technicians_among_the_first() -> None:
    for company in (story.ACME, story.GLOBEX):
        people = company.people(story.PEOPLE_EACH)
        assert sum(person.user_type == TECHNICIAN for person in people) >= 2


def test_nobody_made_up_is_the_local_technician() -> None:
    names = {person.user_name for person in story.ACME.people(story.PEOPLE_EACH + 2)}
    assert story.LOCAL_TECHNICIAN.user_name not in names


def test_those_whom_the_story_moves_are_end_users() -> None:
    assert all(story.ACME.person(number).user_type != TECHNICIAN for number in (1, 2, 5))
