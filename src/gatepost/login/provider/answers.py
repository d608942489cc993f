"""Refused SAML Responses are counted by network and provider: each costs work, and anybody posts.

An honest person behind the same address is in nobody's way: a colleague who fails now and then
stays far below what is free, and whoever fails without end makes the others wait seconds.
"""

from gatepost.lifecycle.corridor import Corridor
from gatepost.login.native import throttling
from gatepost.login.native.throttling import Counters
from gatepost.login.proofs.throttle import Policy, network_of
from gatepost.login.refusals import Throttled
from gatepost.login.visit import Visit, sent_by
from gatepost.store import logins
from gatepost.store.rows import ProviderRow

_REFUSED = Policy(free=40, first_s=1, most_s=10, forget_after_s=3)


async def check(corridor: Corridor, visit: Visit, provider: ProviderRow) -> None:
    """Turn away a network that sent too much of late that was refused.

    Raises:
        Throttled: so many seconds are left to wait.
    """
    counters = _counters(visit, provider)
    rows = await logins.throttles(corridor.database, counters.tenant_id, counters.names)
    throttling.check(counters, rows, corridor.clock.now())


async def count_refused(corridor: Corridor, visit: Visit, provider: ProviderRow) -> None:
    """Count an answer that was refused."""
    try:
        await throttling.count(corridor, sent_by(visit, provider).actor, _counters(visit, provider))
    except Throttled:
        return  # another one, at the same moment, was the last that is borne


def _counters(visit: Visit, provider: ProviderRow) -> Counters:
    name = f"answers:{network_of(visit.address or '')}:{provider.provider_id}"
    return Counters(tenant_id=provider.tenant_id, refusing={name: _REFUSED})
