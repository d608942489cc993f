"""The `remove` operation of PATCH (RFC 7644 §3.5.2.2)."""

from typing import Any

from gatepost.scim.errors import InvalidValue, Mutability
from gatepost.scim.patch.target import Target, comparable
from gatepost.scim.resource.values import (
    UNASSIGNED,
    is_empty,
    is_reference,
    read_complex,
    read_value,
    wrong_type,
)


def remove(target: Target, value: object) -> None:
    """Remove what the path names; what is not there is removed already (WIRE.md M12).

    A value beside the path of a whole multi-valued attribute names the elements
    to remove, and an empty list none of them (M6). With a filter the filter
    decides, and of a single value there is nothing to choose.

    Raises:
        Mutability: the attribute is required.
        InvalidValue: the value does not describe elements, or the mode is strict.
    """
    if not target.attribute.multi_valued:
        _remove_singular(target)
    elif target.sub is not None:
        _check_optional(target)
        for element in target.selected():
            element.pop(target.sub.name, None)
    elif target.filter is not None:
        target.put(target.without(target.selected()))
    elif value is None:
        _check_optional(target)
        target.container.pop(target.attribute.name, None)
    else:
        _remove_described(target, value)


def _check_optional(target: Target) -> None:
    """Refuse the removal of what must be there.

    "If the attribute is … defined as a required attribute … an error response
    and a "scimType" error code of "mutability"" (RFC 7644 §3.5.2.2).
    """
    if (target.sub or target.attribute).required:
        raise Mutability(f"`{target.path}` is required and cannot be removed: replace it instead.")


def _remove_singular(target: Target) -> None:
    _check_optional(target)
    name, sub = target.attribute.name, target.sub
    if sub is None or (sub.name == "value" and is_reference(target.attribute)):
        target.container.pop(name, None)
    else:
        (target.container.get(name) or {}).pop(sub.name, None)


def _remove_described(target: Target, value: object) -> None:
    refusal = InvalidValue(
        f"A remove takes no value: name the values of `{target.path}` by a filter in the path, "
        f'like `{target.path}[value eq "…"]`.'
    )
    target.dialect.tolerate("M6", f"remove `{target.path}` with a value", refusal)
    described = _Descriptions()
    for one in _as_list(target, value):
        described.take(_read(target, one), target)
    target.put([one for one in target.elements if not described.fit(one, target)])


def _as_list(target: Target, value: object) -> list[Any]:
    """Give the descriptions, out of an object that wraps them in the attribute's name too."""
    if isinstance(value, dict):
        name = target.attribute.name.lower()
        inner = [one for key, one in value.items() if key.lower() == name]
        value = inner[0] if inner and not target.attribute.sub(name) else value
    listed = value if isinstance(value, list) else [value]
    return [one for one in listed if not (is_empty(one) and one != [])]


def _read(target: Target, one: object) -> Any:  # noqa: ANN401 - JSON
    """Read a description: a value, or some sub-attributes that an element must have."""
    if isinstance(one, list):
        raise wrong_type(one, target.path, "a value or an object, not a list in a list,")
    if not target.attribute.is_complex:
        return read_value([one], target.attribute, target.dialect)[0]
    found = read_complex(one, target.attribute, target.dialect, target.path)
    return {name: sub for name, sub in found.items() if sub is not UNASSIGNED}


class _Descriptions:
    """What is to be removed, found again in one step for each set of sub-attributes."""

    def __init__(self) -> None:
        self._wanted: dict[tuple[str, ...], set[object]] = {}

    def take(self, description: Any, target: Target) -> None:  # noqa: ANN401 - JSON
        names = tuple(sorted(description)) if isinstance(description, dict) else ()
        if names or not isinstance(description, dict):
            wanted = self._wanted.setdefault(names, set())
            wanted.add(_key(description, names, target))

    def fit(self, element: object, target: Target) -> bool:
        return any(_key(element, names, target) in keys for names, keys in self._wanted.items())


def _key(element: Any, names: tuple[str, ...], target: Target) -> object:  # noqa: ANN401 - JSON
    attribute = target.attribute
    if not isinstance(element, dict):
        return comparable(element, attribute)
    return tuple(comparable(element.get(name), attribute.sub(name) or attribute) for name in names)
