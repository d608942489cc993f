"""Reads of SCIM tokens."""

from gatepost.store.codec import codec_of, select_list
from gatepost.store.database import Database
from gatepost.store.read import equal_rows, find_row
from gatepost.store.rows import ProviderRow, TokenRow
from gatepost.store.tables import PROVIDERS, TOKENS

_FIND = f"""SELECT {select_list(TOKENS, "t")}, {select_list(PROVIDERS, "p")}
    FROM tokens AS t JOIN providers AS p
        ON p.tenant_id = t.tenant_id AND p.provider_id = t.provider_id
    WHERE t.digest = $1"""  # noqa: S608 - names from the catalogue of tables


async def find_by_digest(database: Database, digest: bytes) -> tuple[TokenRow, ProviderRow] | None:
    """Find a token by the SHA-256 of its text, with its provider, in whichever tenant.

    Finds expired and revoked tokens too, since those are answered by their names (R3).
    """
    found = await database.rows(_FIND, digest)
    if not found:
        return None
    values, read_row = found[0], codec_of(database).read_row
    width = len(TOKENS.columns)
    return read_row(TOKENS, values[:width]), read_row(PROVIDERS, values[width:])


async def get(database: Database, tenant_id: int, token_id: str) -> TokenRow | None:
    """Find the token with that id."""
    return await find_row(database, TokenRow, tenant_id=tenant_id, token_id=token_id)


async def of_provider(database: Database, tenant_id: int, provider_id: str) -> list[TokenRow]:
    """Read every token the provider ever had, oldest first."""
    return await equal_rows(database, TokenRow, tenant_id=tenant_id, provider_id=provider_id)
