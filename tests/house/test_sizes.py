"""Trip-wires: a file or function that has grown too long has a joint where it can be split."""

import ast
from pathlib import Path

from tests.house.files import shown, tracked

MODULE_LINES_MAX = 600
TEST_MODULE_LINES_MAX = 800
FUNCTION_LINES_MAX = 70

LONG_MODULES: dict[str, str] = {}
"""Module → why it may be longer."""

LONG_FUNCTIONS: dict[str, str] = {}
"""module:function → why it may be longer."""


def test_no_module_is_too_long() -> None:
    limits = [
        (tracked("src/*.py"), MODULE_LINES_MAX),
        (tracked("tests/*.py"), TEST_MODULE_LINES_MAX),
    ]
    too_long = {
        shown(path): lines
        for paths, most in limits
        for path in paths
        if (lines := len(path.read_text().splitlines())) > most
    }
    assert too_long.keys() == LONG_MODULES.keys()


def test_no_function_is_too_long() -> None:
    too_long = {
        f"{shown(path)}:{function.name}": lines
        for path in tracked("src/*.py", "tests/*.py")
        for function in _functions(path)
        if (lines := _lines(function)) > FUNCTION_LINES_MAX
    }
    assert too_long.keys() == LONG_FUNCTIONS.keys()


def _functions(path: Path) -> list[ast.FunctionDef | ast.AsyncFunctionDef]:
    nodes = ast.walk(ast.parse(path.read_text()))
    return [node for node in nodes if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]


def _lines(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Count a function's lines without its docstring."""
    lines = (function.end_lineno or function.lineno) - function.lineno + 1
    first = function.body[0]
    if ast.get_docstring(function) is not None:
        lines -= (first.end_lineno or first.lineno) - first.lineno + 1
    return lines
