"""The system page says what the doctor finds; settings are the tenant's own or only shown."""

import pytest

from gatepost.base.launch import Launch
from gatepost.base.settings import Settings
from gatepost.base.shown_settings import shown
from gatepost.scim.urns import GATEPOST_USER
from gatepost.store.database import StoreUnavailable
from gatepost.store.rows import UserRow
from tests.rules.world import SECRET_KEY, World, a_user
from tests.web.console.conftest import SignIn
from tests.web.console.test_access import stranger
from tests.web.console.visitor import Visitor, said

SETTINGS = "/console/system/settings"
URN = "urn:ietf:params:scim:schemas:extension:default:2.0:User"
OTHER = "urn:ietf:params:scim:schemas:extension:otherproduct:2.0:User"
ATTRIBUTE = {"urn": URN, "name": "costCenter", "type": "string", "description": "Who pays"}


async def test_the_state_is_what_the_doctor_finds(admin: Visitor) -> None:
    words = said(await admin.http.get("/console/system"))
    assert "1 thing is broken: mend that first." in words, "the test's clock stands still"
    assert "Clock This machine's clock is" in words
    assert "Migrations At 3, the newest. In order" in words
    assert "No administrator of default has a password" in words
    assert "What to do: gatepost user invite USER --tenant default" in words
    assert "Request records" in words


async def test_the_state_of_another_tenant_is_not_told(world: World, visit: SignIn) -> None:
    client = await world.client("Okta")
    token = client.token.row
    words = said(await (await visit(await stranger(world))).http.get("/console/system"))
    assert "Okta" not in words
    assert token.hint not in words
    assert "grace@gatepost.test" not in words


async def test_a_lost_database_is_said_to_be_away(
    world: World, admin: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def away(*_: object) -> None:
        raise StoreUnavailable("gone")

    monkeypatch.setattr("gatepost.tenancy.doctor.examination.examined", away)
    assert (await admin.http.get("/console/system")).status_code == 503
    assert world.house.recorder.dropped == 0


async def test_the_servers_settings_are_shown_with_their_origin_and_without_secrets(
    admin: Visitor,
) -> None:
    page = await admin.http.get(SETTINGS)
    words = said(page)
    assert "GATEPOST_PUBLIC_URL https://gatepost.test default" in words
    assert "GATEPOST_SECRET_KEYS set, not shown" in words
    assert SECRET_KEY not in page.text


def test_where_a_setting_comes_from_is_told() -> None:
    settings = Settings(mail_url="smtp://user:hush@mail.example", session_idle_s=90)
    launch = Launch(origins={"mail_url": "environment (GATEPOST_MAIL_URL)"})
    found = {one.name: one for one in shown(settings, launch)}
    assert (found["mail_url"].value, found["mail_url"].origin) == (
        "set, not shown", "environment (GATEPOST_MAIL_URL)",
    )  # fmt: skip
    assert (found["session_idle_s"].value, found["session_idle_s"].origin) == ("90", "default")
    assert found["sms_url"].value == "not set"
    assert "hush" not in repr(list(found.values()))
    with_password = Settings(sms_url="https://user:hush@sms.example/x", sms_countries="DE")  # type: ignore[arg-type]
    [gateway] = [one for one in shown(with_password, launch) if one.name == "sms_url"]
    assert gateway.value == "https://…@sms.example/x"


async def test_a_custom_attribute_is_declared_sent_and_removed(
    world: World, admin: Visitor
) -> None:
    form = await admin.http.get(f"{SETTINGS}/attributes/new")
    assert f'value="{URN}"' in form.text, "proposed"
    done = await admin.change(f"{SETTINGS}/attributes", ATTRIBUTE)
    assert done.headers["location"] == f"{SETTINGS}?done=saved"
    assert "costCenter Text one Who pays" in said(await admin.http.get(SETTINGS))
    client = await world.client()
    made = await client.created(a_user(**{URN: {"costCenter": "4711"}}))
    assert made[URN] == {"costCenter": "4711"}
    await admin.change(f"{SETTINGS}/attributes", {**ATTRIBUTE, "name": "badge"})
    await admin.change(f"{SETTINGS}/attributes/remove", {"urn": URN, "name": "costCenter"})
    words = said(await admin.http.get(SETTINGS))
    assert ("costCenter" in words, "badge" in words) == (False, True)
    await admin.change(f"{SETTINGS}/attributes/remove", {"urn": URN, "name": "badge"})
    assert (await world.house.tenants.of(world.tenant_id)).settings["schemas"] == []


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"name": ""}, "This must not be empty"),
        ({"name": "9lives"}, "a name begins with a letter"),
        ({"urn": "mine"}, "write a URN of your own"),
        ({"urn": GATEPOST_USER}, "belongs to a standard or shipped schema"),
        ({"type": "complex"}, "needs a list of 1 to 100 attributes"),
    ],
)
async def test_what_is_no_attribute_is_said_beside_its_field(
    world: World, admin: Visitor, wrong: dict[str, str], sentence: str
) -> None:
    answer = await admin.change(f"{SETTINGS}/attributes", {**ATTRIBUTE, **wrong})
    assert answer.status_code == 400
    assert sentence in said(answer)
    assert 'value="Who pays"' in answer.text, "what was typed is kept"
    assert (await world.house.tenants.of(world.tenant_id)).settings == {}


async def test_the_same_attribute_is_not_declared_twice(admin: Visitor) -> None:
    await admin.change(f"{SETTINGS}/attributes", ATTRIBUTE)
    again = await admin.change(f"{SETTINGS}/attributes", {**ATTRIBUTE, "name": "COSTCENTER"})
    assert (again.status_code, "is there already" in said(again)) == (400, True)


@pytest.mark.rule("R10")
async def test_an_alias_is_understood_until_it_is_removed(world: World, admin: Visitor) -> None:
    client = await world.client()
    form = {"alias": OTHER, "urn": GATEPOST_USER}
    done = await admin.change(f"{SETTINGS}/aliases", form)
    assert done.headers["location"] == f"{SETTINGS}?done=saved"
    user_id = await client.user(**{OTHER: {"userType": "Technician"}})
    assert (await world.row(user_id)).user_type == "technician"
    again = await admin.change(f"{SETTINGS}/aliases", {**form, "alias": OTHER.upper()})
    assert (again.status_code, "is there already" in said(again)) == (400, True)
    await admin.change(f"{SETTINGS}/aliases/remove", {"alias": OTHER})
    other_id = await client.user("bob@example.com", **{OTHER: {"userType": "Technician"}})
    assert (await world.row(other_id)).user_type == "end_user"


@pytest.mark.parametrize(
    "form", [{"alias": "nothing", "urn": GATEPOST_USER}, {"alias": OTHER, "urn": "urn:a:b"}, {}]
)
async def test_what_is_no_alias_is_refused(
    world: World, admin: Visitor, form: dict[str, str]
) -> None:
    assert (await admin.change(f"{SETTINGS}/aliases", form)).status_code == 400
    assert (await world.house.tenants.of(world.tenant_id)).settings == {}


async def test_the_whole_is_edited_as_a_document(world: World, admin: Visitor) -> None:
    await admin.change(f"{SETTINGS}/attributes", ATTRIBUTE)
    page = await admin.http.get(f"{SETTINGS}/document")
    assert "&#34;costCenter&#34;" in page.text
    for wrong in ("{", "[]", '{"schemas": 1}', '{"tenants": []}', '{"schemas": [{"id": "x"}]}'):
        answer = await admin.change(f"{SETTINGS}/document", {"document": wrong})
        assert answer.status_code == 400, wrong
        assert "problem" in said(answer)
    await admin.change(f"{SETTINGS}/document", {"document": '{"schemas": [], "aliases": {}}'})
    assert (await world.house.tenants.of(world.tenant_id)).settings["schemas"] == []


async def test_a_document_without_what_may_be_left_out_is_shown(
    world: World, admin: Visitor
) -> None:
    name = {"name": "formatted"}
    schema = {"id": URN, "attributes": [{"name": "badge"}, {"name": "office", "type": "complex"}]}
    schema["attributes"][1]["subAttributes"] = [name]  # type: ignore[index]
    await world.house.tenants.configure(world.writer, "default", {"schemas": [schema]})
    words = said(await admin.http.get(SETTINGS))
    assert "badge Text one" in words
    assert "office Several parts one" in words


async def test_a_change_is_in_the_log(world: World, admin: Visitor, grace: UserRow) -> None:
    await admin.change(f"{SETTINGS}/attributes", ATTRIBUTE)
    last = (await world.activities())[-1]
    assert (last.event, last.actor_name) == ("tenant.updated", grace.user_name)
