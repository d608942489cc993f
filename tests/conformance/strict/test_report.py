"""Report mode tolerates, and an operator sees what (R39)."""

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from gatepost.base.clock import SystemClock
from tests.conformance.matrix.scim import ENTERPRISE_USER, PATCH_OP, USER, Document, Scim
from tests.e2e.processes import Running, run, running

WITHIN = timedelta(seconds=5)
"""Counts are written every second; the rest is for a busy machine."""


@pytest.fixture(scope="module")
def reporting(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    folder = tmp_path_factory.mktemp("reporting")
    database = f"sqlite:///{folder / 'gatepost.db'}"
    with running(folder, "sandbox", "--mode", "report", "--json", "--database", database) as opened:
        yield opened


@pytest.fixture
def scim(reporting: Running) -> Iterator[Scim]:
    client = Scim(reporting.said["scim_base_url"], reporting.said["token"])
    yield client
    client.http.close()


def _shown(reporting: Running) -> dict[str, Document]:
    """Give the deviations as `gatepost provider show` tells them, by rule."""
    said = reporting.said
    where = ["--database", said["database_url"], "--tenant", said["tenant"], "--json"]
    found = run("provider", "show", said["provider"], *where)
    assert found.returncode == 0, found.stderr
    return {one["rule"]: one for one in json.loads(found.stdout)["deviations"]}


def _seen(reporting: Running, rule: str, wanted: int) -> Document:
    clock = SystemClock()
    deadline = clock.now() + WITHIN
    while True:
        found = _shown(reporting).get(rule, {"seen": 0})
        if found["seen"] >= wanted or clock.now() > deadline:
            return found


def _before(reporting: Running, rule: str) -> int:
    return int(_shown(reporting).get(rule, {"seen": 0})["seen"])


BODIES: dict[str, tuple[Document, str]] = {
    "P4": ({"schemas": [USER, "urn:example:none"]}, "urn:example:none"),
    "P5": ({"active": "True"}, "active"),
    "P6": ({"nickName": ""}, "nickName"),
    "P7": ({"emails": {"value": "a@x.example"}}, "emails"),
    "P9": ({"shoeSize": 38}, "shoeSize"),
    "M5": ({ENTERPRISE_USER: {"manager": "m"}}, "manager"),
}
PATCHES: dict[str, tuple[Document, str]] = {
    "P2": ({"op": "Add", "path": "title", "value": "x"}, "Add"),
    "P3": ({"op": "add", "path": "title", "value": "x", "name": "n"}, "name"),
    "M2": ({"op": "add", "value": {"title": "x"}}, "without a path"),
    "M3": ({"op": "add", "path": 'emails[type eq "work"].value', "value": "x"}, "emails"),
    "M6": ({"op": "remove", "path": "emails", "value": [{"value": "x"}]}, "emails"),
    "P8": ({"op": "add", "value": {"id": "x", "title": "x"}}, "id"),
}


@pytest.mark.parametrize("rule", BODIES)
def test_a_body_that_deviates_is_taken_and_counted(
    reporting: Running, scim: Scim, rule: str
) -> None:
    deviation, example = BODIES[rule]
    before = _before(reporting, rule)
    assert scim.send("POST", "/Users", scim.body() | deviation).status_code == 201
    found = _seen(reporting, rule, before + 1)
    assert found["seen"] == before + 1
    assert example in found["example"]


@pytest.mark.parametrize("rule", PATCHES)
def test_a_patch_that_deviates_is_taken_and_counted(
    reporting: Running, scim: Scim, rule: str
) -> None:
    operation, example = PATCHES[rule]
    user = scim.user(emails=[{"value": "h@x.example"}])
    before = _before(reporting, rule)
    body: dict[str, Any] = {"schemas": [PATCH_OP], "Operations": [operation]}
    assert scim.send("PATCH", f"/Users/{user['id']}", body).status_code == 200
    found = _seen(reporting, rule, before + 1)
    assert found["seen"] == before + 1
    assert example in found["example"]


def test_the_last_example_is_shown_and_names_nobody(reporting: Running, scim: Scim) -> None:
    before = _before(reporting, "P9")
    for name in ("hatSize", "gloveSize"):
        scim.send("POST", "/Users", scim.body(name, **{name: f"{scim.tag}-secret"}))
    found = _seen(reporting, "P9", before + 2)
    assert found["seen"] == before + 2
    assert "gloveSize" in found["example"]
    assert scim.tag not in found["example"]
    assert found["first_at"] <= found["last_at"]
