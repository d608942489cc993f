"""Reads the accounts that a person from a provider could be (R30)."""

from gatepost.login.provider.identity import Identity
from gatepost.login.provider.subject import Candidates
from gatepost.scim.fold import fold
from gatepost.store import providers, sso, users
from gatepost.store.database import Database
from gatepost.store.rows import ProviderRow, UserRow

_FEW = 10
"""A provider that sends more names than these for one person is not read further."""


async def candidates(database: Database, identity: Identity, provider: ProviderRow) -> Candidates:
    """Read whom the provider's words could mean, whoever manages them."""
    tenant_id = provider.tenant_id
    link = linked = None
    if identity.subject:
        link = await sso.find_subject(database, tenant_id, provider.provider_id, identity.subject)
        linked = await users.get(database, tenant_id, link.user_id) if link else None
    by_external_id = await _by_external_id(database, identity, provider)
    by_user_name = await _by_user_name(database, identity, tenant_id)
    by_email = await _by_email(database, identity, tenant_id)
    others = [] if linked else [*by_external_id, *by_user_name, *by_email]
    return Candidates(
        link=link,
        linked=linked,
        by_external_id=by_external_id,
        by_user_name=by_user_name,
        by_email=by_email,
        named_otherwise=await _named_otherwise(database, identity, provider, others),
        claimed_domains=await providers.claimed_domains(database, tenant_id),
    )


async def _named_otherwise(
    database: Database, identity: Identity, provider: ProviderRow, users_found: list[UserRow]
) -> frozenset[str]:
    """Give whom the provider has sent before under another lasting name than this one."""
    if identity.subject is None:
        return frozenset()
    found = set()
    for user_id in {one.user_id for one in users_found}:
        known = await sso.subjects_of(database, provider.tenant_id, provider.provider_id, user_id)
        # This very name may have been kept since it was looked for, of the same person.
        if any(one.subject != identity.subject for one in known):
            found.add(user_id)
    return frozenset(found)


async def _by_external_id(
    database: Database, identity: Identity, provider: ProviderRow
) -> list[UserRow]:
    found: list[UserRow] = []
    for external_id in identity.external_ids[:_FEW]:
        found += await users.find_by_external_id(
            database, provider.tenant_id, provider.provider_id, external_id
        )
    return found


async def _by_user_name(database: Database, identity: Identity, tenant_id: int) -> list[UserRow]:
    for name in identity.user_names[:_FEW]:
        found = await users.find_by_user_name(database, tenant_id, fold(name))
        if found:
            return [found]
    return []


async def _by_email(database: Database, identity: Identity, tenant_id: int) -> list[UserRow]:
    for email in identity.emails[:_FEW]:
        found = await users.find_by_email(database, tenant_id, fold(email))
        if found:
            return found
    return []
