"""Our key pairs towards identity providers: published before they sign, kept to decrypt after."""

import asyncio
from datetime import datetime, timedelta

from gatepost.activity.entry import Entry
from gatepost.base.ids import Ids
from gatepost.base.sealing import Sealer
from gatepost.saml import certificate
from gatepost.store.changes import Change, Delete, Insert, Update
from gatepost.store.login_rows import SsoKeyRow
from gatepost.store.rows import ProviderRow
from gatepost.store.tables import SSO_KEYS, key_of
from gatepost.tenancy.provider_subject import subject
from gatepost.tenancy.sso_parties import key_context

DAYS = 3 * 365
"""How long a certificate of ours lasts; providers pin it, few check its end."""


class KeyMaker:
    """Makes key pairs whose private half leaves memory only sealed."""

    def __init__(self, ids: Ids, sealer: Sealer) -> None:
        self._ids = ids
        self._sealer = sealer

    async def new(self, provider: ProviderRow, state: str, at: datetime) -> SsoKeyRow:
        """Make a key pair for the provider; takes a second of a thread."""
        key_pem = await asyncio.to_thread(certificate.new_key_pem)
        key_id = self._ids.new()
        written = certificate.self_signed(
            key_pem,
            common_name=f"Gatepost {provider.slug}",
            now=at,
            days=DAYS,
            serial=int(key_id.replace("-", ""), 16),
        )
        row = SsoKeyRow(
            tenant_id=provider.tenant_id,
            provider_id=provider.provider_id,
            key_id=key_id,
            certificate=written,
            sealed=b"",
            state=state,
            created_at=at,
            ends_at=at + timedelta(days=DAYS),
        )
        return _with(row, self._sealer.seal(key_pem, key_context(row)))

    def open(self, key: SsoKeyRow) -> bytes:
        """Give the private key as PEM.

        Raises:
            SealError: the installation's key is not the one that sealed it.
        """
        return self._sealer.open(key.sealed, key_context(key))


def _with(row: SsoKeyRow, sealed: bytes) -> SsoKeyRow:
    return SsoKeyRow(
        **{name: getattr(row, name) for name in row.__struct_fields__} | {"sealed": sealed}
    )


def announce(provider: ProviderRow, keys: list[SsoKeyRow], new: SsoKeyRow) -> list[Change | Entry]:
    """Publish a next key; one that was announced before and never used goes."""
    gone = [Delete(SSO_KEYS, key_of(SSO_KEYS, one)) for one in keys if one.state == "next"]
    said = Entry("provider.sso_key_announced", subject(provider), {"ends": _day(new)})
    return [*gone, Insert(SSO_KEYS, new), said]


def switch(provider: ProviderRow, keys: list[SsoKeyRow]) -> list[Change | Entry]:
    """Sign with the next key from now on; the one before still decrypts, the one before it goes."""
    moves = {"next": "current", "current": "retired"}
    changes: list[Change | Entry] = [
        Update(SSO_KEYS, key_of(SSO_KEYS, one), {"state": moves[one.state]}, {"state": one.state})
        for one in keys
        if one.state in moves
    ]
    changes += [Delete(SSO_KEYS, key_of(SSO_KEYS, one)) for one in keys if one.state == "retired"]
    return [*changes, Entry("provider.sso_key_switched", subject(provider))]


def _day(key: SsoKeyRow) -> str:
    return key.ends_at.date().isoformat()
