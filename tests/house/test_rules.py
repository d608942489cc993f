"""Every rule of the product has a test that bears its number."""

import ast
import re
from pathlib import Path

from tests.house.files import tracked

RULES = range(1, 41)

_IN_NAME = re.compile(r"(?:^|_)r(\d+)(?=_|$)")


def test_every_rule_has_a_test_that_bears_its_number() -> None:
    proven = {number for path in tracked("tests/*.py") for number in _numbers(path)}
    assert [f"R{number}" for number in RULES if number not in proven] == []


def _numbers(path: Path) -> set[int]:
    """Collect the numbers from names (test_r14_…) and from marks (@pytest.mark.rule("R14"))."""
    numbers: set[int] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith(
            "test_"
        ):
            numbers |= {int(number) for number in _IN_NAME.findall(node.name)}
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "pytest.mark.rule":
            numbers |= {int(str(ast.literal_eval(rule)).removeprefix("R")) for rule in node.args}
    return numbers
