"""Requests made to hurt: each is refused, or does nothing, in bounded time; none is a fault."""

import json
import time
from typing import Any
from urllib.parse import quote

import pytest

from gatepost.scim.urns import BULK_REQUEST, GATEPOST_USER, PATCH_OP, SEARCH_REQUEST
from tests.fuzz.conftest import Fuzzed
from tests.rules.world import a_group, a_user

WITHIN_S = 2
"""Of this process alone, and generous: each takes well below a second on an idle machine."""

NUL = "a\x00b"
HUGE = 10**30
MEBIBYTE = 1024 * 1024
URL_MAX = 60_000


def _json(value: Any) -> bytes:
    return json.dumps(value).encode()


def _patch(*operations: Any) -> bytes:
    return _json({"schemas": [PATCH_OP], "Operations": list(operations)})


def _bulk(*operations: Any, **members: Any) -> bytes:
    return _json({"schemas": [BULK_REQUEST], "Operations": list(operations), **members})


def _extended(**members: Any) -> bytes:
    return _json({"userName": "hostile", GATEPOST_USER: members})


BODIES: dict[str, bytes] = {
    "key twice": b'{"userName":"a","userName":"b"}',
    "key twice, deep": b'{"userName":"a","name":{"givenName":"a","givenName":"b"}}',
    "100,000 lists": b"[" * 100_000,
    "100,000 objects": b'{"a":' * 100_000 + b"1",
    "nested too deeply": b'{"userName":"a","x":' + b"[" * 40 + b"]" * 40 + b"}",
    "brackets in strings": b'{"userName":"' + b"[{" * 400_000,
    "NUL in userName": _json({"userName": NUL}),
    "NUL in externalId": _json({"userName": "a", "externalId": NUL}),
    "NUL in an element": _json({"userName": "a", "emails": [{"value": NUL, "type": NUL}]}),
    "NUL in organizationId": _extended(organizationId=NUL),
    "NUL in userType": _extended(userType=NUL),
    "huge organizationId": _extended(organizationId=[HUGE]),
    "huge organizationId as text": _extended(organizationId=[str(HUGE)]),
    "digits of other scripts": _extended(organizationId=["²", "١٢"]),
    "huge number for a string": b'{"userName":%d}' % HUGE,
    "huge number for a boolean": b'{"userName":"a","active":%d}' % HUGE,
    "number of 5,000 digits": b'{"userName":"a","x":' + b"9" * 5_000 + b"}",
    "1e999": b'{"userName":"a","x":1e999}',
    "NaN": b'{"userName":"a","x":NaN}',
    "-Infinity": b'{"userName":"a","x":-Infinity}',
    "lone surrogate": b'{"userName":"\\ud800"}',
    "lone surrogate as key": b'{"\\udfff":"x","userName":"a"}',
    "surrogate as bytes": b'{"userName":"\xed\xa0\x80"}',
    "not UTF-8": b'{"userName":"\xff"}',
    "UTF-16": '{"userName":"a"}'.encode("utf-16"),
    "UTF-32": '{"userName":"a"}'.encode("utf-32"),
    "null": b"null",
    "a number": b"1",
    "a string": b'"x"',
    "a list": b"[]",
    "nothing": b"",
    "blanks": b"   ",
    "two documents": b'{"userName":"a"}{"userName":"b"}',
    "a comment": b'{"userName":"a" /* b */}',
    "userName an object": _json({"userName": {"a": 1}}),
    "userName an empty list": _json({"userName": []}),
    "userName of 900 kB": _json({"userName": "x" * 900_000}),
    "2 MB": _json({"userName": "x" * 2 * MEBIBYTE}),
    "10 MB": b" " * 10 * MEBIBYTE,
    "externalId of 100 kB": _json({"userName": "a", "externalId": "y" * 100_000}),
    "20,000 emails": _json({"userName": "a", "emails": [{"value": str(i)} for i in range(20_000)]}),
    "schemas of anything": _json({"userName": "a", "schemas": [NUL, 1, None, {}]}),
}


@pytest.mark.parametrize("name", BODIES)
def test_a_hostile_body_is_refused(fuzzed: Fuzzed, name: str) -> None:
    begun = time.process_time()
    answer = fuzzed.send_bytes("POST", "/Users", BODIES[name])
    assert 400 <= answer.status_code < 500, answer.text
    assert time.process_time() - begun < WITHIN_S


@pytest.mark.parametrize(
    "name", ["__proto__", "__class__", "constructor", "__init__", "", ".", NUL]
)
def test_a_name_with_a_meaning_elsewhere_has_none_here(fuzzed: Fuzzed, name: str) -> None:
    client = fuzzed.fresh()
    made = client.send("POST", "/Users", {**a_user("proto"), name: {"a": {"b": 1}}})
    assert made.status_code == 201
    assert name not in made.json()
    url = f"/Users/{made.json()['id']}"
    for operation in (
        {"op": "add", "path": name, "value": {"a": 1}},
        {"op": "add", "value": {name: {"a": 1}}},
        {"op": "replace", "path": f"{name}.a", "value": 1},
        {"op": "replace", "path": f'{name}[a eq "1"].b', "value": 1},
    ):
        client.send("PATCH", url, _patch(operation))
        assert client.send("GET", url).json() == made.json()
    client.close()


OPERATIONS: dict[str, Any] = {
    "2,001 operations": [{"op": "replace", "path": "title", "value": "a"}] * 2_001,
    "path of 2,000 brackets": [{"op": "replace", "path": "emails[" * 2_000, "value": 1}],
    "path of 5,000 parentheses": [
        {"op": "remove", "path": f"emails[{'(' * 5_000}type pr{')' * 5_000}]"}
    ],
    "filter of 20,000 parts": [
        {"op": "remove", "path": f"emails[{' or '.join(['type eq 1'] * 20_000)}]"}
    ],
    "NUL in a value": [{"op": "replace", "path": "displayName", "value": NUL}],
    "huge number": [{"op": "replace", "path": "externalId", "value": HUGE}],
    "operations that are none": [1, None, "x", []],
    "op a number": [{"op": 1, "path": 2, "value": 3}],
    "path a list": [{"op": "add", "path": ["x"], "value": 3}],
    "2,000 emails one by one": [
        {"op": "add", "path": "emails", "value": [{"value": f"{i}@example.com"}]}
        for i in range(2_000)
    ],
    "10,000 emails by five": [
        {"op": "add", "path": "emails", "value": [{"value": f"{i}.{k}@x.y"} for k in range(5)]}
        for i in range(2_000)
    ],
    "2,000 filtered emails": [
        {"op": "replace", "path": f'emails[type eq "t{i}"].value', "value": f"{i}@example.com"}
        for i in range(2_000)
    ],
}


@pytest.mark.parametrize("name", OPERATIONS)
def test_a_hostile_patch_is_refused_whole(fuzzed: Fuzzed, name: str) -> None:
    client = fuzzed.fresh()
    url = f"/Users/{client.send('POST', '/Users', a_user('patched')).json()['id']}"
    before = client.send("GET", url).json()
    begun = time.process_time()
    answer = client.send("PATCH", url, _patch(*OPERATIONS[name]))
    assert time.process_time() - begun < WITHIN_S
    assert 400 <= answer.status_code < 500, answer.text
    assert client.send("GET", url).json() == before
    client.close()


@pytest.mark.parametrize("value", [NUL, HUGE, {"a": 1}, ["x"], "x" * 500_000, -1, True])
def test_a_member_that_is_nobody_is_no_member(fuzzed: Fuzzed, value: Any) -> None:
    client = fuzzed.fresh()
    made = client.send("POST", "/Groups", a_group("G"))
    url = f"/Groups/{made.json()['id']}"
    for operation in (
        {"op": "add", "path": "members", "value": [{"value": value}]},
        {"op": "remove", "path": "members", "value": [{"value": value}]},
        {"op": "replace", "path": "members", "value": value},
        {"op": "remove", "path": f"members[value eq {json.dumps(value)}]"},
    ):
        client.send("PATCH", url, _patch(operation))
    client.send("POST", "/Groups", {"displayName": "H", "members": [{"value": value}]})
    assert client.send("GET", url).json().get("members", []) == []
    client.close()


FILTERS: dict[str, str] = {
    "3,000 parentheses": "(" * 3_000 + "userName pr" + ")" * 3_000,
    "3,000 nots": "not (" * 3_000 + "userName pr" + ")" * 3_000,
    "2,000 ors": " or ".join(['userName eq "x"'] * 2_000),
    "500 ands": " and ".join(['nickName co "x"'] * 500),
    "50 brackets": "emails[" * 50 + "type pr" + "]" * 50,
    "string of 60 kB": f'userName eq "{"x" * 60_000}"',
    "string not closed": 'userName eq "x',
    "half a surrogate": 'userName eq "\\ud800"',
    "no value": "userName eq",
    "no end": "userName pr and",
    "a backslash": "\\",
    "NUL": 'userName eq "a\x00b"',
    "escaped NUL": 'displayName co "\\u0000"',
    "NUL in an index": 'emails.value eq "\\u0000" or externalId eq "\x00"',
    "NUL as a word": "userName eq a\x00b",
    "NUL in a name": "user\x00Name pr",
    "huge number": f"id eq {HUGE}",
    "infinite number": "userName gt 1e999",
    "13th month": 'meta.created gt "2024-13-41T25:61:61Z"',
    "year 0": 'meta.created gt "0000-01-01T00:00:00Z"',
    "year 99999": 'meta.created gt "99999-01-01T00:00:00Z"',
    "beyond the calendar": 'meta.created lt "9999-12-31T23:59:59.9999999-14:00"',
    "wildcards": 'userName co "%_%_%"',
    "quotes": "userName eq \"' OR '1'='1\"",
}


@pytest.mark.parametrize("name", FILTERS)
@pytest.mark.parametrize("endpoint", ["/Users", "/Groups", "/.search"])
def test_a_hostile_filter_finds_nobody_it_should_not(
    fuzzed: Fuzzed, endpoint: str, name: str
) -> None:
    begun = time.process_time()
    url = f"{endpoint}?filter={quote(FILTERS[name])}"
    if endpoint == "/.search" or len(url) > URL_MAX:
        body = {"schemas": [SEARCH_REQUEST], "filter": FILTERS[name]}
        answer = fuzzed.send("POST", f"{endpoint.removesuffix('/.search')}/.search", body)
    else:
        answer = fuzzed.send("GET", url)
    assert answer.status_code in {200, 400, 413}, answer.text
    assert time.process_time() - begun < WITHIN_S


QUERIES = [
    *(f"startIndex={one}" for one in (HUGE, -HUGE, "abc", "1.5", "%00", "9" * 5_000, 2**63)),
    *(f"count={one}" for one in (HUGE, -5, 0, "NaN", "1.5", "%D9%A1", "%C2%B2", "9" * 5_000)),
    *(f"cursor={one}" for one in ("x", "%00", "A" * 50_000, "AAAA&count=-1", "&count=abc")),
    *(f"sortBy={one}" for one in ("%00", "__class__", "emails", "a." * 10_000, "password", "meta")),
    "sortBy=userName&sortOrder=%00",
    *(
        f"attributes={one}"
        for one in ("%00", "__class__", "userName," * 5_000, "emails[", "a." * 9)
    ),
    f"excludedAttributes={'(' * 5_000}",
    "attributes=userName&excludedAttributes=userName",
    "filter=%ff",
    "filter=%ed%a0%80",
    "%00=%00",
    "a=1&" * 200,
    "filter=userName+pr&filter=x",
]


@pytest.mark.parametrize("query", QUERIES, ids=lambda query: query[:40])
@pytest.mark.parametrize("endpoint", ["/Users", "/Groups"])
def test_a_hostile_query_is_answered(fuzzed: Fuzzed, endpoint: str, query: str) -> None:
    begun = time.process_time()
    assert fuzzed.send("GET", f"{endpoint}?{query}").status_code in {200, 400}
    assert time.process_time() - begun < WITHIN_S


@pytest.mark.parametrize(
    "members",
    [
        {"filter": 1},
        {"filter": ["x"]},
        {"attributes": [[["x"]]]},
        {"attributes": {"a": 1}},
        {"excludedAttributes": [{}]},
        {"startIndex": HUGE},
        {"startIndex": [1]},
        {"count": 1.5},
        {"count": HUGE},
        {"count": True},
        {"sortBy": 1},
        {"sortOrder": "sideways"},
        {"cursor": 1},
        {"cursor": NUL},
    ],
    ids=str,
)
@pytest.mark.parametrize("endpoint", ["/.search", "/Users/.search", "/Groups/.search"])
def test_a_hostile_search_is_answered(
    fuzzed: Fuzzed, endpoint: str, members: dict[str, Any]
) -> None:
    answer = fuzzed.send("POST", endpoint, {"schemas": [SEARCH_REQUEST], **members})
    assert answer.status_code in {200, 400}


BULKS: dict[str, bytes] = {
    "operations that are none": _bulk(1, None, []),
    "no operations": _bulk(),
    "operations an object": _json({"schemas": [BULK_REQUEST], "Operations": {}}),
    "1,001 operations": _bulk(*[{"method": "DELETE", "path": "/Users/x"}] * 1_001),
    "within itself": _bulk({"method": "POST", "path": "/Bulk", "bulkId": "x", "data": {}}),
    "a search": _bulk({"method": "POST", "path": "/.search", "bulkId": "x", "data": {}}),
    "up the path": _bulk({"method": "DELETE", "path": "/../../livez"}),
    "another host": _bulk({"method": "DELETE", "path": "https://example.com/Users/1"}),
    "NUL in the path": _bulk({"method": "DELETE", "path": "/Users/\x00"}),
    "NUL as bulkId": _bulk({"method": "POST", "path": "/Users", "bulkId": NUL, "data": {}}),
    "negative failOnErrors": _bulk({"method": "DELETE", "path": "/Users/x"}, failOnErrors=-1),
    "huge failOnErrors": _bulk({"method": "DELETE", "path": "/Users/x"}, failOnErrors=HUGE),
    "unknown reference": _bulk({"method": "PATCH", "path": "/Users/bulkId:x", "data": {}}),
    "version of NUL": _bulk({"method": "DELETE", "path": "/Users/x", "version": NUL}),
}


@pytest.mark.parametrize("name", BULKS)
def test_a_hostile_bulk_request_does_nothing(fuzzed: Fuzzed, name: str) -> None:
    answer = fuzzed.send_bytes("POST", "/Bulk", BULKS[name])
    told = answer.json()
    statuses = {one["status"] for one in told.get("Operations", [told])}
    assert all(status.startswith("4") for status in statuses), told


PATHS = [
    *(f"/Users/{one}" for one in ("%00", "a%00b", "%ff%fe", "%ed%a0%80", "x" * 50_000)),
    *(f"/Users/{one}" for one in ("%0d%0aX-Evil:1", "..;", "%2e%2e%2fGroups", "urn:uuid:0")),
    *("/Groups/%00", "/Schemas/%00", "/ResourceTypes/%00", "/%00", "/Users/a/b/c", "/..;/Users"),
]


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path[:30])
@pytest.mark.parametrize("method", ["GET", "PUT", "PATCH", "DELETE", "POST"])
def test_a_hostile_path_leads_nowhere(fuzzed: Fuzzed, method: str, path: str) -> None:
    content = b'{"userName":"x","Operations":[]}' if method in {"PUT", "PATCH", "POST"} else None
    answer = fuzzed.send_bytes(method, path, content)
    assert answer.status_code in {400, 404, 405}, answer.text
    assert "x-evil" not in answer.headers


@pytest.mark.parametrize(
    "media_type",
    ["text/plain", "multipart/form-data; boundary=x", "application/xml", "a/b" * 9_000],
)
def test_another_media_type_is_refused(fuzzed: Fuzzed, media_type: str) -> None:
    answer = fuzzed.send_bytes("POST", "/Users", b'{"userName":"x"}', Content_Type=media_type)
    assert answer.status_code == 415


@pytest.mark.parametrize("tag", ["", "*", "x" * 50_000, '"' * 5_000, 'W/"1", ' * 5_000, "W/"])
def test_hostile_entity_tags_are_answered(fuzzed: Fuzzed, tag: str) -> None:
    client = fuzzed.fresh()
    url = f"/Users/{client.send('POST', '/Users', a_user('tagged')).json()['id']}"
    patch = _patch({"op": "replace", "path": "title", "value": "x"})
    answer = client.send_bytes("PATCH", url, patch, If_Match=tag)
    assert answer.status_code in {200, 400, 412}
    assert client.send_bytes("GET", url, None, If_None_Match=tag).status_code in {200, 304, 400}
    client.close()
