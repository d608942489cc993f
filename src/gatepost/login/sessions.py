"""Sessions: looked up for every request, ended at once, rotated when more was proved."""

from datetime import datetime, timedelta
from typing import Any

import msgspec

from gatepost.activity.entry import Entry, Subject
from gatepost.activity.recorder import Recorder
from gatepost.base.clock import Clock
from gatepost.base.secrets import Secrets, digest
from gatepost.lifecycle.corridor import Corridor, Writer
from gatepost.lifecycle.plan import Plan
from gatepost.login.refusals import SessionGone, StepUpRequired
from gatepost.store import sessions
from gatepost.store.changes import Change, DeleteAll, Update
from gatepost.store.login_rows import SessionRow
from gatepost.store.rows import UserRow
from gatepost.store.tables import CHALLENGES, SESSIONS, key_of

STEP_UP = timedelta(minutes=10)
"""How long a proof by MFA is enough for sensitive actions (R34)."""


DEMO = "demo"
"""The method of a session of `gatepost demo`: nothing was proved."""


class Signed(msgspec.Struct, frozen=True):
    """Somebody who is signed in."""

    session: SessionRow
    user: UserRow


class SessionLimits(msgspec.Struct, frozen=True):
    """How long a session lasts: unused, and at all; seconds."""

    idle_s: float
    lifetime_s: float


class Sessions:
    """Finds, lists and ends sessions."""

    def __init__(
        self,
        corridor: Corridor,
        recorder: Recorder,
        secrets: Secrets,
        limits: SessionLimits,
        *,
        is_demo: bool = False,
    ) -> None:
        self._corridor = corridor
        self._database = corridor.database
        self._clock: Clock = corridor.clock
        self._recorder = recorder
        self._secrets = secrets
        self.limits = limits
        self.is_demo = is_demo

    def new_id(self) -> str:
        """Give the id of a session to be."""
        return self._corridor.ids.new()

    def new_secret(self) -> str:
        """Give the secret of a session to be: 256 bits that only its browser keeps."""
        return self._secrets.new_link_secret()

    async def find(self, secret: str | None) -> Signed | None:
        """Find who is signed in; None where nobody is, or no longer.

        Read anew for every request, so a session that ended anywhere has ended here.
        """
        signed = await self.watch(secret)
        if signed is not None:
            self._recorder.session_used(signed.session, self._clock.now())
        return signed

    async def watch(self, secret: str | None) -> Signed | None:
        """Find who is signed in, without counting it as use.

        For what a page does by itself, or a page that is left open would never be signed out.
        """
        found = await sessions.find(self._database, digest(secret)) if secret else None
        if found is None:
            return None
        signed = Signed(*found)
        if not self._is_live(signed.session, self._clock.now()) or not _may(signed.user):
            return None
        return None if DEMO in signed.session.methods and not self.is_demo else signed

    async def get(self, secret: str | None) -> Signed:
        """Get who is signed in.

        Raises:
            SessionGone: nobody is.
        """
        found = await self.find(secret)
        if found is None:
            raise SessionGone
        return found

    def check_stepped_up(self, signed: Signed) -> None:
        """Let a sensitive action pass only shortly after MFA here (R34).

        Raises:
            StepUpRequired: MFA was too long ago, or the provider's.
        """
        if self.needs_no_proof(signed):
            return
        proved = signed.session.mfa_at
        if proved is None or self._clock.now() - proved > STEP_UP:
            raise StepUpRequired

    def needs_no_proof(self, signed: Signed) -> bool:
        """Tell whether the session is the demo's own, where there is nothing to prove by."""
        return self.is_demo and DEMO in signed.session.methods

    async def of_user(self, tenant_id: int, user_id: str) -> list[SessionRow]:
        """Read the user's live sessions, newest first."""
        now = self._clock.now()
        found = await sessions.of_user(self._database, tenant_id, user_id)
        return [one for one in found if self._is_live(one, now)]

    async def end(self, writer: Writer, user: UserRow, session_id: str) -> None:
        """End one session of the user.

        Raises:
            SessionGone: the user has no such session.
        """

        async def load() -> SessionRow | None:
            return await sessions.get(self._database, user.tenant_id, session_id)

        def decide(session: SessionRow | None, _at: datetime) -> Plan:
            if session is None or session.user_id != user.user_id:
                return Plan(refusal=SessionGone())
            return Plan((*_gone(session),), (_said(user, 1),))

        await self._corridor.run(writer, load, decide)

    async def end_all(self, writer: Writer, user: UserRow, *, but: SessionRow | None = None) -> int:
        """End the user's sessions, but for that one; gives how many."""

        async def load() -> list[SessionRow]:
            found = await sessions.of_user(self._database, user.tenant_id, user.user_id)
            return [one for one in found if but is None or one.session_id != but.session_id]

        def decide(found: list[SessionRow], _at: datetime) -> Plan:
            if not found:
                return Plan(outcome=0)
            return Plan(tuple(ended(found)), (_said(user, len(found)),), outcome=len(found))

        count: int = await self._corridor.run(writer, load, decide)
        return count

    def _is_live(self, session: SessionRow, now: datetime) -> bool:
        idle = timedelta(seconds=self.limits.idle_s)
        if self.is_demo and DEMO in session.methods:
            return session.expires_at > now  # its link works once: nobody could come back
        return session.expires_at > now and session.seen_at + idle > now


def ended(found: list[SessionRow]) -> list[Change]:
    """Give the changes that end these sessions, with what they were asked to prove."""
    return [change for one in found for change in _gone(one)]


def owner_of(row_id: str) -> bytes:
    """Name an attempt or session as the owner of a challenge; its secret changes, this stays."""
    return bytes.fromhex(row_id.replace("-", ""))


def rotated(session: SessionRow, secret: str, **values: Any) -> Update:  # noqa: ANN401
    """Give the change that moves a session under a new secret, with what was proved."""
    new = {"digest": digest(secret), **values}
    return Update(SESSIONS, key_of(SESSIONS, session), new, {"digest": session.digest})


def _gone(session: SessionRow) -> list[Change]:
    whose = {"tenant_id": session.tenant_id, "owner": owner_of(session.session_id)}
    # Two who end it at once both succeed: it is gone, which is what both want.
    key = {"tenant_id": session.tenant_id, "session_id": session.session_id}
    return [DeleteAll(SESSIONS, key), DeleteAll(CHALLENGES, whose)]


def _said(user: UserRow, count: int) -> Entry:
    subject = Subject("user", user.user_id, user.user_name)
    return Entry("session.ended", subject, {"count": count})


def _may(user: UserRow) -> bool:
    return user.status == "active" and user.deleted_at is None
