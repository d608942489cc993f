"""`filter_sql` and `match` select the same resources."""

from typing import Any

import hypothesis.strategies as st
import msgspec
from hypothesis import HealthCheck, assume, given, settings

from gatepost.base.clock import as_rfc3339
from gatepost.scim.errors import InvalidFilter
from gatepost.scim.filter.match import match
from gatepost.scim.filter.tree import Filter
from gatepost.scim.resource.canonical import canonical
from gatepost.store import search
from gatepost.store.changes import Change, Insert
from gatepost.store.database import Database
from gatepost.store.rows import GroupRow, UserRow
from gatepost.store.tables import GROUPS
from tests.store.filters import (
    GROUP_SCHEMA,
    SCHEMA,
    documents,
    filters,
    group_filters,
)
from tests.store.make import a_group, a_user, inserted, new_id, new_tenant, with_members

_EXAMPLES = settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


def _meta(row: UserRow | GroupRow, kind: str) -> dict[str, Any]:
    return {
        "resourceType": kind,
        "created": as_rfc3339(row.created_at),
        "lastModified": as_rfc3339(row.modified_at),
    }


def _member(resource_id: str, display: str, kind: str) -> dict[str, Any]:
    return {"value": resource_id, "display": display, "type": kind}


def _selected(tree: Filter, shown: dict[str, dict[str, Any]], schema: Any) -> list[str]:
    return sorted(one for one, document in shown.items() if match(tree, document, schema))


@_EXAMPLES
@given(st.lists(documents, min_size=1, max_size=5), st.lists(filters, min_size=1, max_size=12))
async def test_users_are_selected_as_match_decides(
    database: Database, given_documents: list[dict[str, Any]], trees: list[Filter]
) -> None:
    tenant, provider_id = new_tenant(), new_id()
    changes: list[Change] = []
    shown: dict[str, dict[str, Any]] = {}
    people = []
    for number, document in enumerate(given_documents):
        plain = canonical({"active": True, **document, "userName": f"user{number}"}, SCHEMA)
        user = a_user(tenant, f"user{number}", provider_id=provider_id, document=plain)
        people.append(user)
        changes += inserted(user)
        shown[user.user_id] = {**msgspec.json.decode(user.doc), "meta": _meta(user, "User")}
    group = a_group(tenant, provider_id, "Ab")
    assert await database.commit([*changes, *with_members(group, people[0])]) is None
    shown[people[0].user_id]["groups"] = [_member(group.group_id, "Ab", "direct")]
    for tree in trees:
        try:
            found = await search.search_users(
                database, tenant, provider_id, filter=tree, schema=SCHEMA, limit=100
            )
        except InvalidFilter:
            continue
        assert [one.id for one in found.rows] == _selected(tree, shown, SCHEMA), tree
        assert found.total == len(found.rows)


@_EXAMPLES
@given(group_filters)
async def test_groups_are_selected_as_match_decides(database: Database, tree: Filter) -> None:
    tenant, provider_id = new_tenant(), new_id()
    people = [a_user(tenant, name) for name in ("user0", "Ab")]
    full = a_group(tenant, provider_id, "a", external_id="A")
    empty = a_group(tenant, provider_id, "ß")
    document = {**msgspec.json.decode(full.doc), "externalId": "A"}
    full = msgspec.structs.replace(full, doc=msgspec.json.encode(document))
    changes = [change for one in people for change in inserted(one)]
    assert (
        await database.commit([*changes, *with_members(full, *people), Insert(GROUPS, empty)])
        is None
    )
    shown = {
        one.group_id: {**msgspec.json.decode(one.doc), "meta": _meta(one, "Group")}
        for one in (full, empty)
    }
    shown[full.group_id]["members"] = [
        _member(one.user_id, one.user_name, "User") for one in people
    ]
    try:
        found = await search.search_groups(
            database, tenant, provider_id, filter=tree, schema=GROUP_SCHEMA, limit=100
        )
    except InvalidFilter:
        assume(False)  # noqa: FBT003 - Hypothesis' own signature
        return
    assert [one.id for one in found.rows] == _selected(tree, shown, GROUP_SCHEMA), tree
