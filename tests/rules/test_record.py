"""R36 to R38: what happened, what was asked, and what the administrator is told."""

import re
from typing import Any

import httpx2
import msgspec
import pytest

from gatepost.activity.reasons import FIXES
from gatepost.activity.vocabulary import EVENTS, sentence
from gatepost.base.refusal import Refusal
from gatepost.store.database import StoreUnavailable
from tests.rules.world import (
    Client,
    World,
    a_group,
    a_user,
    operations,
    refused,
    replace,
    steps_of,
    together,
)

NEVER = "00000000-0000-7000-8000-00000000beef"


@pytest.mark.rule("R36")
async def test_r36_an_activity_says_who_what_before_and_after_and_why(
    world: World, okta: Client
) -> None:
    user_id = await okta.user(title="Countess", emails=[{"value": "ada@example.com"}])
    world.clock.move(60)
    answer = await okta.send(
        "PATCH",
        f"/Users/{user_id}",
        operations(
            {"op": "replace", "path": "title", "value": "Dr"},
            {"op": "replace", "path": "name.givenName", "value": "Augusta"},
            {"op": "remove", "path": "emails"},
        ),
    )
    [one] = await world.left_by(answer)
    assert (one.type, one.event, one.status_code) == ("SSO", "user.updated", "SSO_USER_UPDATED")
    assert (one.actor_kind, one.actor_name) == ("scim_client", "Okta")
    assert (one.provider_id, one.token_id) == (
        okta.provider.provider_id,
        okta.token.row.token_id,
    )
    assert (one.subject_kind, one.subject_id) == ("user", user_id)
    assert one.at == world.clock.now()
    assert one.request_id == answer.headers["X-Request-Id"]
    assert one.data["changes"] == {
        "title": ["Countess", "Dr"],
        "name.givenName": ["Ada", "Augusta"],
        "emails": [[{"value": "ada@example.com"}], None],
    }


@pytest.mark.rule("R36")
async def test_r36_one_activity_for_each_effect(world: World, okta: Client) -> None:
    """A request with several effects leaves one entry for each, none twice."""
    user_id = await okta.user()
    answer = await okta.send(
        "PUT", f"/Users/{user_id}", a_user(active=False, title="Dr", userType="Technician")
    )
    assert sorted(await world.events(answer)) == [
        "user.deactivated",
        "user.type_changed",
        "user.updated",
    ]
    [updated] = [one for one in await world.left_by(answer) if one.event == "user.updated"]
    assert updated.data["changes"] == {"title": [None, "Dr"], "userType": [None, "Technician"]}


@pytest.mark.rule("R36")
async def test_r36_every_entry_has_a_sentence_without_gaps(world: World, okta: Client) -> None:
    user_id = await okta.user()
    group_id = await okta.group("Support", [user_id])
    await okta.send("PATCH", f"/Users/{user_id}", replace("title", "x"))
    await okta.send("PATCH", f"/Users/{user_id}", replace("active", value=False))
    await okta.send("PATCH", f"/Users/{user_id}", replace("active", value=True))
    await okta.send("PATCH", f"/Users/{user_id}", replace("phoneNumbers", []))
    await okta.send("PATCH", f"/Groups/{group_id}", operations({"op": "remove", "path": "members"}))
    await okta.send("DELETE", f"/Groups/{group_id}")
    await okta.send("DELETE", f"/Users/{user_id}")
    local = await world.local_user("grace@example.com")
    await okta.send("PATCH", f"/Users/{local.user_id}", replace("title", "x"))
    found = await world.activities()
    assert {one.type for one in found} == {"SSO"}
    for one in found:
        assert one.status_code == EVENTS[one.event].status_code
        said = sentence(
            one.event, actor=one.actor_name, subject=one.subject_name, data=dict(one.data)
        )
        assert not re.search(r"(^| )-( |$|,)", said), said


@pytest.mark.rule("R36")
async def test_r36_activity_and_effect_are_one_transaction(
    world: World, okta: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """When the store fails, neither is there; the client may try again."""
    user_id = await okta.user()
    before = await world.activities()

    async def fail(*_: Any) -> None:
        raise StoreUnavailable("gone")

    with monkeypatch.context() as patch:
        patch.setattr(world.house.database, "commit", fail)
        answer = await okta.send("PATCH", f"/Users/{user_id}", replace("title", "x"))
    refused(answer, 503, None, "does not answer")
    assert int(answer.headers["Retry-After"]) > 0
    assert await world.activities() == before
    assert (await world.row(user_id)).version == 1
    assert (await world.record(answer)).reason == "server.unavailable"


@pytest.mark.rule("R37")
async def test_r37_an_accepted_write_leaves_its_steps(world: World, okta: Client) -> None:
    answer = await okta.send("POST", "/Users?aadOptscim062020", a_user(active="True"))
    record = await world.record(answer)
    assert record.request_id == answer.headers["X-Request-Id"]
    assert (record.method, record.path) == ("POST", "/scim/v2/okta/Users?aadOptscim062020")
    assert (record.status, record.reason) == (201, "ok")
    assert (record.provider_id, record.token_id) == (
        okta.provider.provider_id,
        okta.token.row.token_id,
    )
    assert (record.subject_kind, record.subject_key) == ("user", "ada@example.com")
    assert record.subject_id == answer.json()["id"]
    kinds = [step["kind"] for step in record.steps]
    assert list(dict.fromkeys(kinds)) == [
        "authenticate",
        "parse",
        "dialect",
        "match",
        "map",
        "apply",
    ]
    assert steps_of(record, "dialect")[0]["rules"] == ["P5"]
    assert record.body is not None
    assert msgspec.json.decode(record.body)["userName"] == "ada@example.com"


@pytest.mark.rule("R37")
async def test_r37_a_look_up_is_recorded_by_whom_it_was_about(world: World, okta: Client) -> None:
    """So support can tell: the provider did ask for the person, and found nobody."""
    answer = await okta.http.get("/Users", params={"filter": 'userName eq "Nobody@example.com"'})
    record = await world.record(answer)
    assert (record.status, record.reason) == (200, "read")
    assert (record.subject_kind, record.subject_key) == ("user", "nobody@example.com")


REFUSED: dict[str, tuple[str, str, Any, int, str | None, str]] = {
    "no json": ("POST", "/Users", b"{", 400, "invalidSyntax", "parse.invalid"),
    "key twice": ("POST", "/Users", b'{"a":1,"a":2}', 400, "invalidSyntax", "parse.invalid"),
    "no object": ("POST", "/Users", [], 400, "invalidSyntax", "parse.invalid"),
    "no name": ("POST", "/Users", {"title": "x"}, 400, "invalidValue", "validate.value"),
    "bad value": ("POST", "/Users", a_user(active=7), 400, "invalidValue", "validate.value"),
    "no group name": ("POST", "/Groups", {}, 400, "invalidValue", "validate.value"),
    "bad filter": ("GET", "/Users?filter=userName", None, 400, "invalidFilter", "filter.invalid"),
    "bad cursor": ("GET", "/Users?cursor=x", None, 400, "invalidCursor", "cursor.invalid"),
    "unknown user": ("GET", f"/Users/{NEVER}", None, 404, None, "match.none"),
    "unknown group": ("GET", f"/Groups/{NEVER}", None, 404, None, "match.no_group"),
    "odd id": ("DELETE", "/Users/%00%ff", None, 404, None, "match.none"),
    "no route": ("GET", "/Devices", None, 404, None, "route.none"),
    "no method": ("PUT", "/Users", a_user(), 405, None, "route.none"),
    "me": ("GET", "/Me", None, 501, None, "route.none"),
    "no path": (
        "PATCH",
        "/Users/{ada}",
        operations({"op": "remove"}),
        400,
        "noTarget",
        "patch.no_target",
    ),
    "bad path": ("PATCH", "/Users/{ada}", replace("a[", 1), 400, "invalidPath", "patch.path"),
    "read only": (
        "PATCH",
        "/Users/{ada}",
        replace("id", "x"),
        400,
        "mutability",
        "patch.read_only",
    ),
    "no operations": ("PATCH", "/Users/{ada}", {}, 400, "invalidSyntax", "parse.invalid"),
    "too large": ("POST", "/Users", a_user(title="x" * 1_100_000), 413, None, "parse.too_large"),
    "too many": (
        "PATCH",
        "/Users/{ada}",
        operations(*[{"op": "add", "path": "title", "value": "x"}] * 2001),
        413,
        None,
        "parse.too_large",
    ),
}


@pytest.mark.rule("R37")
@pytest.mark.rule("R38")
@pytest.mark.parametrize("case", REFUSED)
async def test_r37_a_refused_request_leaves_a_record_and_says_what_to_do(
    world: World, okta: Client, case: str
) -> None:
    method, path, body, status, scim_type, reason = REFUSED[case]
    user_id = await okta.user()
    before = await world.row(user_id)
    path = path.replace("{ada}", user_id)
    if isinstance(body, bytes):
        answer = await okta.http.request(method, path, content=body)
    else:
        answer = await okta.send(method, path, body)
    refused(answer, status, scim_type)
    assert answer.headers["Content-Type"] == "application/scim+json"
    detail = answer.json()["detail"]
    assert len(detail) > 20
    assert detail.endswith(".")
    assert not re.search(r"Traceback|Error\b.*\(|gatepost\.|msgspec|object at", detail), detail
    record = await world.record(answer)
    assert (record.status, record.reason) == (status, reason)
    assert reason in FIXES or reason in {one.code for one in refusals(Refusal)}
    assert await world.events(answer) == []
    assert await world.row(user_id) == before


def refusals(kind: type[Refusal]) -> list[type[Refusal]]:
    """List the refusals there are."""
    return [kind, *(one for child in kind.__subclasses__() for one in refusals(child))]


@pytest.mark.rule("R37")
async def test_r37_a_wrong_media_type_leaves_a_record_too(world: World, okta: Client) -> None:
    answer = await okta.send("POST", "/Users", a_user(), Content_Type="text/xml")
    refused(answer, 415, None, "text/xml")
    assert (await world.record(answer)).status == 415


@pytest.mark.rule("R37")
async def test_r37_a_fault_is_told_by_a_reference_alone(
    world: World, okta: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The words of an exception never reach a client; the record finds it in the log."""

    async def fail(*_: Any, **__: Any) -> None:
        raise RuntimeError("canary in the mine")

    with monkeypatch.context() as patch:
        patch.setattr(world.house.users, "create", fail)
        answer = await okta.send("POST", "/Users", a_user())
    refused(answer, 500, None, answer.headers["X-Request-Id"])
    assert "canary" not in answer.text
    assert (await world.record(answer)).reason == "server.fault"


@pytest.mark.rule("R37")
async def test_r37_a_write_is_recorded_once_though_its_answer_fails(
    world: World, okta: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The write is done and recorded; no second record may take others down with it."""

    async def fail(*_: Any) -> None:
        raise StoreUnavailable("gone")

    user_id = await okta.user()
    with monkeypatch.context() as patch:
        patch.setattr(world.house.directory, "groups_of_one", fail)
        failed = await okta.send("PATCH", f"/Users/{user_id}", replace("title", "Lead"))
    assert failed.status_code == 503
    other = await okta.send("GET", "/Users")
    assert (await world.record(other)).status == 200
    assert (await world.record(failed)).subject_id == user_id


@pytest.mark.rule("R37")
async def test_r37_nothing_is_recorded_twice_or_left_out(world: World, okta: Client) -> None:
    """Many requests of all kinds at once: as many records as answers."""
    user_id = await okta.user()
    work = [
        work
        for number in range(10)
        for work in (
            okta.send("POST", "/Users", a_user(f"u{number}")),
            okta.send("POST", "/Users", a_user()),
            okta.send("GET", f"/Users/{user_id}"),
            okta.send("PATCH", f"/Users/{user_id}", replace("title", str(number))),
            okta.send("GET", "/Users?filter=("),
            okta.send("POST", "/Groups", a_group(f"g{number}", [user_id])),
        )
    ]
    answers: list[httpx2.Response] = await together(*work)
    for answer in answers:
        assert (await world.record(answer)).status == answer.status_code


@pytest.mark.rule("R38")
async def test_r38_a_detail_names_the_value_and_the_way_out(okta: Client) -> None:
    await okta.user()
    said = (await okta.send("POST", "/Users", a_user())).json()["detail"]
    assert "'ada@example.com'" in said
    assert "update it instead" in said
    answer = await okta.send("POST", "/Users", a_user("b", emails=[{"value": 7}]))
    assert "emails" in answer.json()["detail"]
    assert "7" in answer.json()["detail"]
