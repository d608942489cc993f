from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from types import ModuleType
from typing import Any

import pytest

from gatepost.base.clock import FakeClock
from gatepost.simulator import load, profile
from gatepost.simulator.client import ScimClient
from gatepost.simulator.load import Load, Progress, Summary, Unreachable

START = datetime(2026, 11, 23, 12, tzinfo=UTC)


@pytest.fixture
def server(fake: ModuleType, monkeypatch: pytest.MonkeyPatch) -> Any:
    server = fake.FakeServer()

    @asynccontextmanager
    async def connected(
        chosen: profile.Profile, _target: str, _token: str, **options: Any
    ) -> AsyncIterator[ScimClient]:
        async with server.client() as http:
            yield ScimClient(chosen, http, **options)

    monkeypatch.setattr(load, "connected", connected)
    return server


async def push(
    name: str = "entra", heard: list[Progress] | None = None, **options: Any
) -> tuple[Summary, FakeClock]:
    clock = FakeClock(START)
    summary = await load.simulate(
        profile.load(name),
        Load(**options),
        target="http://gatepost.test",
        token="t",
        on_progress=[].append if heard is None else heard.append,
        clock=clock,
    )
    return summary, clock


async def test_whole_company_is_created(server: Any) -> None:
    summary, _ = await push(users=30, groups=3)
    assert (summary.created, summary.failed) == (33, 0)
    assert len(server.resources["Users"]) == 30
    assert len(server.resources["Groups"]) == 3


async def test_every_user_is_in_one_group(server: Any) -> None:
    await push(users=10, groups=3)
    operations = [body["Operations"][0] for body in server.bodies("PATCH")]
    members = [value["value"] for operation in operations for value in operation["value"]]
    assert sorted(members) == sorted(server.resources["Users"])


async def test_second_push_of_the_seed_finds_and_updates_all(server: Any) -> None:
    await push(users=10, groups=2)
    summary, _ = await push(users=10, groups=2)
    assert (summary.created, summary.found, summary.updated) == (0, 12, 12)
    assert len(server.resources["Users"]) == 10


async def test_client_without_groups_pushes_none(server: Any) -> None:
    await push("google", users=1, groups=5)
    assert server.resources["Groups"] == {}


async def test_failures_are_counted_by_status_and_detail(server: Any, fake: ModuleType) -> None:
    server.before = lambda request: fake.refusal(409, "no") if request.method == "POST" else None
    summary, _ = await push(users=5)
    assert summary.failed == 5
    assert [(f.status, f.detail, f.count) for f in summary.failures] == [(409, "no", 5)]


async def test_progress_ends_with_all_done(server: Any) -> None:
    heard: list[Progress] = []
    await push(users=7, groups=2, heard=heard)
    assert server.requests
    assert [progress.done for progress in heard] == list(range(1, 10))
    assert heard[-1].total == 9


async def test_rate_spreads_requests_evenly(server: Any) -> None:
    summary, clock = await push(users=20, rate=10.0)
    # The first request goes at once, each other a tenth of a second after the one before.
    assert summary.requests == len(server.requests)
    assert (clock.now() - START).total_seconds() == pytest.approx((summary.requests - 1) / 10)


async def test_failed_connection_test_pushes_nothing(server: Any, fake: ModuleType) -> None:
    server.before = lambda _request: fake.refusal(401, "expired")
    with pytest.raises(Unreachable, match="expired"):
        await push(users=5)
    assert len(server.requests) == 1
