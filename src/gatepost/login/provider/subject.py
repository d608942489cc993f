"""R30, R31: which account is the person that a provider sends back? Pure."""

import msgspec

from gatepost.lifecycle.account import addresses, domain_of
from gatepost.lifecycle.rules.adoption import serves
from gatepost.login.provider.identity import Identity
from gatepost.login.refusals import (
    AccountInactive,
    AccountNotTheProviders,
    AccountProtected,
    SubjectAmbiguous,
    SubjectMismatch,
    SubjectUnknown,
)
from gatepost.store.login_rows import SubjectRow
from gatepost.store.rows import ProviderRow, UserRow


class Candidates(msgspec.Struct, frozen=True, kw_only=True):
    """The accounts that could be meant, by what they were found by.

    `linked` is the account behind the provider's lasting name for the person. The others
    are of any provider or none; who may be taken is decided here. `named_otherwise` are the
    ids of those whom this provider has sent under another lasting name before.
    """

    link: SubjectRow | None = None
    linked: UserRow | None = None
    by_external_id: list[UserRow] = []
    by_user_name: list[UserRow] = []
    by_email: list[UserRow] = []
    named_otherwise: frozenset[str] = frozenset()
    claimed_domains: dict[str, str] = {}


class Match(msgspec.Struct, frozen=True):
    """The account, and by what it was found."""

    user: UserRow
    by: str


def match(identity: Identity, candidates: Candidates, provider: ProviderRow) -> Match:
    """Choose the account that the person may sign in to.

    In the order of R30, and the first that finds somebody decides: a person whom the
    provider's own lasting name means is not looked for by an address that others may have.

    Raises:
        SubjectUnknown: nobody, as far as this provider may know.
        SubjectAmbiguous: several accounts have the address.
        AccountNotTheProviders: it is another provider's, or outside this one's domains.
        AccountProtected: a break-glass account never signs in through a provider.
        SubjectMismatch: the provider has another lasting name for the account's person.
        AccountInactive: the account is inactive (R31).
    """
    found = _found(identity, candidates, provider)
    _check_may(found.user, candidates, provider)
    if found.by != "subject" and found.user.user_id in candidates.named_otherwise:
        # Else whoever may write an address into their own profile could take its owner's place.
        raise SubjectMismatch(user_name=found.user.user_name, user_id=found.user.user_id)
    if found.user.status != "active" or found.user.deleted_at is not None:
        raise AccountInactive(user_name=found.user.user_name, user_id=found.user.user_id)
    return found


def _found(identity: Identity, candidates: Candidates, provider: ProviderRow) -> Match:
    if candidates.linked:
        return Match(candidates.linked, "subject")
    own = [one for one in candidates.by_external_id if one.provider_id == provider.provider_id]
    for by, users in (("externalId", own), ("userName", candidates.by_user_name)):
        if users:
            return Match(_live_first(users)[0], by)
    users = _live_first(candidates.by_email)
    if len([one for one in users if _is_reachable(one, candidates, provider)]) > 1:
        raise SubjectAmbiguous(email=identity.emails[0])
    if users:
        reachable = [one for one in users if _is_reachable(one, candidates, provider)]
        return Match((reachable or users)[0], "email")
    raise SubjectUnknown(sent=identity.shown)


def _live_first(users: list[UserRow]) -> list[UserRow]:
    return sorted(users, key=lambda one: (one.status != "active", one.deleted_at is not None))


def _is_reachable(user: UserRow, candidates: Candidates, provider: ProviderRow) -> bool:
    """Tell whether the provider speaks for the account: it manages it, or serves its domains."""
    if user.provider_id is not None:
        return user.provider_id == provider.provider_id
    owned = addresses(user)
    return bool(owned) and all(
        serves(provider, domain_of(one), candidates.claimed_domains) for one in owned
    )


def _check_may(user: UserRow, candidates: Candidates, provider: ProviderRow) -> None:
    if not _is_reachable(user, candidates, provider):
        raise AccountNotTheProviders(user_name=user.user_name, user_id=user.user_id)
    if user.break_glass:
        raise AccountProtected(user_name=user.user_name, user_id=user.user_id)
