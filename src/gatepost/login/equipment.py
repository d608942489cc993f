"""What every step of a sign-in works with; built once, in wiring."""

from datetime import datetime

import msgspec

from gatepost.base.clock import Clock
from gatepost.base.sealing import Sealer
from gatepost.base.secrets import Secrets
from gatepost.lifecycle.corridor import Corridor
from gatepost.login.attempts import Attempts
from gatepost.login.proofs.passwords import Passwords
from gatepost.login.proofs.relying_party import RelyingPartyIdentity
from gatepost.login.sessions import Sessions
from gatepost.store.database import Database


class Channels(msgspec.Struct, frozen=True):
    """Whether messages can be sent, and to which countries by SMS."""

    email: bool = False
    sms: bool = False
    sms_countries: tuple[str, ...] = ()


class Equipment(msgspec.Struct, frozen=True, kw_only=True):
    """The collaborators of the room."""

    corridor: Corridor
    attempts: Attempts
    sessions: Sessions
    passwords: Passwords
    sealer: Sealer
    secrets: Secrets
    public_url: str
    display_name: str
    passkeys: RelyingPartyIdentity | None
    channels: Channels

    @property
    def database(self) -> Database:
        """The store, for reading."""
        return self.corridor.database

    @property
    def clock(self) -> Clock:
        """The clock."""
        return self.corridor.clock

    @property
    def now(self) -> datetime:
        """The time."""
        return self.corridor.clock.now()

    def new_id(self) -> str:
        """Give a new id."""
        return self.corridor.ids.new()
