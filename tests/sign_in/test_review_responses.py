"""What a Response that anybody may post costs us, and whom it holds up."""

import asyncio
import threading
from pathlib import Path
from typing import Any

import pytest

from gatepost.saml import response, signature
from tests.rules.world import World, together
from tests.saml.keys import pair
from tests.sign_in.browser import Browser
from tests.sign_in.checks import nobody_is_signed_in, record_of, refused
from tests.sign_in.saml_provider import SamlProvider

EVE, ADA = "203.0.113.66", "ada@example.com"


@pytest.fixture
def database_url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'gatepost.db'}"


async def test_what_nobody_asked_for_is_refused_before_any_work(
    world: World, saml: SamlProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No signature is looked at, and no metadata fetched, where that is off."""

    def verify(*_: Any) -> None:
        raise AssertionError("a signature was verified")

    monkeypatch.setattr(signature, "verify", verify)
    asked = await saml.begin(Browser(world))
    fetched = len(saml.street.asked)
    for message, reason in (
        (saml.response(None, ADA).message, "saml.unsolicited"),
        (saml.response(None, ADA, key=pair("attacker")).message, "saml.unsolicited"),
        (saml.response(asked, ADA).message, "saml.in_response_to"),
        (b"%%%%", "saml.base64"),
    ):
        world.clock.move(61)
        await refused(world, await saml.arrive(Browser(world), message, None), reason)
    assert len(saml.street.asked) == fetched
    await nobody_is_signed_in(world)


async def test_a_network_that_only_sends_rubbish_waits(world: World, saml: SamlProvider) -> None:
    """Alone: elsewhere, and at another provider, nothing is noticed; and not for long."""
    message = saml.response(None, ADA).message
    answers = [await saml.arrive(Browser(world, EVE), message, None) for _ in range(60)]
    statuses = [one.status_code for one in answers]
    assert statuses[:40] == [403] * 40, "a colleague who fails is in nobody's way"
    assert statuses[-10:] == [429] * 10
    assert (await record_of(world, answers[-1])).reason == "login.throttled"
    await world.local_user(ADA)
    assert (await saml.back(Browser(world), ADA)).status_code == 303
    world.clock.move(10)
    assert (await saml.back(Browser(world, EVE), ADA)).status_code == 303


async def test_rubbish_that_comes_at_once_is_no_more_than_what_comes_in_turn(
    world: World, saml: SamlProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    await saml.configured(options={"idp_initiated": True})
    read, honest = 0, response.read

    def counted(*given: Any) -> Any:
        nonlocal read
        read += 1
        return honest(*given)

    monkeypatch.setattr(response, "read", counted)
    message = saml.response(None, ADA, signs="none").message
    browsers = [Browser(world, EVE) for _ in range(80)]
    await together(*(saml.arrive(one, message, None) for one in browsers))
    assert read <= 40 + 5


async def test_messages_are_read_beside_the_event_loop(
    world: World, saml: SamlProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two at a time, while everybody else is served."""
    await world.local_user(ADA)
    reading, most, lock = 0, 0, threading.Lock()
    released, honest = threading.Event(), response.read

    def slow(*given: Any) -> Any:
        nonlocal reading, most
        with lock:
            reading += 1
            most = max(most, reading)
        assert released.wait(10)
        with lock:
            reading -= 1
        return honest(*given)

    monkeypatch.setattr(response, "read", slow)
    browsers = [Browser(world, f"198.51.100.{number}") for number in range(5)]
    coming = [asyncio.create_task(saml.back(one, ADA)) for one in browsers]
    while reading < 2:  # noqa: ASYNC110 - a thread says so, which no event of the loop does
        await asyncio.sleep(0.001)
    assert (await Browser(world).open("/sign-in")).status_code == 200
    released.set()
    assert [(await one).status_code for one in coming] == [303] * 5
    assert most == 2
