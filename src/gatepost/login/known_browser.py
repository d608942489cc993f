"""A browser in which somebody signed in before, and that can prove it.

Its cookie is `nonce.tag`: the tag is over the nonce and the user, so that it helps nobody
else. It opens nothing; it only keeps others' bad guesses from slowing its owner.
"""

import hmac

from gatepost.base.sealing import Sealer
from gatepost.base.secrets import Secrets, digest

_PURPOSE = "known browser"


def new_mark(sealer: Sealer, secrets: Secrets, user_id: str) -> str:
    """Give the cookie of a browser in which the user has just signed in."""
    nonce = secrets.new_link_secret()
    return f"{nonce}.{_tag(sealer.keyed_digest(f'{nonce}:{user_id}', _PURPOSE))}"


def browser_of(sealer: Sealer, mark: str | None, user_id: str | None) -> str | None:
    """Give the name of the browser if the mark is good for that user."""
    nonce, _, tag = (mark or "").partition(".")
    if not user_id or not nonce:
        return None
    for known in sealer.keyed_digests(f"{nonce}:{user_id}", _PURPOSE):
        if hmac.compare_digest(_tag(known), tag):
            return digest(nonce).hex()
    return None


def _tag(made: bytes) -> str:
    return made.hex()
