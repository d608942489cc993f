"""R39: tolerant, counting, or to the letter."""

from typing import Any

import pytest

from gatepost.scim.urns import USER
from tests.rules.world import EXTENSION, Client, World, a_user, operations, refused

DEVIATIONS: dict[str, tuple[str, str, Any, int, str | None]] = {
    "P2": ("PATCH", "/Users/{ada}", operations({"op": "Replace", "path": "title", "value": "x"}), 400, "invalidSyntax"),  # noqa: E501
    "P3": ("PATCH", "/Users/{ada}", {"Operations": [{"op": "add", "path": "title", "value": "x"}]}, 400, "invalidSyntax"),  # noqa: E501
    "P4": ("POST", "/Users", {**a_user("b"), "schemas": [USER, "urn:x:y"]}, 400, "invalidValue"),
    "P5": ("POST", "/Users", a_user("b", active="True"), 400, "invalidValue"),
    "P7": ("POST", "/Users", a_user("b", emails={"value": "b@example.com"}), 400, "invalidValue"),
    "P9": ("POST", "/Users", a_user("b", shoeSize=38), 400, None),
    "M2": ("PATCH", "/Users/{ada}", operations({"op": "replace", "value": {"title": "x"}}), 400, "invalidPath"),  # noqa: E501
    "M3": ("PATCH", "/Users/{ada}", operations({"op": "add", "path": 'emails[type eq "home"].value', "value": "h@x.org"}), 400, "noTarget"),  # noqa: E501
    "M5": ("PATCH", "/Users/{ada}", operations({"op": "add", "path": "department", "value": "x"}), 400, "invalidPath"),  # noqa: E501
}  # fmt: skip


async def sent(client: Client, rule: str, user_id: str) -> Any:
    method, path, body, _, _ = DEVIATIONS[rule]
    return await client.send(method, path.replace("{ada}", user_id), body)


@pytest.mark.rule("R39")
@pytest.mark.parametrize("rule", DEVIATIONS)
async def test_r39_tolerant_lets_through_and_counts_nothing(
    world: World, okta: Client, rule: str
) -> None:
    answer = await sent(okta, rule, await okta.user())
    assert answer.status_code in {200, 201}, answer.text
    await world.house.recorder.flush()
    assert await world.house.providers.deviations(okta.provider) == []


@pytest.mark.rule("R39")
@pytest.mark.parametrize("rule", DEVIATIONS)
async def test_r39_report_lets_through_and_counts_with_the_last_example(
    world: World, okta: Client, rule: str
) -> None:
    user_id = await okta.user()
    await world.configured(okta, mode="report")
    first = await sent(okta, rule, user_id)
    assert first.status_code in {200, 201}, first.text
    world.clock.move(60)
    await world.house.recorder.flush()
    if first.status_code == 201:
        await okta.send("DELETE", f"/Users/{first.json()['id']}")
    else:
        await okta.send("PUT", f"/Users/{user_id}", a_user())
    await sent(okta, rule, user_id)
    await world.house.recorder.flush()
    found = {one.rule: one for one in await world.house.providers.deviations(okta.provider)}
    assert rule in found
    assert found[rule].seen == 2
    assert found[rule].example
    assert (found[rule].last_at - found[rule].first_at).total_seconds() == 60
    for one in found.values():
        assert "example.com" not in one.example, "an example names no person"


@pytest.mark.rule("R39")
@pytest.mark.parametrize("rule", DEVIATIONS)
async def test_r39_strict_refuses_and_changes_nothing(
    world: World, okta: Client, rule: str
) -> None:
    user_id = await okta.user()
    before = await world.row(user_id)
    await world.configured(okta, mode="strict")
    answer = await sent(okta, rule, user_id)
    _, _, _, status, scim_type = DEVIATIONS[rule]
    assert answer.status_code == status, answer.text
    if scim_type:
        refused(answer, status, scim_type)
    assert await world.row(user_id) == before
    assert await world.events(answer) == []
    assert await okta.find('userName eq "b"') == []


@pytest.mark.rule("R39")
async def test_r39_strict_takes_what_is_to_the_letter_and_says_so(
    world: World, okta: Client
) -> None:
    await world.configured(okta, mode="strict")
    body = {**a_user(active=True), EXTENSION: {"userType": "Technician", "organizationId": ["All"]}}
    body["schemas"] = [USER, EXTENSION]
    user_id = (await okta.created(body))["id"]
    patch = operations({"op": "replace", "path": "title", "value": "x"})
    assert (await okta.send("PATCH", f"/Users/{user_id}", patch)).status_code == 200
    config = (await okta.send("GET", "/ServiceProviderConfig")).json()
    assert config["interopProfileConformant"] is True
    for mode in ("tolerant", "report"):
        await world.configured(okta, mode=mode)
        config = (await okta.send("GET", "/ServiceProviderConfig")).json()
        assert "interopProfileConformant" not in config


@pytest.mark.rule("R39")
async def test_r39_a_refused_request_is_counted_too(world: World, okta: Client) -> None:
    """What was tolerated before the refusal was tolerated."""
    await world.configured(okta, mode="report")
    await okta.send("POST", "/Users", a_user("", active="True"))
    await world.house.recorder.flush()
    rules = {one.rule for one in await world.house.providers.deviations(okta.provider)}
    assert "P5" in rules
