"""`members` of a group and `groups` of a user, which no document holds."""

from gatepost.store.filter_sql.builder import Builder
from gatepost.store.filter_sql.json import Node

_NONE = "CAST(NULL AS text)"


class MembershipsNode:
    """The array that memberships would be in a document of the table."""

    type = "'array'"
    text = boolean = number = "NULL"

    def __init__(self, builder: Builder, table: str) -> None:
        self._builder = builder
        self._table = table

    def at(self, _name: str) -> Node:
        """Give a member that is not there."""
        return TextNode(_NONE)

    def elements(self, alias: str) -> tuple[str, Node]:
        """Give the memberships of the row at hand."""
        item = f"({_SOURCES[self._table]}) AS {alias}"
        kind = "'direct'" if self._table == "users" else "'User'"
        members = {
            "value": self._builder.id_as_text(f"{alias}.id"),
            "display": f"{alias}.display",
            "type": kind,
        }
        return item, _ElementNode(members)


class TextNode:
    """A text that a column holds."""

    type = "'string'"
    boolean = number = "NULL"

    def __init__(self, text: str) -> None:
        self.text = text

    def at(self, _name: str) -> Node:
        """Give a member that is not there."""
        return TextNode(_NONE)

    def elements(self, alias: str) -> tuple[str, Node]:
        """Give no elements."""
        return f"(SELECT 1 AS one WHERE FALSE) AS {alias}", self


class _ElementNode:
    """One membership as the object that a client sees."""

    type = "'object'"
    text = boolean = number = "NULL"

    def __init__(self, members: dict[str, str]) -> None:
        self._members = members

    def at(self, name: str) -> Node:
        return TextNode(self._members.get(name, _NONE))

    def elements(self, alias: str) -> tuple[str, Node]:
        return TextNode(_NONE).elements(alias)


_SOURCES = {
    "users": """SELECT g.group_id AS id, g.display_name AS display
        FROM memberships AS m JOIN groups AS g
            ON g.tenant_id = m.tenant_id AND g.group_id = m.group_id
        WHERE m.tenant_id = t.tenant_id AND m.user_id = t.user_id""",
    "groups": """SELECT u.user_id AS id, u.user_name AS display
        FROM memberships AS m JOIN users AS u
            ON u.tenant_id = m.tenant_id AND u.user_id = m.user_id
        WHERE m.tenant_id = t.tenant_id AND m.group_id = t.group_id""",
}
HELD: dict[tuple[str, str], str] = {("users", "groups"): "users", ("groups", "members"): "groups"}
