"""Reads what an identity provider says of itself: SAML metadata, OpenID discovery and keys."""

from typing import Any
from urllib.parse import urlsplit

import msgspec

from gatepost.base.clock import Clock
from gatepost.base.fetch_errors import FetchError
from gatepost.base.fetching import Fetcher, Outbound
from gatepost.oidc import discovery
from gatepost.oidc import keys as openid_keys
from gatepost.oidc.errors import OidcError
from gatepost.saml import metadata
from gatepost.saml.errors import SamlError
from gatepost.store.login_rows import SsoRow
from gatepost.tenancy.refusals import TrustUnreadable

_METADATA_BYTES_MAX = 2 * 1024 * 1024
_DOCUMENT_BYTES_MAX = 512 * 1024
_OK = 200

Trust = dict[str, Any]


class TrustReader:
    """Fetches and reads; keeps nothing."""

    def __init__(self, fetcher: Fetcher, clock: Clock, *, allow_http: bool = False) -> None:
        self._fetcher = fetcher
        self._clock = clock
        self._allow_http = allow_http

    def of_metadata(self, document: bytes, entity_id: str | None = None) -> Trust:
        """Read SAML metadata that somebody pasted, sent as a file, or that was fetched.

        Raises:
            TrustUnreadable: it is no metadata of an identity provider, or has expired.
        """
        try:
            found = metadata.read(document, now=self._clock.now(), entity_id=entity_id)
        except SamlError as error:
            raise TrustUnreadable(why=error.detail, reason=error.code) from error
        trust: Trust = _plain(found)
        return trust

    async def of_metadata_url(self, url: str, entity_id: str | None = None) -> Trust:
        """Fetch and read SAML metadata.

        Raises:
            TrustUnreadable: it cannot be fetched, or is not what it should be.
        """
        return self.of_metadata(await self._fetch(url, _METADATA_BYTES_MAX), entity_id)

    async def of_issuer(self, issuer: str) -> Trust:
        """Fetch and read the discovery document and the keys of an OpenID provider.

        Raises:
            TrustUnreadable: one of them cannot be fetched, or is not what it should be.
        """
        try:
            url = discovery.url_of(issuer, allow_http=self._allow_http)
            document = await self._fetch(url, _DOCUMENT_BYTES_MAX)
            found = discovery.read(document, issuer=issuer, allow_http=self._allow_http)
        except OidcError as error:
            raise TrustUnreadable(why=error.detail, reason=error.code) from error
        return {"provider": _plain(found), "keys": await self.of_jwks(found.jwks_uri)}

    async def of_jwks(self, url: str) -> Any:  # noqa: ANN401 - a key set, as JSON
        """Fetch and read the keys of an OpenID provider.

        Raises:
            TrustUnreadable: they cannot be fetched, or none of them is good.
        """
        document = await self._fetch(url, _DOCUMENT_BYTES_MAX)
        try:
            return _plain(openid_keys.read(document))
        except OidcError as error:
            raise TrustUnreadable(why=error.detail, reason=error.code) from error

    async def again(self, sso: SsoRow) -> Trust:
        """Read the trust again from where it came.

        Raises:
            TrustUnreadable: it cannot be fetched, or is not what it should be.
        """
        assert sso.trust_url is not None  # noqa: S101 - pasted metadata is not refreshed
        if sso.protocol == "saml":
            return await self.of_metadata_url(sso.trust_url, sso.trust.get("entity_id"))
        return await self.of_issuer(sso.trust_url)

    async def _fetch(self, url: str, bytes_max: int) -> bytes:
        if not urlsplit(url).hostname:
            raise TrustUnreadable(why=f"{url} is no URL; write it whole, with https://", reason="")
        try:
            found = await self._fetcher.fetch(Outbound(url=url, bytes_max=bytes_max))
        except FetchError as error:
            raise TrustUnreadable(why=str(error), reason=f"fetch.{error.code}") from error
        if found.status != _OK:
            why = f"{url} answered {found.status} instead of 200. Check the address."
            raise TrustUnreadable(why=why, reason="fetch.status")
        return found.body


def _plain(value: Any) -> Any:  # noqa: ANN401 - a struct, as JSON has it
    """Give the value as it comes back from the store, lists for tuples: it is compared with it."""
    return msgspec.json.decode(msgspec.json.encode(value))
