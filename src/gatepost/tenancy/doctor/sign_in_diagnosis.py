"""How signing in is: whose certificates end, what is stale, who could still get in natively."""

from collections import defaultdict
from datetime import datetime

import msgspec

from gatepost.saml.certificate import describe
from gatepost.store import logins, providers, sso, users
from gatepost.store.database import Database
from gatepost.store.login_rows import SsoKeyRow, SsoRow
from gatepost.store.rows import TenantRow, UserRow
from gatepost.tenancy.sso_parties import identity_provider, signing_key


class SsoHealth(msgspec.Struct, frozen=True, kw_only=True):
    """One identity provider's SSO half; `ends_at` is of its newest certificate, if it has any."""

    tenant: str
    provider: str
    protocol: str
    is_on: bool
    ends_at: datetime | None
    our_ends_at: datetime | None
    is_announced: bool
    trust_url: str | None
    trust_at: datetime | None
    trust_error: str | None


class Keeper(msgspec.Struct, frozen=True, kw_only=True):
    """An active administrator, and how they could sign in without any identity provider."""

    tenant: str
    user_name: str
    is_break_glass: bool
    is_native: bool
    has_password: bool
    has_factor: bool

    @property
    def gets_in(self) -> bool:
        """Whether a password opens; a second factor can be set up with it."""
        return self.is_native and self.has_password


class SignIn(msgspec.Struct, frozen=True):
    """What was found in every tenant."""

    halves: list[SsoHealth] = []
    administrators: list[Keeper] = []


async def sign_in_of(database: Database, known: list[TenantRow]) -> SignIn:
    """Look at the tenants."""
    found = SignIn([], [])
    for tenant in known:
        tenant_id = tenant.tenant_id
        slugs = {one.provider_id: one.slug for one in await providers.all(database, tenant_id)}
        keys = defaultdict(list)
        for key in await sso.keys_of_tenant(database, tenant_id):
            keys[key.provider_id].append(key)
        found.halves.extend(
            _health(tenant, slugs[one.provider_id], one, keys[one.provider_id])
            for one in await sso.of_tenant(database, tenant_id)
            if one.provider_id in slugs
        )
        people = await users.administrators(database, tenant_id)
        found.administrators.extend([await _keeper(database, tenant, one) for one in people])
    return found


def _health(tenant: TenantRow, slug: str, half: SsoRow, keys: list[SsoKeyRow]) -> SsoHealth:
    ends = []
    if half.protocol == "saml":
        ends = [describe(one).not_after for one in identity_provider(half).certificates]
    ours = signing_key(keys)
    return SsoHealth(
        tenant=tenant.name,
        provider=slug,
        protocol=half.protocol,
        is_on=half.enabled,
        ends_at=max(ends, default=None),
        our_ends_at=ours.ends_at if ours else None,
        is_announced=any(one.state == "next" for one in keys),
        trust_url=half.trust_url,
        trust_at=half.trust_at,
        trust_error=half.trust_error,
    )


async def _keeper(database: Database, tenant: TenantRow, user: UserRow) -> Keeper:
    password = await logins.find_password(database, user.tenant_id, user.user_id)
    factors = await logins.factors(database, user.tenant_id, user.user_id)
    return Keeper(
        tenant=tenant.name,
        user_name=user.user_name,
        is_break_glass=user.break_glass,
        is_native=user.auth_type == "native",
        has_password=password is not None,
        has_factor=bool(factors),
    )
