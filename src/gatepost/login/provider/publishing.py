"""What we publish of ourselves to identity providers."""

from typing import Any

from joserfc.jwk import RSAKey

from gatepost.login.equipment import Equipment
from gatepost.login.provider.halves import Half, Halves
from gatepost.login.refusals import SsoSwitchedOff
from gatepost.saml import metadata_writer
from gatepost.saml.certificate import load
from gatepost.store import providers, sso
from gatepost.tenancy.sso_parties import service_provider


class Publishing:
    """Gives our metadata and keys towards one provider, before it is switched on too."""

    def __init__(self, equipment: Equipment, halves: Halves) -> None:
        self._with = equipment
        self._halves = halves

    async def metadata(self, slug: str) -> bytes:
        """Write our SAML metadata; it is there as soon as the provider is, to be set up with.

        Raises:
            SsoSwitchedOff: there is no such provider.
        """
        provider = await providers.find_by_slug(self._with.database, slug)
        if provider is None or provider.deleted_at is not None:
            raise SsoSwitchedOff(provider=slug)
        keys = await sso.keys(self._with.database, provider.tenant_id, provider.provider_id)
        ours = service_provider(provider, self._with.public_url)
        published = [one.certificate for one in keys if one.state in {"current", "next"}]
        return metadata_writer.write(ours, certificates=published)

    async def jwks(self, slug: str) -> list[dict[str, Any]]:
        """Give the public keys of ours that are or will be in use, as JWKs.

        Raises:
            SsoSwitchedOff: there is no such OpenID provider.
        """
        half = await self._halves.find(slug, "oidc")
        return [_jwk(half, key_id) for key_id in _published(half)]


def _published(half: Half) -> list[str]:
    return [one.key_id for one in half.keys if one.state in {"current", "next"}]


def _jwk(half: Half, key_id: str) -> dict[str, Any]:
    row = next(one for one in half.keys if one.key_id == key_id)
    key = RSAKey.import_key(load(row.certificate).public_key())  # type: ignore[arg-type]
    document = dict(key.as_dict(private=False))
    return {**document, "kid": key_id, "use": "sig", "alg": "RS256"}
