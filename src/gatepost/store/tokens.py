"""Reads of SCIM tokens."""

from functools import lru_cache
from typing import Any

from gatepost.store.codec import Codec, codec_of, select_list
from gatepost.store.database import Database
from gatepost.store.read import equal_rows, find_row, select_rows
from gatepost.store.rows import ProviderRow, TokenRow
from gatepost.store.tables import PROVIDERS, TOKENS

_KEPT = 256
_NEWEST = 2_000

_FIND = f"""SELECT {select_list(TOKENS, "t")}, {select_list(PROVIDERS, "p")}
    FROM tokens AS t JOIN providers AS p
        ON p.tenant_id = t.tenant_id AND p.provider_id = t.provider_id
    WHERE t.digest = $1"""  # noqa: S608 - names from the catalogue of tables


async def find_by_digest(database: Database, digest: bytes) -> tuple[TokenRow, ProviderRow] | None:
    """Find a token by the SHA-256 of its text, with its provider, in whichever tenant.

    Finds expired and revoked tokens too, since those are answered by their names (R3).
    """
    found = await database.rows(_FIND, digest)
    return _read(codec_of(database), tuple(found[0])) if found else None


@lru_cache(maxsize=_KEPT)
def _read(codec: Codec, values: tuple[Any, ...]) -> tuple[TokenRow, ProviderRow]:
    """Decode what was read; the same values, which every request of a client reads, only once."""
    width = len(TOKENS.columns)
    return codec.read_row(TOKENS, values[:width]), codec.read_row(PROVIDERS, values[width:])


async def get(database: Database, tenant_id: int, token_id: str) -> TokenRow | None:
    """Find the token with that id."""
    return await find_row(database, TokenRow, tenant_id=tenant_id, token_id=token_id)


async def of_provider(database: Database, tenant_id: int, provider_id: str) -> list[TokenRow]:
    """Read every token the provider ever had, oldest first."""
    return await equal_rows(database, TokenRow, tenant_id=tenant_id, provider_id=provider_id)


async def unrevoked(database: Database, tenant_id: int) -> list[TokenRow]:
    """Read the tenant's tokens that nobody revoked, expired ones too; the newest of very many."""
    rest = f"""WHERE t.tenant_id = $1 AND t.revoked_at IS NULL
        ORDER BY t.token_id DESC LIMIT {_NEWEST}"""
    return await select_rows(database, TokenRow, rest, tenant_id)
