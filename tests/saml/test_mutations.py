"""No change to a signed Response is accepted that changes what it says."""

import base64
import copy
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree
from msgspec.structs import replace

from gatepost.saml.errors import SamlError
from gatepost.saml.response import read
from tests.saml import oracle, signer
from tests.saml.maker import SAML, Made, Parts, Tree, encrypted, expected, make

HONEST = {
    "assertion": make(),
    "response": make("response"),
    "both": make("both"),
    "encrypted": encrypted(),
}
SIGNATURE = f"{{{signer.DS}}}Signature"
NAMES = ("ID", "URI", "InResponseTo", "Destination", "Recipient", "Value", "Algorithm", "Version")
OTHER = etree.fromstring(Parts(assertion_id="_evil", response_id="_evil-r").response())

Operation = Callable[[list[Tree], st.DataObject], None]


def pick(data: st.DataObject, elements: list[Tree]) -> Tree:
    return elements[data.draw(st.integers(0, len(elements) - 1))]


def within(one: Tree, other: Tree) -> bool:
    """Whether `other` stands in `one`, or is it."""
    return other is one or any(parent is one for parent in other.iterancestors())


def delete(elements: list[Tree], data: st.DataObject) -> None:
    chosen = pick(data, elements)
    parent = chosen.getparent()
    if parent is not None:
        parent.remove(chosen)


def duplicate(elements: list[Tree], data: st.DataObject) -> None:
    chosen, place = pick(data, elements), pick(data, elements)
    place.insert(data.draw(st.integers(0, len(place))), copy.deepcopy(chosen))


def insert_foreign(elements: list[Tree], data: st.DataObject) -> None:
    foreign, place = pick(data, list(OTHER.iter())), pick(data, elements)
    place.insert(data.draw(st.integers(0, len(place))), copy.deepcopy(foreign))


def replace_by_foreign(elements: list[Tree], data: st.DataObject) -> None:
    chosen = pick(data, elements)
    alike = [one for one in OTHER.iter() if one.tag == chosen.tag]
    parent = chosen.getparent()
    if alike and parent is not None:
        parent.replace(chosen, copy.deepcopy(alike[0]))


def move(elements: list[Tree], data: st.DataObject) -> None:
    chosen, place = pick(data, elements), pick(data, elements)
    if chosen.getparent() is not None and not within(chosen, place):
        place.insert(data.draw(st.integers(0, len(place))), chosen)


def swap_text(elements: list[Tree], data: st.DataObject) -> None:
    one, other = pick(data, elements), pick(data, elements)
    one.text, other.text = other.text, one.text


def set_attribute(elements: list[Tree], data: st.DataObject) -> None:
    chosen, source = pick(data, elements), pick(data, elements)
    values = [*source.attrib.values(), "_evil", ""]
    chosen.set(data.draw(st.sampled_from(NAMES)), str(data.draw(st.sampled_from(values))))


def rename(elements: list[Tree], data: st.DataObject) -> None:
    chosen, other = pick(data, elements), pick(data, elements)
    chosen.tag = other.tag


def rewrite(elements: list[Tree], data: st.DataObject) -> None:
    pick(data, elements).text = data.draw(st.sampled_from(["admin@example.com", "", "owners"]))


OPERATIONS: tuple[Operation, ...] = (
    delete,
    duplicate,
    insert_foreign,
    replace_by_foreign,
    move,
    swap_text,
    set_attribute,
    rename,
    rewrite,
)


def judge(name: str, message: bytes) -> None:
    """Refused, or read exactly as the honest one is; and then the oracle agrees."""
    honest = read(HONEST[name].message, expected())
    try:
        found = read(message, expected())
    except SamlError:
        return
    made = Made(etree.fromstring(base64.b64decode(message)))
    signs = signed_parts(made.root)
    allowed = replace(honest, response_id=found.response_id) if signs == "assertion" else honest
    assert found == allowed
    assert oracle.ask(made, expected(), signs=signs).name_id == found.name_id


def signed_parts(root: Tree) -> str:
    """Say what is still signed; where both were, one signature may be gone."""
    if root.find(SIGNATURE) is None:
        return "assertion"
    found = root.find(f"{SAML}Assertion/{SIGNATURE}")
    return "response" if found is None else "both"


@pytest.mark.parametrize("name", HONEST)
@settings(max_examples=150)
@given(data=st.data())
def test_no_change_of_elements_changes_what_is_read(name: str, data: st.DataObject) -> None:
    root = copy.deepcopy(HONEST[name].root)
    for _ in range(data.draw(st.integers(1, 3))):
        data.draw(st.sampled_from(OPERATIONS))(list(root.iter()), data)
    judge(name, Made(root).message)


@pytest.mark.parametrize("name", HONEST)
@settings(max_examples=100)
@given(data=st.data())
def test_no_change_of_bytes_changes_what_is_read(name: str, data: st.DataObject) -> None:
    document = bytearray(HONEST[name].xml)
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(document) - 1))
        length = data.draw(st.integers(0, 40))
        inserted = data.draw(st.binary(max_size=6))
        document[at : at + length] = inserted
    judge(name, base64.b64encode(document))


@settings(max_examples=150)
@given(message=st.binary(max_size=300))
def test_any_bytes_at_all_are_refused_with_an_error_of_ours(message: bytes) -> None:
    with pytest.raises(SamlError):
        read(message, expected())
    with pytest.raises(SamlError):
        read(base64.b64encode(message), expected())
