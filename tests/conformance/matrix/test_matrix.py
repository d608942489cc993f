"""The matrix is whole: what is claimed is proven, what is proven is known."""

import importlib.util
from typing import Any

import pytest

from tests.house.files import ROOT


@pytest.fixture(scope="module")
def page() -> Any:
    spec = importlib.util.spec_from_file_location("matrix_page", ROOT / "docs/conformance_page.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    # A dataclass looks its module up by name.
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(importlib.import_module("sys").modules, "matrix_page", module)
        spec.loader.exec_module(module)
    return module


def test_what_is_claimed_is_proven(page: Any) -> None:
    claimed = {one.id for one in page.requirements() if one.claim == "yes"}
    assert claimed - page.proofs().keys() == set()


def test_every_mark_and_every_wire_case_is_known(page: Any) -> None:
    assert page.proofs().keys() - {one.id for one in page.requirements()} == set()
    named = {case for cases in page.wire_proofs().values() for case in cases}
    assert named - page.wire_cases() == set()


def test_what_is_not_kept_has_a_reason(page: Any) -> None:
    for one in page.requirements():
        assert one.level in {"MUST", "SHOULD"}, one.id
        assert one.claim in {"yes", "partly", "no"}, one.id
        assert bool(one.why) is (one.claim != "yes"), one.id
