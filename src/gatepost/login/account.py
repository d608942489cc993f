"""What people change of how they prove themselves, and administrators for them (R14, R33, R34).

Whatever is changed here ends the person's other sessions, and the person is told.
"""

from datetime import datetime
from typing import Any, NamedTuple

import msgspec

from gatepost.activity.entry import Entry
from gatepost.lifecycle import contact
from gatepost.lifecycle.corridor import Writer
from gatepost.lifecycle.plan import Plan
from gatepost.lifecycle.rules.access import end_access
from gatepost.login.equipment import Equipment
from gatepost.login.factors.enrolment import Begun, Enrolling, Enrolment, recovery_changes
from gatepost.login.factors.second_factor import Owner, Proof, missed, subject_of
from gatepost.login.factors.step_up import StepUp
from gatepost.login.native import notices, throttling
from gatepost.login.native.new_password import NewPasswords, ended_proofs, password_changes
from gatepost.login.proofs import recovery
from gatepost.login.provider.refusing import refuse, refused_plan
from gatepost.login.refusals import (
    FactorNotFound,
    LastFactor,
    NativeSignInOff,
    PhoneUnacceptable,
    ProofWrong,
    Throttled,
)
from gatepost.login.sessions import Signed, ended, owner_of
from gatepost.login.visit import Visit, known
from gatepost.store import logins, sessions, sso, users
from gatepost.store.changes import Change, Delete, DeleteAll, Update
from gatepost.store.login_rows import FactorRow, SessionRow, SubjectRow
from gatepost.store.rows import UserRow
from gatepost.store.tables import FACTORS, LINKS, RECOVERY_CODES, SUBJECTS, USERS, key_of


class Overview(msgspec.Struct, frozen=True, kw_only=True):
    """How a person proves themselves, and where they are signed in."""

    factors: list[FactorRow]
    recovery_codes_left: int
    has_password: bool
    password_changed_at: datetime | None
    sessions: list[SessionRow]


class _Present(NamedTuple):
    factors: list[FactorRow]
    sessions: list[SessionRow]


class Account:
    """A person's own account, and an administrator's help with it."""

    def __init__(
        self,
        equipment: Equipment,
        enrolment: Enrolment,
        passwords: NewPasswords,
        step_up: StepUp,
    ) -> None:
        self._with = equipment
        self._database = equipment.database
        self._enrolment = enrolment
        self._passwords = passwords
        self._step_up = step_up

    async def overview(self, user: UserRow) -> Overview:
        """Read how the person proves themselves."""
        tenant_id, user_id = user.tenant_id, user.user_id
        password = await logins.find_password(self._database, tenant_id, user_id)
        return Overview(
            factors=await logins.factors(self._database, tenant_id, user_id),
            recovery_codes_left=await logins.recovery_codes_count(
                self._database, tenant_id, user_id
            ),
            has_password=password is not None,
            password_changed_at=password.changed_at if password else None,
            sessions=await self._with.sessions.of_user(tenant_id, user_id),
        )

    def enrolment_kinds(self) -> list[str]:
        """List what can be enrolled here."""
        return self._enrolment.kinds()

    async def begin_factor(self, visit: Visit, signed: Signed, kind: str, value: str = "") -> Begun:
        """Begin to enrol another factor, or another phone number.

        Raises:
            StepUpRequired: MFA was too long ago.
            Refusal: as `Enrolment` says.
        """
        await self._check_may(signed)
        writer = known(signed.user, visit)
        return await self._enrolment.begin(_owner(signed), writer.actor, kind, value)

    async def keep_factor(
        self, visit: Visit, signed: Signed, proof: Proof, name: str
    ) -> tuple[str, ...]:
        """Keep the factor that was begun, once it is proved; gives recovery codes with the first.

        Raises:
            StepUpRequired: MFA was too long ago.
            ProofWrong, Throttled: it does not hold, or did not too often.
        """
        await self._check_may(signed)
        writer, owner = known(signed.user, visit), _owner(signed)
        # Else a number that is not theirs could be had by guessing the code sent to it.
        tried = await self._count(writer, visit, signed.user, is_short=proof.kind != "passkey")

        async def load() -> tuple[Enrolling, list[SessionRow]]:
            return await self._enrolment.known(owner, proof), await self._others(signed)

        def decide(loaded: tuple[Enrolling, list[SessionRow]], at: datetime) -> Plan:
            enrolling, others = loaded
            try:
                made = self._enrolment.check(proof, name, enrolling, owner, at)
            except ProofWrong as refusal:
                return refused_plan(refusal, signed.user, missed(enrolling.challenge))
            changes = (*made.changes, *ended(others))
            return Plan(changes, tuple(made.entries), outcome=made.recovery_codes)

        codes: tuple[str, ...] = await self._with.corridor.run(writer, load, decide)
        await throttling.take_back(self._with.corridor, writer.actor, tried)
        return codes

    async def remove_factor(self, visit: Visit, signed: Signed, factor_id: str) -> None:
        """Remove a factor; the last one stays (R33).

        Raises:
            StepUpRequired: MFA was too long ago.
            FactorNotFound, LastFactor: there is none of that id; it is the last.
        """
        self._with.sessions.check_stepped_up(signed)
        user = signed.user

        def decide(present: _Present, at: datetime) -> Plan:
            factor = next((one for one in present.factors if one.factor_id == factor_id), None)
            if factor is None:
                return Plan(refusal=FactorNotFound(id=factor_id))
            if len(present.factors) == 1:
                return Plan(refusal=LastFactor())
            kept = next(one for one in present.factors if one is not factor)
            changes: list[Change] = [
                Delete(FACTORS, key_of(FACTORS, factor)),
                # Only expected: of two removals at once, one finds the other's to be the last.
                Update(FACTORS, key_of(FACTORS, kept), {}, {"kind": kept.kind}),
            ]
            changes += notices.mail(self._with, user, "factor_removed", at, what=factor.name)
            entry = Entry("mfa.removed", subject_of(user), {"kind": factor.kind})
            return Plan((*changes, *ended(present.sessions)), (entry,))

        await self._run(known(user, visit), signed, decide)

    async def new_recovery_codes(self, visit: Visit, signed: Signed) -> tuple[str, ...]:
        """Make new recovery codes, shown once; those of before are void.

        Raises:
            StepUpRequired: MFA was too long ago.
        """
        self._with.sessions.check_stepped_up(signed)
        codes, user = recovery.new_codes(self._with.secrets.token_bytes), signed.user

        def decide(_present: _Present, at: datetime) -> Plan:
            entry = Entry("mfa.recovery_codes_made", subject_of(user))
            return Plan(tuple(recovery_changes(user, codes, at)), (entry,))

        await self._run(known(user, visit), signed, decide)
        return codes

    async def change_password(self, visit: Visit, signed: Signed, old: str, new: str) -> None:
        """Change the password: the old one is asked for, and MFA shortly before.

        Raises:
            StepUpRequired: MFA was too long ago.
            NativeSignInOff: the account has no password here.
            ProofWrong, Throttled: the old one is wrong, or was too often.
            PasswordUnacceptable: the sentence says why.
        """
        self._with.sessions.check_stepped_up(signed)
        user, writer = signed.user, known(signed.user, visit)
        stored = await logins.find_password(self._database, user.tenant_id, user.user_id)
        if stored is None or user.auth_type != "native":
            await refuse(self._with.corridor, writer, NativeSignInOff(user_name=user.user_name))
        counters = throttling.of_password(user.tenant_id, user.user_id, visit.address, None)
        try:
            tried = await throttling.count(self._with.corridor, writer.actor, counters)
        except Throttled as refusal:
            await refuse(self._with.corridor, writer, refusal, user)
        if not (await self._with.passwords.verify(stored.hash, old)).is_right:
            await refuse(self._with.corridor, writer, ProofWrong(proof="password"), user)
        await throttling.take_back(self._with.corridor, writer.actor, tried)
        hashed = await self._passwords.hashed(user, new)

        def decide(present: _Present, at: datetime) -> Plan:
            changes = [
                *password_changes(user, hashed, at),
                *ended(present.sessions),
                *ended_proofs(user),
                # A link that was asked for before would take the password back.
                DeleteAll(LINKS, {"tenant_id": user.tenant_id, "user_id": user.user_id}),
                *notices.mail(self._with, user, "password_changed", at),
            ]
            return Plan(
                tuple(changes), (Entry("password.set", subject_of(user), {"by": "change"}),)
            )

        await self._run(writer, signed, decide)

    async def set_phone(self, writer: Writer, user: UserRow, text: str | None) -> UserRow:
        """Set a person's phone number as an administrator, or as the person where none is texted.

        The number of before is told. The caller has asked for a step-up (R34).

        Raises:
            PhoneUnacceptable: it is no phone number.
        """
        try:
            phone = contact.phone(text) if text else None
        except ValueError as error:
            raise PhoneUnacceptable(why=str(error)) from error

        async def load() -> UserRow:
            return await users.get(self._database, user.tenant_id, user.user_id) or user

        def decide(present: UserRow, at: datetime) -> Plan:
            if present.phone == phone:
                return Plan(outcome=present)
            changes: list[Change] = [
                Update(USERS, key_of(USERS, present), {"phone": phone}, {"phone": present.phone}),
                *notices.old_number(self._with, present, at),
                *notices.mail(self._with, present, "phone_changed", at),
            ]
            entry = Entry("user.updated", subject_of(present), {"fields": ["phone"]})
            edited = msgspec.structs.replace(present, phone=phone)
            return Plan(tuple(changes), (entry,), outcome=edited)

        edited: UserRow = await self._with.corridor.run(writer, load, decide)
        return edited

    async def reset_factors(self, writer: Writer, user: UserRow) -> None:
        """Remove every second factor and recovery code of a person, as an administrator.

        Every session ends; the person sets up a new factor at the next sign-in.
        """

        async def load() -> list[SessionRow]:
            return await sessions.of_user(self._database, user.tenant_id, user.user_id)

        def decide(present: list[SessionRow], at: datetime) -> Plan:
            whose: dict[str, Any] = {"tenant_id": user.tenant_id, "user_id": user.user_id}
            changes = [
                DeleteAll(FACTORS, whose),
                DeleteAll(RECOVERY_CODES, whose),
                *ended(present),
                *ended_proofs(user),
                *notices.mail(self._with, user, "factors_reset", at),
            ]
            return Plan(tuple(changes), (Entry("mfa.reset", subject_of(user)),))

        await self._with.corridor.run(writer, load, decide)

    async def unlink(self, writer: Writer, user: UserRow) -> int:
        """Forget by which names providers know a person; gives how many, the sessions end.

        For an administrator who knows that somebody whom a provider made anew is the same.
        """

        async def load() -> list[SubjectRow]:
            return await sso.subjects_of_user(self._database, user.tenant_id, user.user_id)

        def decide(found: list[SubjectRow], _at: datetime) -> Plan:
            if not found:
                return Plan(outcome=0)
            whose = {"tenant_id": user.tenant_id, "user_id": user.user_id}
            changes = (DeleteAll(SUBJECTS, whose), *end_access(user.tenant_id, user.user_id))
            entry = Entry("login.unlinked", subject_of(user), {"count": len(found)})
            return Plan(changes, (entry,), outcome=len(found))

        forgotten: int = await self._with.corridor.run(writer, load, decide)
        return forgotten

    async def _count(
        self, writer: Writer, visit: Visit, user: UserRow, *, is_short: bool
    ) -> throttling.Tried:
        counters = throttling.of_code(
            user.tenant_id, user.user_id, visit.address, is_short=is_short
        )
        try:
            return await throttling.count(self._with.corridor, writer.actor, counters)
        except Throttled as refusal:
            await refuse(self._with.corridor, writer, refusal, user)

    async def _check_may(self, signed: Signed) -> None:
        user = signed.user
        factors = await logins.factors(self._database, user.tenant_id, user.user_id)
        self._step_up.check_may_enrol(signed, factors)

    async def _others(self, signed: Signed) -> list[SessionRow]:
        user = signed.user
        found = await sessions.of_user(self._database, user.tenant_id, user.user_id)
        return [one for one in found if one.session_id != signed.session.session_id]

    async def _run(self, writer: Writer, signed: Signed, decide: Any) -> None:  # noqa: ANN401
        user = signed.user

        async def load() -> _Present:
            factors = await logins.factors(self._database, user.tenant_id, user.user_id)
            return _Present(factors, await self._others(signed))

        await self._with.corridor.run(writer, load, decide)


def _owner(signed: Signed) -> Owner:
    return Owner(signed.user, owner_of(signed.session.session_id))
