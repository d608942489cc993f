from collections.abc import Callable
from datetime import UTC, datetime
from types import ModuleType
from typing import Any

import httpx2
import pytest
from msgspec.structs import replace

from gatepost.base.clock import FakeClock
from gatepost.simulator import profile
from gatepost.simulator.client import ScimClient, connected
from gatepost.simulator.people import Company
from gatepost.simulator.wire import NO_ANSWER, Exchange

ACME = Company(name="Acme", domain="acme.example")
ADA, BELA = ACME.people(2)
TEAM = next(ACME.teams(1))
START = datetime(2026, 11, 23, 12, tzinfo=UTC)

Play = Callable[..., ScimClient]


@pytest.fixture
def server(fake: ModuleType) -> Any:
    return fake.FakeServer()


@pytest.fixture
def heard() -> list[Exchange]:
    return []


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock(START)


@pytest.fixture
def play(server: Any, heard: list[Exchange], clock: FakeClock) -> Play:
    def as_client(name: str) -> ScimClient:
        return ScimClient(
            profile.load(name), server.client(), on_exchange=heard.append, clock=clock
        )

    return as_client


@pytest.mark.parametrize("name", profile.names())
async def test_person_is_looked_up_then_created(play: Play, server: Any, name: str) -> None:
    account = await play(name).provision(ADA)
    assert account
    assert not account.was_found
    assert [line.partition("?")[0] for line in server.sent()] == ["GET /Users", "POST /Users"]


@pytest.mark.parametrize("name", profile.names())
async def test_person_who_is_there_is_updated_and_not_created(
    play: Play, server: Any, name: str
) -> None:
    first = await play(name).provision(ADA)
    again = await play(name).provision(ADA)
    assert first
    assert again
    assert (again.id, again.was_found) == (first.id, True)
    assert server.sent()[-1].startswith(("PUT /Users/U1", "PATCH /Users/U1"))


async def test_okta_reads_before_it_puts(play: Play, server: Any) -> None:
    okta = play("okta")
    account = await okta.provision(ADA)
    assert account
    await okta.update(account, replace(ADA, title="Head"))
    assert server.sent()[-2:] == ["GET /Users/U1", "PUT /Users/U1"]


async def test_client_that_never_deletes_deactivates_instead(play: Play, server: Any) -> None:
    okta = play("okta")
    account = await okta.provision(ADA)
    assert account
    assert await okta.delete_user(account)
    assert server.sent()[-1] == "PATCH /Users/U1"


async def test_client_that_deletes_deletes(play: Play, server: Any) -> None:
    entra = play("entra")
    account = await entra.provision(ADA)
    assert account
    assert await entra.delete_user(account)
    assert server.resources["Users"] == {}


async def test_exchange_of_a_refusal_has_the_server_s_detail(
    play: Play, server: Any, fake: ModuleType, heard: list[Exchange]
) -> None:
    server.before = lambda request: (
        fake.refusal(409, "another has it") if request.method == "POST" else None
    )
    assert await play("entra").provision(ADA) is None
    assert (heard[-1].status, heard[-1].detail) == (409, "another has it")
    assert heard[-1].sentence == f"{ADA.display_name} not created"
    assert heard[-1].is_change
    assert not heard[-1].is_success


async def test_failed_update_leaves_the_account_as_it_was_pushed(
    play: Play, server: Any, fake: ModuleType
) -> None:
    entra = play("entra")
    account = await entra.provision(ADA)
    assert account
    server.before = lambda _request: fake.refusal(400, "no")
    assert await entra.update(account, replace(ADA, title="Head")) == account


async def test_client_waits_the_seconds_of_retry_after_then_asks_again(
    play: Play, server: Any, fake: ModuleType, clock: FakeClock
) -> None:
    busy = [fake.refusal(429, "slow down", Retry_After="7")]
    server.before = lambda _request: busy.pop() if busy else None
    assert await play("okta").provision(ADA)
    assert (clock.now() - START).total_seconds() == 7


@pytest.mark.parametrize("header", ["Mon, 23 Nov 2026 12:00:09 GMT", "-1", "1.5"])
async def test_retry_after_that_is_no_whole_number_counts_as_absent(
    play: Play, server: Any, fake: ModuleType, clock: FakeClock, header: str
) -> None:
    busy = [fake.refusal(429, "slow down", Retry_After=header)]
    server.before = lambda _request: busy.pop() if busy else None
    assert await play("entra").provision(ADA)
    assert (clock.now() - START).total_seconds() == 1


async def test_client_gives_up_after_its_own_number_of_attempts(
    play: Play, server: Any, fake: ModuleType, heard: list[Exchange]
) -> None:
    server.before = lambda _request: fake.refusal(503, "away", Retry_After="0")
    assert await play("entra").provision(ADA) is None
    assert [exchange.status for exchange in heard] == [503] * 4


async def test_server_that_does_not_answer_is_an_exchange_without_status(
    play: Play, server: Any, heard: list[Exchange]
) -> None:
    def refuse(request: httpx2.Request) -> httpx2.Response:
        raise httpx2.ConnectError("connection refused", request=request)

    server.before = refuse
    assert not (await play("okta").probe("g")).is_success
    assert (heard[0].status, heard[0].detail) == (NO_ANSWER, "no answer: connection refused")


async def test_answer_that_is_no_json_is_no_account(play: Play, server: Any) -> None:
    server.before = lambda _request: httpx2.Response(200, content=b"<html>")
    assert await play("entra").provision(ADA) is None


async def test_group_s_members_are_those_that_were_pushed(play: Play) -> None:
    entra = play("entra")
    ada, bela = await entra.provision(ADA), await entra.provision(BELA)
    group = await entra.push_group(TEAM)
    assert ada
    assert bela
    assert group
    group = await entra.change_members(group, added=[ada.member, bela.member])
    group = await entra.change_members(group, removed=[ada.member], added=[bela.member])
    assert group.members == (bela.member,)


async def test_renamed_group_keeps_its_id(play: Play) -> None:
    okta = play("okta-wizard")
    group = await okta.push_group(TEAM)
    assert group
    renamed = await okta.rename_group(group, "Other")
    assert (renamed.id, renamed.team.display_name) == (group.id, "Other")


async def test_headers_are_the_profile_s() -> None:
    entra = profile.load("entra")
    async with connected(entra, "http://gatepost.test", "t0ken", on_exchange=print) as client:
        headers = client._wire._http.headers
    assert headers["User-Agent"] == ""
    assert headers["ADSCIMVersion"] == "6.0"
    assert headers["Authorization"] == "Bearer t0ken"


async def test_content_type_stands_on_a_get_only_where_the_client_sends_it(
    play: Play, server: Any
) -> None:
    await play("okta").probe("g")
    await play("entra").probe("g")
    okta, entra, _ = server.requests
    assert okta.headers["Content-Type"] == "application/scim+json; charset=utf-8"
    assert "Content-Type" not in entra.headers


async def test_jumpcloud_creates_and_removes_a_user_to_test_the_connection(
    play: Play, server: Any
) -> None:
    assert (await play("jumpcloud").probe("guid")).is_success
    assert server.sent()[1:] == ["POST /Users", "DELETE /Users/U1"]
    assert server.resources["Users"] == {}


async def test_deleted_group_is_gone(play: Play, server: Any) -> None:
    okta = play("okta")
    group = await okta.push_group(TEAM)
    assert group
    assert await okta.delete_group(group)
    assert server.resources["Groups"] == {}
