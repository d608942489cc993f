"""Asking for a proof: a passkey's signature, or a code by SMS; once, and soon."""

from datetime import datetime
from typing import Any

import msgspec

from gatepost.base.actor import Actor
from gatepost.lifecycle.corridor import Writer
from gatepost.lifecycle.plan import Plan
from gatepost.login.equipment import Equipment
from gatepost.login.factors.second_factor import CHALLENGE_LIFETIME, Owner, challenge_context, rp_of
from gatepost.login.native import notices, throttling
from gatepost.login.native.throttling import Counters
from gatepost.login.proofs import passkeys, sms
from gatepost.login.proofs.throttle import Policy
from gatepost.login.refusals import FactorNotFound, MessagesOff, PhoneUnacceptable
from gatepost.store import logins
from gatepost.store.changes import Change, DeleteAll, Insert
from gatepost.store.login_rows import ChallengeRow
from gatepost.store.tables import CHALLENGES

_CHALLENGE_BYTES = 32
_SALT_BYTES = 16
_TO_A_NUMBER = Policy(free=3, first_s=60, most_s=3600, forget_after_s=1200)
_TO_A_PERSON = Policy(free=5, first_s=60, most_s=3600, forget_after_s=1200)
"""For one person, to whichever numbers: one account is not a machine for text messages."""

_OF_A_TENANT = Policy(free=2000, first_s=60, most_s=3600, forget_after_s=43)
"""About two thousand text messages a day: what is beyond it is fraud or a fault."""


class Challenges:
    """Makes challenges for an attempt or a session; the last of a kind is the one that counts."""

    def __init__(self, equipment: Equipment) -> None:
        self._with = equipment
        self._database = equipment.database

    async def passkey(self, owner: Owner, actor: Actor) -> dict[str, Any]:
        """Ask for a passkey; gives the options for `navigator.credentials.get`.

        Raises:
            FactorNotFound: the person has none.
            PasskeysOff: the public URL is one that passkeys cannot be bound to.
        """
        found = await logins.factors(self._database, owner.user.tenant_id, owner.user.user_id)
        allowed = [one for one in found if one.kind == "passkey"]
        if not allowed:
            raise FactorNotFound(id="passkey")
        challenge = self._with.secrets.token_bytes(_CHALLENGE_BYTES)
        options = passkeys.proof_options(rp_of(self._with), allowed=allowed, challenge=challenge)
        await self.keep(owner, actor, "passkey", {"challenge": challenge})
        return options

    async def code_by_sms(self, owner: Owner, actor: Actor) -> str:
        """Send a code to the person's phone number; gives the number, masked.

        Raises:
            FactorNotFound: the person has no such factor.
            MessagesOff, PhoneUnacceptable: it cannot be sent.
            Throttled: too many were sent of late.
        """
        found = await logins.factors(self._database, owner.user.tenant_id, owner.user.user_id)
        phone = owner.user.phone
        if phone is None or not any(one.kind == "sms" for one in found):
            raise FactorNotFound(id="sms")
        await self.send_code(owner, actor, "sms", phone)
        return sms.masked(phone)

    async def send_code(self, owner: Owner, actor: Actor, kind: str, phone: str) -> None:
        """Send a code to a number; `kind` is what the code will prove, `sms` or `phone`.

        Raises:
            MessagesOff, PhoneUnacceptable: it cannot be sent.
            Throttled: too many were sent of late.
        """
        channels = self._with.channels
        if not channels.sms:
            raise MessagesOff(channel="sms")
        if not sms.is_allowed(phone, channels.sms_countries):
            raise PhoneUnacceptable(why="Text messages are not sent to numbers of this country.")
        await self._pace(owner, actor, kind, phone)
        code = sms.new_code(self._with.secrets.token_bytes)
        salt = self._with.secrets.token_bytes(_SALT_BYTES)
        asked = {"code": sms.digest(code, salt=salt), "salt": salt, "phone": phone}
        at = self._with.now
        ends = at + CHALLENGE_LIFETIME
        text = sms.text(code, origin=self._with.public_url)
        message = notices.text_message(self._with, owner.user, phone, text, at=at, ends=ends)
        await self.keep(owner, actor, kind, asked, message)

    async def keep(
        self, owner: Owner, actor: Actor, kind: str, asked: dict[str, Any], *more: Change
    ) -> None:
        """Keep what is expected, in place of what was before."""

        async def load() -> None:
            return None

        def decide(_loaded: None, at: datetime) -> Plan:
            return Plan((*self._replaced(owner, kind, asked, at), *more))

        await self._with.corridor.run(Writer(actor), load, decide)

    def _replaced(
        self, owner: Owner, kind: str, asked: dict[str, Any], at: datetime
    ) -> list[Change]:
        tenant_id = owner.user.tenant_id
        row = ChallengeRow(
            tenant_id=tenant_id,
            challenge_id=self._with.new_id(),
            owner=owner.id,
            kind=kind,
            user_id=owner.user.user_id,
            sealed=b"",
            created_at=at,
            expires_at=at + CHALLENGE_LIFETIME,
        )
        sealed = self._with.sealer.seal(msgspec.msgpack.encode(asked), challenge_context(row))
        before = {"tenant_id": tenant_id, "owner": owner.id, "kind": kind}
        kept = msgspec.structs.replace(row, sealed=sealed)
        return [DeleteAll(CHALLENGES, before), Insert(CHALLENGES, kept)]

    async def _pace(self, owner: Owner, actor: Actor, kind: str, phone: str) -> None:
        """Count a message that is sent, by what it proves.

        Whoever enrols names any number; that must not close the way in for those who have one.

        Raises:
            Throttled: too many were.
        """
        digest = self._with.sealer.keyed_digest(phone, "phone").hex()[:32]
        counters = Counters(
            tenant_id=owner.user.tenant_id,
            refusing={
                f"{kind}:person:{owner.user.user_id}": _TO_A_PERSON,
                f"{kind}:{digest}": _TO_A_NUMBER,
                f"{kind}:all": _OF_A_TENANT,
            },
        )
        await throttling.count(self._with.corridor, actor, counters)
