"""Lists: filters, order, pages, projections (RFC 7644 §3.4, RFC 9865)."""

import re
import secrets

import pytest

from gatepost.scim.errors import ExpiredCursor
from gatepost.scim.query.cursor import read_cursor, write_cursor
from gatepost.scim.urns import LIST_RESPONSE
from tests.conformance.matrix.scim import ENTERPRISE_USER, USER, Scim, refused

INSTANT = "2026-01-31T12:00:00Z"


def names(scim: Scim, filter_text: str) -> list[str]:
    return sorted(one["userName"].partition(".")[0] for one in scim.find(filter_text))


def three(scim: Scim) -> None:
    """Make ada, bob and cyd, of whom cyd has hardly anything."""
    scim.user("ada", title="Pilot", emails=[{"value": "a@home.example", "type": "home"}])
    emails = [
        {"value": "b@home.example", "type": "home"},
        {"value": "b@work.example", "type": "work", "primary": True},
    ]
    extension = {"department": "Sales", "employeeNumber": "7"}
    scim.user("bob", title="cook", active=False, emails=emails, **{ENTERPRISE_USER: extension})
    scim.user("cyd")


@pytest.mark.parametrize(
    ("filter_text", "found"),
    [
        ('title eq "Pilot"', ["ada"]),
        ('title ne "Pilot" and title pr', ["bob"]),
        ('title co "oo"', ["bob"]),
        ('title sw "Pi"', ["ada"]),
        ('title ew "ok"', ["bob"]),
        ("title pr", ["ada", "bob"]),
        ('title gt "cook"', ["ada"]),
        ('title ge "cook"', ["ada", "bob"]),
        ('title lt "pilot"', ["bob"]),
        ('title le "pilot"', ["ada", "bob"]),
    ],
)
@pytest.mark.conformance("RFC7644-3.4.2.2-1")
def test_every_operator_selects(scim: Scim, filter_text: str, found: list[str]) -> None:
    three(scim)
    assert names(scim, filter_text) == found


@pytest.mark.conformance("RFC7644-3.4.2.2-2")
def test_names_and_operators_are_read_in_any_case(strict: Scim) -> None:
    three(strict)
    assert names(strict, 'TITLE EQ "pilot" OR Title Eq "cook"') == ["ada", "bob"]
    assert names(strict, 'NOT (TITLE PR) AND EMAILS[TYPE EQ "work"]') == []


@pytest.mark.conformance("RFC7644-3.4.2.2-3")
def test_not_binds_tighter_than_and_and_and_than_or(strict: Scim) -> None:
    three(strict)
    assert names(strict, 'title eq "cook" or title pr and emails.type eq "none"') == ["bob"]
    assert names(strict, '(title eq "cook" or title pr) and emails.type eq "none"') == []
    assert names(strict, 'not (title eq "cook") and title pr') == ["ada"]


@pytest.mark.parametrize(
    "malformed",
    ['userName regex "a"', "userName eq", '"a" eq userName', "(userName pr", "userName pr and"],
)
@pytest.mark.conformance("RFC7644-3.4.2.2-4")
def test_a_filter_that_is_none_is_refused(scim: Scim, malformed: str) -> None:
    answer = scim.http.get(f"{scim.base_url}/Users", params={"filter": malformed})
    refused(answer, 400, "invalidFilter")


@pytest.mark.parametrize("operator", ["gt", "ge", "lt", "le"])
@pytest.mark.conformance("RFC7644-3.4.2.2-5")
def test_booleans_and_binary_values_have_no_order(scim: Scim, operator: str) -> None:
    for text in (f"active {operator} true", f'x509Certificates.value {operator} "MII="'):
        answer = scim.http.get(f"{scim.base_url}/Users", params={"filter": text})
        refused(answer, 400, "invalidFilter")


@pytest.mark.conformance("RFC7644-3.4.2.2-6", "RFC7644-3.4.2.2-7")
def test_one_value_is_enough_and_a_value_path_asks_one_element(strict: Scim) -> None:
    three(strict)
    assert names(strict, 'emails.type eq "home"') == ["ada", "bob"]
    both = 'emails.type eq "home" and emails.value eq "b@work.example"'
    assert names(strict, both) == ["bob"]
    assert names(strict, 'emails[type eq "home" and value eq "b@work.example"]') == []
    assert names(strict, 'emails[type eq "work" and value ew "work.example"]') == ["bob"]


@pytest.mark.conformance("RFC7644-3.4.2.2-8")
def test_instants_are_compared_as_instants(strict: Scim) -> None:
    three(strict)
    assert names(strict, f'meta.created gt "{INSTANT}"') == ["ada", "bob", "cyd"]
    assert names(strict, 'meta.created lt "2026-01-31T12:00:00+05:00"') == []
    created = strict.find('title eq "Pilot"')[0]["meta"]["created"]
    assert names(strict, f'meta.created eq "{created.replace("Z", "+00:00")}"')


@pytest.mark.conformance("RFC7644-3.4.2.2-9", "RFC7644-3.10-1")
def test_attributes_are_named_with_their_urn_and_sub_attributes_behind_a_dot(strict: Scim) -> None:
    three(strict)
    assert names(strict, f'{ENTERPRISE_USER}:department eq "Sales"') == ["bob"]
    assert names(strict, f'{USER}:emails.value eq "a@home.example"') == ["ada"]
    asked = strict.find(f'{USER}:title eq "cook"', attributes=f"{ENTERPRISE_USER}:department")
    assert asked[0][ENTERPRISE_USER] == {"department": "Sales"}


@pytest.mark.conformance("RFC7644-3.4.2.2-11")
def test_values_are_those_of_json(strict: Scim) -> None:
    three(strict)
    assert names(strict, "active eq false") == ["bob"]
    assert names(strict, "title eq null") == ["cyd"]
    assert names(strict, 'title eq "\\u0050ilot"') == ["ada"]


@pytest.mark.conformance("RFC7644-3.4.2-1", "RFC7644-3.4.2-2", "RFC7643-2.5-1")
def test_a_query_is_answered_by_a_list(scim: Scim) -> None:
    user = scim.user()
    found = scim.get("/Users", filter=f'userName eq "{scim.name()}"')
    counts = {"totalResults": 1, "startIndex": 1, "itemsPerPage": 1}
    assert {name: found[name] for name in counts} == counts
    assert found["schemas"] == [LIST_RESPONSE]
    assert [one["id"] for one in found["Resources"]] == [user["id"]]
    none = scim.get("/Users", filter=f'userName eq "{scim.name("nobody")}"')
    assert (none["totalResults"], none["Resources"]) == (0, [])


@pytest.mark.conformance("RFC7644-3.4.2.1-1", "RFC7644-3.4.2.1-2")
def test_the_root_has_resources_of_all_types(strict: Scim) -> None:
    user = strict.user("ada", displayName=f"Ada {strict.tag}")["id"]
    group = strict.group()["id"]
    query = {"filter": f'displayName co "{strict.tag}"'}
    for path in ("", "/"):
        found = strict.get(path, **query)
        assert [one["id"] for one in found["Resources"]] == [user, group]
    one_type = strict.get("", filter=f'userName eq "{strict.name()}"')
    assert [one["id"] for one in one_type["Resources"]] == [user]
    assert strict.get("", **query, startIndex=2)["Resources"][0]["id"] == group


@pytest.mark.conformance("RFC7644-3.4.3-1", "RFC7644-3.4.3-2", "RFC7644-3.9-1")
def test_a_search_message_asks_what_a_query_asks(scim: Scim) -> None:
    three(scim)
    mine = f'userName co "{scim.tag}"'
    asked = {"filter": mine, "sortBy": "userName", "sortOrder": "descending"}
    paged = asked | {"startIndex": 2, "count": 1}
    for path in ("", "/Users"):
        found = scim.search(path, **paged, attributes=["userName"]).json()
        assert found["totalResults"] == 3
        [shown] = found["Resources"]
        assert shown.keys() == {"schemas", "id", "userName"}
        assert shown["userName"] == scim.name("bob")
    by_query = scim.get("/Users", **paged, excludedAttributes="emails")
    by_message = scim.search("/Users", **paged, excludedAttributes=["emails"]).json()
    assert by_message == by_query


@pytest.mark.conformance("RFC7644-3.4.2.3-1", "RFC7644-3.4.2.3-2", "RFC7644-3.4.2.3-4")
def test_resources_without_a_value_are_the_greatest(scim: Scim) -> None:
    three(scim)
    order = [one["userName"].partition(".")[0] for one in scim.find("id pr", sortBy="title")]
    assert order == ["bob", "ada", "cyd"]  # cook, Pilot: no case in title
    down = scim.find("id pr", sortBy="title", sortOrder="descending")
    assert [one["userName"].partition(".")[0] for one in down] == ["cyd", "ada", "bob"]


@pytest.mark.conformance("RFC7644-3.4.2.3-4")
def test_the_order_of_what_is_case_exact_knows_case(scim: Scim) -> None:
    for first, external_id in (("a", "b"), ("b", "C"), ("c", "a")):
        scim.user(first, externalId=external_id)
    found = scim.find("id pr", sortBy="externalId")
    assert [one["externalId"] for one in found] == ["C", "a", "b"]


@pytest.mark.conformance("RFC7644-3.4.2.3-3")
def test_the_primary_value_is_sorted_by(scim: Scim) -> None:
    home, work = {"value": "z@x.example"}, {"value": "a@x.example", "primary": True}
    scim.user("one", emails=[home, work])
    scim.user("two", emails=[{"value": "m@x.example"}, {"value": "0@x.example"}])
    found = scim.find("id pr", sortBy="emails")
    assert [one["userName"].partition(".")[0] for one in found] == ["one", "two"]


@pytest.mark.conformance("RFC7644-3.4.2.4-1", "RFC7644-3.4.2.4-2", "RFC7644-3.4.2.4-3")
def test_numbers_out_of_range_mean_the_nearest(scim: Scim) -> None:
    three(scim)
    mine = f'userName co "{scim.tag}"'
    for start in (0, -5):
        found = scim.get("/Users", filter=mine, startIndex=start, count=2)
        assert (found["startIndex"], len(found["Resources"])) == (1, 2)
    for count in (0, -1):
        found = scim.get("/Users", filter=mine, count=count)
        assert (found["totalResults"], found["Resources"]) == (3, [])


@pytest.mark.conformance("RFC7644-3.4.2.4-4")
def test_pages_put_together_are_the_whole(scim: Scim) -> None:
    ids = [scim.user(f"u{index}")["id"] for index in range(7)]
    mine = f'userName co "{scim.tag}"'
    found: list[str] = []
    for start in range(1, 12, 3):
        page = scim.get("/Users", filter=mine, startIndex=start, count=3)
        assert page["totalResults"] == 7
        assert page["itemsPerPage"] == len(page["Resources"])
        found += [one["id"] for one in page["Resources"]]
    assert found == ids


@pytest.mark.conformance("RFC7644-3.4.2.5-1", "RFC7644-3.4.2.5-2", "RFC7643-7-6")
def test_a_projection_leaves_what_is_always_returned(scim: Scim) -> None:
    name = {"givenName": "Ada", "familyName": "L"}
    user = scim.user(name=name, title="Pilot")
    where = f"/Users/{user['id']}"
    always = {"schemas", "id"}
    assert scim.get(where, attributes="title").keys() == always | {"title"}
    assert scim.get(where, attributes="name.givenName")["name"] == {"givenName": "Ada"}
    without = scim.get(where, excludedAttributes="id,schemas,title,name.givenName")
    assert always <= without.keys()
    assert "title" not in without
    assert without["name"] == {"familyName": "L"}


@pytest.mark.conformance("RFC7644-3.9-2")
def test_both_projections_at_once_are_refused_in_strict_mode(strict: Scim) -> None:
    answer = strict.send("GET", "/Users?attributes=title&excludedAttributes=name")
    refused(answer, 400, "invalidValue")


@pytest.mark.conformance("RFC9865-2-1", "RFC9865-2-2", "RFC9865-2-3", "RFC9865-2-4")
def test_cursors_lead_to_the_last_page(strict: Scim) -> None:
    ids = [strict.user(f"u{index}")["id"] for index in range(5)]
    mine = f'userName co "{strict.tag}"'
    found: list[str] = []
    cursor = ""
    for size in (2, 2, 1):
        page = strict.get("/Users", filter=mine, count=2, cursor=cursor)
        found += [one["id"] for one in page["Resources"]]
        assert len(page["Resources"]) == size
        cursor = page.get("nextCursor", "")
        assert re.fullmatch(r"[A-Za-z0-9._~-]*", cursor)
    assert cursor == ""
    assert found == ids
    assert strict.get("/Users", filter=mine, count=0, cursor="")["Resources"] == []


@pytest.mark.conformance("RFC9865-3-1")
def test_cursors_are_read_from_a_search_message(scim: Scim) -> None:
    three(scim)
    asked = {"filter": f'userName co "{scim.tag}"', "count": 2}
    first = scim.search("/Users", **asked, cursor="").json()
    rest = scim.search("/Users", **asked, cursor=first["nextCursor"]).json()
    assert len(first["Resources"] + rest["Resources"]) == 3
    assert "nextCursor" not in rest


@pytest.mark.conformance("RFC9865-2.1-1", "RFC9865-2.1-3", "RFC9865-5-1")
def test_a_cursor_of_another_query_or_client_is_refused(scim: Scim, strict: Scim) -> None:
    three(scim)
    mine = f'userName co "{scim.tag}"'
    cursor = scim.get("/Users", filter=mine, count=1, cursor="")["nextCursor"]
    other = {"filter": "title pr", "count": 1, "cursor": cursor}
    made_up = {"filter": mine, "cursor": secrets.token_urlsafe(30)}
    same = {"filter": mine, "count": 1, "cursor": cursor}
    for client, query in ((scim, other), (scim, made_up), (strict, same)):
        answer = client.http.get(f"{client.base_url}/Users", params=query)
        refused(answer, 400, "invalidCursor")
    refused(scim.send("GET", "/Users?cursor=&count=many"), 400, "invalidCount")


@pytest.mark.conformance("RFC9865-2.1-2")
def test_a_cursor_grows_too_old() -> None:
    cursor = write_cursor("some-id", "mark", 1_000, b"key")
    assert read_cursor(cursor, b"key", "mark", now_s=1_060, timeout_s=60) == "some-id"
    with pytest.raises(ExpiredCursor):
        read_cursor(cursor, b"key", "mark", now_s=1_061, timeout_s=60)
