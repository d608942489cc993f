"""R12, R26: what providers are set to, and what becomes of a conflict when one is gone."""

import pytest

from gatepost.lifecycle.conflicts import ADOPT
from gatepost.lifecycle.refusals import AdoptionRefused
from gatepost.tenancy.refusals import DomainClaimed, SettingInvalid
from tests.rules.world import Client, World, a_user, refused

ADA = "ada@example.com"
UNICODE, ASCII = "münchen.example", "xn--mnchen-3ya.example"


@pytest.mark.rule("R12")
async def test_r12_a_deleted_provider_adopts_nobody(world: World, okta: Client) -> None:
    """Its conflicts outlive it; whom it managed, nobody could change or release."""
    user = await world.local_user(ADA)
    await world.configured(okta, adoption="review")
    await okta.send("POST", "/Users", a_user(ADA))
    [conflict] = await world.house.conflicts.open(world.tenant_id)
    await world.house.providers.delete(world.writer, okta.provider)
    schema = (await world.house.tenants.schemas(world.tenant_id)).user
    with pytest.raises(AdoptionRefused) as refusal:
        await world.house.conflicts.resolve(
            world.writer, conflict.row.conflict_id, ADOPT, schema=schema
        )
    assert refusal.value.facts["limit"] == "provider_deleted"
    assert (await world.row(user.user_id)).provider_id is None


@pytest.mark.parametrize("domain", ["a..b", "ü" * 70 + ".example", ".", "example", ""])
async def test_what_is_no_domain_is_refused_in_words(
    world: World, okta: Client, domain: str
) -> None:
    with pytest.raises(SettingInvalid):
        await world.configured(okta, domains=[domain])


@pytest.mark.rule("R12")
@pytest.mark.parametrize(("claimed", "other"), [(UNICODE, ASCII), (ASCII, UNICODE)])
async def test_r12_a_domain_is_one_in_both_its_forms(
    world: World, okta: Client, claimed: str, other: str
) -> None:
    """Else the default provider could have what another claims, written the other way."""
    await world.configured(okta, domains=[], is_default=True)
    entra = await world.client("Entra", domains=[claimed])
    user = await world.local_user(f"ada@{other}")
    answer = await okta.send("POST", "/Users", a_user(f"ada@{other}"))
    refused(answer, 409, "uniqueness", "not in the email domains")
    with pytest.raises(DomainClaimed):
        await world.client("Ping", domains=[other])
    assert (await entra.created(a_user(f"ada@{other}")))["id"] == user.user_id
