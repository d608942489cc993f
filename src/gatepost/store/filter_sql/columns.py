"""Attributes that are columns of their own, so that indexes find them."""

from collections.abc import Callable
from typing import TypeAlias

from gatepost.base.ids import is_id
from gatepost.scim.date_time import read_instant
from gatepost.scim.errors import InvalidFilter
from gatepost.scim.filter.match import as_boolean, as_text, match
from gatepost.scim.filter.tree import Comparison, Operator
from gatepost.scim.fold import fold
from gatepost.scim.path import Resolved
from gatepost.store.conditions import LAST_LETTER
from gatepost.store.filter_sql.builder import Builder
from gatepost.store.filter_sql.comparison import SIGNS, plain_compares
from gatepost.store.filter_sql.reach import ALWAYS, NEVER, Condition, Reach
from gatepost.store.filter_sql.scope import Scope

Column: TypeAlias = Callable[[Comparison, Scope], Condition | None]

_RANGES = frozenset({*SIGNS, Operator.SW}) - {Operator.EQ}


def by_column(comparison: Comparison, found: Resolved, scope: Scope) -> Condition | None:
    """Give the condition by columns; nothing where only the document knows.

    Raises:
        InvalidFilter: the attribute is made for each answer and cannot be searched.
    """
    if found.urn is not None:
        return None
    name = found.attribute.name + (f".{found.sub.name}" if found.sub else "")
    column = _COLUMNS.get((scope.table, name)) or _COLUMNS.get(("", name))
    return column(comparison, scope) if column else None


def is_exact(found: Resolved, scope: Scope) -> bool:
    """Tell whether the column says the same as the document, not only where to look."""
    return not (scope.table == "users" and found.attribute.name == "displayName")


def _id(comparison: Comparison, scope: Scope) -> Condition | None:
    column, wanted = f"t.{scope.id_column}", as_text(comparison.value)
    if comparison.operator is Operator.EQ and wanted is not None:
        if not is_id(wanted):
            return NEVER
        return Condition(f"{column} = {scope.builder.id(wanted)}", Reach.POINT)
    return _text(comparison, scope.builder.id_as_text(column), scope.builder, Reach.SCAN)


def _folded_text(column: str) -> Column:
    def compare(comparison: Comparison, scope: Scope) -> Condition | None:
        value = as_text(comparison.value)
        folded = Comparison(
            comparison.path, comparison.operator, None if value is None else fold(value)
        )
        return _text(folded, f"t.{column}", scope.builder)

    return compare


def _exact_text(column: str) -> Column:
    def compare(comparison: Comparison, scope: Scope) -> Condition | None:
        return _text(comparison, f"t.{column}", scope.builder)

    return compare


def _text(
    comparison: Comparison, column: str, builder: Builder, best: Reach = Reach.POINT
) -> Condition:
    """Compare a column that is NULL or "" where there is no value."""
    operator, value = comparison.operator, as_text(comparison.value)
    if operator is Operator.PR or (value is None and operator is Operator.NE):
        return Condition(f"coalesce({column}, '') <> ''")
    if value is None:
        return Condition(f"coalesce({column}, '') = ''") if operator is Operator.EQ else NEVER
    if operator is Operator.NE:
        return Condition(f"coalesce({column}, '') <> {builder.text(value)}") if value else ALWAYS
    place = builder.text(value)
    if operator is Operator.SW and value:
        end = builder.text(value + LAST_LETTER)
        return Condition(f"({column} >= {place} AND {column} < {end})", max(best, Reach.RANGE))
    text = plain_compares(column, operator, place, builder, is_empty=not value)
    if operator is Operator.EQ:
        return Condition(text, best)
    return Condition(text, max(best, Reach.RANGE) if operator in _RANGES else Reach.SCAN)


def _active(comparison: Comparison, _scope: Scope) -> Condition:
    operator, wanted = comparison.operator, as_boolean(comparison.value)
    if operator is Operator.PR or (operator is Operator.NE and wanted is None):
        return ALWAYS
    if wanted is None or operator not in (Operator.EQ, Operator.NE):
        return NEVER
    is_active = wanted == (operator is Operator.EQ)
    return Condition(f"t.status {'=' if is_active else '<>'} 'active'")


def _instant(column: str) -> Column:
    def compare(comparison: Comparison, scope: Scope) -> Condition:
        operator, value = comparison.operator, comparison.value
        if operator is Operator.PR or (operator is Operator.NE and value is None):
            return ALWAYS
        if operator in (Operator.CO, Operator.SW, Operator.EW):
            text = as_text(value)
            folded = Comparison(comparison.path, operator, None if text is None else fold(text))
            shown = scope.builder.instant_as_text(f"t.{column}")
            return _text(folded, shown, scope.builder, Reach.SCAN)
        instant = read_instant(value) if isinstance(value, str) else None
        if instant is None:
            return NEVER
        return _compare_instant(f"t.{column}", operator, instant, scope.builder)

    return compare


_MILLISECOND = 1_000


def _compare_instant(column: str, operator: Operator, instant: int, builder: Builder) -> Condition:
    """Compare by milliseconds, which is what clients are shown of the instant."""
    start = instant // _MILLISECOND * _MILLISECOND
    is_whole, after = start == instant, start + _MILLISECOND
    at_or_after = instant if is_whole else after
    if operator in (Operator.EQ, Operator.NE):
        if not is_whole:
            return NEVER if operator is Operator.EQ else ALWAYS
        first, end = builder.integer(start), builder.integer(after)
        within = f"({column} >= {first} AND {column} < {end})"
        if operator is Operator.NE:
            return Condition(f"(NOT {within})")
        return Condition(within, Reach.RANGE)
    sign = ">=" if operator in (Operator.GT, Operator.GE) else "<"
    bound = after if operator in (Operator.GT, Operator.LE) else at_or_after
    return Condition(f"{column} {sign} {builder.integer(bound)}", Reach.RANGE)


def _constant(comparison: Comparison, scope: Scope) -> Condition:
    """Decide what is the same for all resources of the type."""
    meta = {"resourceType": scope.schema.name}
    return ALWAYS if match(comparison, {"meta": meta}, scope.schema) else NEVER


def _unsearchable(comparison: Comparison, _scope: Scope) -> Condition:
    raise InvalidFilter(
        f"`{comparison.path}` is made for each answer and cannot be searched for: "
        "filter by `id`, `meta.created` or `meta.lastModified`."
    )


def _user_name(comparison: Comparison, scope: Scope) -> Condition | None:
    found = _folded_text("user_name_folded")(comparison, scope)
    if found is None or found.reach is not Reach.RANGE or not scope.builder.is_sqlite:
        return found
    # Without statistics SQLite prefers any index with two known columns.
    column = found.text.replace("t.user_name_folded", "n.user_name_folded")
    return Condition(
        f"""t.user_id IN (SELECT n.user_id FROM users AS n
        WHERE n.tenant_id = {scope.tenant} AND {column})""",  # noqa: S608
        Reach.RANGE,
    )


def _email(comparison: Comparison, scope: Scope) -> Condition | None:
    value, operator = as_text(comparison.value), comparison.operator
    if not value or operator not in (Operator.EQ, Operator.SW):
        return None
    builder = scope.builder
    indexed = _text(Comparison(comparison.path, operator, fold(value)), "v.value_folded", builder)
    return Condition(
        f"""t.user_id IN (SELECT v.user_id FROM user_values AS v
        WHERE v.tenant_id = {scope.tenant} AND v.attribute = 'emails' AND {indexed.text})""",  # noqa: S608
        indexed.reach,
    )


def _member(other: str) -> Column:
    def compare(comparison: Comparison, scope: Scope) -> Condition | None:
        value = as_text(comparison.value)
        if comparison.operator is not Operator.EQ or value is None:
            return None
        if not is_id(value):
            return NEVER
        return Condition(
            f"""t.{scope.id_column} IN (SELECT m.{scope.id_column} FROM memberships AS m
            WHERE m.tenant_id = {scope.tenant} AND m.{other} = {scope.builder.id(value)})""",  # noqa: S608
            # A user is in few groups; a group may have very many users.
            Reach.POINT if other == "user_id" else Reach.RANGE,
        )

    return compare


_COLUMNS: dict[tuple[str, str], Column] = {
    ("", "id"): _id,
    ("", "externalId"): _exact_text("external_id"),
    ("", "displayName"): _folded_text("display_name_folded"),
    ("", "meta"): _constant,
    ("", "meta.resourceType"): _constant,
    ("", "meta.created"): _instant("created_at"),
    ("", "meta.lastModified"): _instant("modified_at"),
    ("", "meta.location"): _unsearchable,
    ("", "meta.version"): _unsearchable,
    ("users", "userName"): _user_name,
    ("users", "active"): _active,
    ("users", "emails"): _email,
    ("users", "emails.value"): _email,
    ("users", "groups"): _member("group_id"),
    ("users", "groups.value"): _member("group_id"),
    ("groups", "members"): _member("user_id"),
    ("groups", "members.value"): _member("user_id"),
}
