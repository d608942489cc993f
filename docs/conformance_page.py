"""The page of what the standards demand and which test proves it."""

import ast
import json
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

TESTS = Path(__file__).parents[1] / "tests"
MATRIX = TESTS / "conformance" / "matrix"
WIRE = TESTS / "conformance" / "wire"

_TITLES = {
    "RFC7643": "RFC 7643: resources and schemas",
    "RFC7644": "RFC 7644: the protocol",
    "RFC9865": "RFC 9865: cursors",
}


@dataclass(frozen=True)
class Requirement:
    """What one sentence of a standard demands of a service provider."""

    id: str
    level: str
    claim: str
    text: str
    why: str = ""

    @property
    def standard(self) -> str:
        """The document, such as RFC7644."""
        return self.id.partition("-")[0]

    @property
    def section(self) -> str:
        """The section of the document."""
        return self.id.split("-")[1]


def requirements() -> list[Requirement]:
    """Read the requirements in the order of the documents."""
    sections = tomllib.loads((MATRIX / "requirements.toml").read_text(encoding="utf-8"))
    return [
        Requirement(id=f"{section}-{number}", **fields)
        for section, numbered in sections.items()
        for number, fields in numbered.items()
    ]


def proofs() -> dict[str, list[str]]:
    """Collect the tests that bear a requirement's id, and the wire cases that show it."""
    found: dict[str, list[str]] = {}
    for path in sorted(TESTS.rglob("test_*.py")):
        for name, ids in _marked(ast.parse(path.read_text(encoding="utf-8"))):
            for one in ids:
                found.setdefault(one, []).append(f"{path.relative_to(TESTS).as_posix()}::{name}")
    for one, cases in wire_proofs().items():
        found.setdefault(one, []).extend(f"wire: {case}" for case in cases)
    return found


def wire_proofs() -> dict[str, list[str]]:
    """Read which wire cases show which requirement."""
    text = (MATRIX / "wire_cases.toml").read_text(encoding="utf-8")
    return {str(one): list(cases) for one, cases in tomllib.loads(text).items()}


def wire_cases() -> set[str]:
    """Give the ids of all wire cases."""
    lines = [line for path in WIRE.glob("*.jsonl") for line in path.read_text().splitlines()]
    return {json.loads(line)["id"] for line in lines if line}


def _marked(module: ast.Module) -> Iterator[tuple[str, list[str]]]:
    for node in ast.walk(module):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            ids = [
                str(ast.literal_eval(argument))
                for mark in node.decorator_list
                if isinstance(mark, ast.Call)
                and ast.unparse(mark.func) == "pytest.mark.conformance"
                for argument in mark.args
            ]
            if ids:
                yield node.name, ids


def conformance() -> str:
    """List every requirement with what we claim and the tests that prove it."""
    known, proven = requirements(), proofs()
    counts = {claim: sum(one.claim == claim for one in known) for claim in ("yes", "partly", "no")}
    parts = [
        f"""# Conformance

What RFC 7643, RFC 7644 and RFC 9865 demand of a service provider, in our own words, and the tests
that prove it. Of {len(known)} requirements {counts["yes"]} are kept, {counts["partly"]} in part,
{counts["no"]} not. A requirement that is claimed without a test fails the build; so does a page
that is not what the tests say. What Gatepost does where the standards are silent is in
[choices](choices.md), what it tolerates beyond them in [deviations](../reference/deviations.md).
"""
    ]
    for standard, group in groupby(known, key=lambda one: one.standard):
        rows = "\n".join(_row(one, proven.get(one.id, [])) for one in group)
        parts.append(f"""## {_TITLES[standard]}

| id | section | level | requirement | kept | tests |
|---|---|---|---|---|---|
{rows}
""")
    return "\n".join(parts)


def _row(requirement: Requirement, tests: list[str]) -> str:
    kept = f"{requirement.claim}: {requirement.why}" if requirement.why else requirement.claim
    shown = "<br>".join(f"`{one.removeprefix('conformance/')}`" for one in tests)
    number = requirement.id.removeprefix(f"{requirement.standard}-")
    cells = (number, f"§{requirement.section}", requirement.level, requirement.text, kept, shown)
    return "| " + " | ".join(cells) + " |"
