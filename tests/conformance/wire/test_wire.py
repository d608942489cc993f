"""Every request that a known SCIM client sends is answered as that client needs it."""

import json
import secrets
from pathlib import Path
from typing import Any

import pytest

from tests.conformance.wire.replayer import Replay
from tests.conformance.wire.wire import HttpWire
from tests.conftest import DATABASES, OpenSandbox

HERE = Path(__file__).parent
SHARED_CORPUS = HERE.parents[2].parent / "shared" / "corpus"


def _cases(folder: Path) -> list[dict[str, Any]]:
    return [
        {"idp": file.stem} | json.loads(line)
        for file in sorted(folder.glob("*.jsonl"))
        for line in file.read_text().splitlines()
        if line
    ]


OURS = _cases(HERE)
SHARED = [case for case in _cases(SHARED_CORPUS) if case.get("replay", True)]
OVERRULED = {"entra-039": "phoneNumbers"}
"""Recorded case → what it expects to be stored and a rule of ours forbids (R14)."""

SINGLE = [case for case in SHARED if "seq" not in case]
SEQUENCES = sorted({case["idp"] for case in SHARED if "seq" in case})


def _replay(sandbox: OpenSandbox, database: str, case: dict[str, Any]) -> list[str]:
    opened = sandbox(database, case.get("mode", "tolerant"), suite="wire")
    wire = HttpWire(opened.base_url, opened.token)
    try:
        return Replay(wire, secrets.token_hex(4)).run(case)
    finally:
        wire.close()


@pytest.mark.parametrize("database", DATABASES)
@pytest.mark.parametrize("case", OURS, ids=lambda case: case["id"])
def test_a_client_is_answered_as_it_needs(
    sandbox: OpenSandbox, database: str, case: dict[str, Any]
) -> None:
    assert _replay(sandbox, database, case) == [], case["note"]


@pytest.mark.parametrize("database", DATABASES)
@pytest.mark.parametrize("case", SINGLE, ids=lambda case: case["id"])
def test_recorded_traffic_is_answered_as_its_client_needs(
    sandbox: OpenSandbox, database: str, case: dict[str, Any]
) -> None:
    assert _replay(sandbox, database, _overruled(case)) == [], case["note"]


@pytest.mark.parametrize("database", DATABASES)
@pytest.mark.parametrize("client", SEQUENCES)
def test_a_recorded_session_runs_through_on_an_empty_tenant(
    sandbox: OpenSandbox, database: str, client: str
) -> None:
    opened = sandbox(database, "tolerant", fresh=True)
    wire = HttpWire(opened.base_url, opened.token)
    names: dict[str, str] = {}
    failures = {}
    for case in sorted((c for c in SHARED if c["idp"] == client), key=lambda c: c.get("seq", 0)):
        if found := Replay(wire, "seq", names).run(case):
            failures[case["id"]] = found
    wire.close()
    assert failures == {}


def _overruled(case: dict[str, Any]) -> dict[str, Any]:
    """Give the case with what a rule of ours forbids expected to be absent."""
    if case["id"] not in OVERRULED:
        return case
    never = OVERRULED[case["id"]]
    state = case["expect"]["state"]
    kept = {path: value for path, value in state["equals"].items() if not path.startswith(never)}
    state = state | {"equals": kept, "absent": [*state.get("absent", []), never]}
    return case | {"expect": case["expect"] | {"state": state}}


def test_every_rule_and_every_case_id_occurs() -> None:
    rules = {*_numbers("P", 14), *_numbers("M", 15), *_numbers("Q", 8), *_numbers("R", 10)}
    assert rules - {case["rule"] for case in OURS} == set()
    ids = [case["id"] for case in OURS]
    assert len(ids) == len(set(ids))


def _numbers(letter: str, last: int) -> set[str]:
    return {f"{letter}{number}" for number in range(1, last + 1)}
