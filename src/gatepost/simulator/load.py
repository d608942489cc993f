"""Pushes a whole made-up company, as a client's first cycle does, and counts what came back."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator, Sequence

import msgspec

from gatepost.base.clock import Clock, SystemClock
from gatepost.simulator.client import Account, ScimClient, connected
from gatepost.simulator.people import Company, Team
from gatepost.simulator.profile import Profile
from gatepost.simulator.wire import Exchange

_AT_ONCE = 8


class Load(msgspec.Struct, frozen=True, kw_only=True):
    """How much to push: `rate` is requests a second at most, 0 for as fast as it goes."""

    users: int
    groups: int = 0
    rate: float = 0.0
    seed: int = 1
    domain: str = "acme.example"


class Failure(msgspec.Struct, frozen=True, kw_only=True):
    """A kind of refusal, with how often it came."""

    status: int
    detail: str
    count: int


class Summary(msgspec.Struct, frozen=True, kw_only=True):
    """What came of a push. Counts are of users and groups, requests of everything sent."""

    created: int
    found: int
    updated: int
    failed: int
    requests: int
    seconds: float
    failures: tuple[Failure, ...]

    @property
    def requests_per_second(self) -> float:
        """Give the rate over the whole push."""
        return self.requests / self.seconds if self.seconds else 0.0


class Progress(msgspec.Struct, frozen=True, kw_only=True):
    """How far a push is: resources done of all, failures among them."""

    done: int
    total: int
    failed: int


class Unreachable(Exception):
    """The connection test failed; nothing was pushed."""

    def __init__(self, exchange: Exchange) -> None:
        super().__init__(exchange.detail)
        self.exchange = exchange


async def simulate(
    profile: Profile,
    load: Load,
    *,
    target: str,
    token: str,
    on_progress: Callable[[Progress], None],
    clock: Clock | None = None,
) -> Summary:
    """Push the company to the SCIM base URL `target`: test, users, groups, members.

    The same seed gives the same company: a second push finds all and updates.
    Groups are left out for a client that pushes none.

    Raises:
        Unreachable: the connection test failed.
    """
    clock = clock or SystemClock()
    groups = load.groups if profile.group else 0
    tally = Tally(load.users + groups, on_progress)
    turn = Pace(load.rate, clock).turn if load.rate else None
    started = clock.now()
    async with connected(
        profile, target, token, on_exchange=tally.count, clock=clock, turn=turn
    ) as client:
        company = Company(name=load.domain.partition(".")[0].title(), domain=load.domain)
        company = msgspec.structs.replace(company, seed=load.seed)
        probe = await client.probe(company.guid("probe"))
        if not probe.is_success:
            raise Unreachable(probe)
        accounts = await push_users(client, company, load.users, tally)
        await push_groups(client, list(company.teams(groups)), accounts, tally)
    return tally.summary((clock.now() - started).total_seconds())


async def push_users(
    client: ScimClient, company: Company, count: int, tally: "Tally"
) -> Sequence[Account]:
    """Push that many of the company's people; gives those that are there then, by number."""
    accounts: list[Account] = []

    async def push(number: int) -> None:
        account = await client.provision(company.person(number))
        tally.resource(account is not None, was_found=bool(account and account.was_found))
        accounts.extend([account] if account else [])

    await _together(push(number) for number in range(count))
    return sorted(accounts, key=lambda account: account.person.number)


async def push_groups(
    client: ScimClient,
    teams: Sequence[Team],
    accounts: Sequence[Account],
    tally: "Tally",
) -> None:
    """Push the groups, and put the people into them by turns."""

    async def push(place: int, team: Team) -> None:
        group = await client.push_group(team)
        members = [account.member for account in accounts[place :: len(teams)]]
        is_done = group is not None
        if group and members:
            is_done = bool((await client.change_members(group, added=members)).members)
        tally.resource(is_done, was_found=bool(group and group.was_found))

    await _together(push(place, team) for place, team in enumerate(teams))


async def _together(tasks: Iterator[Awaitable[None]]) -> None:
    """Run the tasks, a few at once, taking the next from the iterator when one is done."""

    async def work() -> None:
        for task in tasks:
            await task

    async with asyncio.TaskGroup() as group:
        for _ in range(_AT_ONCE):
            group.create_task(work())


class Pace:
    """Spreads requests evenly, so that a rate is a rate and no burst a second."""

    def __init__(self, rate: float, clock: Clock) -> None:
        self._interval_s = 1 / rate
        self._clock = clock
        self._start = clock.now()
        self._given = 0

    async def turn(self) -> None:
        """Wait for the turn of the next request."""
        due_s = self._given * self._interval_s
        self._given += 1
        wait_s = due_s - (self._clock.now() - self._start).total_seconds()
        if wait_s > 0:
            await self._clock.sleep(wait_s)


class Tally:
    """Counts exchanges, and the resources that are finished."""

    def __init__(self, total: int, on_progress: Callable[[Progress], None]) -> None:
        self._total = total
        self._on_progress = on_progress
        self._requests = 0
        self._resources: Counter[str] = Counter()
        self._failures: Counter[tuple[int, str]] = Counter()

    def count(self, exchange: Exchange) -> None:
        """Count an exchange, whatever it was for."""
        self._requests += 1
        if not exchange.is_success:
            self._failures[exchange.status, exchange.detail] += 1

    def resource(self, is_done: bool, *, was_found: bool) -> None:  # noqa: FBT001
        """Count a user or a group that is finished, well or not."""
        self._resources["done"] += 1
        self._resources["failed"] += not is_done
        self._resources["found"] += was_found
        self._resources["updated"] += was_found and is_done
        self._resources["created"] += is_done and not was_found
        self._tell()

    def step(self) -> None:
        """Count something that was to be done and is no resource."""
        self._resources["done"] += 1
        self._tell()

    def _tell(self) -> None:
        done, failed = self._resources["done"], self._resources["failed"]
        self._on_progress(Progress(done=done, total=self._total, failed=failed))

    def summary(self, seconds: float) -> Summary:
        """Give what was counted."""
        counts = self._resources
        return Summary(
            created=counts["created"],
            found=counts["found"],
            updated=counts["updated"],
            failed=counts["failed"],
            requests=self._requests,
            seconds=seconds,
            failures=tuple(
                Failure(status=status, detail=detail, count=count)
                for (status, detail), count in self._failures.most_common()
            ),
        )
