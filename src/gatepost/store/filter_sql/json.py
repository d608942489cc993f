"""Values inside a stored document, as expressions of each database."""

from typing import Protocol

from gatepost.scim.schema.attribute import Attribute
from gatepost.store.filter_sql.builder import Builder


class Node(Protocol):
    """A JSON value that a statement can look at."""

    def at(self, name: str) -> "Node":
        """Give the member of that name."""
        ...

    def elements(self, alias: str) -> tuple[str, "Node"]:
        """Give the elements of the array as a FROM item, and one of them."""
        ...

    @property
    def type(self) -> str:
        """The JSON type: `string number boolean object array null`, NULL for no value."""
        ...

    @property
    def text(self) -> str:
        """The value as the text a string is compared with; NULL for object, array, null."""
        ...

    @property
    def boolean(self) -> str:
        """The value as `1` or `0`, also where a string spells it; else NULL."""
        ...

    @property
    def number(self) -> str:
        """The value where it is a number, else NULL."""
        ...


def document(builder: Builder, column: str) -> Node:
    """Give the document in the column."""
    if builder.is_sqlite:
        return _SqliteNode(builder, column)
    return _PostgresqlNode(builder, f"CAST({column} AS jsonb)")


def present(node: Node, attribute: Attribute, builder: Builder) -> str:
    """Give the condition that there is a value: null, "", [] and {} are none (RFC 7643 §2.5)."""
    if attribute.multi_valued:
        item, element = node.elements(builder.alias())
        one = present_one(element, attribute, builder)
        return f"EXISTS (SELECT 1 FROM {item} WHERE {one})"  # noqa: S608
    return present_one(node, attribute, builder)


def present_one(node: Node, attribute: Attribute, builder: Builder) -> str:
    """Give the condition that there is a value of the attribute, of which this is one."""
    if attribute.is_complex:
        subs = [present(node.at(sub.name), sub, builder) for sub in attribute.sub_attributes]
        return f"({' OR '.join(subs)})"
    return f"coalesce({node.text} <> '', FALSE)"


class _SqliteNode:
    """A place in a JSON text; the path is a parameter."""

    def __init__(self, builder: Builder, json: str, path: str = "$") -> None:
        self._builder = builder
        self._json = json
        self._path = path

    def at(self, name: str) -> "_SqliteNode":
        return _SqliteNode(self._builder, self._json, f'{self._path}."{name}"')

    def elements(self, alias: str) -> tuple[str, Node]:
        item = f"json_each({self._json}, {self._builder.add(self._path)}) AS {alias}"
        return item, _SqliteElement(self._builder, alias)

    @property
    def _type(self) -> str:
        return f"json_type({self._json}, {self._builder.add(self._path)})"

    @property
    def _value(self) -> str:
        return f"json_extract({self._json}, {self._builder.add(self._path)})"

    @property
    def type(self) -> str:
        return f"CASE {self._type} {_SQLITE_TYPES} END"

    @property
    def text(self) -> str:
        value = self._value
        return (
            f"CASE {self._type} WHEN 'text' THEN {value} WHEN 'true' THEN 'true' "
            f"WHEN 'false' THEN 'false' WHEN 'integer' THEN CAST({value} AS TEXT) "
            f"WHEN 'real' THEN CAST({value} AS TEXT) END"
        )

    @property
    def boolean(self) -> str:
        return (
            f"CASE {self._type} WHEN 'true' THEN 1 WHEN 'false' THEN 0 WHEN 'text' THEN "
            f"CASE lower({self._value}) WHEN 'true' THEN 1 WHEN 'false' THEN 0 END END"
        )

    @property
    def number(self) -> str:
        return f"CASE WHEN {self._type} IN ('integer', 'real') THEN {self._value} END"


class _SqliteElement(_SqliteNode):
    """An element of an array, which `json_each` has read already."""

    def __init__(self, builder: Builder, alias: str) -> None:
        # An element that is no object has no members, but is no JSON text either.
        json = f"iif({alias}.type IN ('object', 'array'), {alias}.value, '{{}}')"
        super().__init__(builder, json)
        self._alias = alias

    @property
    def _type(self) -> str:
        return f"{self._alias}.type"

    @property
    def _value(self) -> str:
        return f"{self._alias}.value"


_SQLITE_TYPES = """WHEN 'text' THEN 'string' WHEN 'integer' THEN 'number' WHEN 'real' THEN 'number'
    WHEN 'true' THEN 'boolean' WHEN 'false' THEN 'boolean' WHEN 'object' THEN 'object'
    WHEN 'array' THEN 'array' WHEN 'null' THEN 'null'"""


class _PostgresqlNode:
    """A place in a jsonb value; the path is a parameter."""

    def __init__(self, builder: Builder, json: str, path: tuple[str, ...] = ()) -> None:
        self._builder = builder
        self._json = json
        self._path = path

    def at(self, name: str) -> "_PostgresqlNode":
        return _PostgresqlNode(self._builder, self._json, (*self._path, name))

    def elements(self, alias: str) -> tuple[str, Node]:
        json = self._value
        array = f"CASE jsonb_typeof({json}) WHEN 'array' THEN {json} ELSE '[]' END"
        item = f"jsonb_array_elements({array}) AS {alias} (value)"
        return item, _PostgresqlNode(self._builder, f"{alias}.value")

    @property
    def _value(self) -> str:
        if not self._path:
            return self._json
        return f"({self._json} #> CAST({self._builder.add(list(self._path))} AS text[]))"

    @property
    def type(self) -> str:
        return f"jsonb_typeof({self._value})"

    @property
    def text(self) -> str:
        json = self._value
        kinds = "('string', 'boolean', 'number')"
        text = f"({json} #>> '{{}}') COLLATE \"C\""
        return f"CASE WHEN jsonb_typeof({json}) IN {kinds} THEN {text} END"

    @property
    def boolean(self) -> str:
        json = self._value
        text = f"lower({json} #>> '{{}}')"
        return (
            f"CASE WHEN jsonb_typeof({json}) IN ('boolean', 'string') THEN "
            f"CASE {text} WHEN 'true' THEN 1 WHEN 'false' THEN 0 END END"
        )

    @property
    def number(self) -> str:
        json = self._value
        return f"CASE WHEN jsonb_typeof({json}) = 'number' THEN CAST({json} AS numeric) END"
