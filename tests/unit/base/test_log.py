import io
import json
import logging
from collections.abc import Iterator

import pytest
import structlog

from gatepost.base import log
from gatepost.base.secrets import SystemSecrets

CANARIES = {
    "token": SystemSecrets().new_token("gp_scim"),
    "bearer": "Bearer s3cr3t-canary",
    "jwt": "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJjYW5hcnkifQ.c2lnbmF0dXJl",
    "phone": "+4915112345678",
    "phone in a query": "%2B4915112345678",
    "password in a URL": "postgresql://gatepost:canary@db/gatepost",
}
FORBIDDEN = ("s3cr3t", "eyJ", "15112345678", ":canary@", CANARIES["token"])


@pytest.fixture
def lines() -> Iterator[io.StringIO]:
    root, handlers, level = logging.getLogger(), logging.getLogger().handlers, logging.root.level
    # A server that another test ran in this process may have left its own level there.
    logging.getLogger("uvicorn.error").setLevel(logging.NOTSET)
    yield io.StringIO()
    structlog.reset_defaults()
    root.handlers, root.level = handlers, level
    logging.getLogger("uvicorn.access").disabled = False


@pytest.mark.parametrize("form", ["json", "text"])
@pytest.mark.parametrize("canary", CANARIES.values(), ids=CANARIES)
def test_planted_secrets_do_not_appear(lines: io.StringIO, form: str, canary: str) -> None:
    log.set_up(form, stream=lines)
    ours, theirs = structlog.get_logger(), logging.getLogger("uvicorn.error")
    ours.info(f"said {canary}", field=f"it is {canary}.", deep={"list": [{canary: canary}]})
    ours.info("an object", error=ValueError(canary))
    theirs.info("Started with %s", canary)
    try:
        int(f"not {canary}")
    except ValueError:
        ours.exception("a fault")
        theirs.exception("a fault")
    written = lines.getvalue()
    assert written.count("a fault") == 2
    assert not [text for text in FORBIDDEN if text in written]


@pytest.mark.parametrize(
    "name",
    ["Authorization", "cookie", "password", "client_secret", "phone", "phoneNumbers", "id_token"],
)
def test_field_with_a_secret_name_is_redacted_whatever_it_holds(
    lines: io.StringIO, name: str
) -> None:
    log.set_up("json", stream=lines)
    structlog.get_logger().info("x", headers={name: "plain"})
    assert json.loads(lines.getvalue())["headers"] == {name: log.REDACTED}


def test_line_off_a_terminal_is_json_with_time_and_level(lines: io.StringIO) -> None:
    log.set_up("auto", stream=lines)
    structlog.get_logger().warning("request.refused", status=409, token_id="t1", code="a.b")
    line = json.loads(lines.getvalue())
    assert line["event"] == "request.refused"
    assert (line["status"], line["level"], line["token_id"]) == (409, "warning", "t1")
    assert line["timestamp"].endswith("Z")


def test_lines_below_the_level_are_not_written(lines: io.StringIO) -> None:
    log.set_up("json", "warning", stream=lines)
    structlog.get_logger().info("unheard")
    logging.getLogger("uvicorn.error").info("unheard")
    assert lines.getvalue() == ""


def test_access_log_of_the_server_is_off(lines: io.StringIO) -> None:
    log.set_up("json", stream=lines)
    logging.getLogger("uvicorn.access").info("GET /Users?filter=x")
    assert lines.getvalue() == ""


def test_times_are_not_taken_for_phone_numbers() -> None:
    text = "at 2026-11-23T22:43:50+00:00 after 12345678"
    assert log.redacted(text) == text
