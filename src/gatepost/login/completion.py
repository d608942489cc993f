"""The end of a sign-in: everything needed was proved, and a session begins."""

from datetime import datetime, timedelta
from typing import Any

import msgspec

from gatepost.activity.entry import Entry, Subject
from gatepost.base.secrets import digest
from gatepost.login.attempts import finish
from gatepost.login.refusals import AccountInactive, NativeSignInOff
from gatepost.login.sessions import ended
from gatepost.login.visit import Visit
from gatepost.store.changes import Change, Insert, Update
from gatepost.store.login_rows import AttemptRow, SessionRow
from gatepost.store.rows import UserRow
from gatepost.store.tables import SESSIONS, USERS, key_of

_AS_PROVED = ("status", "auth_type", "provider_id", "administrator", "support", "break_glass")
"""What must be as it was when the proofs were judged."""


class NewSession(msgspec.Struct, frozen=True, kw_only=True):
    """What a session begins with, beside what the attempt knows."""

    session_id: str
    secret: str
    lifetime_s: float
    methods: list[str]
    is_mfa: bool
    replaces: SessionRow | None = None


class SignedIn(msgspec.Struct, frozen=True):
    """Somebody is signed in from now on; the browser keeps `secret`."""

    session: SessionRow
    secret: str
    return_to: str


def complete(
    attempt: AttemptRow, user: UserRow, new: NewSession, visit: Visit, at: datetime
) -> tuple[list[Change], list[Entry], SignedIn]:
    """End the attempt and begin the session, if the account is still active at the commit.

    A session that the browser had is replaced, so that its id is never that of before
    (session fixation).

    Raises:
        AccountInactive: the account is not active (R31).
        NativeSignInOff: it was adopted while somebody signed in by password.
    """
    if user.status != "active":
        raise AccountInactive(user_name=user.user_name, user_id=user.user_id)
    if attempt.provider_id is None and user.auth_type != "native":
        raise NativeSignInOff(user_name=user.user_name)
    session = _session(attempt, user, new, visit, at)
    changes: list[Change] = [
        finish(attempt),
        Insert(SESSIONS, session),
        # Only expected: who is deactivated in this moment gets no session (R19, R31), and
        # nobody becomes an administrator, or another's, between the proof and the session.
        Update(USERS, key_of(USERS, user), {}, {one: getattr(user, one) for one in _AS_PROVED}),
    ]
    if new.replaces:
        changes += ended([new.replaces])
    data = {"methods": session.methods, "through": attempt.facts.get("provider_name")}
    if session.evidence:
        data["evidence"] = session.evidence.get("satisfied_by")
    entry = Entry("login.succeeded", Subject("user", user.user_id, user.user_name), data)
    return changes, [entry], SignedIn(session, new.secret, attempt.return_to)


def _session(
    attempt: AttemptRow, user: UserRow, new: NewSession, visit: Visit, at: datetime
) -> SessionRow:
    facts = attempt.facts
    said: dict[str, Any] = facts.get("identity") or {}
    ends = at + timedelta(seconds=new.lifetime_s)
    if said.get("ends_at"):
        # "the session … ends no later" (saml-core §2.7.2, SessionNotOnOrAfter)
        ends = min(ends, datetime.fromisoformat(said["ends_at"]))
    return SessionRow(
        tenant_id=user.tenant_id,
        session_id=new.session_id,
        digest=digest(new.secret),
        user_id=user.user_id,
        provider_id=attempt.provider_id,
        subject=said.get("subject"),
        provider_session=said.get("provider_session"),
        name_id=said.get("name_id") or {},
        logout_hint=attempt.sealed,
        methods=new.methods,
        evidence=facts.get("evidence") or {},
        created_at=at,
        authenticated_at=at,
        mfa_at=at if new.is_mfa else None,
        seen_at=at,
        expires_at=ends,
        address=visit.address,
        user_agent=visit.shown_agent,
    )
