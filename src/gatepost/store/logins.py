"""Reads of sign-ins under way, and of what a person proves themselves by."""

from collections.abc import Sequence

from gatepost.store.codec import among, codec_of
from gatepost.store.database import Database
from gatepost.store.login_rows import (
    AttemptRow,
    ChallengeRow,
    FactorRow,
    PasswordRow,
    RecoveryCodeRow,
    ReplayRow,
    ThrottleRow,
)
from gatepost.store.read import equal_rows, find_row, select_rows
from gatepost.store.tables import Kind


async def find_attempt(database: Database, digest: bytes) -> AttemptRow | None:
    """Find the sign-in of a browser by the digest of its secret, in whichever tenant."""
    return await find_row(database, AttemptRow, digest=digest)


async def get_attempt(database: Database, tenant_id: int, attempt_id: str) -> AttemptRow | None:
    """Find the sign-in with that id."""
    return await find_row(database, AttemptRow, tenant_id=tenant_id, attempt_id=attempt_id)


async def find_asked(database: Database, tenant_id: int, request_id: str) -> AttemptRow | None:
    """Find the sign-in that asked a provider with that request ID or `state`."""
    return await find_row(database, AttemptRow, tenant_id=tenant_id, request_id=request_id)


async def attempts_of(database: Database, tenant_id: int, user_id: str) -> list[AttemptRow]:
    """Read the sign-ins under way of somebody who has proved something already."""
    return await equal_rows(database, AttemptRow, tenant_id=tenant_id, user_id=user_id)


async def find_password(database: Database, tenant_id: int, user_id: str) -> PasswordRow | None:
    """Find the user's password."""
    return await find_row(database, PasswordRow, tenant_id=tenant_id, user_id=user_id)


async def factors(database: Database, tenant_id: int, user_id: str) -> list[FactorRow]:
    """Read the user's second factors, the last used first, then the newest."""
    found = await equal_rows(database, FactorRow, tenant_id=tenant_id, user_id=user_id)
    return sorted(found, key=lambda one: one.last_used_at or one.created_at, reverse=True)


async def find_passkey(
    database: Database, tenant_id: int, credential_id: bytes
) -> FactorRow | None:
    """Find the factor that a passkey is, whoever's it is."""
    return await find_row(database, FactorRow, tenant_id=tenant_id, credential_id=credential_id)


async def find_recovery_code(
    database: Database, tenant_id: int, user_id: str, digest: bytes
) -> RecoveryCodeRow | None:
    """Find a recovery code that is still good."""
    return await find_row(
        database, RecoveryCodeRow, tenant_id=tenant_id, user_id=user_id, digest=digest
    )


async def recovery_codes_count(database: Database, tenant_id: int, user_id: str) -> int:
    """Count the recovery codes that are left."""
    return len(await equal_rows(database, RecoveryCodeRow, tenant_id=tenant_id, user_id=user_id))


async def find_challenge(
    database: Database, tenant_id: int, owner: bytes, kind: str
) -> ChallengeRow | None:
    """Find what the attempt or session was last asked to prove, of that kind."""
    return await find_row(database, ChallengeRow, tenant_id=tenant_id, owner=owner, kind=kind)


async def find_replay(
    database: Database, tenant_id: int, provider_id: str, digest: bytes
) -> ReplayRow | None:
    """Find the note that a provider's message was used."""
    return await find_row(
        database, ReplayRow, tenant_id=tenant_id, provider_id=provider_id, digest=digest
    )


async def throttles(
    database: Database, tenant_id: int, names: Sequence[str]
) -> dict[str, ThrottleRow]:
    """Read how often these failed of late; by name."""
    rest = f"WHERE tenant_id = $1 AND {among(database, 'name', '$2', Kind.TEXT)}"
    values = codec_of(database).many(names)
    found = await select_rows(database, ThrottleRow, rest, tenant_id, values)
    return {one.name: one for one in found}
