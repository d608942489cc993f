"""R5, R18: while SCIM is on, the provider owns what it manages."""

from gatepost.lifecycle.refusals import ManagedByProvider
from gatepost.store.rows import ProviderRow, UserRow


def check_unlocked(user: UserRow, manager: ProviderRow | None, fields: str) -> None:
    """Let an administrator change what a provider owns only while its SCIM is off.

    `fields` says in words what was to be changed.

    Raises:
        ManagedByProvider: SCIM is on; release the user first.
    """
    if manager and manager.scim_enabled:
        raise ManagedByProvider(user_name=user.user_name, provider=manager.name, fields=fields)
