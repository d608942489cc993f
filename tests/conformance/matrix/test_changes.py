"""PUT, PATCH and DELETE (RFC 7644 §3.5, §3.6)."""

import pytest

from gatepost.scim.urns import PATCH_OP
from tests.conformance.matrix.scim import Document, Scim, refused

WORK = {"value": "a@work.example", "type": "work", "primary": True}
HOME = {"value": "a@home.example", "type": "home"}
NOBODY = "018f0000-0000-7000-8000-000000000000"


def add(value: object, path: str | None = None) -> Document:
    return {"op": "add", "value": value} | ({"path": path} if path else {})


def replace(value: object, path: str | None = None) -> Document:
    return {"op": "replace", "value": value} | ({"path": path} if path else {})


def remove(path: str) -> Document:
    return {"op": "remove", "path": path}


@pytest.mark.conformance("RFC7644-3.5.1-1")
def test_put_creates_nothing(scim: Scim) -> None:
    refused(scim.send("PUT", f"/Users/{NOBODY}", scim.body()), 404)
    assert scim.find("id pr") == []


@pytest.mark.conformance("RFC7644-3.5.1-2", "RFC7644-3.5.1-3", "RFC7644-3.5.1-6")
def test_put_takes_the_place_of_what_is_there(strict: Scim) -> None:
    user = strict.user(title="Pilot", nickName="A")
    where = f"/Users/{user['id']}"
    body = strict.body(title="Cook", id="other", meta={"created": "x"}, groups=[{"value": "g"}])
    answer = strict.send("PUT", where, body)
    assert answer.status_code == 200
    assert answer.json() == strict.get(where)
    assert answer.json()["title"] == "Cook"
    assert "nickName" not in answer.json()
    assert answer.json()["id"] == user["id"]
    assert answer.json()["meta"]["created"] == user["meta"]["created"]


@pytest.mark.conformance("RFC7644-3.5.1-5", "RFC7643-7-9")
def test_put_must_have_what_is_required(scim: Scim) -> None:
    user = scim.user(title="Pilot")
    body = scim.body()
    del body["userName"]
    refused(scim.send("PUT", f"/Users/{user['id']}", body), 400, "invalidValue")
    assert scim.get(f"/Users/{user['id']}") == user


@pytest.mark.parametrize(
    ("body", "scim_type"),
    [
        ({"Operations": [replace("x", "title")]}, "invalidSyntax"),
        ({"schemas": [PATCH_OP], "Operations": []}, "invalidSyntax"),
        ({"schemas": [PATCH_OP]}, "invalidSyntax"),
        ({"schemas": [PATCH_OP], "Operations": [{"op": "move", "path": "title"}]}, "invalidSyntax"),
        ({"schemas": [PATCH_OP], "Operations": [{"path": "title"}]}, "invalidSyntax"),
    ],
    ids=["schemas", "empty", "none", "verb", "no-verb"],
)
@pytest.mark.conformance("RFC7644-3.5.2-1")
def test_a_patch_is_a_message_with_operations(strict: Scim, body: Document, scim_type: str) -> None:
    user = strict.user()
    refused(strict.send("PATCH", f"/Users/{user['id']}", body), 400, scim_type)


@pytest.mark.conformance("RFC7644-3.5.2-2")
def test_operations_build_on_each_other(strict: Scim) -> None:
    user = strict.user(emails=[WORK])
    changed = strict.patched(
        user["id"],
        remove("emails"),
        add([HOME], "emails"),
        replace("b@home.example", 'emails[type eq "home"].value'),
    )
    assert [one["value"] for one in changed["emails"]] == ["b@home.example"]


@pytest.mark.conformance("RFC7644-3.5.2-3", "RFC7644-3.5.2-5", "RFC7643-7-4")
def test_a_patch_is_all_or_nothing(scim: Scim) -> None:
    user = scim.user(title="Pilot")
    where = f"/Users/{user['id']}"
    for path in ("id", "meta.created", "groups"):
        answer = scim.patch(where, replace("Cook", "title"), replace("x", path))
        refused(answer, 400, "mutability")
    assert scim.get(where) == user


@pytest.mark.conformance("RFC7644-3.5.2-4", "RFC7643-2.4-1")
def test_a_new_primary_value_unmarks_the_old_one(strict: Scim) -> None:
    user = strict.user(emails=[WORK, HOME])
    by_path = strict.patched(user["id"], replace(value=True, path='emails[type eq "home"].primary'))
    assert [one.get("primary", False) for one in by_path["emails"]] == [False, True]
    added = strict.patched(user["id"], add([WORK | {"value": "n@x.example"}], "emails"))
    assert [one.get("primary", False) for one in added["emails"]] == [False, False, True]


@pytest.mark.conformance("RFC7644-3.5.2-6")
def test_a_value_must_fit_its_attribute(scim: Scim) -> None:
    user = scim.user(title="Pilot")
    for operation in (replace(7, "title"), replace("x", "name"), replace([[1]], "emails")):
        refused(scim.patch(f"/Users/{user['id']}", operation), 400, "invalidValue")


@pytest.mark.conformance("RFC7644-3.5.2-8")
def test_a_path_that_is_none_is_refused(strict: Scim) -> None:
    user = strict.user()
    for path in ('emails[type eq "work"', "a.b.c", "emails[]", "shoeSize", 'title[value eq "x"]'):
        refused(strict.patch(f"/Users/{user['id']}", replace("x", path)), 400, "invalidPath")


@pytest.mark.conformance("RFC7644-3.5.2-7", "RFC7644-3.9-1")
def test_a_patch_is_answered_by_what_is_asked_for(scim: Scim) -> None:
    user = scim.user(title="Pilot")
    where = f"/Users/{user['id']}"
    whole = scim.patch(where, replace("Cook", "title"))
    assert (whole.status_code, whole.json()) == (200, scim.get(where))
    part = scim.patch(f"{where}?attributes=title", replace("Clerk", "title"))
    assert part.json().keys() == {"schemas", "id", "title"}
    group = scim.group()["id"]
    member = add([{"value": user["id"]}], "members")
    small = scim.patch(f"/Groups/{group}?attributes=displayName", member)
    assert small.status_code == 200
    assert small.json().keys() == {"schemas", "id", "displayName"}


@pytest.mark.conformance("RFC7644-3.9-1")
def test_a_create_and_a_put_are_projected_too(scim: Scim) -> None:
    created = scim.send("POST", "/Users?attributes=title", scim.body(title="Pilot")).json()
    assert created.keys() == {"schemas", "id", "title"}
    where = f"/Users/{created['id']}?excludedAttributes=title,meta"
    put = scim.send("PUT", where, scim.body(title="Cook")).json()
    assert put["userName"] == scim.name()
    assert not {"title", "meta"} & put.keys()


@pytest.mark.conformance("RFC7644-3.5.2.1-1", "RFC7644-3.5.2.3-1")
def test_without_a_path_the_value_has_the_attributes(scim: Scim) -> None:
    user = scim.user(emails=[WORK])
    changed = scim.patched(
        user["id"], add({"title": "Pilot", "emails": [HOME]}), replace({"nickName": "A"})
    )
    assert (changed["title"], changed["nickName"]) == ("Pilot", "A")
    assert len(changed["emails"]) == 2
    replaced = scim.patched(user["id"], replace({"emails": [HOME], "title": "Cook"}))
    assert (replaced["title"], len(replaced["emails"])) == ("Cook", 1)


@pytest.mark.conformance("RFC7644-3.5.2.1-2")
def test_add_sets_appends_and_merges(strict: Scim) -> None:
    user = strict.user(title="Pilot", emails=[WORK], name={"givenName": "Ada"})
    changed = strict.patched(
        user["id"],
        add("Cook", "title"),
        add([HOME], "emails"),
        add({"familyName": "L"}, "name"),
        add("Ms", "name.honorificPrefix"),
        add("A", "nickName"),
    )
    assert (changed["title"], changed["nickName"]) == ("Cook", "A")
    assert changed["emails"] == [WORK, HOME]
    assert changed["name"] == {"givenName": "Ada", "familyName": "L", "honorificPrefix": "Ms"}


@pytest.mark.conformance("RFC7644-3.5.2.1-3")
def test_add_of_what_is_there_changes_nothing(strict: Scim) -> None:
    user = strict.user(title="Pilot", emails=[WORK])
    assert strict.patched(user["id"], add("Pilot", "title"), add([WORK], "emails")) == user


@pytest.mark.conformance("RFC7644-3.5.2.2-1")
def test_remove_needs_a_path(scim: Scim) -> None:
    user = scim.user()
    refused(scim.patch(f"/Users/{user['id']}", {"op": "remove"}), 400, "noTarget")


@pytest.mark.conformance("RFC7644-3.5.2.2-2", "RFC7644-3.5.2.2-3", "RFC7644-3.5.2.2-4")
def test_remove_leaves_nothing_of_what_it_names(strict: Scim) -> None:
    user = strict.user(title="Pilot", emails=[WORK, HOME], name={"givenName": "A"})
    first = strict.patched(
        user["id"], remove("title"), remove("name"), remove('emails[type eq "work"].primary')
    )
    assert not {"title", "name"} & first.keys()
    assert first["emails"] == [{"value": WORK["value"], "type": "work"}, HOME]
    one = strict.patched(user["id"], remove('emails[type eq "work"]'))
    assert one["emails"] == [HOME]
    assert "emails" not in strict.patched(user["id"], remove('emails[type eq "home"]'))


@pytest.mark.conformance("RFC7644-3.5.2.2-5")
def test_what_is_required_or_read_only_is_not_removed(scim: Scim) -> None:
    user = scim.user()
    for path in ("userName", "id", "groups", "meta"):
        refused(scim.patch(f"/Users/{user['id']}", remove(path)), 400, "mutability")
    group = scim.group()
    refused(scim.patch(f"/Groups/{group['id']}", remove("displayName")), 400, "mutability")


@pytest.mark.conformance("RFC7644-3.5.2.3-2", "RFC7644-3.5.2.3-3")
def test_replace_replaces_or_adds_and_merges_objects(strict: Scim) -> None:
    user = strict.user(title="P", emails=[WORK], name={"givenName": "A", "familyName": "L"})
    changed = strict.patched(
        user["id"],
        replace("Cook", "title"),
        replace([HOME], "emails"),
        replace("A", "nickName"),
        replace({"givenName": "B"}, "name"),
    )
    assert (changed["title"], changed["nickName"], changed["emails"]) == ("Cook", "A", [HOME])
    assert changed["name"] == {"givenName": "B", "familyName": "L"}


@pytest.mark.conformance("RFC7644-3.5.2.3-4")
def test_replace_by_a_filter_replaces_all_it_selects(strict: Scim) -> None:
    addresses = [{"type": one, "locality": "Oslo"} for one in ("work", "work", "home")]
    for index, one in enumerate(addresses):
        one["streetAddress"] = str(index)
    user = strict.user(addresses=addresses)
    where = 'addresses[type eq "work"]'
    changed = strict.patched(user["id"], replace("Bergen", f"{where}.locality"))
    assert [one["locality"] for one in changed["addresses"]] == ["Bergen", "Bergen", "Oslo"]
    whole = strict.patched(user["id"], replace({"type": "work", "region": "V"}, where))
    assert [one.get("region") for one in whole["addresses"]] == ["V", "V", None]


@pytest.mark.conformance("RFC7644-3.5.2.3-5")
def test_replace_by_a_filter_needs_a_target(strict: Scim) -> None:
    user = strict.user(emails=[HOME])
    answer = strict.patch(f"/Users/{user['id']}", replace("x", 'emails[type eq "work"].value'))
    refused(answer, 400, "noTarget")


@pytest.mark.conformance("RFC7644-3.6-1", "RFC7644-3.6-2", "RFC7644-3.6-3", "RFC7644-3.6-4")
def test_what_is_deleted_is_gone_and_in_nobodys_way(scim: Scim) -> None:
    user, group = scim.user(), scim.group()
    for kind, one in (("Users", user), ("Groups", group)):
        where = f"/{kind}/{one['id']}"
        answer = scim.send("DELETE", where)
        assert (answer.status_code, answer.content) == (204, b"")
        refused(scim.send("GET", where), 404)
        refused(scim.send("DELETE", where), 404)
        refused(scim.patch(where, replace("x", "displayName")), 404)
        body = {name: value for name, value in one.items() if name != "meta"}
        refused(scim.send("PUT", where, body), 404)
        assert scim.find("id pr", f"/{kind}") == []
    assert scim.user()["userName"] == user["userName"]
    assert scim.group()["id"] != group["id"]


@pytest.mark.conformance("RFC7644-3.14-3", "RFC7644-3.14-4")
def test_versions_guard_reads_and_writes(scim: Scim) -> None:
    body = scim.body(title="Pilot")
    user = scim.send("POST", "/Users", body).json()
    where, version = f"/Users/{user['id']}", user["meta"]["version"]
    unchanged = scim.send("GET", where, If_None_Match=version)
    assert (unchanged.status_code, unchanged.content) == (304, b"")
    assert unchanged.headers["ETag"] == version
    changed = scim.patch(where, replace("Cook", "title"), If_Match=version)
    assert changed.status_code == 200
    refused(scim.patch(where, replace("Clerk", "title"), If_Match=version), 412)
    refused(scim.send("PUT", where, body, If_Match=version), 412)
    refused(scim.send("DELETE", where, If_Match=version), 412)
    assert scim.send("GET", where, If_None_Match=version).json() == changed.json()
