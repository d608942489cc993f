"""A company pushed for somebody who watches: users, groups, then whatever is to go wrong."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager

import httpx2
import msgspec

from gatepost.base.clock import Clock, SystemClock
from gatepost.simulator.client import ScimClient, connected
from gatepost.simulator.faults import FAULTS, Scene
from gatepost.simulator.load import Pace, Progress, Summary, Tally, push_groups, push_users
from gatepost.simulator.people import Company
from gatepost.simulator.profile import Profile
from gatepost.simulator.wire import Exchange, Listener

_MADE_UP = "gp_scim_a-token-that-nobody-ever-made"


class Rehearsal(msgspec.Struct, frozen=True, kw_only=True):
    """What to push, what goes wrong, how fast: requests a second at most, 0 for no limit."""

    users: int
    groups: int = 0
    rate: float = 0.0
    seed: int = 1
    domain: str = "acme.example"
    faults: tuple[str, ...] = ()


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """Where to push to, with which token; `spent_token` was revoked before."""

    target: str
    token: str
    spent_token: str
    transport: Callable[[], httpx2.AsyncBaseTransport] | None = None


async def rehearse(
    profile: Profile,
    rehearsal: Rehearsal,
    line: Line,
    *,
    on_exchange: Listener,
    on_progress: Callable[[Progress], None],
    clock: Clock | None = None,
) -> Summary:
    """Push the company, then let the faults happen, in the order of `FAULTS`.

    Groups, and faults that need them, are left out for a client that pushes none. A failing
    connection test ends it.
    """
    clock = clock or SystemClock()
    groups = rehearsal.groups if profile.group else 0
    wanted = [one for one in FAULTS if one.name in rehearsal.faults]
    faults = [one for one in wanted if profile.group or not one.needs_groups]
    tally = Tally(rehearsal.users + groups + len(faults), on_progress)
    turn = Pace(rehearsal.rate, clock).turn if rehearsal.rate else None

    def hear(exchange: Exchange) -> None:
        tally.count(exchange)
        on_exchange(exchange)

    def client_with(token: str) -> AbstractAsyncContextManager[ScimClient]:
        transport = line.transport() if line.transport else None
        return connected(
            profile,
            line.target,
            token,
            on_exchange=hear,
            clock=clock,
            turn=turn,
            transport=transport,
        )

    started = clock.now()
    company = _company(rehearsal)
    async with client_with(line.token) as client:
        if (await client.probe(company.guid("probe"))).is_success:
            accounts = await push_users(client, company, rehearsal.users, tally)
            await push_groups(client, list(company.teams(groups)), accounts, tally)
            scene = Scene(
                client=client,
                company=company,
                accounts=accounts,
                stranger=lambda: client_with(_MADE_UP),
                late=lambda: client_with(line.spent_token),
            )
            for fault in faults:
                await fault.happen(scene)
                tally.step()
    return tally.summary((clock.now() - started).total_seconds())


def _company(rehearsal: Rehearsal) -> Company:
    name = rehearsal.domain.partition(".")[0].title()
    return Company(name=name, domain=rehearsal.domain, seed=rehearsal.seed)
