"""Counting failures where `proofs.throttle` says what each counter may do.

A try is counted before its proof is looked at, else a thousand tries at once would all
read the same count; one that was right is taken back.
"""

import math
from collections.abc import Callable
from datetime import datetime
from typing import Any

import msgspec

from gatepost.base.actor import Actor
from gatepost.lifecycle.corridor import Corridor, Writer
from gatepost.lifecycle.plan import Plan
from gatepost.login.proofs import throttle
from gatepost.login.proofs.throttle import Policy
from gatepost.login.provider.refusing import refuse
from gatepost.login.refusals import Throttled
from gatepost.store import logins
from gatepost.store.changes import Change, Delete, Insert, Update
from gatepost.store.login_rows import ThrottleRow
from gatepost.store.tables import THROTTLES, key_of

CODES = Policy(free=20, first_s=60, most_s=3600, forget_after_s=600)
"""For codes of six digits, wherever from: who guesses them has the password already.

They can hold the owner's codes off for a while, not the owner: passkeys and recovery codes
have no such counter, and a new password ends it.
"""

BEGINNINGS = Policy(free=120, first_s=1, most_s=30, forget_after_s=0.5)
"""For sign-ins begun by one network, each of which is a row for ten minutes.

Two a second go on for ever, and an office that arrives together has two minutes' worth more.
"""

_OWN = ("pair:", "browser:")


class Counters(msgspec.Struct, frozen=True, kw_only=True):
    """The counters of one try: `refusing` may turn it away, `slowing` make its answer late."""

    tenant_id: int
    refusing: dict[str, Policy]
    slowing: dict[str, Policy] = {}

    @property
    def names(self) -> list[str]:
        """Give the names of all of them."""
        return [*self.refusing, *self.slowing]


def of_password(
    tenant_id: int,
    account: str,
    address: str | None,
    browser: str | None,
    *,
    entered: str | None = None,
) -> Counters:
    """Give the counters of a password; `browser` is one in which the owner signed in before.

    A try is refused by what was entered, folded: if the names of an account shared that wait,
    a stranger would learn which belong together. It is slowed by the account, whatever its name.
    """
    refused_by = account if browser else entered or account
    return Counters(
        tenant_id=tenant_id,
        refusing=_from(refused_by, address, browser),
        slowing={} if browser else {throttle.account_name(account): throttle.ACCOUNT},
    )


def of_code(tenant_id: int, user_id: str, address: str | None, *, is_short: bool) -> Counters:
    """Give the counters of a second factor; short codes also have one for everywhere."""
    account = f"factor:{user_id}"
    everywhere = {throttle.account_name(account): CODES} if is_short else {}
    return Counters(tenant_id=tenant_id, refusing=_from(account, address, None) | everywhere)


async def count_beginning(corridor: Corridor, writer: Writer, address: str | None) -> None:
    """Count a sign-in that is begun, before anything is kept of it.

    Raises:
        Throttled: too many were, by that network.
    """
    name = f"begun:{throttle.address_name(address or '')}"
    counters = Counters(tenant_id=writer.actor.tenant_id, refusing={name: BEGINNINGS})
    try:
        await count(corridor, writer.actor, counters)
    except Throttled as refusal:
        await refuse(corridor, writer, refusal)


def _from(account: str, address: str | None, browser: str | None) -> dict[str, Policy]:
    place = address or ""
    own = throttle.browser_name(account, browser) if browser else throttle.pair_name(account, place)
    return {own: throttle.PAIR, throttle.address_name(place): throttle.ADDRESS}


class Tried(msgspec.Struct, frozen=True):
    """A try that was counted: its counters as they were before it, and as it left them."""

    counters: Counters
    before: dict[str, ThrottleRow]
    counted: dict[str, ThrottleRow]


def check(counters: Counters, rows: dict[str, ThrottleRow], at: datetime) -> None:
    """Turn a try away that comes too soon.

    Raises:
        Throttled: so many seconds are left to wait.
    """
    wait_s = throttle.wait_s([rows[one] for one in counters.refusing if one in rows], at)
    if wait_s > 0:
        raise Throttled(wait_s=math.ceil(wait_s))


def late_by_s(tried: Tried, at: datetime) -> float:
    """Give the seconds by which the answer is made late."""
    slowing, before = tried.counters.slowing, tried.before
    return throttle.wait_s([before[one] for one in slowing if one in before], at)


async def count(corridor: Corridor, actor: Actor, counters: Counters) -> Tried:
    """Count the try as a failure until it is known to be right.

    Raises:
        Throttled: it comes too soon, which counts as no failure.
    """

    def decide(rows: dict[str, ThrottleRow], at: datetime) -> Plan:
        try:
            check(counters, rows, at)
        except Throttled as refusal:
            return Plan(refusal=refusal)
        counted = _counted(counters, rows, at)
        changes = [_moved(rows.get(name), row) for name, row in counted.items()]
        return Plan(tuple(changes), outcome=Tried(counters, rows, counted))

    tried: Tried = await _run(corridor, actor, counters, decide)
    return tried


async def take_back(corridor: Corridor, actor: Actor, tried: Tried) -> None:
    """Count the try no longer: it was right. What the place has against the account goes.

    What others failed meanwhile stays counted.
    """

    def decide(rows: dict[str, ThrottleRow], _at: datetime) -> Plan:
        changes: list[Change] = []
        for name, counted in tried.counted.items():
            row = rows.get(name)
            is_own = name.startswith(_OWN)
            back = throttle.taken_back(row, before=tried.before.get(name), counted=counted)
            if row and (is_own or back is None):
                changes.append(Delete(THROTTLES, key_of(THROTTLES, row)))
            elif row and back:
                changes.append(_moved(row, back))
        return Plan(tuple(changes))

    await _run(corridor, actor, tried.counters, decide)


async def _run(
    corridor: Corridor,
    actor: Actor,
    counters: Counters,
    decide: Callable[[dict[str, ThrottleRow], datetime], Plan],
) -> Any:  # noqa: ANN401 - the plan's outcome
    async def load() -> dict[str, ThrottleRow]:
        return await logins.throttles(corridor.database, counters.tenant_id, counters.names)

    turn = ("throttle", counters.tenant_id, counters.names[0])
    return await corridor.run(Writer(actor), load, decide, turn=turn)


def _counted(
    counters: Counters, rows: dict[str, ThrottleRow], at: datetime
) -> dict[str, ThrottleRow]:
    return {
        name: throttle.after_failure(
            rows.get(name), tenant_id=counters.tenant_id, name=name, at=at, policy=policy
        )
        for name, policy in (counters.refusing | counters.slowing).items()
    }


def _moved(row: ThrottleRow | None, new: ThrottleRow) -> Change:
    if row is None:
        return Insert(THROTTLES, new)
    return Update(THROTTLES, key_of(THROTTLES, row), _values(new), _values(row))


def _values(row: ThrottleRow) -> dict[str, Any]:
    return {
        "failures": row.failures,
        "seen_at": row.seen_at,
        "blocked_until_at": row.blocked_until_at,
    }
