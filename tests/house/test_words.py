"""Every room says what it is at its door, and nothing committed is unfinished or local."""

import ast
import re
from pathlib import Path

import pytest

from tests.house.files import SOURCE, shown, tracked

DOOR_TEXT_LINES_MIN = 3
_UNFINISHED = re.compile(r"#\s*(?:TODO|FIXME|XXX|HACK)\b")
_MACHINE_PATH = re.compile(r"(?<![\w.{}\])*>-])/(?:work|tmp|root|home)/[\w.]")
_REGISTRY = re.compile(r"(?:pypi|npmjs|pythonhosted)\.(?:org|com)|index-url|find-links")
_SUFFIXES_OF_TEXT = {".py", ".md", ".toml", ".txt", ".jsonl", ".json", ".yml", ".yaml", ".sh", ""}


@pytest.mark.parametrize("path", sorted(SOURCE.rglob("__init__.py")), ids=shown)
def test_every_room_has_a_door_text(path: Path) -> None:
    text = ast.get_docstring(ast.parse(path.read_text())) or ""
    assert len(text.splitlines()) >= DOOR_TEXT_LINES_MIN, (
        "say what the room owns and who may call it"
    )


def test_nothing_unfinished_is_committed() -> None:
    unfinished = [shown(path) for path in tracked("*.py") if _UNFINISHED.search(path.read_text())]
    assert unfinished == []


@pytest.mark.parametrize("pattern", [_MACHINE_PATH, _REGISTRY], ids=["path", "registry"])
def test_nothing_committed_names_a_machine(pattern: re.Pattern[str]) -> None:
    found = {
        shown(path): match.group()
        for path in tracked()
        if path.suffix in _SUFFIXES_OF_TEXT
        and path.name not in {"test_words.py", "LICENSE"}
        and (match := pattern.search(path.read_text()))
    }
    assert found == {}
