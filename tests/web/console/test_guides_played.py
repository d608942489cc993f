"""Every product that the simulator plays turns its own guide green, from the test to the leaver."""

import re

import httpx2
import pytest

from gatepost.simulator.client import ScimClient, connected
from gatepost.simulator.people import Company, Team
from gatepost.simulator.profile import load
from gatepost.web.console.guides import source
from tests.rules.world import PUBLIC_URL, World
from tests.web.console.visitor import Visitor

_STATE = re.compile(r'<li class="is-(\w+)"><a href="#([^"]+)"')
_COMPANY = Company(name="Acme", domain="example.com")


async def open_steps(world: World, admin: Visitor, vendor: str) -> set[str]:
    """Give what is still waited for, by observation."""
    await world.house.recorder.flush()
    guide = f"{vendor}-scim"
    page = await admin.http.get(f"/console/providers/played/guides/{guide}")
    seen = {step.anchor: step.seen for step in source.guides()[guide].steps}
    states = {anchor: state for state, anchor in _STATE.findall(page.text)}
    return {
        name
        for anchor, names in seen.items()
        if states[anchor] not in {"seen", "by_hand"}
        for name in names
    }


@pytest.mark.parametrize(
    "profile",
    ["entra", "entra-compliant", "okta", "okta-wizard", "onelogin", "jumpcloud", "ping"],
)
async def test_a_played_product_turns_its_guide_green(
    world: World, admin: Visitor, profile: str
) -> None:
    vendor = profile.partition("-")[0]
    made = await world.client("Played", vendor=vendor, slug="played")
    assert await open_steps(world, admin, vendor) == {
        "token_used", "probe", "user", "group", "deactivation",
    }  # fmt: skip
    async with connected(
        load(profile),
        f"{PUBLIC_URL}/scim/v2/played",
        made.token.secret,
        on_exchange=lambda _: None,
        transport=httpx2.ASGITransport(app=world.app),
    ) as played:
        await _walk(world, admin, vendor, played)


async def _walk(world: World, admin: Visitor, vendor: str, played: ScimClient) -> None:
    assert (await played.probe(_COMPANY.guid("probe"))).is_success
    assert await open_steps(world, admin, vendor) == {"user", "group", "deactivation"}
    account = await played.provision(_COMPANY.person(0))
    assert account is not None
    assert await open_steps(world, admin, vendor) == {"group", "deactivation"}
    pushed = await played.push_group(Team(display_name="Support", guid=_COMPANY.guid("team")))
    assert pushed is not None
    assert await open_steps(world, admin, vendor) == {"deactivation"}
    await played.set_active(account, active=False)
    assert await open_steps(world, admin, vendor) == set()
