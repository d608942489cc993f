"""Whether an account signs in with a password now: asked at the form, by links, and at the end."""

from gatepost.login.native.routing import Routes, may_use_password, provider_for
from gatepost.store import providers, sso
from gatepost.store.database import Database
from gatepost.store.rows import UserRow


async def routes_of(database: Database, tenant_id: int) -> Routes:
    """Read what the tenant offers to sign in through."""
    halves = await sso.of_tenant(database, tenant_id)
    return Routes(
        providers=await providers.all(database, tenant_id),
        halves={one.provider_id: one for one in halves},
    )


async def signs_in_natively(database: Database, user: UserRow) -> bool:
    """Tell whether the account is live, local, and not one that has to go through a provider."""
    if user.status != "active" or user.deleted_at is not None:
        return False
    routes = await routes_of(database, user.tenant_id)
    return may_use_password(user, provider_for(user.user_name, user, routes))
