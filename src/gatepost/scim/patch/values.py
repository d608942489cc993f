"""What `add` and `replace` have in common: setting values (RFC 7644 §3.5.2.1, §3.5.2.3)."""

from typing import Any

from gatepost.scim.errors import InvalidValue
from gatepost.scim.patch.target import Target, create_element, no_target, unmark_others
from gatepost.scim.resource.values import (
    UNASSIGNED,
    is_empty,
    is_reference,
    read_complex,
    read_value,
    take_only,
)


def set_singular(target: Target, value: object) -> None:
    """Set an attribute that has a single value; an empty one clears it (WIRE.md P6).

    A complex value is merged: "sub-attributes that are not specified SHALL be
    left unchanged" (RFC 7644 §3.5.2.3).

    Raises:
        InvalidValue: the value is not of its type, or clears a required attribute.
    """
    attribute = target.attribute
    if target.sub is not None:
        read = read_value(value, target.sub, target.dialect, path=target.path)
        _merge_singular(target, {target.sub.name: read})
    elif attribute.is_complex:
        _set_complex(target, value)
    else:
        read = read_value(value, attribute, target.dialect)
        if read is UNASSIGNED:
            clear(target)
        else:
            target.container[attribute.name] = read


def clear(target: Target) -> None:
    """Take the attribute away.

    Raises:
        InvalidValue: it is required.
    """
    if target.attribute.required:
        raise InvalidValue(f"`{target.path}` is required and cannot be cleared: send a value.")
    target.container.pop(target.attribute.name, None)


def _set_complex(target: Target, value: object) -> None:
    attribute, dialect = target.attribute, target.dialect
    if isinstance(value, list) and value:
        value = take_only(value, attribute, dialect, target.path)
    if value == {} and not is_reference(attribute):
        return
    if is_empty(value):
        read_value(value, attribute, dialect)
        clear(target)
        return
    _merge_singular(target, read_complex(value, attribute, dialect, target.path))


def _merge_singular(target: Target, changes: dict[str, Any]) -> None:
    """Merge into a complex attribute with a single value.

    Where it refers to a resource, as `manager` does (M5), another `value` makes
    all that was said of the old one untrue, and none at all clears it.
    """
    present = target.container.get(target.attribute.name) or {}
    if "value" in changes and is_reference(target.attribute):
        if changes["value"] is UNASSIGNED:
            clear(target)
            return
        if "value" in present and changes["value"] != present["value"]:
            present = {}
    target.container[target.attribute.name] = present
    merge(present, changes)


def set_selected(target: Target, value: object) -> None:
    """Set a sub-attribute, or merge an object, in each element that the path selects.

    Where it selects none, the element is created, unless the value would only
    clear something there (WIRE.md M3, P6).

    Raises:
        InvalidValue: the value is not of its type.
        NoTarget: nothing is selected, and it is not plain what to create.
    """
    if isinstance(value, list) and value and target.sub is None:
        value = take_only(value, target.attribute, target.dialect, target.path)
    if not target.attribute.is_complex:
        _set_selected_simple(target, value)
        return
    changes = _element_changes(target, value)
    selected = target.selected()
    if not selected and any(one is not UNASSIGNED for one in changes.values()):
        selected = [create_element(target)]
    for element in selected:
        merge(element, changes)
    unmark_others(target, selected)


def _element_changes(target: Target, value: object) -> dict[str, Any]:
    if target.sub is not None:
        read = read_value(value, target.sub, target.dialect, path=target.path)
        return {target.sub.name: read}
    return read_complex(value, target.attribute, target.dialect, target.path)


def _set_selected_simple(target: Target, value: object) -> None:
    """Replace the selected strings or numbers; one that is not there cannot be described."""
    read = read_value([value], target.attribute, target.dialect)
    selected = target.selected()
    if not selected and read is not UNASSIGNED:
        raise no_target(target)
    target.put([*target.without(selected), *([] if read is UNASSIGNED else read)])


def merge(present: dict[str, Any], changes: dict[str, Any]) -> None:
    """Set what the changes set, and take out what they clear."""
    for name, value in changes.items():
        if value is UNASSIGNED:
            present.pop(name, None)
        else:
            present[name] = value
