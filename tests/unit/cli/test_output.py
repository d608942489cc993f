import io
import json
import sys

import pytest

from gatepost.cli import output
from gatepost.cli.errors import CommandFailed, ExitCode
from gatepost.cli.output import Output

ROWS = [
    {"id": "u1", "name": "Ada [bold]", "active": True, "seen": None},
    {"id": "u22", "name": "Bela", "active": False, "seen": "today"},
]


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_rows_with_json_are_json_lines(capsys: pytest.CaptureFixture[str]) -> None:
    Output(as_json=True).rows(ROWS, ["id"])
    assert [json.loads(line) for line in capsys.readouterr().out.splitlines()] == ROWS


def test_rows_off_a_terminal_are_aligned_columns(capsys: pytest.CaptureFixture[str]) -> None:
    Output().rows(ROWS, ["id", "active", "seen", "name"])
    assert capsys.readouterr().out.splitlines() == [
        "id   active  seen   name",
        "u1   yes            Ada [bold]",
        "u22  no      today  Bela",
    ]


def test_rows_on_a_terminal_show_brackets_as_they_are(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = Terminal()
    monkeypatch.setattr(sys, "stdout", terminal)
    Output().rows(ROWS, ["id", "name"])
    assert "Ada [bold]" in terminal.getvalue()


def test_rows_on_a_narrow_terminal_are_not_cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = Terminal()
    monkeypatch.setattr(sys, "stdout", terminal)
    monkeypatch.setenv("COLUMNS", "20")
    long = "01a20ae3-9ce4-775c-a997-5e5ff84ca943"
    Output().rows([{"id": long, "name": long}], ["id", "name"])
    assert f"{long}  {long}" in terminal.getvalue()


def test_no_color_leaves_out_colours(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = Terminal()
    monkeypatch.setattr(sys, "stdout", terminal)
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setenv("TERM", "xterm-256color")
    Output().rows(ROWS, ["id"])
    assert "\x1b[3" not in terminal.getvalue()


def test_object_without_json_is_a_line_a_field(capsys: pytest.CaptureFixture[str]) -> None:
    Output().data({"id": 1, "token": "t"})
    assert capsys.readouterr().out.splitlines() == ["id     1", "token  t"]


def test_list_of_words_is_read_by_people_without_json(capsys: pytest.CaptureFixture[str]) -> None:
    Output().data({"domains": ["a.example", "b.example"], "roles": []})
    assert capsys.readouterr().out.splitlines() == ["domains  a.example, b.example", "roles    "]


def test_quiet_says_nothing_but_data(capsys: pytest.CaptureFixture[str]) -> None:
    quiet = Output(is_quiet=True)
    quiet.say("hello")
    with quiet.progress("Pushing", 2) as advance:
        advance(1, 0)
    quiet.data({"id": 1})
    said = capsys.readouterr()
    assert (said.out, said.err) == ("id  1\n", "")


def test_sentences_go_to_standard_error(capsys: pytest.CaptureFixture[str]) -> None:
    Output().say("hello")
    assert capsys.readouterr().err == "hello\n"


def test_progress_off_a_terminal_is_a_json_line_every_five_seconds(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    moments = iter([100.0, 104.9, 105.0, 109.0, 110.0])
    monkeypatch.setattr(output.time, "monotonic", lambda: next(moments))
    with Output().progress("Pushing", 10) as advance:
        for done in range(1, 5):
            advance(done, 1)
    lines = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    assert [line["done"] for line in lines] == [2, 4]
    assert lines[0] == {
        "progress": "Pushing",
        "done": 2,
        "total": 10,
        "failed": 1,
        "per_second": 0.4,
    }


def test_progress_on_a_terminal_is_a_bar(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    with Output().progress("Pushing", 2) as advance:
        advance(2, 1)
    assert "1 failed" in terminal.getvalue()


@pytest.mark.parametrize("has_input", [True, False])
def test_confirmation_without_anybody_to_ask_is_a_usage_error(*, has_input: bool) -> None:
    with pytest.raises(CommandFailed) as caught:
        Output(has_input=has_input).confirm("Delete it?", yes=False)
    assert caught.value.problem.exit_code is ExitCode.USAGE
    assert "--yes" in caught.value.problem.fix


def test_yes_confirms_without_asking() -> None:
    Output(has_input=False).confirm("Delete it?", yes=True)


@pytest.mark.parametrize(("answer", "declined"), [("y\n", False), ("n\n", True), ("\n", True)])
def test_answer_on_a_terminal_decides(
    monkeypatch: pytest.MonkeyPatch, answer: str, *, declined: bool
) -> None:
    monkeypatch.setattr(sys, "stdin", Terminal(answer))
    monkeypatch.setattr("click.termui.visible_prompt_func", lambda _prompt: answer.strip())
    if not declined:
        Output().confirm("Delete it?", yes=False)
        return
    with pytest.raises(CommandFailed) as caught:
        Output().confirm("Delete it?", yes=False)
    assert caught.value.problem.exit_code is ExitCode.FAILED
