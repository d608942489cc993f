"""R14, R16: phone numbers and passwords are accepted, ignored, and kept nowhere."""

from typing import Any

import pytest

from gatepost.scim.urns import USER
from tests.rules.world import Client, Document, World, a_user, operations, steps_of

PHONE = "+4930555010199"
SECRET = "correct-horse-battery"
CANARIES = (PHONE, "555010199", SECRET, "030-5550-199")

ONE = {"value": PHONE, "type": "work", "primary": True}
URN_KEY = f"{USER}:phoneNumbers"
DOTTED_KEY = f"{USER}.phoneNumbers"


def op(verb: str, value: Any = None, path: str | None = None) -> Document:
    """Give an operation with just these parts."""
    sent: Document = {"op": verb}
    if path is not None:
        sent["path"] = path
    return sent if value is None else {**sent, "value": value}


PATCHES: dict[str, Document] = {
    "add": op("add", [ONE], "phoneNumbers"),
    "add one": op("Add", ONE, "phoneNumbers"),
    "replace": op("replace", [ONE], "phoneNumbers"),
    "replace text": op("Replace", PHONE, 'phoneNumbers[type eq "work"].value'),
    "replace sub": op("replace", PHONE, "phoneNumbers.value"),
    "replace filtered": op("replace", ONE, f'phoneNumbers[value eq "{PHONE}"]'),
    "urn path": op("replace", [ONE], URN_KEY),
    "urn filtered": op("replace", PHONE, f'{URN_KEY}[type eq "work"].value'),
    "dotted urn path": op("replace", [ONE], DOTTED_KEY),
    "other case": op("replace", [ONE], "PHONENUMBERS"),
    "colon within": op("replace", PHONE, f'phoneNumbers[value eq "tel:{PHONE}"].value'),
    "remove": op("remove", None, "phoneNumbers"),
    "remove filtered": op("remove", None, f'phoneNumbers[value eq "{PHONE}"]'),
    "remove by value": op("remove", [ONE], "phoneNumbers"),
    "pathless": op("replace", {"phoneNumbers": [ONE]}),
    "pathless filtered": op("add", {'phoneNumbers[type eq "work"].value': PHONE}),
    "pathless urn": op("replace", {URN_KEY: [ONE]}),
    "pathless nested": op("replace", {USER: {"phoneNumbers": [ONE]}}),
    "pathless dotted": op("replace", {"phoneNumbers.value": PHONE}),
    "pathless dotted urn": op("replace", {DOTTED_KEY: [ONE]}),
    "capitals": {"OP": "Replace", "Path": "phoneNumbers", "VALUE": [ONE]},
}

BODIES: dict[str, Document] = {
    "list": {"phoneNumbers": [ONE]},
    "object": {"phoneNumbers": ONE},
    "text": {"phoneNumbers": PHONE},
    "other case": {"PhoneNumbers": [ONE]},
    "urn": {URN_KEY: [ONE]},
    "nested": {USER: {"phoneNumbers": [ONE]}},
    "dotted urn": {DOTTED_KEY: [ONE]},
    "nonsense": {"phoneNumbers": {"a": [[PHONE]]}},
}


async def check_nowhere(world: World, capsys: pytest.CaptureFixture[str], *texts: str) -> None:
    """Look into every row of every table, the answers and the log lines."""
    await world.house.recorder.flush()
    written = capsys.readouterr()
    for place in (*texts, written.out, written.err, *await world.everything()):
        for canary in CANARIES:
            assert canary not in place, place


@pytest.mark.rule("R14")
@pytest.mark.parametrize("form", BODIES)
async def test_r14_post_ignores_phone_numbers_and_applies_the_rest(
    world: World, okta: Client, capsys: pytest.CaptureFixture[str], form: str
) -> None:
    answer = await okta.send("POST", "/Users", a_user(title="Countess", **BODIES[form]))
    assert answer.status_code == 201, answer.text
    made = answer.json()
    assert made["title"] == "Countess"
    assert not {key for key in made if "phone" in key.lower()}
    assert (await world.row(made["id"])).phone is None
    [activity] = await world.left_by(answer)
    assert activity.data["ignored"] == ["phoneNumbers"]
    assert steps_of(await world.record(answer), "map", code="map.ignored")
    await check_nowhere(world, capsys, answer.text)


@pytest.mark.rule("R14")
@pytest.mark.parametrize("form", BODIES)
async def test_r14_put_ignores_phone_numbers_and_applies_the_rest(
    world: World, okta: Client, capsys: pytest.CaptureFixture[str], form: str
) -> None:
    user_id = await okta.user()
    await world.set_user(user_id, phone="+4989123")
    answer = await okta.send("PUT", f"/Users/{user_id}", a_user(title="Dr", **BODIES[form]))
    assert answer.status_code == 200, answer.text
    assert answer.json()["title"] == "Dr"
    assert (await world.row(user_id)).phone == "+4989123"
    [activity] = await world.left_by(answer)
    assert (activity.event, activity.data["ignored"]) == ("user.updated", ["phoneNumbers"])
    await check_nowhere(world, capsys, answer.text)


@pytest.mark.rule("R14")
@pytest.mark.parametrize("form", PATCHES)
async def test_r14_patch_ignores_phone_numbers_and_applies_the_rest(
    world: World, okta: Client, capsys: pytest.CaptureFixture[str], form: str
) -> None:
    user_id = await okta.user()
    await world.set_user(user_id, phone="+4989123")
    body = operations(PATCHES[form], op("replace", "Dr", "title"))
    answer = await okta.send("PATCH", f"/Users/{user_id}", body)
    assert answer.status_code == 200, answer.text
    assert answer.json()["title"] == "Dr"
    assert (await world.row(user_id)).phone == "+4989123"
    [activity] = await world.left_by(answer)
    assert (activity.event, activity.data["ignored"]) == ("user.updated", ["phoneNumbers"])
    await check_nowhere(world, capsys, answer.text)


@pytest.mark.rule("R14")
@pytest.mark.parametrize("form", PATCHES)
async def test_r14_an_attempt_on_nothing_but_the_phone_is_told(
    world: World, okta: Client, capsys: pytest.CaptureFixture[str], form: str
) -> None:
    user_id = await okta.user()
    before = await world.row(user_id)
    answer = await okta.send("PATCH", f"/Users/{user_id}", operations(PATCHES[form]))
    assert answer.status_code == 200, answer.text
    assert await world.row(user_id) == before
    [activity] = await world.left_by(answer)
    assert activity.event == "user.attributes_ignored"
    await check_nowhere(world, capsys, answer.text)


@pytest.mark.rule("R14")
@pytest.mark.parametrize(
    "filter_text",
    [
        f'phoneNumbers eq "{PHONE}"',
        f'phoneNumbers.value eq "{PHONE}"',
        f'phoneNumbers[type eq "work" and value eq "{PHONE}"]',
        f'{USER}:phoneNumbers.value co "{PHONE}"',
        f'userName eq "ada" and phoneNumbers.value eq "{PHONE}"',
        f'phoneNumbers eq "{PHONE}',
        f'phoneNumbers is "{PHONE}"',
        f"phoneNumbers eq {PHONE} or",
    ],
)
async def test_r36_a_number_that_is_searched_for_is_kept_nowhere(
    world: World, okta: Client, capsys: pytest.CaptureFixture[str], filter_text: str
) -> None:
    """Nobody is found by a number, and the question does not leave it in the record."""
    user_id = await okta.user("ada")
    await world.set_user(user_id, phone=PHONE)
    answer = await okta.http.get("/Users", params={"filter": filter_text})
    if answer.status_code == 200:
        assert answer.json()["Resources"] == []
    search = {"schemas": ["urn:ietf:params:scim:api:messages:2.0:SearchRequest"]}
    await okta.send("POST", "/Users/.search", {**search, "filter": filter_text})
    await check_nowhere(world, capsys)


@pytest.mark.rule("R36")
async def test_r36_what_fails_leaves_no_secret_either(
    world: World, okta: Client, capsys: pytest.CaptureFixture[str]
) -> None:
    """Refused by a rule, by the protocol, or by the schema: the body is redacted all the same."""
    await okta.user()
    secrets = {"password": SECRET, "phoneNumbers": [ONE]}
    answers = [
        await okta.send("POST", "/Users", a_user(**secrets)),
        await okta.send("POST", "/Users", {**a_user("b", **secrets), "emails": 7}),
        await okta.send("POST", "/Users", {**secrets, "schemas": [USER]}),
        await okta.send("POST", "/Users/none", a_user(**secrets)),
        await okta.send("PATCH", "/Users/none", operations(op("nope", SECRET, "password"))),
        await okta.send("PUT", "/Groups/none", {"displayName": "x", **secrets}),
    ]
    assert [one.status_code for one in answers] == [409, 400, 400, 405, 400, 404]
    await check_nowhere(world, capsys)


@pytest.mark.rule("R36")
async def test_r36_tokens_are_kept_nowhere(
    world: World, okta: Client, capsys: pytest.CaptureFixture[str]
) -> None:
    """Neither the one that opens nor one that does not nor one in a query."""
    secret = okta.token.secret
    answers = [
        await okta.send("GET", f"/Users?access_token={secret}&token={secret}"),
        await okta.send("GET", "/Users", Authorization=f"Bearer {secret}x"),
    ]
    assert [one.status_code for one in answers] == [200, 401]
    await world.house.recorder.flush()
    written, texts = capsys.readouterr(), [one.text for one in answers]
    for place in (written.out, written.err, *texts, *await world.everything()):
        assert secret not in place


@pytest.mark.rule("R16")
async def test_r16_a_password_is_accepted_and_ignored(
    world: World, okta: Client, capsys: pytest.CaptureFixture[str]
) -> None:
    """Accepted in each verb, never returned; it alone is a write that changes nothing."""
    made = await okta.send("POST", "/Users", a_user(password=SECRET))
    assert made.status_code == 201
    path = f"/Users/{made.json()['id']}"
    before = await world.row(made.json()["id"])
    patched = [
        await okta.send("PATCH", path, operations(op("replace", SECRET, "password"))),
        await okta.send("PATCH", path, operations(op("replace", {"password": SECRET}))),
        await okta.send("PATCH", path, operations(op("replace", SECRET, f"{USER}:password"))),
        await okta.send("PUT", path, a_user(password=SECRET)),
    ]
    assert [one.status_code for one in patched] == [200, 200, 200, 200]
    assert all("password" not in one.json() for one in (made, *patched))
    assert await world.row(made.json()["id"]) == before
    await check_nowhere(world, capsys, *(one.text for one in patched))
