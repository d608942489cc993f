"""A browser in which somebody signed in before, and that can prove it.

Its cookie is `nonce.seconds.tag`: the tag is over the nonce, the time, and the user, so that it
helps nobody else, and only until there is another password. It opens nothing; it only keeps
others' bad guesses from slowing its owner.
"""

import hmac
from datetime import datetime

from gatepost.base.sealing import Sealer
from gatepost.base.secrets import Secrets, digest

_PURPOSE = "known browser"


def new_mark(sealer: Sealer, secrets: Secrets, user_id: str, at: datetime) -> str:
    """Give the cookie of a browser in which the user has just signed in, at that time."""
    named = f"{secrets.new_link_secret()}.{int(at.timestamp())}"
    return f"{named}.{_tag(sealer.keyed_digest(f'{named}:{user_id}', _PURPOSE))}"


def browser_of(
    sealer: Sealer, mark: str | None, user_id: str | None, since: datetime | None
) -> str | None:
    """Give the name of the browser if the mark is good for that user, and not from before.

    `since` is when the password was set. Whoever signed in by the one of before, and made it
    need another, is known no more.
    """
    named, _, tag = (mark or "").rpartition(".")
    nonce, _, made_s = named.partition(".")
    if not user_id or not nonce:
        return None
    for known in sealer.keyed_digests(f"{named}:{user_id}", _PURPOSE):
        if hmac.compare_digest(_tag(known).encode(), tag.encode()):
            is_old = since is not None and int(made_s) < int(since.timestamp())
            return None if is_old else digest(nonce).hex()
    return None


def _tag(made: bytes) -> str:
    return made.hex()
