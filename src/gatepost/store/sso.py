"""Reads of the SSO halves of identity providers, their keys and the subjects they name."""

from datetime import datetime

from gatepost.store.codec import codec_of
from gatepost.store.database import Database
from gatepost.store.login_rows import SsoKeyRow, SsoRow, SubjectRow
from gatepost.store.read import equal_rows, find_row, select_rows
from gatepost.store.tables import Kind


async def get(database: Database, tenant_id: int, provider_id: str) -> SsoRow | None:
    """Find the SSO half of the provider, switched on or not."""
    return await find_row(database, SsoRow, tenant_id=tenant_id, provider_id=provider_id)


async def of_tenant(database: Database, tenant_id: int) -> list[SsoRow]:
    """Read the SSO halves of the tenant's providers."""
    return await equal_rows(database, SsoRow, tenant_id=tenant_id)


async def stale(database: Database, before: datetime) -> list[SsoRow]:
    """Read, in every tenant, those whose trust comes from a URL and was read before then."""
    rest = "WHERE t.trust_url IS NOT NULL AND t.trust_at < $1"
    at = codec_of(database).encode(Kind.INSTANT, before)
    return await select_rows(database, SsoRow, rest, at, is_long=True)


async def keys(database: Database, tenant_id: int, provider_id: str) -> list[SsoKeyRow]:
    """Read our key pairs towards the provider, oldest first."""
    return await equal_rows(database, SsoKeyRow, tenant_id=tenant_id, provider_id=provider_id)


async def keys_of_tenant(database: Database, tenant_id: int) -> list[SsoKeyRow]:
    """Read our key pairs towards all of the tenant's providers."""
    return await equal_rows(database, SsoKeyRow, tenant_id=tenant_id)


async def subjects_of(
    database: Database, tenant_id: int, provider_id: str, user_id: str
) -> list[SubjectRow]:
    """Read by which lasting names the provider knows the user."""
    return await equal_rows(
        database, SubjectRow, tenant_id=tenant_id, user_id=user_id, provider_id=provider_id
    )


async def subjects_of_user(database: Database, tenant_id: int, user_id: str) -> list[SubjectRow]:
    """Read by which lasting names providers know the user."""
    return await equal_rows(database, SubjectRow, tenant_id=tenant_id, user_id=user_id)


async def find_subject(
    database: Database, tenant_id: int, provider_id: str, subject: str
) -> SubjectRow | None:
    """Find whom the provider's own name for a person means."""
    return await find_row(
        database, SubjectRow, tenant_id=tenant_id, provider_id=provider_id, subject=subject
    )
