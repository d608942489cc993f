"""What a door does next, as the flow says it: the words between `flow` and the pages."""

from typing import TypeAlias

import msgspec

from gatepost.login.completion import SignedIn
from gatepost.saml.binding import PostForm
from gatepost.store.rows import ProviderRow


class ToProvider(msgspec.Struct, frozen=True, kw_only=True):
    """Send the browser to the provider: to `url`, or with the fields of `form`.

    `secret` goes into a cookie named after `attempt_id`, which only the provider's way back
    carries: what comes back to another browser is refused (login CSRF).
    """

    provider: ProviderRow
    protocol: str
    attempt_id: str
    secret: str
    url: str | None = None
    form: PostForm | None = None


class ToStage(msgspec.Struct, frozen=True):
    """Show the page of the attempt's stage; a new `secret` replaces the one the browser has."""

    stage: str
    secret: str | None = None


class Done(msgspec.Struct, frozen=True):
    """Somebody is signed in; `mark` makes the browser a known one, codes are shown once."""

    signed_in: SignedIn
    mark: str
    recovery_codes: tuple[str, ...] = ()


class Tested(msgspec.Struct, frozen=True):
    """A test connection came back; its result is kept under the attempt."""

    provider: ProviderRow
    attempt_id: str


Next: TypeAlias = ToProvider | ToStage | Done | Tested
