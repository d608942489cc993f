"""Exponential delay in place of lockout: what each counter may do, and what none may.

A lockout lets anybody keep anybody out by guessing badly at their account. So three
counters share the work, and each does only what it can do without that:

- **An account from a network** (`pair_name`) carries the real delay: 5 free tries, then
  2 s, 4 s, … up to an hour. Only who fails there waits there; the owner, elsewhere, does not.
- **A network** (`address_name`) meets one machine that tries many accounts. It is milder,
  30 free tries and 30 s at most, because an office or a carrier sits behind one address.
- **An account** (`account_name`) meets a guess that comes from everywhere. It never
  refuses: a shared refusal goes to whoever asks most often, which is the attacker, and 4 s
  of it renewed for ever is a lockout. It makes the *answer* late, by 4 s at most: long
  enough to make every guess hold a connection, short enough that an owner under
  attack takes it for a slow page.

So a thousand networks get some 40 thousand guesses at one account on the first day
and 24 thousand on each later one: little against 12 characters that are in no list of
leaked passwords, and whoever is right meets the second factor (R33). An attacker in the owner's
own network can still fill the pair; hence the fourth name, **an account in a browser where
its owner signed in before** (`browser_name`): such a browser is asked by its own counter
in place of the pair's, and is not slowed by the account's. It meets the network's like everybody
there, so that no pile of such cookies makes one machine quick; that is 30 s at most. It is known
until its owner sets another password. Passkeys and a link by mail stay open whatever others do.

How the flow uses them: refuse while `wait_s` of pair (or browser) and address is above zero,
which counts as no failure; answer late by `wait_s` of the account; write all `after_failure`
rows *before* the hash is computed, else a thousand tries at once all read the same count. When
it was right, drop the pair's and the browser's row and take the one try back from the others
with `taken_back`, reading them anew: putting them back as they were would also take back
whatever the same network tried elsewhere meanwhile.
"""

import ipaddress
import math
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final

import msgspec

from gatepost.store.login_rows import ThrottleRow


class Policy(msgspec.Struct, frozen=True):
    """How failures become a delay.

    `free` failures cost nothing; the next costs `first_s`, each further one twice
    as much, at most `most_s`. One failure is forgotten every `forget_after_s`.
    """

    free: int
    first_s: float
    most_s: float
    forget_after_s: float

    @property
    def counted_max(self) -> int:
        """Give the failures beyond which none is counted: the delay is at its most.

        Without it a night of guessing would take a month to be forgotten.
        """
        return self.free + 1 + math.ceil(math.log2(self.most_s / self.first_s))

    @property
    def kept_s(self) -> float:
        """Give how long after `seen_at` a row can still matter; then it may be deleted."""
        return self.counted_max * self.forget_after_s

    def delay_s(self, failures: int) -> float:
        """Give what that many failures cost."""
        if failures <= self.free:
            return 0.0
        doubled = min(failures, self.counted_max) - self.free - 1
        return min(self.first_s * float(2**doubled), self.most_s)


PAIR: Final = Policy(free=5, first_s=2, most_s=3600, forget_after_s=3600)
"""For an account from a network, and for an account in a known browser."""

ADDRESS: Final = Policy(free=30, first_s=1, most_s=30, forget_after_s=30)
"""For a network, whatever the account."""

ACCOUNT: Final = Policy(free=10, first_s=0.5, most_s=4, forget_after_s=600)
"""For an account, wherever from; only ever slows."""

KEPT_S: Final = max(policy.kept_s for policy in (PAIR, ADDRESS, ACCOUNT))
"""After that many seconds any row may be deleted by its `seen_at`."""


def account_name(account: str) -> str:
    """Name the counter of an account: a user's id, or what was entered when there is no user."""
    return f"account:{account}"


def address_name(address: str) -> str:
    """Name the counter of the network that an address belongs to."""
    return f"address:{network_of(address)}"


def pair_name(account: str, address: str) -> str:
    """Name the counter of an account from a network."""
    return f"pair:{network_of(address)}:{account}"


def browser_name(account: str, browser: str) -> str:
    """Name the counter of an account in a browser that proved to know it.

    `browser` is the hexadecimal digest of a cookie that was set when its owner last signed in.
    """
    return f"browser:{browser}:{account}"


def network_of(address: str) -> str:
    """Give what one subscriber has: an IPv4 address, or the /64 of an IPv6 address.

    Not the /24 of an IPv4 address, which would let neighbours slow each other; within
    a /64 every machine may take a new address as often as it likes. What is no address,
    such as a Unix socket's peer, is a network of its own.
    """
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return "unknown"
    if isinstance(found, ipaddress.IPv6Address):
        if found.ipv4_mapped is None:
            return str(ipaddress.ip_network((found, 64), strict=False))
        found = found.ipv4_mapped
    return f"{found}/32"


def after_failure(
    row: ThrottleRow | None, *, tenant_id: int, name: str, at: datetime, policy: Policy
) -> ThrottleRow:
    """Give the row once one more has failed.

    `seen_at` is the instant up to which failures were forgotten: at most
    `forget_after_s` before the failure, so that no part of such a period is lost.
    """
    failures, seen_at = (0, at) if row is None else _remembered(row, at, policy)
    failures = min(failures + 1, policy.counted_max)
    blocked_until = at + timedelta(seconds=policy.delay_s(failures))
    if row is not None:
        blocked_until = max(blocked_until, row.blocked_until_at)
    return ThrottleRow(
        tenant_id=tenant_id,
        name=name,
        failures=failures,
        seen_at=seen_at,
        blocked_until_at=blocked_until,
    )


def taken_back(
    row: ThrottleRow | None, *, before: ThrottleRow | None, counted: ThrottleRow
) -> ThrottleRow | None:
    """Give the row once a try that was counted proved right; nothing when none is needed.

    `row` is as it is now, `counted` as the try left it, `before` as it was before that.
    What others failed meanwhile stays counted, and so does the delay it costs.
    """
    if row is None:
        return None
    if row == counted:
        return before
    return msgspec.structs.replace(row, failures=max(row.failures - 1, 0))


def wait_s(rows: Iterable[ThrottleRow], at: datetime) -> float:
    """Give the seconds until the last of the rows lets through; 0 when all do."""
    return max((max((row.blocked_until_at - at).total_seconds(), 0.0) for row in rows), default=0.0)


def _remembered(row: ThrottleRow, at: datetime, policy: Policy) -> tuple[int, datetime]:
    """Give the failures not yet forgotten, and the instant from which the next one counts down."""
    passed_s = max((at - row.seen_at).total_seconds(), 0.0)
    forgotten = int(passed_s // policy.forget_after_s)
    if forgotten >= row.failures:
        return 0, at
    return row.failures - forgotten, row.seen_at + timedelta(
        seconds=forgotten * policy.forget_after_s
    )
