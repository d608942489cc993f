"""The `replace` operation of PATCH (RFC 7644 §3.5.2.3)."""

from gatepost.scim.patch.target import Target
from gatepost.scim.patch.values import clear, set_selected, set_singular
from gatepost.scim.resource.values import UNASSIGNED, is_empty, read_value


def replace(target: Target, value: object) -> None:
    """Replace what the path names; an empty value clears it (WIRE.md P6).

    Objects are merged, by path and in the elements a filter selects: sub-attributes
    that are not named stay (M4). A list takes the place of the whole list.

    Raises:
        InvalidValue: the value is not of its type, or clears a required attribute.
        NoTarget: the path's filter selects nothing, and does not say what to create.
    """
    if not target.attribute.multi_valued:
        set_singular(target, value)
    elif target.sub is None and target.filter is not None and is_empty(value) and value != {}:
        target.put(target.without(target.selected()))
    elif target.filter is not None or target.sub is not None:
        set_selected(target, value)
    else:
        _replace_list(target, value)


def _replace_list(target: Target, value: object) -> None:
    read = read_value(value, target.attribute, target.dialect)
    if read is UNASSIGNED:
        clear(target)
    else:
        target.put(read)
