"""A tenant as an administrator meets it: providers in every state, people, a few results."""

import base64
from datetime import timedelta
from typing import Any

import msgspec

from gatepost.base.secrets import digest
from gatepost.login.provider.testing import Compared, Result
from gatepost.store.changes import Insert, Update
from gatepost.store.login_rows import AttemptRow, FactorRow, SessionRow
from gatepost.store.rows import ProviderRow, UserRow
from gatepost.store.tables import ATTEMPTS, FACTORS, SESSIONS, SSO, key_of
from tests.oidc import make
from tests.rules.world import World
from tests.saml.keys import pair
from tests.web.console import activity_seeds
from tests.web.console.overview_seeds import busy
from tests.web.console.people_seeds import peopled
from tests.web.console.scim_seeds import a_lived_half, scim_paths
from tests.web.console.structure_seeds import structured
from tests.web.console.system_seeds import governed

HOSTILE = "<img src=x onerror=alert(1)>\"'><script>alert(2)</script>"
_MD = "urn:oasis:names:tc:SAML:2.0:metadata"
_PROTOCOL = "urn:oasis:names:tc:SAML:2.0:protocol"
_REDIRECT = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect"


def metadata(entity_id: str = "https://idp.example/metadata", *certificates: str) -> str:
    """Write the metadata of an identity provider."""
    keys = "".join(
        '<md:KeyDescriptor use="signing"><ds:KeyInfo><ds:X509Data><ds:X509Certificate>'
        f"{one}</ds:X509Certificate></ds:X509Data></ds:KeyInfo></md:KeyDescriptor>"
        for one in certificates or (pair("idp").certificate,)
    )
    return (
        f'<md:EntityDescriptor xmlns:md="{_MD}" xmlns:ds="http://www.w3.org/2000/09/xmldsig#" '
        f'entityID="{entity_id}"><md:IDPSSODescriptor protocolSupportEnumeration="{_PROTOCOL}">'
        f'{keys}<md:SingleSignOnService Binding="{_REDIRECT}" Location="https://idp.example/sso"/>'
        "</md:IDPSSODescriptor></md:EntityDescriptor>"
    )


async def session(
    world: World, user: UserRow, secret: str, *, proved: bool = True, **columns: Any
) -> SessionRow:
    """Sign the user in, as if by password and second factor just now."""
    now = world.clock.now()
    row = SessionRow(
        tenant_id=user.tenant_id,
        session_id=world.house.ids.new(),
        digest=digest(secret),
        user_id=user.user_id,
        methods=["pwd", "otp", "mfa"],
        created_at=now,
        authenticated_at=now,
        mfa_at=now if proved else None,
        seen_at=now,
        expires_at=now + timedelta(hours=8),
        **columns,
    )
    await _write(world, Insert(SESSIONS, row))
    return row


async def tested(world: World, provider: ProviderRow) -> None:
    """Let the present settings count as tested."""
    half = await world.house.single_sign_on.get(provider)
    await _write(world, Update(SSO, key_of(SSO, half), {"tested_at": world.clock.now()}))


async def result(world: World, provider: ProviderRow, found: Result) -> str:
    """Keep a result; gives the id of its attempt."""
    now, half = world.clock.now(), await world.house.single_sign_on.get(provider)
    row = AttemptRow(
        tenant_id=provider.tenant_id,
        attempt_id=world.house.ids.new(),
        digest=digest(world.house.ids.new()),
        purpose="test",
        stage="tested",
        provider_id=provider.provider_id,
        facts={"version": half.version, "test": msgspec.to_builtins(found)},
        created_at=now,
        expires_at=now + timedelta(hours=1),
    )
    await _write(world, Insert(ATTEMPTS, row))
    return row.attempt_id


async def factor(world: World, user: UserRow, kind: str = "totp", name: str = "My phone") -> None:
    """Enrol a second factor."""
    row = FactorRow(
        tenant_id=user.tenant_id,
        factor_id=world.house.ids.new(),
        user_id=user.user_id,
        kind=kind,
        name=name,
        created_at=world.clock.now(),
    )
    await _write(world, Insert(FACTORS, row))


def a_result(*, is_good: bool, text: str = "") -> Result:
    """Give a result as a provider might cause it; `text` stands where it may write."""
    issuer = "https://idp.example/metadata"
    ends = "AB:" * 31 + "AB"
    compared = [
        Compared("Issuer", issuer, text or issuer, is_right=is_good),
        Compared("Certificate", ends, ends, is_right=True),
        Compared("NameID", "of any format", f"{text or 'ada@example.com'} (no format)"),
    ]
    return Result(
        is_good=is_good,
        reason=None if is_good else "saml.issuer",
        why="The provider's answer is what it should be." if is_good else f"The issuer is {text}.",
        compared=compared,
        account=f"none (sso.not_provisioned): the provider sent {text}",
        evidence="the provider has no MFA rule",
        attributes={f"mail{text}": [text or "ada@example.com", "b@example.com"]},
    )


class Seeds(msgspec.Struct, frozen=True):
    """Where to look, and the secret of the administrator's session."""

    secret: str
    paths: list[str]


async def seeded(world: World) -> Seeds:
    """Fill the tenant."""
    house, writer, now = world.house, world.writer, world.clock.now()
    grace = await world.local_user(
        "grace@gatepost.test", {"displayName": "Grace Hopper"},
        user_type="technician", administrator=True,
    )  # fmt: skip
    ada = await world.local_user("ada@example.com", {"displayName": "Ada Lovelace"})
    long = "a.very.long.name.that.nobody.types@engineering.subsidiary.example.com"
    await world.local_user(long)
    secret = "the-administrators-own-session-secret-0"
    await session(world, grace, secret, user_agent="Firefox on Linux")
    okta = await house.providers.create(
        writer, "Okta", vendor="okta", domains=["example.com", "engineering.example.com"]
    )
    await house.providers.create(writer, HOSTILE, slug="hostile")
    old = pair("old-idp", until=now - timedelta(days=3)).certificate
    soon = pair("soon-idp", until=now + timedelta(days=12)).certificate
    text = metadata("https://idp.example/metadata", pair("idp").certificate, soon, old)
    await house.single_sign_on.set_up_saml(writer, okta, metadata=text.encode())
    await tested(world, okta)
    await house.single_sign_on.announce_key(writer, okta)
    await factor(world, ada)
    await session(world, ada, "adas-own", provider_id=okta.provider_id, address="192.0.2.7")
    auth0 = await house.providers.create(writer, "Auth0", domains=["example.org"])
    kept = msgspec.structs.replace(await house.single_sign_on.get(okta), **_openid(auth0, now))
    await _write(world, Insert(SSO, kept))
    good = await result(world, okta, a_result(is_good=True))
    bad = await result(world, okta, a_result(is_good=False, text=HOSTILE))
    structure = await structured(world)
    entra, tokens = await a_lived_half(world, HOSTILE)
    people = await peopled(world)
    overview = await busy(world)
    system = await governed(world, grace, ada, HOSTILE)
    one = "/console/providers/okta"
    link = await house.login.testing.new_test_link(writer, okta)
    forms = ("saml", "oidc", "options", "attributes", "mfa", "mfa?usual=yes", "off")
    return Seeds(
        secret,
        [
            "/console/providers", "/console/new-provider", one, "/console/providers/hostile",
            "/console/providers/auth0", *(f"{one}/{form}" for form in forms),
            *(f"/console/providers/auth0/{form}" for form in ("oidc", "options", "mfa")),
            f"{one}/guides", f"{one}/guides/okta-scim", f"{one}/guides/okta-saml",
            "/console/providers/hostile/guides/entra-oidc",
            f"{one}/tests/{good}", f"{one}/tests/{bad}", "/console/users", "/console/users?q=zz",
            f"/console/users/{ada.user_id}", f"/console/users/{grace.user_id}",
            f"/console/users/{ada.user_id}/phone",
            link[link.index("/console") :],
            *structure,
            *scim_paths(entra, tokens),
            *people,
            *await activity_seeds.paths(world),
            *overview,
            *system,
        ],
    )  # fmt: skip


def _openid(provider: ProviderRow, now: Any) -> dict[str, Any]:
    keys = {"keys": [msgspec.to_builtins(one) for one in make.KEYS.keys]}
    party = msgspec.structs.replace(make.PROVIDER, backchannel_logout_supported=True)
    return {
        "provider_id": provider.provider_id,
        "protocol": "oidc",
        "trust": {"provider": msgspec.to_builtins(party), "keys": keys},
        "trust_url": make.ISSUER,
        "trust_at": now - timedelta(hours=3),
        "trust_error": "op.example did not answer within 5 seconds.",
        "options": {"client_id": "gatepost"},
        "client_secret": base64.b64encode(b"sealed"),
        "tested_at": None,
        "enabled": False,
    }


async def _write(world: World, change: Insert | Update) -> None:
    assert await world.house.database.commit([change]) is None
