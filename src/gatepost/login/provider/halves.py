"""What a sign-in through a provider works with: its rows as values, its keys opened."""

import msgspec

from gatepost.login.equipment import Equipment
from gatepost.login.refusals import SsoSwitchedOff
from gatepost.oidc.parties import OpenIdProvider, RelyingParty
from gatepost.saml.parties import IdentityProvider, ServiceProvider
from gatepost.store import providers, sso
from gatepost.store.login_rows import SsoKeyRow, SsoRow
from gatepost.store.rows import ProviderRow
from gatepost.tenancy import sso_parties
from gatepost.tenancy.sso_options import AttributeNames, MfaRule, OidcOptions, SamlOptions, read


class Half(msgspec.Struct, frozen=True):
    """A provider with its SSO half and our keys towards it."""

    provider: ProviderRow
    sso: SsoRow
    keys: list[SsoKeyRow]

    @property
    def saml(self) -> SamlOptions:
        """Our options towards a SAML identity provider."""
        return read(SamlOptions, self.sso.options)

    @property
    def oidc(self) -> OidcOptions:
        """Our options towards an OpenID provider."""
        return read(OidcOptions, self.sso.options)

    @property
    def names(self) -> AttributeNames:
        """Under which names the provider sends what."""
        return read(AttributeNames, self.sso.attributes)

    @property
    def mfa_rule(self) -> MfaRule:
        """Which evidence of the provider stands for MFA."""
        return read(MfaRule, self.sso.mfa_rule)

    @property
    def identity_provider(self) -> IdentityProvider:
        """The other side of a SAML trust."""
        return sso_parties.identity_provider(self.sso)

    @property
    def openid_provider(self) -> OpenIdProvider:
        """The other side of an OpenID Connect trust."""
        return sso_parties.openid_provider(self.sso)

    def service_provider(self, public_url: str) -> ServiceProvider:
        """Give ourselves in SAML."""
        return sso_parties.service_provider(self.provider, public_url)

    def relying_party(self, public_url: str) -> RelyingParty:
        """Give ourselves in OpenID Connect."""
        return sso_parties.relying_party(self.provider, self.oidc, public_url)


class Halves:
    """Finds providers by the name in their URLs, and opens what is sealed for them."""

    def __init__(self, equipment: Equipment) -> None:
        self._with = equipment

    async def find(self, slug: str, protocol: str) -> Half:
        """Find the provider whose URL it is; the message never says which one (SECURITY.md).

        Raises:
            SsoSwitchedOff: there is none, or it speaks another protocol.
        """
        provider = await providers.find_by_slug(self._with.database, slug)
        if provider is None or provider.deleted_at is not None:
            raise SsoSwitchedOff(provider=slug)
        half = await self.of(provider)
        if half.sso.protocol != protocol:
            raise SsoSwitchedOff(provider=provider.name)
        return half

    async def of(self, provider: ProviderRow) -> Half:
        """Read the provider's SSO half.

        Raises:
            SsoSwitchedOff: it has none.
        """
        found = await sso.get(self._with.database, provider.tenant_id, provider.provider_id)
        if found is None:
            raise SsoSwitchedOff(provider=provider.name)
        keys = await sso.keys(self._with.database, provider.tenant_id, provider.provider_id)
        return Half(provider, found, keys)

    def signing_key(self, half: Half) -> tuple[SsoKeyRow, bytes]:
        """Give the key pair that signs now, opened."""
        key = sso_parties.signing_key(half.keys)
        assert key is not None  # noqa: S101 - every SSO half is set up with one
        return key, self.open(key)

    def decryption_keys(self, half: Half) -> tuple[bytes, ...]:
        """Give every private key an assertion may be encrypted for: present, next and past."""
        return tuple(self.open(one) for one in half.keys)

    def open(self, key: SsoKeyRow) -> bytes:
        """Give the private key as PEM."""
        return self._with.sealer.open(key.sealed, sso_parties.key_context(key))

    def client_secret(self, half: Half) -> str | None:
        """Give the client secret, if there is one."""
        sealed = half.sso.client_secret
        if sealed is None:
            return None
        return self._with.sealer.open(sealed, sso_parties.secret_context(half.sso)).decode()
