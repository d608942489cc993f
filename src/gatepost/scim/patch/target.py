"""Where in a document an operation works."""

from typing import Any

import msgspec

from gatepost.scim.dialects.mode import Dialect
from gatepost.scim.errors import InvalidPath, NoTarget
from gatepost.scim.filter.match import match_element
from gatepost.scim.filter.tree import And, Comparison, Filter, Operator
from gatepost.scim.fold import fold
from gatepost.scim.patch.operation import Operation
from gatepost.scim.path import Resolved, resolve
from gatepost.scim.resource.values import ELEMENTS_MAX, UNASSIGNED, check_count, read_value
from gatepost.scim.schema.attribute import Attribute
from gatepost.scim.schema.resource_schema import ResourceSchema


class Target(msgspec.Struct, frozen=True):
    """The place of an attribute: `container` is the document or an extension's object in it.

    The container is changed in place; it belongs to the copy `apply` works on.
    """

    container: dict[str, Any]
    attribute: Attribute
    sub: Attribute | None
    filter: Filter | None
    dialect: Dialect

    @property
    def path(self) -> str:
        """The name of the attribute for messages."""
        return f"{self.attribute.name}.{self.sub.name}" if self.sub else self.attribute.name

    @property
    def elements(self) -> list[Any]:
        """The values of the multi-valued attribute; none while it is unassigned."""
        found: list[Any] = self.container.get(self.attribute.name) or []
        return found

    def selected(self) -> list[Any]:
        """Give the elements that the filter selects, or all without one."""
        if self.filter is None:
            return self.elements
        return [one for one in self.elements if match_element(self.filter, one, self.attribute)]

    def without(self, removed: list[Any]) -> list[Any]:
        """Give the elements but these, which came from `selected`."""
        gone = {id(one) for one in removed}
        return [one for one in self.elements if id(one) not in gone]

    def put(self, elements: list[Any]) -> None:
        """Set the values of the multi-valued attribute."""
        check_count(elements, self.attribute.name, ELEMENTS_MAX)
        self.container[self.attribute.name] = elements


def find_target(
    operation: Operation, document: dict[str, Any], schema: ResourceSchema, dialect: Dialect
) -> Target:
    """Find where the operation works; an extension comes into being if need be.

    Raises:
        InvalidPath: the path has a filter, and the attribute has a single value.
    """
    found = resolve(operation.path.attribute, schema)
    if not isinstance(found, Resolved):
        raise InvalidPath(f"No attribute is named `{operation.path.attribute}`.")
    container = document if found.urn is None else document.setdefault(found.urn, {})
    attribute, sub = found.attribute, found.sub
    if sub is not None and sub.multi_valued and not attribute.multi_valued:
        # A list inside an object is worked on as any other list.
        container, attribute, sub = container.setdefault(attribute.name, {}), sub, None
    if operation.path.filter is not None and not attribute.multi_valued:
        raise InvalidPath(
            f"`{attribute.name}` has a single value, from which no filter can select: "
            "take the brackets out of the path."
        )
    return Target(container, attribute, sub, operation.path.filter, dialect)


def create_element(target: Target) -> dict[str, Any]:
    """Append the element that the target's filter describes, and give it (WIRE.md M3).

    Only a conjunction of `eq` describes one. Without a filter the element is
    empty yet. Operations with the same filter then find it.

    Raises:
        NoTarget: the filter does not say what the element would be, or the mode
            is strict ("…SHALL indicate failure", RFC 7644 §3.5.2.3).
    """
    refusal = no_target(target)
    element: dict[str, Any] = {}
    if target.filter is not None and not _describe(target.filter, element, target):
        raise refusal
    target.dialect.tolerate("M3", f"`{target.path}` of no element", refusal)
    target.put([*target.elements, element])
    return element


def no_target(target: Target) -> NoTarget:
    """Make the refusal of a path that selects nothing (RFC 7644 §3.5.2.3)."""
    return NoTarget(
        f"No value of `{target.attribute.name}` matches the path, so there is nothing to change."
    )


def _describe(tree: Filter, element: dict[str, Any], target: Target) -> bool:
    """Fill the element with what the filter wants; tell whether it says that plainly."""
    if isinstance(tree, And):
        return all(_describe(part, element, target) for part in tree.parts)
    if not isinstance(tree, Comparison) or tree.operator is not Operator.EQ:
        return False
    sub = target.attribute.sub(tree.path.name)
    if sub is None or tree.path.sub is not None or tree.path.urn is not None:
        return False
    value = read_value(tree.value, sub, target.dialect, path=f"{target.attribute.name}.{sub.name}")
    if value is UNASSIGNED or element.get(sub.name, value) != value:
        return False
    element[sub.name] = value
    return True


def unmark_others(target: Target, chosen: list[Any]) -> None:
    """Unmark every primary value but the last of the chosen ones (RFC 7644 §3.5.2, M9)."""
    primary = [one for one in chosen if isinstance(one, dict) and one.get("primary") is True]
    for one in target.elements if primary else []:
        if one is not primary[-1] and one.get("primary") is True:
            one["primary"] = False


def comparable(value: object, attribute: Attribute) -> object:
    """Give what stands for the value where values of the attribute are compared (`caseExact`)."""
    if isinstance(value, str):
        return value if attribute.case_exact else fold(value)
    if isinstance(value, dict | list):
        return msgspec.json.encode(value, order="sorted")
    return value
