"""Reads of sessions."""

from gatepost.store.codec import codec_of, select_list
from gatepost.store.database import Database
from gatepost.store.login_rows import SessionRow
from gatepost.store.read import equal_rows, find_row
from gatepost.store.rows import UserRow
from gatepost.store.tables import SESSIONS, USERS

_FIND = f"""SELECT {select_list(SESSIONS, "s")}, {select_list(USERS, "u")}
    FROM sessions AS s JOIN users AS u
        ON u.tenant_id = s.tenant_id AND u.user_id = s.user_id
    WHERE s.digest = $1"""  # noqa: S608 - names from the catalogue of tables


async def find(database: Database, digest: bytes) -> tuple[SessionRow, UserRow] | None:
    """Find a session by the digest of its secret, with its user, in whichever tenant.

    One point read, made for every request of a page: what ended a moment ago is not found.
    """
    found = await database.rows(_FIND, digest)
    if not found:
        return None
    codec, width = codec_of(database), len(SESSIONS.columns)
    row = tuple(found[0])
    return codec.read_row(SESSIONS, row[:width]), codec.read_row(USERS, row[width:])


async def get(database: Database, tenant_id: int, session_id: str) -> SessionRow | None:
    """Find the session with that id."""
    return await find_row(database, SessionRow, tenant_id=tenant_id, session_id=session_id)


async def of_user(database: Database, tenant_id: int, user_id: str) -> list[SessionRow]:
    """Read the user's sessions, those that ran out too, newest first."""
    found = await equal_rows(database, SessionRow, tenant_id=tenant_id, user_id=user_id)
    return sorted(found, key=lambda one: one.created_at, reverse=True)


async def of_provider(
    database: Database,
    tenant_id: int,
    provider_id: str,
    **equal: str,
) -> list[SessionRow]:
    """Read the sessions that began through a provider: of that `subject` or `provider_session`."""
    return await equal_rows(
        database, SessionRow, tenant_id=tenant_id, provider_id=provider_id, **equal
    )
