"""What a SCIM request needs of this room, in as few reads as can be."""

from datetime import datetime

from gatepost.base.refusal import Refusal
from gatepost.base.secrets import digest
from gatepost.store import providers, tokens
from gatepost.store.database import Database
from gatepost.store.rows import ProviderRow, TokenRow
from gatepost.tenancy.refusals import CredentialsRefused, ScimPaused, ScimSwitchedOff


class Gate:
    """Finds what a token opens and whose URL it is.

    Nothing is kept between requests: a token revoked opens nothing at the very next.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    async def find_token(self, secret: str) -> tuple[TokenRow, ProviderRow] | None:
        """Find what a secret opens, be it expired or revoked; None if it opens nothing."""
        return await tokens.find_by_digest(self._database, digest(secret))

    async def find_provider(self, slug: str) -> ProviderRow | None:
        """Find the provider whose base URL has that name, in any tenant."""
        return await providers.find_by_slug(self._database, slug)


def ended_by(token: TokenRow, at: datetime) -> CredentialsRefused | None:
    """Tell why a token is no longer good; nothing while it is (R3)."""
    if token.revoked_at and token.revoked_at <= at:
        return CredentialsRefused(reason="auth.token_revoked")
    if token.expires_at and token.expires_at <= at:
        return CredentialsRefused(reason="auth.token_expired")
    return None


def closed_by(provider: ProviderRow) -> Refusal | None:
    """Tell why the provider's endpoint takes no request at all; nothing while it does (R5)."""
    if not provider.scim_enabled:
        return ScimSwitchedOff(provider=provider.name)
    return ScimPaused(provider=provider.name) if provider.paused_at else None
