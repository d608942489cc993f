"""The documents are true: links lead somewhere, pages made from the code are up to date."""

import importlib.util
import re
import tomllib
from pathlib import Path
from typing import Any

import pytest

from gatepost.base.settings import Settings
from tests.house.files import ROOT, shown, tracked

_LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
_FENCE = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
_HEADING = re.compile(r"^#+\s+(.*)$", re.MULTILINE)
_PATH = re.compile(r"`((?:src|tests|docs|bench)/[\w./-]+|[\w./-]+/[\w-]+\.(?:py|md|toml))`")
_REQUIREMENT = re.compile(r"^[A-Za-z0-9_.-]+")


@pytest.mark.parametrize("page", tracked("*.md"), ids=shown)
def test_links_lead_somewhere(page: Path) -> None:
    broken = [
        link
        for link in _LINK.findall(_FENCE.sub("", page.read_text()))
        if "://" not in link and not link.startswith("mailto:") and not _leads(page, link)
    ]
    assert broken == []


def _leads(page: Path, link: str) -> bool:
    target, _, anchor = link.partition("#")
    file = (page.parent / target).resolve() if target else page
    if not anchor or file.suffix != ".md" or not file.is_file():
        return file.exists()
    return anchor in {_anchor(heading) for heading in _HEADING.findall(file.read_text())}


def _anchor(heading: str) -> str:
    words = re.sub(r"[^\w\s-]", "", heading.replace("`", "").lower())
    return re.sub(r"\s", "-", words.strip())


def test_pages_made_from_the_code_are_up_to_date() -> None:
    stale = [
        path
        for path, text in _generator().PAGES.items()
        if (ROOT / "docs" / path).read_text() != text()
    ]
    assert stale == [], "run make docs-generate"


def test_every_setting_is_documented() -> None:
    headings = _HEADING.findall((ROOT / "docs/reference/settings.md").read_text())
    assert set(Settings.model_fields) - set(headings) == set()


def test_every_dependency_has_its_row_and_its_exact_version() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    direct = [*project["dependencies"], *project["optional-dependencies"]["dev"]]
    names = {_normal(requirement) for requirement in direct}
    page = (ROOT / "docs/dependencies.md").read_text()
    rows = {_normal(name) for name in re.findall(r"^\| `([^`]+)` \|", page, re.MULTILINE)}
    lines = (ROOT / "constraints.txt").read_text().splitlines()
    exact = {_normal(line) for line in lines if "==" in line}
    assert rows == names
    assert names - exact == set()


def test_the_paths_that_the_architecture_names_are_there() -> None:
    text = (ROOT / "docs/architecture.md").read_text()
    missing = [
        path
        for path in _PATH.findall(text)
        if not (ROOT / path).exists() and not (ROOT / "src/gatepost" / path).exists()
    ]
    assert missing == []


def _normal(requirement: str) -> str:
    found = _REQUIREMENT.match(requirement)
    return re.sub(r"[-_.]+", "-", found.group() if found else requirement).lower()


def _generator() -> Any:
    spec = importlib.util.spec_from_file_location("generate", ROOT / "docs/generate.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
