"""The SSO half of identity providers: set up, tested, switched on, kept fresh (R1, R32, R35)."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import msgspec

from gatepost.activity.entry import Entry
from gatepost.base.sealing import Sealer
from gatepost.lifecycle.corridor import Corridor, Writer
from gatepost.lifecycle.plan import Plan
from gatepost.store import sessions
from gatepost.store import sso as halves
from gatepost.store.changes import Change, Insert
from gatepost.store.login_rows import SsoKeyRow, SsoRow
from gatepost.store.rows import ProviderRow
from gatepost.store.tables import SSO, SSO_KEYS
from gatepost.tenancy import sso_keys
from gatepost.tenancy.provider_subject import subject
from gatepost.tenancy.refusals import SettingInvalid, SsoNotSetUp, SsoUntested, TrustUnreadable
from gatepost.tenancy.sso_decisions import changed_half, ended_through, new_half, refreshed_half
from gatepost.tenancy.sso_options import OPTIONS, AttributeNames, MfaRule, read, write
from gatepost.tenancy.sso_parties import secret_context
from gatepost.tenancy.sso_trust import Trust, TrustReader

Decide = Callable[[SsoRow, datetime], Plan]

_KINDS: dict[str, type[msgspec.Struct]] = {"attributes": AttributeNames, "mfa_rule": MfaRule}


class _Given(msgspec.Struct, frozen=True):
    """What an SSO half is set up with."""

    protocol: str
    trust: Trust
    url: str | None
    options: dict[str, Any] | None = None
    client_secret: str | None = None


class SignedIn(msgspec.Struct, frozen=True):
    """How much ends when SSO is switched off."""

    sessions: int
    people: int


class SingleSignOn:
    """Sets up, configures, switches and reads the SSO halves of a tenant's providers."""

    def __init__(
        self, corridor: Corridor, reader: TrustReader, keys: sso_keys.KeyMaker, sealer: Sealer
    ) -> None:
        self._corridor = corridor
        self._database = corridor.database
        self._reader = reader
        self._keys = keys
        self._sealer = sealer

    async def find(self, provider: ProviderRow) -> SsoRow | None:
        """Find the SSO half; None where none was set up."""
        return await halves.get(self._database, provider.tenant_id, provider.provider_id)

    async def get(self, provider: ProviderRow) -> SsoRow:
        """Get the SSO half.

        Raises:
            SsoNotSetUp: none was set up.
        """
        found = await self.find(provider)
        if found is None:
            raise SsoNotSetUp(provider=provider.name)
        return found

    async def keys(self, provider: ProviderRow) -> list[SsoKeyRow]:
        """Read our key pairs towards the provider, oldest first."""
        return await halves.keys(self._database, provider.tenant_id, provider.provider_id)

    async def signed_in(self, provider: ProviderRow) -> SignedIn:
        """Count the sessions that began through the provider and have not run out, and whose."""
        now = self._corridor.clock.now()
        found = await sessions.of_provider(self._database, provider.tenant_id, provider.provider_id)
        live = [one for one in found if one.expires_at > now]
        return SignedIn(len(live), len({one.user_id for one in live}))

    async def set_up_saml(
        self,
        writer: Writer,
        provider: ProviderRow,
        *,
        metadata: bytes | None = None,
        url: str | None = None,
        entity_id: str | None = None,
    ) -> SsoRow:
        """Take the provider's SAML metadata, pasted or from a URL; from a URL it stays fresh.

        Raises:
            TrustUnreadable: it cannot be had, or is no metadata of an identity provider.
        """
        if url:
            trust = await self._reader.of_metadata_url(url, entity_id)
        else:
            trust = self._reader.of_metadata(metadata or b"", entity_id)
        return await self._set_up(writer, provider, _Given("saml", trust, url))

    async def set_up_oidc(
        self,
        writer: Writer,
        provider: ProviderRow,
        issuer: str,
        *,
        client_id: str,
        client_secret: str | None = None,
        **options: Any,  # noqa: ANN401 - fields of `OidcOptions`
    ) -> SsoRow:
        """Take an OpenID provider by its issuer, and ourselves as it registered us.

        Raises:
            TrustUnreadable: discovery or keys cannot be had, or are not what they should be.
            SettingInvalid: an option is not acceptable.
        """
        given = read(OPTIONS["oidc"], {**options, "client_id": client_id.strip()})
        trust = await self._reader.of_issuer(issuer.strip())
        what = _Given("oidc", trust, issuer.strip(), write(given), client_secret)
        return await self._set_up(writer, provider, what)

    async def configure(
        self,
        writer: Writer,
        provider: ProviderRow,
        **settings: Any,  # noqa: ANN401 - of several kinds
    ) -> SsoRow:
        """Change what is given of the settings; each replaces its predecessor whole.

        `options`, `attributes`, `mfa_rule`: fields of `sso_options`; `just_in_time`: whether
        people nobody provisioned are created; `client_secret`: an empty one takes it away.

        Raises:
            SsoNotSetUp: there is nothing to configure.
            SettingInvalid: a setting is not acceptable.
        """

        def decide(sso: SsoRow, at: datetime) -> Plan:
            new = {name: self._stored(sso, name, value) for name, value in settings.items()}
            return changed_half(provider, sso, new, at)

        return await self._run(writer, provider, decide)

    async def switch(self, writer: Writer, provider: ProviderRow, *, on: bool) -> SsoRow:
        """Switch SSO on, once it was tested, or off, which ends the provider's sessions (R4).

        Raises:
            SsoNotSetUp: there is nothing to switch.
            SsoUntested: nobody came back from the provider with these settings.
        """

        def decide(sso: SsoRow, at: datetime) -> Plan:
            if on and sso.tested_at is None:
                return Plan(refusal=SsoUntested(provider=provider.name))
            plan = changed_half(provider, sso, {"enabled": on}, at)
            ended = [] if on else ended_through(provider)
            return msgspec.structs.replace(plan, changes=(*plan.changes, *ended))

        return await self._run(writer, provider, decide)

    async def refresh(self, writer: Writer, provider: ProviderRow) -> SsoRow:
        """Read the provider's metadata or keys again (R35); what fails keeps the old and is noted.

        Raises:
            SsoNotSetUp: there is nothing to refresh.
            TrustUnreadable: it cannot be had; the trust stays as it was, with the reason.
            SettingInvalid: the metadata was pasted, there is no URL to read.
        """
        sso = await self.get(provider)
        if sso.trust_url is None:
            why = "the metadata was pasted; paste it again, or give its URL"
            raise SettingInvalid(setting="metadata URL", value="", why=why)
        return await self._refreshed(writer, provider, sso)

    async def announce_key(self, writer: Writer, provider: ProviderRow) -> SsoKeyRow:
        """Make the next key pair and publish it; the present one still signs."""
        new = await self._keys.new(provider, "next", self._corridor.clock.now())
        await self._with_keys(writer, provider, lambda keys: sso_keys.announce(provider, keys, new))
        return new

    async def switch_key(self, writer: Writer, provider: ProviderRow) -> None:
        """Sign with the key that was announced.

        Raises:
            SettingInvalid: none was announced.
        """
        if not any(one.state == "next" for one in await self.keys(provider)):
            raise SettingInvalid(setting="key", value="", why="no next key was announced")
        await self._with_keys(writer, provider, lambda keys: sso_keys.switch(provider, keys))

    async def _set_up(self, writer: Writer, provider: ProviderRow, given: _Given) -> SsoRow:
        key = await self._keys.new(provider, "current", self._corridor.clock.now())

        async def load() -> tuple[SsoRow | None, list[SsoKeyRow]]:
            return await self.find(provider), await self.keys(provider)

        def decide(loaded: tuple[SsoRow | None, list[SsoKeyRow]], at: datetime) -> Plan:
            known, keys = loaded
            made = known or new_half(provider, given.protocol, at)
            new = self._given(made, given, at)
            first = [] if keys else [Insert(SSO_KEYS, key)]
            if known:
                plan = changed_half(provider, known, new, at)
                return msgspec.structs.replace(plan, changes=(*plan.changes, *first))
            row = msgspec.structs.replace(made, **new)
            entry = Entry("provider.sso_set_up", subject(provider), {"protocol": given.protocol})
            return Plan((Insert(SSO, row), *first), (entry,), outcome=row)

        row: SsoRow = await self._corridor.run(writer, load, decide, turn=provider.provider_id)
        return row

    def _given(self, sso: SsoRow, given: _Given, at: datetime) -> dict[str, Any]:
        new: dict[str, Any] = {"protocol": given.protocol, "trust": given.trust}
        new |= {"trust_url": given.url, "trust_at": at, "trust_error": None}
        if given.options is not None or sso.protocol != given.protocol:
            new["options"] = given.options or {}
        if given.client_secret is not None:
            new["client_secret"] = self._stored(sso, "client_secret", given.client_secret)
        return new

    def _stored(self, sso: SsoRow, name: str, value: Any) -> Any:  # noqa: ANN401 - of several kinds
        """Check a setting and give it as it is stored."""
        if name == "just_in_time":
            return bool(value)
        if name == "client_secret":
            return self._sealer.seal(value.encode(), secret_context(sso)) if value else None
        kind: type[msgspec.Struct] = _KINDS.get(name) or OPTIONS[sso.protocol]
        return write(read(kind, value))

    async def _refreshed(self, writer: Writer, provider: ProviderRow, sso: SsoRow) -> SsoRow:
        trust, failure = sso.trust, None
        try:
            trust = await self._reader.again(sso)
        except TrustUnreadable as refusal:
            failure = refusal

        def decide(present: SsoRow, at: datetime) -> Plan:
            why = str(failure.facts["why"]) if failure else None
            plan = refreshed_half(provider, present, trust, at, why)
            return msgspec.structs.replace(plan, refusal=failure)

        return await self._run(writer, provider, decide)

    async def _run(self, writer: Writer, provider: ProviderRow, decide: Decide) -> SsoRow:
        async def load() -> SsoRow:
            return await self.get(provider)

        row: SsoRow = await self._corridor.run(writer, load, decide, turn=provider.provider_id)
        return row

    async def _with_keys(
        self,
        writer: Writer,
        provider: ProviderRow,
        made: Callable[[list[SsoKeyRow]], list[Change | Entry]],
    ) -> None:
        async def load() -> list[SsoKeyRow]:
            await self.get(provider)
            return await self.keys(provider)

        def decide(keys: list[SsoKeyRow], _at: datetime) -> Plan:
            parts = made(keys)
            entries = tuple(one for one in parts if isinstance(one, Entry))
            changes = tuple(one for one in parts if not isinstance(one, Entry))
            return Plan(changes, entries)

        await self._corridor.run(writer, load, decide, turn=provider.provider_id)
