"""The `add` operation of PATCH (RFC 7644 §3.5.2.1)."""

from typing import Any

from gatepost.scim.patch.target import Target, comparable, unmark_others
from gatepost.scim.patch.values import merge, set_selected, set_singular
from gatepost.scim.resource.values import UNASSIGNED, read_value
from gatepost.scim.schema.attribute import Attribute


def add(target: Target, value: object) -> None:
    """Add the value to what the path names; a single value is replaced.

    A value that is there already is not added again. Values with the same
    `value` and `type` are one (RFC 7643 §2.4): what else is said of it is merged.

    Raises:
        InvalidValue: the value is not of its type, or clears a required attribute.
        NoTarget: the path's filter selects nothing, and does not say what to create.
    """
    if not target.attribute.multi_valued:
        set_singular(target, value)
    elif target.filter is not None or target.sub is not None:
        set_selected(target, value)
    else:
        _append(target, value)


def _append(target: Target, value: object) -> None:
    read = read_value(value, target.attribute, target.dialect)
    if read is UNASSIGNED:
        return
    elements = list(target.elements)
    known = {_identity(one, target.attribute): one for one in elements}
    chosen = []
    for one in read:
        present = known.setdefault(_identity(one, target.attribute), one)
        if present is one:
            elements.append(one)
        elif isinstance(present, dict):
            merge(present, one)
        chosen.append(present)
    target.put(elements)
    unmark_others(target, chosen)


def _identity(element: Any, attribute: Attribute) -> object:  # noqa: ANN401 - JSON
    """Give what makes an element another than the next."""
    if not isinstance(element, dict):
        return comparable(element, attribute)
    names = ("value", "type") if "value" in element else tuple(sorted(element))
    subs = ((name, attribute.sub(name)) for name in names)
    return tuple((name, comparable(element.get(name), sub)) for name, sub in subs if sub)
