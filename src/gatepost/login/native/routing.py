"""R29: the address decides between a provider and the password form. Pure."""

import msgspec

from gatepost.lifecycle.account import domain_of, is_address
from gatepost.store.login_rows import SsoRow
from gatepost.store.rows import ProviderRow, UserRow


class Routes(msgspec.Struct, frozen=True, kw_only=True):
    """What a tenant offers to sign in through: its providers with SSO switched on."""

    providers: list[ProviderRow]
    halves: dict[str, SsoRow]

    @property
    def open(self) -> list[ProviderRow]:
        """Give the providers through which people can sign in now."""
        return [one for one in self.providers if self._is_on(one)]

    def _is_on(self, provider: ProviderRow) -> bool:
        half = self.halves.get(provider.provider_id)
        return half is not None and half.enabled


def provider_for(identifier: str, user: UserRow | None, routes: Routes) -> ProviderRow | None:
    """Give the provider that the person signs in through; None for the password form.

    The user's own provider, else the one that claims the domain, else the default one, which
    serves all domains that nobody claims, be their SSO on or off.
    """
    if user and user.provider_id:
        found = [one for one in routes.open if one.provider_id == user.provider_id]
        return found[0] if found else None
    address = user.email if user and user.email else identifier
    if not is_address(address):
        return None
    domain = domain_of(address)
    for provider in routes.providers:
        if domain in {domain_of(f"@{one}") for one in provider.domains}:
            return provider if provider in routes.open else None
    return next((one for one in routes.open if one.is_default), None)


def may_use_password(user: UserRow, provider: ProviderRow | None) -> bool:
    """Tell whether the account signs in with a password.

    Where a provider serves the domain it is the way in; only staff and break-glass
    accounts keep their own, so that a broken provider never locks everybody out.
    """
    if user.auth_type != "native":
        return False
    return provider is None or user.is_staff or user.break_glass
