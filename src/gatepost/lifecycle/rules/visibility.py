"""R13, R17: what a provider may know of."""

from gatepost.lifecycle.refusals import UserNotFound
from gatepost.lifecycle.rules.adoption import limit_of_adoption
from gatepost.store.rows import ProviderRow, UserRow


def is_managed_by(user: UserRow, provider: ProviderRow) -> bool:
    """Tell whether the account is a live SCIM resource of the provider."""
    return user.provider_id == provider.provider_id and user.deleted_at is None


def is_visible(user: UserRow, provider: ProviderRow, claimed_domains: dict[str, str]) -> bool:
    """Tell whether the provider may see the account: its own, or one it would adopt (R11)."""
    if user.provider_id is not None:
        return is_managed_by(user, provider)
    return limit_of_adoption(user, provider, claimed_domains) is None


def check_visible(
    user: UserRow | None,
    provider: ProviderRow | None,
    claimed_domains: dict[str, str],
    user_id: str,
) -> UserRow:
    """Give the account if the actor may know of it; an administrator knows all.

    Raises:
        UserNotFound: it does not exist, or is somebody else's: the answer is the same.
    """
    if user and (provider is None or is_visible(user, provider, claimed_domains)):
        return user
    raise UserNotFound(id=user_id)
