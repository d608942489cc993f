"""Finding users and groups: what a provider lists and looks up (R11, R13, R17)."""

import msgspec

from gatepost.lifecycle.rules.adoption import limit_of_adoption
from gatepost.scim.filter.match import match
from gatepost.scim.filter.tree import And, AttributePath, Comparison, Filter, Operator, ValuePath
from gatepost.scim.fold import fold
from gatepost.scim.query.request import SearchRequest
from gatepost.scim.schema.resource_schema import ResourceSchema
from gatepost.store import providers, search, users
from gatepost.store.database import Database
from gatepost.store.rows import ProviderRow, UserRow
from gatepost.store.search import Found, Listed

_LOOKUPS = frozenset({"username", "emails", "email"})
_NAMING = _LOOKUPS | {"id", "externalid", "displayname"}


class Directory:
    """Searches on behalf of one provider."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def users(
        self,
        provider: ProviderRow,
        schema: ResourceSchema,
        request: SearchRequest,
        *,
        offset: int,
        after_id: str | None,
        limit: int,
    ) -> Found:
        """Find the provider's users; one more than `limit` tells that more follow.

        A look-up by `eq` on userName or an address also finds local accounts
        that the provider would adopt (R11); a list never does (R13).
        """
        found = await search.search_users(
            self._database,
            provider.tenant_id,
            provider.provider_id,
            filter=request.filter,
            schema=schema,
            sort=_sort(request),
            offset=offset,
            after_id=after_id,
            limit=limit + 1,
            want_total=True,
        )
        if found.total or request.filter is None:
            return found
        adoptable = await self._adoptable(provider, schema, request.filter)
        return Found(len(adoptable), adoptable[offset : offset + limit]) if adoptable else found

    async def groups(
        self,
        provider: ProviderRow,
        schema: ResourceSchema,
        request: SearchRequest,
        *,
        offset: int,
        after_id: str | None,
        limit: int,
    ) -> Found:
        """Find the provider's groups; one more than `limit` tells that more follow."""
        return await search.search_groups(
            self._database,
            provider.tenant_id,
            provider.provider_id,
            filter=request.filter,
            schema=schema,
            sort=_sort(request),
            offset=offset,
            after_id=after_id,
            limit=limit + 1,
            want_total=True,
        )

    async def groups_of(
        self, tenant_id: int, user_ids: list[str]
    ) -> dict[str, list[tuple[str, str]]]:
        """Read the groups of users, as id and displayName."""
        return await users.groups_of_many(self._database, tenant_id, user_ids)

    async def groups_of_one(self, tenant_id: int, user_id: str) -> list[tuple[str, str]]:
        """Read the groups of one user, as id and displayName."""
        return await users.groups_of(self._database, tenant_id, user_id)

    def looked_up(self, tree: Filter | None) -> str | None:
        """Give whom an `eq` look-up names, by which its record is found again.

        Other attributes tell nobody apart, and some are not to be kept (R36).
        """
        found = _equality(tree)
        return found[1] if found and found[0] in _NAMING else None

    async def _adoptable(
        self, provider: ProviderRow, schema: ResourceSchema, tree: Filter
    ) -> list[Listed]:
        asked = _equality(tree)
        if asked is None or asked[0] not in _LOOKUPS or provider.adoption != "automatic":
            return []
        if "\x00" in asked[1]:
            return []  # no account is named so, and PostgreSQL refuses to be asked
        by_name = fold(asked[1]) if asked[0] == "username" else None
        by_email = fold(asked[1]) if by_name is None else None
        rows = await users.find_adoptable(
            self._database,
            provider.tenant_id,
            user_name_folded=by_name,
            email_folded=by_email,
        )
        claimed = await providers.claimed_domains(self._database, provider.tenant_id)
        return [
            _listed(row)
            for row in rows
            if limit_of_adoption(row, provider, claimed) is None
            and match(tree, msgspec.json.decode(row.doc), schema)
        ]


def _listed(user: UserRow) -> Listed:
    return Listed(user.user_id, user.doc, user.version, user.created_at, user.modified_at)


def _sort(request: SearchRequest) -> tuple[AttributePath, bool] | None:
    return (request.sort_by, request.descending) if request.sort_by else None


def _equality(tree: Filter | None) -> tuple[str, str] | None:
    """Find the attribute and the literal of the (first) `eq` that a look-up is made of."""
    if isinstance(tree, Comparison):
        if tree.operator is Operator.EQ and isinstance(tree.value, str):
            name = tree.path.name.rpartition(":")[2].lower()
            return name, tree.value
        return None
    if isinstance(tree, ValuePath):
        inner = _value_equality(tree.filter)
        return (tree.path.name.lower(), inner) if inner else None
    if isinstance(tree, And):
        found = (_equality(part) for part in tree.parts)
        return next((one for one in found if one), None)
    return None


def _value_equality(tree: Filter) -> str | None:
    parts = tree.parts if isinstance(tree, And) else (tree,)
    for part in parts:
        if not isinstance(part, Comparison) or part.operator is not Operator.EQ:
            continue
        if part.path.name.lower() == "value" and isinstance(part.value, str):
            return part.value
    return None
