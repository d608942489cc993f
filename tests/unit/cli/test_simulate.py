import json
from typing import Any

import pytest

from gatepost.cli import simulate
from gatepost.cli.errors import ExitCode
from gatepost.cli.main import run
from gatepost.simulator.load import Failure, Load, Progress, Summary, Unreachable
from gatepost.simulator.profile import Profile
from gatepost.simulator.wire import Exchange

ARGUMENTS = ["simulate", "entra", "--target", "http://gatepost.test/scim", "--token", "t"]
SUMMARY = Summary(created=3, found=0, updated=0, failed=0, requests=8, seconds=2.0, failures=())


class Pushed:
    """Stands in for the network: remembers what was to be pushed, gives what it is told to."""

    def __init__(self) -> None:
        self.loads: list[Load] = []
        self.outcome: Summary | Unreachable = SUMMARY

    async def __call__(self, _profile: Profile, load: Load, **options: Any) -> Summary:
        self.loads.append(load)
        options["on_progress"](Progress(done=1, total=3, failed=0))
        if isinstance(self.outcome, Unreachable):
            raise self.outcome
        return self.outcome


@pytest.fixture
def pushed(monkeypatch: pytest.MonkeyPatch) -> Pushed:
    pushed = Pushed()
    monkeypatch.setattr(simulate, "push", pushed)
    return pushed


def unreachable(status: int, detail: str) -> Unreachable:
    return Unreachable(
        Exchange(method="GET", path="/Users", status=status, sentence="", detail=detail, ms=1)
    )


def test_list_names_the_profiles(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["simulate", "--list", "--json"]) == ExitCode.DONE
    names = [json.loads(line)["name"] for line in capsys.readouterr().out.splitlines()]
    assert "entra-compliant" in names


def test_options_say_how_much_is_pushed(pushed: Pushed) -> None:
    run([*ARGUMENTS, "--users", "7", "--groups", "2", "--rate", "25", "--seed", "9"])
    assert pushed.loads == [Load(users=7, groups=2, rate=25.0, seed=9)]


def test_summary_is_one_object_with_json(
    pushed: Pushed, capsys: pytest.CaptureFixture[str]
) -> None:
    assert pushed
    assert run([*ARGUMENTS, "--json"]) == ExitCode.DONE
    summary = json.loads(capsys.readouterr().out)
    assert (summary["created"], summary["requests_per_second"]) == (3, 4.0)


def test_refused_part_is_exit_code_6_and_listed(
    pushed: Pushed, capsys: pytest.CaptureFixture[str]
) -> None:
    failure = Failure(status=409, detail="is taken", count=2)
    pushed.outcome = Summary(
        created=1, found=0, updated=0, failed=2, requests=6, seconds=1, failures=(failure,)
    )
    assert run(ARGUMENTS) == ExitCode.PARTLY
    assert "2      409     is taken" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("status", "code"), [(401, ExitCode.NOT_ALLOWED), (404, ExitCode.FAILED), (0, ExitCode.FAILED)]
)
def test_failed_connection_test_is_said_with_the_server_s_words(
    pushed: Pushed, capsys: pytest.CaptureFixture[str], status: int, code: ExitCode
) -> None:
    pushed.outcome = unreachable(status, "the token expired yesterday")
    assert run(ARGUMENTS) == code
    assert "the token expired yesterday" in capsys.readouterr().err


def test_unknown_profile_is_a_usage_error_that_lists_them(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert run(["simulate", "entre", *ARGUMENTS[2:]]) == ExitCode.USAGE
    assert "entra, entra-compliant" in capsys.readouterr().err


@pytest.mark.parametrize("arguments", [["simulate"], ARGUMENTS[:2], ARGUMENTS[:4]])
def test_missing_target_or_token_is_a_usage_error(
    monkeypatch: pytest.MonkeyPatch, arguments: list[str]
) -> None:
    monkeypatch.delenv("GATEPOST_TARGET", raising=False)
    monkeypatch.delenv("GATEPOST_TOKEN", raising=False)
    assert run(arguments) == ExitCode.USAGE
