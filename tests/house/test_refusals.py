"""Every refusal has a code of its own and words at every door."""

import importlib
import pkgutil

import gatepost
from gatepost.base.refusal import Refusal
from gatepost.cli import words as command_line
from gatepost.web.scim import errors as scim_door


def _refusals() -> set[type[Refusal]]:
    """All of Gatepost's; other tests of the run define some of their own."""
    return {found for found in _all() if found.__module__.startswith("gatepost.")}


def _all(kind: type[Refusal] = Refusal) -> set[type[Refusal]]:
    for module in pkgutil.walk_packages(gatepost.__path__, "gatepost."):
        if module.name.endswith((".refusals", ".refusal")):
            importlib.import_module(module.name)
    return {found for child in kind.__subclasses__() for found in {child} | _children(child)}


def _children(kind: type[Refusal]) -> set[type[Refusal]]:
    return {found for child in kind.__subclasses__() for found in {child} | _children(child)}


def test_every_refusal_has_a_code_of_its_own() -> None:
    codes = [refusal.code for refusal in _refusals()]
    assert "" not in codes
    assert len(codes) == len(set(codes))


def test_the_scim_door_has_words_for_every_refusal() -> None:
    assert {r.__name__ for r in _refusals() - scim_door.WORDS.keys()} == set()


def test_the_command_line_has_words_for_every_refusal() -> None:
    assert {r.code for r in _refusals()} - command_line.WORDS.keys() == set()


def test_no_door_has_words_for_a_refusal_that_is_not_there() -> None:
    assert command_line.WORDS.keys() - {r.code for r in _refusals()} == set()
