from pathlib import Path
from typing import Any

import pytest

from gatepost.base.launch import Launch
from gatepost.base.settings import Settings
from gatepost.cli import audience, telling
from gatepost.cli.errors import ExitCode
from gatepost.cli.main import run
from gatepost.cli.stage import MANUAL_ROLE, SUPPORT_ROLE, Stage
from gatepost.simulator.story import ACME, LOCAL_TECHNICIAN
from gatepost.wiring import open_house


def activity(event: str, **data: object) -> dict[str, Any]:
    subject = {"name": "ada@acme.example"}
    return {"event": event, "sentence": "Acme did it", "subject": subject, "data": data}


def test_role_that_came_through_a_group_is_told() -> None:
    said = audience._effect(activity("group.member_added", group="IT", roles=["Support"]))
    assert said == "ada@acme.example gained the role Support, through the group IT"


def test_role_that_went_with_a_group_is_told() -> None:
    said = audience._effect(activity("group.member_removed", group="IT", roles=["Support"]))
    assert said == "ada@acme.example lost the role Support, which came through the group IT"


def test_membership_without_a_role_is_not_told() -> None:
    assert audience._effect(activity("group.member_added", group="IT")) == ""


def test_what_was_ignored_of_a_change_is_told() -> None:
    said = audience._effect(activity("user.updated", ignored=["phoneNumbers"]))
    assert said == "Acme did it; phoneNumbers ignored"


def test_adoption_is_told_in_the_logs_words() -> None:
    assert audience._effect(activity("user.adopted")) == "Acme did it"


def test_directory_with_a_database_is_not_overwritten(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "gatepost.db").write_text("mine")
    assert run(["demo", "--once", "--keep", str(tmp_path)]) == ExitCode.USAGE
    assert "holds a database already" in capsys.readouterr().err
    assert (tmp_path / "gatepost.db").read_text() == "mine"


@pytest.fixture
async def stage(tmp_path: Path) -> Any:
    settings = Settings(database_url=f"sqlite:///{tmp_path / 'gatepost.db'}")
    house = await open_house(settings, launch=Launch(is_demo=True))
    stage = Stage(house)
    await stage.furnish()
    yield stage
    await house.close()


async def test_stage_has_a_local_technician_with_a_phone_and_a_role(stage: Stage) -> None:
    lena = await stage.local_technician()
    assert lena.provider_id is None
    assert lena.phone == LOCAL_TECHNICIAN.phone
    assert await stage.role_names(lena) == [f"{MANUAL_ROLE} (granted by hand)"]


async def test_stage_without_a_story_is_full_of_surprises(stage: Stage) -> None:
    """Else the check at the end would prove nothing."""
    found = await stage.surprises()
    assert "the local technician is not managed by Acme" in found
    assert "conflicts are open: []" in found
    assert "the providers manage {'Acme': 0, 'Globex': 0}" in found
    assert len(found) == 3


async def test_endpoint_details_name_the_providers_url(stage: Stage) -> None:
    endpoint = stage.endpoints[ACME.name]
    assert endpoint.base_url == "http://127.0.0.1:8400/scim/v2/acme"
    assert endpoint.provider.domains == [ACME.domain]
    assert (await stage.house.roles.get(stage.tenant_id, SUPPORT_ROLE)).user_type == "technician"


@pytest.mark.parametrize(
    ("is_terminal", "variables", "opens"),
    [
        (True, {"DISPLAY": ":0"}, True),
        (True, {"WAYLAND_DISPLAY": "wayland-0"}, True),
        (True, {}, False),
        (True, {"DISPLAY": ":0", "CI": "true"}, False),
        (False, {"DISPLAY": ":0"}, False),
    ],
)
def test_a_browser_is_opened_only_where_somebody_sits_before_a_screen(
    monkeypatch: pytest.MonkeyPatch, *, is_terminal: bool, variables: dict[str, str], opens: bool
) -> None:
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "CI"):
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr("sys.platform", "linux")
    monkeypatch.setattr("sys.stdout.isatty", lambda: is_terminal)
    assert telling._has_browser() is opens
