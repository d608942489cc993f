"""Whatever is sent, the answer is SCIM's own and no fault (ARCHITECTURE §8)."""

from typing import Any
from urllib.parse import quote, urlencode

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gatepost.scim.urns import BULK_REQUEST, SEARCH_REQUEST
from tests.fuzz.conftest import Fuzzed
from tests.fuzz.strategies import filters, hostile_filters, patches, queries, resources, values
from tests.rules.world import a_group, a_user

EXAMPLES = settings(
    max_examples=max(60, settings().max_examples if settings().max_examples > 100 else 0),
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


@pytest.fixture(scope="module")
def targets(fuzzed: Fuzzed) -> dict[str, str]:
    """A user and a group to be worked on, by endpoint."""
    user = fuzzed.send("POST", "/Users", a_user("target", emails=[{"value": "a@b.c"}])).json()
    group = fuzzed.send("POST", "/Groups", a_group("target", [user["id"]])).json()
    return {"/Users": user["id"], "/Groups": group["id"]}


endpoints = st.sampled_from(["/Users", "/Groups"])


@EXAMPLES
@given(endpoint=endpoints, body=resources())
def test_any_post_is_answered(fuzzed: Fuzzed, endpoint: str, body: Any) -> None:
    answer = fuzzed.send("POST", endpoint, body)
    if answer.status_code == 201:
        url = f"{endpoint}/{answer.json()['id']}"
        assert fuzzed.send("GET", url).json() == answer.json()
        assert fuzzed.send("DELETE", url).status_code == 204


@EXAMPLES
@given(endpoint=endpoints, body=resources())
def test_any_put_is_answered_and_repeating_it_changes_nothing(
    fuzzed: Fuzzed, targets: dict[str, str], endpoint: str, body: Any
) -> None:
    url = f"{endpoint}/{targets[endpoint]}"
    first = fuzzed.send("PUT", url, body)
    if first.status_code == 200:
        assert fuzzed.send("PUT", url, body).json() == first.json()


@EXAMPLES
@given(endpoint=endpoints, body=patches())
def test_any_patch_is_answered_and_applied_whole_or_not_at_all(
    fuzzed: Fuzzed, targets: dict[str, str], endpoint: str, body: Any
) -> None:
    url = f"{endpoint}/{targets[endpoint]}"
    before = fuzzed.send("GET", url)
    answer = fuzzed.send("PATCH", url, body)
    after = fuzzed.send("GET", url)
    if answer.status_code >= 400:
        assert after.json() == before.json()
    elif answer.status_code == 200:
        assert after.json() == answer.json()
    is_same = after.json() == before.json()
    assert is_same is (after.headers["ETag"] == before.headers["ETag"])


@EXAMPLES
@given(endpoint=endpoints, query=queries)
def test_any_query_is_answered(fuzzed: Fuzzed, endpoint: str, query: list[tuple[str, str]]) -> None:
    fuzzed.send("GET", f"{endpoint}?{urlencode(query)}")


@EXAMPLES
@given(expression=filters)
def test_a_filter_and_its_opposite_find_everybody_between_them(
    fuzzed: Fuzzed, expression: str
) -> None:
    counted = []
    for one in (expression, f"not ({expression})", "id pr"):
        answer = fuzzed.send("GET", f"/Users?count=0&filter={quote(one)}")
        if answer.status_code != 200:
            return
        counted.append(answer.json()["totalResults"])
    assert counted[0] + counted[1] == counted[2]


@EXAMPLES
@given(body=values | st.fixed_dictionaries({"filter": hostile_filters}, optional={"count": values}))
def test_any_search_is_answered(fuzzed: Fuzzed, body: Any) -> None:
    if isinstance(body, dict):
        body = {"schemas": [SEARCH_REQUEST], **body}
    fuzzed.send("POST", "/Users/.search", body)


operations = st.fixed_dictionaries(
    {
        "method": st.sampled_from(["POST", "PATCH", "DELETE", "PUT", "GET"]),
        "path": st.sampled_from(["/Users", "/Groups", "/Users/x", "/Users/bulkId:a", "/Bulk", ""]),
    },
    optional={"bulkId": st.sampled_from(["a", "b", ""]), "data": resources() | patches()},
)


@EXAMPLES
@given(sent=st.lists(operations | values, max_size=3), fail_on_errors=st.none() | values)
def test_any_bulk_request_is_answered(fuzzed: Fuzzed, sent: list[Any], fail_on_errors: Any) -> None:
    body = {"schemas": [BULK_REQUEST], "Operations": sent, "failOnErrors": fail_on_errors}
    answer = fuzzed.send("POST", "/Bulk", body)
    for one in answer.json().get("Operations", []):
        assert one["status"][0] in "24"


@EXAMPLES
@given(body=st.binary(max_size=40) | st.text(max_size=40).map(str.encode))
def test_any_bytes_are_answered(fuzzed: Fuzzed, body: bytes) -> None:
    assert fuzzed.send_bytes("POST", "/Users", body).status_code == 400
