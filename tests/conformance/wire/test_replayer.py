"""The replayer notices what it is there to notice."""

import json
from typing import Any

import msgspec
import pytest

from tests.conformance.wire.replayer import (
    ENTERPRISE,
    ERROR,
    MEDIA_TYPE,
    Answer,
    Headers,
    Replay,
    compare,
    form_failures,
    look,
)

NORA = {
    "id": "1",
    "name": {"givenName": "Nora"},
    "emails": [{"type": "home", "value": "h"}, {"type": "work", "value": "w", "primary": True}],
    "members": [{"value": "b"}, {"value": "a"}],
    ENTERPRISE: {"department": "Deck"},
}


class Given(msgspec.Struct):
    """An answer made up."""

    status_code: int
    content: bytes = b""
    headers: dict[str, str] = msgspec.field(default_factory=lambda: {"content-type": MEDIA_TYPE})


class Recorded:
    """A server that gives the same answer to everything and remembers what it was asked."""

    def __init__(self, status: int, document: Any = None) -> None:
        self._answer = Given(status, json.dumps(document).encode() if document else b"")
        self.asked: list[tuple[str, str, Headers]] = []

    def send(self, method: str, path: str, *, headers: Headers, content: bytes | None) -> Answer:
        self.asked.append((method, path, headers))
        assert content is None or content
        return self._answer


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("name.givenName", "Nora"),
        ("NAME.givenname", "Nora"),
        ('emails[type eq "work"].value', "w"),
        ("emails[primary eq true].type", "work"),
        ("emails[0].value", "h"),
        ("emails[7].value", None),
        ("emails#", 2),
        ("members[]", ["a", "b"]),
        ("E:department", "Deck"),
        ("nickName", None),
    ],
)
def test_a_path_finds_its_value(path: str, value: Any) -> None:
    assert look(NORA, path) == value


@pytest.mark.parametrize(
    "expected",
    [
        {"equals": {"name.givenName": "Olaf"}},
        {"equals": {"members[]": ["a"]}},
        {"present": ["title"]},
        {"absent": ["emails"]},
        {"min": {"emails#": 3}},
    ],
)
def test_a_difference_is_noticed(expected: dict[str, Any]) -> None:
    assert len(compare(NORA, expected, {})) == 1


@pytest.mark.parametrize(
    ("status", "document", "media_type"),
    [
        (200, NORA, "application/json"),
        (400, {"schemas": [ERROR], "status": 400, "detail": "x"}, MEDIA_TYPE),
        (400, {"schemas": [ERROR], "status": "400"}, MEDIA_TYPE),
        (400, {"schemas": [], "status": "400", "detail": "x"}, MEDIA_TYPE),
        (204, {"id": "1"}, MEDIA_TYPE),
        (201, {"id": "1", "meta": {"location": "http://x/1"}}, MEDIA_TYPE),
    ],
)
def test_an_answer_in_the_wrong_form_is_noticed(
    status: int, document: dict[str, Any], media_type: str
) -> None:
    answer = Given(status, json.dumps(document).encode(), {"content-type": media_type})
    assert len(form_failures(answer, document)) == 1


def test_a_wrong_status_is_a_failure_and_fixtures_are_removed() -> None:
    server = Recorded(201, {"id": "7", "meta": {}})
    case = {
        "given": {"users": [{"userName": "{tag}"}]},
        "method": "GET",
        "path": "/Users/{u1}",
        "expect": {"status": [200]},
    }
    assert len(Replay(server, "t").run(case)) == 1
    assert [(method, path) for method, path, _ in server.asked] == [
        ("POST", "/Users"),
        ("GET", "/Users/7"),
        ("DELETE", "/Users/7"),
    ]


def test_what_is_captured_is_sent_later() -> None:
    server = Recorded(200, {"next": "c9"})
    case = {
        "method": "GET",
        "path": "/Users",
        "capture": {"{cursor}": "next"},
        "expect": {"status": [200]},
        "then": [{"method": "GET", "path": "/Users?c={cursor}", "expect": {"status": [200]}}],
    }
    assert Replay(server, "t").run(case) == []
    assert server.asked[-1][1] == "/Users?c=c9"


def test_credentials_can_be_left_out() -> None:
    server = Recorded(200, {"id": "1"})
    case = {"method": "GET", "path": "/", "replay_auth": False, "expect": {"status": [200]}}
    Replay(server, "t").run(case)
    assert server.asked[0][2]["Authorization"] is None
