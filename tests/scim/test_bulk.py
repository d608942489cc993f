"""Bulk requests: reading, order, references, answers (RFC 7644 §3.7)."""

from typing import Any

import pytest

from gatepost.scim import urns
from gatepost.scim.bulk import (
    BulkOperation,
    BulkRequest,
    BulkResult,
    bulk_response,
    plan_order,
    read_bulk,
    split_cycles,
    substitute,
)
from gatepost.scim.dialects.mode import Dialect, Mode
from gatepost.scim.discovery import Limits
from gatepost.scim.errors import Conflict, InvalidSyntax, InvalidValue, NotFound, PayloadTooLarge

LIMITS = Limits(
    bulk_operations_max=8,
    bulk_bytes_max=1000,
    filter_results_max=500,
    page_default=100,
    page_max=200,
    cursor_timeout_s=60,
)


def read_it(*operations: Any, mode: Mode = Mode.TOLERANT, **members: Any) -> BulkRequest:
    body = {"schemas": [urns.BULK_REQUEST], "Operations": list(operations), **members}
    return read_bulk(body, LIMITS, Dialect(mode))


def post(bulk_id: str, *refers_to: str, path: str = "/Groups") -> dict[str, Any]:
    members = [{"value": f"bulkId:{one}"} for one in refers_to]
    data = {"displayName": bulk_id, "members": members}
    return {"method": "POST", "path": path, "bulkId": bulk_id, "data": data}


def change(path: str, **data: Any) -> dict[str, Any]:
    return {"method": "PATCH", "path": path, "data": data}


def order(*operations: Any) -> list[int]:
    return plan_order(read_it(*operations).operations)


def test_operations_are_read() -> None:
    read = read_it(
        post("a", path="/Users"),
        {"method": "PUT", "path": "/Users/1", "version": 'W/"1"', "data": {"userName": "b"}},
        {"method": "DELETE", "path": "Users/bulkId:a", "data": {}},
        failOnErrors=1,
    )
    assert read.fail_on_errors == 1
    assert read.operations[1] == BulkOperation(
        index=1,
        method="PUT",
        path_type="Users",
        resource_id="1",
        version='W/"1"',
        data={"userName": "b"},
    )
    assert [one.resource_id for one in read.operations] == [None, "1", "bulkId:a"]
    assert read.operations[2].data is None


def test_a_patch_may_be_the_list_of_its_operations() -> None:
    """As in the example of RFC 7644 §3.7.3."""
    changes = [{"op": "remove", "path": "nickName"}]
    sent = {"method": "PATCH", "path": "/Users/1", "data": changes}
    assert read_it(sent, mode=Mode.STRICT).operations[0].data == {
        "schemas": [urns.PATCH_OP],
        "Operations": changes,
    }


def test_without_a_limit_of_errors_all_are_run() -> None:
    assert read_it(post("a")).fail_on_errors is None


@pytest.mark.parametrize("body", [None, [], {}, {"Operations": []}, {"Operations": {}}], ids=str)
def test_what_is_no_bulk_request_is_refused(body: object) -> None:
    with pytest.raises(InvalidSyntax):
        read_bulk(body, LIMITS, Dialect())


@pytest.mark.parametrize(
    "operation",
    [
        "x",
        {},
        {"method": "GET", "path": "/Users"},
        {"method": 5, "path": "/Users"},
        {"method": "POST", "path": "/Users", "bulkId": "a"},
        {"method": "POST", "path": "/Users", "bulkId": "a", "data": "x"},
        {"method": "POST", "path": "/Users", "bulkId": 1, "data": {}},
        {"method": "POST", "path": "/Users/1", "bulkId": "a", "data": {}},
        {"method": "PUT", "path": "/Users", "data": {}},
        {"method": "DELETE", "path": "/Users/1/2"},
        {"method": "DELETE", "path": "/"},
        {"method": "DELETE", "path": "/Users//1"},
        {"method": "DELETE", "path": 5},
        {"method": "DELETE", "path": "/Users/1", "version": 5},
    ],
    ids=str,
)
def test_what_is_no_operation_is_refused_by_its_number(operation: object) -> None:
    with pytest.raises(InvalidSyntax, match="Operation 2"):
        read_it(post("a"), operation)


@pytest.mark.parametrize("sent", [-1, "1", True, 1.5, False])
def test_the_limit_of_errors_is_a_number_from_one(sent: object) -> None:
    with pytest.raises(InvalidValue, match="failOnErrors"):
        read_it(post("a"), failOnErrors=sent)


def test_a_limit_of_no_errors_is_no_limit() -> None:
    assert read_it(post("a"), failOnErrors=0).fail_on_errors is None
    with pytest.raises(InvalidValue, match="failOnErrors"):
        read_it(post("a"), failOnErrors=0, mode=Mode.STRICT)


def test_more_operations_than_the_limit_are_refused() -> None:
    """RFC 7644 §3.7.4."""
    with pytest.raises(PayloadTooLarge, match="9 operations; at most 8"):
        read_it(*[post(str(number)) for number in range(9)])


def test_a_bulk_id_is_given_once() -> None:
    with pytest.raises(InvalidValue, match="`a` is given to two POSTs"):
        read_it(post("a"), post("a"))


def test_habits_of_clients_are_deviations() -> None:
    dialect = Dialect()
    loose = {"method": "post", "path": "/Users", "data": {}}
    read_bulk({"operations": [loose]}, LIMITS, dialect)
    assert [one.rule for one in dialect.deviations] == ["P3", "P2", "P3"]
    for operation in (loose, {**loose, "method": "POST"}):
        with pytest.raises(InvalidSyntax):
            read_it(operation, mode=Mode.STRICT)


def test_without_references_the_order_is_the_clients() -> None:
    assert order(post("c"), change("/Users/1"), post("a")) == [0, 1, 2]


def test_what_is_referred_to_comes_first() -> None:
    group = post("g", "u2", "u1")
    assert order(group, post("u1"), change("/Groups/9"), post("u2")) == [1, 2, 3, 0]


@pytest.mark.parametrize(
    "operation",
    [
        change("/Users/bulkId:a"),
        change("/Groups/1", Operations=[{"path": 'members[value eq "bulkId:a"]', "op": "remove"}]),
        change("/Groups/1", Operations=[{"op": "add", "value": ["bulkId:a"]}]),
        {"method": "DELETE", "path": "/Users/bulkId:a"},
    ],
    ids=str,
)
def test_references_are_found_wherever_they_may_stand(operation: dict[str, Any]) -> None:
    assert order(operation, post("a")) == [1, 0]


def test_operations_on_one_resource_keep_their_turn() -> None:
    waiting = change("/Groups/1", members=["bulkId:a"])
    assert order(waiting, change("/groups/1"), post("a")) == [2, 0, 1]


def test_a_reference_to_nothing_does_not_wait() -> None:
    assert order(post("a", "nobody"), post("b")) == [0, 1]


def test_without_splitting_a_circle_comes_last() -> None:
    assert order(post("a", "b"), post("b", "a"), post("c")) == [2, 0, 1]


def test_a_circle_is_split_in_two() -> None:
    """RFC 7644 §3.7.1."""
    operations = read_it(post("a", "b", "c"), post("b", "a"), post("c")).operations
    parts = split_cycles(operations)
    assert [(one.index, one.method, one.is_completion) for one in parts] == [
        (0, "POST", False),
        (1, "POST", False),
        (2, "POST", False),
        (0, "PATCH", True),
        (1, "PATCH", True),
    ]
    assert parts[0].data == {"displayName": "a"}
    assert parts[3].resource_id == "bulkId:a"
    wanted = [{"value": "bulkId:b"}, {"value": "bulkId:c"}]
    assert parts[3].data == {
        "schemas": [urns.PATCH_OP],
        "Operations": [{"op": "add", "path": "members", "value": wanted}],
    }
    assert plan_order(parts) == [0, 1, 2, 3, 4]


def test_what_only_leads_to_a_circle_or_follows_from_it_is_not_split() -> None:
    sent = post("x", "a"), post("a", "b"), post("b", "a", "y"), post("y")
    parts = split_cycles(read_it(*sent).operations)
    assert [one.index for one in parts if one.is_completion] == [1, 2]


def test_a_resource_may_refer_to_itself() -> None:
    parts = split_cycles(read_it(post("a", "a")).operations)
    assert [one.method for one in parts] == ["POST", "PATCH"]


def test_an_attribute_of_an_extension_is_split_off_alone() -> None:
    enterprise = {"department": "d", "manager": {"value": "bulkId:a"}}
    data = {"userName": "b", urns.ENTERPRISE_USER: enterprise}
    parts = split_cycles(
        read_it({"method": "POST", "path": "/Users", "bulkId": "a", "data": data}).operations
    )
    assert parts[0].data == {"userName": "b", urns.ENTERPRISE_USER: {"department": "d"}}
    assert parts[1].data is not None
    assert parts[1].data["Operations"] == [
        {
            "op": "add",
            "path": f"{urns.ENTERPRISE_USER}:manager",
            "value": {"value": "bulkId:a"},
        }
    ]


def test_without_a_circle_nothing_is_split() -> None:
    operations = read_it(post("a", "b"), post("b", "c"), post("c"), change("/Users/1")).operations
    assert split_cycles(operations) == operations


def test_ids_take_the_place_of_references() -> None:
    data = {"a": ["bulkId:x", {"b": 'members[value eq "bulkId:x"]'}], "c": 5, "d": "see bulkId:x"}
    assert substitute(data, {"x": "1"}) == {
        "a": ["1", {"b": 'members[value eq "1"]'}],
        "c": 5,
        "d": "see bulkId:x",
    }


@pytest.mark.parametrize("value", ["bulkId:y", {"a": ['value eq "bulkId:y"']}])
def test_a_reference_to_nothing_is_a_conflict(value: object) -> None:
    with pytest.raises(Conflict, match="`bulkId:y` stands for nothing"):
        substitute(value, {"x": "1"})


def test_an_answer_has_a_result_for_each_operation() -> None:
    """RFC 7644 §3.7.3."""
    error = NotFound("There is no such user.").as_document()
    answer = bulk_response(
        [
            BulkResult(
                method="POST",
                status=201,
                bulk_id="a",
                location="https://a.example/Users/1",
                version='W/"1"',
            ),
            BulkResult(method="DELETE", status=404, location="x", response=error),
        ]
    )
    assert answer == {
        "schemas": [urns.BULK_RESPONSE],
        "Operations": [
            {
                "location": "https://a.example/Users/1",
                "method": "POST",
                "bulkId": "a",
                "version": 'W/"1"',
                "status": "201",
            },
            {"location": "x", "method": "DELETE", "status": "404", "response": error},
        ],
    }
