"""R36 to R38: what is too large or too secret is refused in words, and not kept."""

import secrets
from typing import Any

import pytest

from gatepost.scim.urns import SEARCH_REQUEST
from tests.rules.world import Client, Document, World, a_group, a_user, operations, refused

LONG = secrets.token_hex(5_000)
PHONE = "+4930123456"

TOO_LONG: dict[str, tuple[str, Document]] = {
    "userName": ("/Users", a_user(f"{LONG}@example.com")),
    "externalId": ("/Users", a_user(externalId=LONG)),
    "displayName": ("/Users", a_user(displayName=LONG)),
    "name.formatted": ("/Users", a_user(name={"formatted": LONG})),
    "emails.value": ("/Users", a_user(emails=[{"value": f"{LONG}@example.com"}])),
    "emails.type": ("/Users", a_user(emails=[{"value": "a@example.com", "type": LONG}])),
    "group displayName": ("/Groups", a_group(LONG)),
    "group externalId": ("/Groups", {**a_group(), "externalId": LONG}),
}


@pytest.mark.rule("R38")
@pytest.mark.parametrize("attribute", TOO_LONG)
async def test_r38_what_no_index_can_hold_is_refused_by_its_name(
    okta: Client, attribute: str
) -> None:
    endpoint, body = TOO_LONG[attribute]
    name = attribute.removeprefix("group ")
    refused(await okta.send("POST", endpoint, body), 400, "invalidValue", name, "1024")


@pytest.mark.rule("R38")
async def test_r38_a_filter_does_not_get_around_the_length(okta: Client) -> None:
    """Behind a filter that nobody meets the element it describes comes into being (M3)."""
    user_id = await okta.user()
    path = f'emails[type eq "{"語" * 900}"].value'
    body = operations({"op": "add", "path": path, "value": "ada@example.com"})
    refused(await okta.send("PATCH", f"/Users/{user_id}", body), 400, "invalidValue", "emails.type")


@pytest.mark.rule("R6")
async def test_r6_the_longest_name_is_stored_in_any_script(okta: Client) -> None:
    """Folding may make three letters of one."""
    assert await okta.user("ΐ" * 170)


PATCHES: dict[str, Document] = {
    "no end": {"op": "replace", "path": f'phoneNumbers[value eq "{PHONE}"', "value": "x"},
    "no quotes": {"op": "replace", "path": f"phoneNumbers[value eq {PHONE}]", "value": "x"},
    "no filter": {"op": "add", "path": f"phoneNumbers[{PHONE}]", "value": PHONE},
    "a blank": {"op": "add", "path": f"phoneNumbers {PHONE}", "value": PHONE},
    "container": {"op": "add", "value": {f'phoneNumbers[value eq "{PHONE}"].x.y': PHONE}},
    "sub-attribute": {
        "op": "add",
        "path": "name",
        "value": {f'phoneNumbers[value eq "{PHONE}"].value': PHONE},
    },
}


async def check_not_kept(world: World) -> None:
    await world.house.recorder.flush()
    assert [row for row in await world.everything() if PHONE in row] == []


@pytest.mark.rule("R36")
@pytest.mark.parametrize("mode", ["report", "strict"])
@pytest.mark.parametrize("form", PATCHES)
async def test_r36_a_number_in_a_mistaken_path_is_not_kept(
    world: World, okta: Client, form: str, mode: str
) -> None:
    """Nor in the answer that is kept with the request, nor as the example of a deviation."""
    user_id = await okta.user()
    await world.configured(okta, mode=mode)
    await okta.send("PATCH", f"/Users/{user_id}", operations(PATCHES[form]))
    await check_not_kept(world)


FILTERS = [f'phoneNumbers.value eq "x" {PHONE}', f'phoneNumbers[value eq "{PHONE}"']


@pytest.mark.rule("R36")
@pytest.mark.parametrize("filter_text", FILTERS)
async def test_r36_a_number_in_a_mistaken_filter_is_not_kept(
    world: World, okta: Client, filter_text: str
) -> None:
    await okta.http.get("/Users", params={"filter": filter_text})
    body: Any = {"schemas": [SEARCH_REQUEST], "filter": filter_text}
    refused(await okta.send("POST", "/Users/.search", body), 400, "invalidFilter")
    await check_not_kept(world)


@pytest.mark.rule("R37")
async def test_r37_other_mistakes_are_kept_as_they_were_answered(
    world: World, okta: Client
) -> None:
    answer = await okta.send("GET", "/Users?filter=userName zz ada")
    record = await world.record(answer)
    assert record.answer == answer.content
