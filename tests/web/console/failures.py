"""Every usual way in which somebody does not sync, each brought about at the real doors."""

from collections.abc import Awaitable, Callable
from datetime import timedelta

import msgspec

from gatepost.store.changes import Update
from gatepost.store.tables import TOKENS
from tests.rules.world import Client, World, a_group, a_user, extended, operations, replace
from tests.sign_in.browser import Browser
from tests.sign_in.saml_provider import SamlProvider
from tests.sign_in.street import Street
from tests.web.console.structure_seeds import mapped


class Failure(msgspec.Struct, frozen=True):
    """Who is not as they should be: the name to be typed, and what the reason is told by."""

    name: str
    what: str
    reason: str


Seed = Callable[[World, Client], Awaitable[Failure]]


async def failed(world: World, street: Street) -> list[Failure]:
    """Bring them all about, in one tenant."""
    okta = await world.client("Okta", vendor="okta", domains=["example.com"])
    found = [await seed(world, okta) for seed in _AT_ONE_PROVIDER]
    found += [
        *await _at_a_strict_one(world),
        await _other_providers(world, okta),
        await _token(world, "expired"),
        await _token(world, "revoked"),
        await _switched_off(world),
        await _never_sent(world),
        *await _signed_in(world, street),
    ]
    await world.house.recorder.flush()
    return found


async def _unknown_organization(_world: World, okta: Client) -> Failure:
    await okta.send("POST", "/Users", {**a_user("olga@example.com"), **extended(organizationId=99)})
    return Failure("olga@example.com", "unknown organization", "no organization '99'")


async def _unknown_type(_world: World, okta: Client) -> Failure:
    await okta.send("POST", "/Users", {**a_user("tom@example.com"), **extended(userType="Boss")})
    return Failure("tom@example.com", "unknown user type", "'Boss'")


async def _administrator(world: World, okta: Client) -> Failure:
    await world.local_user("root@example.com", user_type="technician", administrator=True)
    await okta.send("POST", "/Users", a_user("root@example.com"))
    return Failure("root@example.com", "administrator", "a system administrator")


async def _break_glass(world: World, okta: Client) -> Failure:
    user_id = await okta.user("vault@example.com")
    await world.set_user(user_id, break_glass=True)
    await okta.send("PATCH", f"/Users/{user_id}", replace("active", value=False))
    return Failure("vault@example.com", "break-glass account", "break-glass")


async def _foreign_domain(world: World, okta: Client) -> Failure:
    await world.local_user("fay@elsewhere.test")
    await okta.send("POST", "/Users", a_user("fay@elsewhere.test"))
    return Failure("fay@elsewhere.test", "domain of nobody", "not in the email domains")


async def _misfit(world: World, okta: Client) -> Failure:
    await world.house.roles.create(world.writer, "Desk", "technician")
    user_id = await okta.user("mia@example.com")
    group_id = await okta.group("Helpers", [user_id])
    await mapped(world, okta, group_id, "Desk")
    return Failure("mia@example.com", "role of the other type", "which is for technicians")


async def _unmapped(_world: World, okta: Client) -> Failure:
    body = {**a_user("una@example.com"), **extended(userType="Technician")}
    user_id = str((await okta.created(body))["id"])
    await okta.created(a_group("Nobody mapped", [user_id]), "/Groups")
    return Failure("una@example.com", "group without a role", "The technician has no role")


async def _gone(_world: World, okta: Client) -> Failure:
    user_id = await okta.user("gus@example.com")
    await okta.send("PATCH", f"/Users/{user_id}", replace("active", value=False))
    return Failure("gus@example.com", "deactivated", "Okta deactivated the user")


_AT_ONE_PROVIDER: tuple[Seed, ...] = (
    _unknown_organization,
    _unknown_type,
    _administrator,
    _break_glass,
    _foreign_domain,
    _misfit,
    _unmapped,
    _gone,
)


async def _at_a_strict_one(world: World) -> list[Failure]:
    """Have a provider that is held to the letter send what it may not."""
    strict = await world.client(
        "Strict",
        vendor="onelogin",
        domains=["strict.test"],
        mode="strict",
        require_email_user_name=True,
    )
    await strict.send("POST", "/Users", a_user("evelyn"))
    user_id = await strict.user("pat@strict.test")
    wrong = operations({"op": "replace", "path": "favouriteColour", "value": "blue"})
    await strict.send("PATCH", f"/Users/{user_id}", wrong)
    return [
        Failure("evelyn", "user name that is no address", "email address"),
        Failure("pat@strict.test", "unknown path", "favouriteColour"),
    ]


async def _other_providers(world: World, okta: Client) -> Failure:
    await okta.user("dan@example.com")
    other = await world.client("Branch", vendor="jumpcloud", domains=["branch.test"])
    await other.send("POST", "/Users", a_user("dan@example.com"))
    return Failure("dan@example.com", "another provider's account", "another identity provider")


async def _token(world: World, how: str) -> Failure:
    client = await world.client(how.title(), vendor="entra", domains=[f"{how}.test"])
    now = world.clock.now()
    over = {"expires_at": now - timedelta(days=1)} if how == "expired" else {"revoked_at": now}
    token = client.token.row
    change = Update(TOKENS, (token.tenant_id, token.token_id), over)
    assert await world.house.database.commit([change]) is None
    answer = await client.send("POST", "/Users", a_user(f"nia@{how}.test"))
    assert answer.status_code == 401
    return Failure(f"nia@{how}.test", f"token {how}", f"auth.token_{how}")


async def _switched_off(world: World) -> Failure:
    off = await world.client("Resting", vendor="ping", domains=["off.test"])
    await world.configured(off, scim_enabled=False)
    answer = await off.send("POST", "/Users", a_user("sam@off.test"))
    assert answer.status_code == 403
    return Failure("sam@off.test", "SCIM switched off", "SCIM is switched off for Resting")


async def _never_sent(world: World) -> Failure:
    quiet = await world.client("Quiet", vendor="entra", domains=["quiet.test"])
    await quiet.user("somebody@quiet.test")
    return Failure("ned@quiet.test", "never sent", "Quiet has not sent ned@quiet.test")


async def _signed_in(world: World, street: Street) -> list[Failure]:
    """Have two people come by SSO: one whom nobody provisioned, one who is inactive."""
    saml = await SamlProvider.opened(world, street, "Portal", domains=["portal.test"])
    first, second = Browser(world), Browser(world)
    await saml.sign_in(first, "wim@portal.test")
    client = world.attached(
        await world.house.providers.update(world.writer, saml.provider, scim_enabled=True),
        await world.house.tokens.create(world.writer, saml.provider),
    )
    user_id = await client.user("ivy@portal.test", active=False)
    await saml.sign_in(second, "ivy@portal.test")
    for one in (first, second):
        await one.http.aclose()
    assert (await world.row(user_id)).status == "inactive"
    return [
        Failure("wim@portal.test", "signed in, not provisioned", "sso.not_provisioned"),
        Failure("ivy@portal.test", "signed in, inactive", "ivy@portal.test is inactive"),
    ]
