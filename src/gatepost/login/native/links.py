"""Invitations and new passwords: a link that works once, within 24 hours; POST redeems it.

Looking at a link spends nothing, so no mail scanner uses it up. The link sets a password and
nothing else: whoever has only the link still meets the second factor (R33).
"""

from datetime import datetime, timedelta

import msgspec

from gatepost.activity.entry import Entry
from gatepost.base.secrets import digest
from gatepost.lifecycle.corridor import Writer
from gatepost.lifecycle.plan import Plan
from gatepost.login.attempts import Stage, insert
from gatepost.login.equipment import Equipment
from gatepost.login.factors.second_factor import subject_of
from gatepost.login.native import notices, throttling
from gatepost.login.native.native_access import signs_in_natively
from gatepost.login.native.new_password import NewPasswords, ended_proofs, password_changes
from gatepost.login.native.throttling import Counters
from gatepost.login.proofs.throttle import Policy, address_name
from gatepost.login.provider.refusing import refuse
from gatepost.login.refusals import LinkUnusable, MessagesOff, NativeSignInOff, Throttled
from gatepost.login.sessions import ended
from gatepost.login.steps import ToStage
from gatepost.login.visit import Visit, known, somebody
from gatepost.scim.fold import fold
from gatepost.store import links, logins, sessions, users
from gatepost.store.changes import Change, DeleteAll, Insert, Update
from gatepost.store.login_rows import SessionRow
from gatepost.store.rows import LinkRow, UserRow
from gatepost.store.tables import LINKS, USERS, key_of

INVITATION, RESET = "invitation", "reset"
LIFETIME = timedelta(hours=24)
_ASKED = Policy(free=3, first_s=60, most_s=3600, forget_after_s=1200)
"""For asking for a new password: mail to others is not to be had by the hundred."""


class NewLink(msgspec.Struct, frozen=True):
    """A link just made; `url` is shown to an administrator only where no mail was sent."""

    url: str
    is_mailed: bool
    expires_at: datetime


class Links:
    """Makes and redeems links."""

    def __init__(self, equipment: Equipment, passwords: NewPasswords) -> None:
        self._with = equipment
        self._database = equipment.database
        self._passwords = passwords

    async def invite(self, writer: Writer, user: UserRow) -> NewLink:
        """Invite a local person to set up their account; a link sent before is void.

        Raises:
            NativeSignInOff: the person signs in through a provider, or is inactive.
        """
        return await self._make(writer, user, INVITATION)

    async def reset(self, writer: Writer, user: UserRow) -> NewLink:
        """Let a local person choose a new password; a link sent before is void.

        Raises:
            NativeSignInOff: the person signs in through a provider, or is inactive.
        """
        return await self._make(writer, user, RESET)

    async def ask(
        self, visit: Visit, tenant_id: int, identifier: str, user: UserRow | None
    ) -> None:
        """Send a person who forgot the password a link; says nothing of whether there is one.

        What was entered is counted whether or not it is somebody's, and a second name of an
        account is counted apart: no wait tells which names there are, or which belong together.

        Raises:
            MessagesOff: no mail is sent here: an administrator has to help.
            Throttled: asked too often from there.
        """
        writer = somebody(visit, tenant_id)
        if not self._with.channels.email:
            await refuse(self._with.corridor, writer, MessagesOff(channel="email"))
        try:
            await self._count(writer, tenant_id, address_name(visit.address or ""))
        except Throttled as refusal:
            await refuse(self._with.corridor, writer, refusal)
        why = "nobody to send a link to"
        try:
            await self._count(writer, tenant_id, f"name:{fold(identifier)}")
            if user and user.email and await signs_in_natively(self._database, user):
                await self._count(writer, tenant_id, user.user_id)
                await self._make(writer, user, RESET)
                return
        except Throttled:
            why = "links were asked for too often"
        step = {"kind": "match", "result": "skipped", "why": why}
        await self._with.corridor.commit(writer, Plan(steps=(step,)))

    async def _count(self, writer: Writer, tenant_id: int, what: str) -> None:
        counters = Counters(tenant_id=tenant_id, refusing={f"reset:{what}": _ASKED})
        await throttling.count(self._with.corridor, writer.actor, counters)

    async def find(self, secret: str) -> tuple[LinkRow, UserRow]:
        """Find a link that can still be redeemed, with whose it is; looking spends nothing.

        Raises:
            LinkUnusable: unknown, used, too old, or the account does not sign in natively.
        """
        link = await links.find(self._database, digest(secret))
        if link is None or link.purpose not in {INVITATION, RESET} or link.user_id is None:
            raise LinkUnusable
        if link.used_at is not None or link.expires_at <= self._with.now:
            raise LinkUnusable
        user = await users.get(self._database, link.tenant_id, link.user_id)
        if user is None or not await signs_in_natively(self._database, user):
            raise LinkUnusable
        return link, user

    async def redeem(
        self, visit: Visit, secret: str, password: str, *, return_to: str = ""
    ) -> ToStage:
        """Set the password and go on to the second factor; every session of the person ends.

        `return_to`: a path of ours where the person is sent in the end.

        Raises:
            LinkUnusable: as `find` says.
            PasswordUnacceptable: the link stays good.
        """
        link, user = await self.find(secret)
        writer = known(user, visit)
        hashed = await self._passwords.hashed(user, password)
        begun = self._with.attempts.begin(
            user.tenant_id,
            Stage.PASSWORD,
            user_id=user.user_id,
            return_to=return_to,
            facts={"identifier": user.user_name, "methods": ["pwd"], "tries": 0},
        )

        async def load() -> tuple[bool, list[SessionRow]]:
            await self.find(secret)
            factors = await logins.factors(self._database, user.tenant_id, user.user_id)
            return bool(factors), await sessions.of_user(
                self._database, user.tenant_id, user.user_id
            )

        def decide(loaded: tuple[bool, list[SessionRow]], at: datetime) -> Plan:
            has_factor, present = loaded
            stage = Stage.FACTOR if has_factor else Stage.ENROLMENT
            row = msgspec.structs.replace(begun.row, stage=stage)
            changes: list[Change] = [
                Update(LINKS, key_of(LINKS, link), {"used_at": at}, {"used_at": None}),
                Update(USERS, key_of(USERS, user), _accepted(link), {"status": "active"}),
                insert(msgspec.structs.replace(begun, row=row)),
                *password_changes(user, hashed, at),
                *ended(present),
                *ended_proofs(user),
            ]
            if link.purpose == RESET:
                changes += notices.mail(self._with, user, "password_changed", at)
            entry = Entry("password.set", subject_of(user), {"by": link.purpose})
            return Plan(tuple(changes), (entry,), outcome=ToStage(stage, begun.secret))

        reached: ToStage = await self._with.corridor.run(writer, load, decide)
        return reached

    async def _make(self, writer: Writer, user: UserRow, purpose: str) -> NewLink:
        secret = self._with.secrets.new_link_secret()
        url = f"{self._with.public_url}/links/{secret}"

        async def load() -> UserRow | None:
            present = await users.get(self._database, user.tenant_id, user.user_id)
            is_native = present and await signs_in_natively(self._database, present)
            return present if is_native else None

        def decide(present: UserRow | None, at: datetime) -> Plan:
            if present is None:
                return Plan(refusal=NativeSignInOff(user_name=user.user_name))
            ends = at + LIFETIME
            row = LinkRow(
                tenant_id=user.tenant_id,
                digest=digest(secret),
                purpose=purpose,
                created_at=at,
                expires_at=ends,
                user_id=user.user_id,
            )
            before = {"tenant_id": user.tenant_id, "user_id": user.user_id}
            mailed = notices.mail(self._with, present, purpose, at, expires_at=ends, link=url)
            changes: list[Change] = [DeleteAll(LINKS, before), Insert(LINKS, row), *mailed]
            if purpose == INVITATION:
                changes.append(Update(USERS, key_of(USERS, present), {"invited_at": at}))
            event = "user.invited" if purpose == INVITATION else "password.reset_asked"
            entry = Entry(event, subject_of(present))
            return Plan(tuple(changes), (entry,), outcome=NewLink(url, bool(mailed), ends))

        made: NewLink = await self._with.corridor.run(writer, load, decide)
        return made


def _accepted(link: LinkRow) -> dict[str, object]:
    """Whoever came by an invitation has the address it was sent to, and is invited no more."""
    return {"email_verified": True, "invited_at": None} if link.purpose == INVITATION else {}
