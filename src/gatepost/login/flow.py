"""The one dispatcher of sign-in: steps return here, and the stored attempt names the next.

```
identify ──▶ password ──▶ factor ─────────────▶ signed in
   │            └───────▶ enrolment ──────────▶ signed in, with recovery codes
   └──▶ provider ──▶ ready ───────────────────▶ signed in      the provider's evidence stands
              ├────▶ factor, enrolment          ours is asked (R33)
              ├────▶ tested                     a test connection
              └────▶ confirmation ──▶ …         nobody asked (IdP-initiated)
```
"""

from datetime import datetime
from typing import Any

import msgspec

from gatepost.activity.entry import Entry
from gatepost.base.refusal import Refusal
from gatepost.lifecycle.plan import Plan
from gatepost.login.attempts import Stage, advance, count_try, ended_attempts, with_facts
from gatepost.login.completion import NewSession, complete
from gatepost.login.equipment import Equipment
from gatepost.login.factors.challenges import Challenges
from gatepost.login.factors.enrolment import Begun, Enrolling, Enrolment
from gatepost.login.factors.second_factor import Known, Owner, Proof, SecondFactors
from gatepost.login.native import throttling
from gatepost.login.native.known_browser import new_mark
from gatepost.login.native.native_access import signs_in_natively
from gatepost.login.provider.refusing import refuse, refused_plan
from gatepost.login.refusals import (
    AccountInactive,
    AccountProtected,
    AttemptGone,
    NativeSignInOff,
    ProofWrong,
    SsoSwitchedOff,
    StageMismatch,
    Throttled,
)
from gatepost.login.sessions import Signed, owner_of
from gatepost.login.steps import Done, ToStage
from gatepost.login.visit import Visit, known
from gatepost.store import logins, sso, users
from gatepost.store.changes import Change
from gatepost.store.login_rows import AttemptRow, FactorRow
from gatepost.store.rows import UserRow


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """Where a sign-in stands: its attempt, whose it is, and what they can prove themselves by."""

    attempt: AttemptRow
    user: UserRow
    factors: list[FactorRow]
    recovery_codes_left: int

    @property
    def owner(self) -> Owner:
        """Whose challenges are this sign-in's."""
        return Owner(self.user, owner_of(self.attempt.attempt_id))


class Flow:
    """Moves attempts on once somebody is named."""

    def __init__(
        self,
        equipment: Equipment,
        second_factors: SecondFactors,
        enrolment: Enrolment,
        challenges: Challenges,
    ) -> None:
        self._with = equipment
        self._database = equipment.database
        self._second_factors = second_factors
        self._enrolment = enrolment
        self._challenges = challenges

    async def standing(self, secret: str | None, *stages: Stage) -> Standing:
        """Find the browser's sign-in at one of these stages, with the person it is of.

        Raises:
            AttemptGone: there is none, or it took too long.
            StageMismatch: it is at another stage.
        """
        attempt = await self._with.attempts.find(secret, *stages)
        if attempt.user_id is None:
            raise StageMismatch(stage=attempt.stage)
        user = await users.get(self._database, attempt.tenant_id, attempt.user_id)
        if user is None:
            raise AttemptGone
        return Standing(
            attempt=attempt,
            user=user,
            factors=await logins.factors(self._database, user.tenant_id, user.user_id),
            recovery_codes_left=await logins.recovery_codes_count(
                self._database, user.tenant_id, user.user_id
            ),
        )

    def enrolment_kinds(self, standing: Standing) -> list[str]:
        """List what the person may enrol now; nothing where only a provider vouches for staff.

        Whoever runs the provider could else sign in as one of the staff who is not its own.
        """
        through_provider = standing.attempt.provider_id is not None
        if through_provider and standing.user.is_staff and not standing.user.provider_id:
            return []
        return self._enrolment.kinds()

    async def challenge(self, visit: Visit, standing: Standing, kind: str) -> Any:  # noqa: ANN401
        """Ask for a passkey (gives its options) or send a code by SMS (gives the masked number).

        Raises:
            Refusal: as `Challenges` says.
        """
        actor = known(standing.user, visit).actor
        if kind == "passkey":
            return await self._challenges.passkey(standing.owner, actor)
        return await self._challenges.code_by_sms(standing.owner, actor)

    async def begin_enrolment(
        self, visit: Visit, standing: Standing, kind: str, value: str = ""
    ) -> Begun:
        """Begin to enrol a factor as part of the sign-in.

        Raises:
            Refusal: as `Enrolment` says.
        """
        _check_first(standing.factors)
        if kind not in self.enrolment_kinds(standing):
            raise StageMismatch(stage=standing.attempt.stage)
        return await self._enrolment.begin(
            standing.owner, known(standing.user, visit).actor, kind, value
        )

    async def prove(
        self, visit: Visit, standing: Standing, proof: Proof, replaces: Signed | None
    ) -> Done:
        """Check a second factor; a right one ends the sign-in with a session.

        Raises:
            ProofWrong: it does not hold; the fifth ends the attempt.
            Throttled: too many failures of late.
            AccountInactive: the account was deactivated meanwhile.
        """
        writer, owner = known(standing.user, visit), standing.owner
        try:
            tried = await self._second_factors.count(writer.actor, owner, proof, visit.address)
        except Throttled as refusal:
            await refuse(self._with.corridor, writer, refusal, standing.user)
        new = self._new_session([], replaces)

        async def load() -> tuple[Standing, Known]:
            return await self._again(standing), await self._second_factors.known(owner, proof)

        def decide(loaded: tuple[Standing, Known], at: datetime) -> Plan:
            present, known_proofs = loaded
            try:
                proved = self._second_factors.check(proof, known_proofs, owner, at)
            except ProofWrong as refusal:
                return refused_plan(refusal, present.user, [count_try(present.attempt)])
            session = msgspec.structs.replace(new, methods=_methods(present, proved.method))
            return self._done(visit, present, session, proved.changes, proved.entries, (), at)

        done: Done = await self._with.corridor.run(writer, load, decide)
        await throttling.take_back(self._with.corridor, writer.actor, tried)
        return done

    async def enrol(
        self, visit: Visit, standing: Standing, proof: Proof, name: str, replaces: Signed | None
    ) -> Done:
        """Keep the factor that was begun, once it is proved; this ends the sign-in.

        Raises:
            ProofWrong: it does not hold; the fifth ends the attempt.
            AccountInactive: the account was deactivated meanwhile.
        """
        writer, owner = known(standing.user, visit), standing.owner
        if proof.kind not in self.enrolment_kinds(standing):
            raise StageMismatch(stage=standing.attempt.stage)
        new = self._new_session([], replaces)

        async def load() -> tuple[Standing, Enrolling, list[AttemptRow]]:
            present = await self._again(standing)
            enrolling = await self._enrolment.known(owner, proof)
            # Whoever has proved a factor has no need of a second first one.
            _check_first(enrolling.factors)
            user = present.user
            return (
                present,
                enrolling,
                await logins.attempts_of(self._database, user.tenant_id, user.user_id),
            )

        def decide(loaded: tuple[Standing, Enrolling, list[AttemptRow]], at: datetime) -> Plan:
            present, enrolling, under_way = loaded
            if self._enrolment.replaces_number(proof, enrolling, present.user, at):
                # Only who has proved a factor changes a number (R14), set a moment ago or not.
                return refused_plan(ProofWrong(proof=proof.kind), present.user)
            try:
                made = self._enrolment.check(proof, name, enrolling, owner, at)
            except ProofWrong as refusal:
                return refused_plan(refusal, present.user, [count_try(present.attempt)])
            session = msgspec.structs.replace(new, methods=_methods(present, made.method))
            # Of two who set up a first factor at once, the second finds its attempt gone.
            changes = [*made.changes, *ended_attempts(under_way, but=present.attempt)]
            return self._done(
                visit, present, session, changes, made.entries, made.recovery_codes, at
            )

        done: Done = await self._with.corridor.run(writer, load, decide)
        return done

    async def finish(self, visit: Visit, standing: Standing, replaces: Signed | None) -> Done:
        """Sign in a person whom a provider vouched for, MFA included (R33).

        Raises:
            AccountInactive: the account was deactivated meanwhile.
        """
        new = self._new_session(list(standing.attempt.facts["methods"]), replaces)
        new = msgspec.structs.replace(new, is_mfa=False)

        async def load() -> Standing:
            return await self._again(standing)

        def decide(present: Standing, at: datetime) -> Plan:
            return self._done(visit, present, new, [], [], (), at)

        done: Done = await self._with.corridor.run(known(standing.user, visit), load, decide)
        return done

    async def ask_first(self, visit: Visit, standing: Standing) -> ToStage:
        """Ask before a sign-in takes the place of another person's session in this browser."""
        return await self._moved(visit, standing, Stage.CONFIRMATION)

    async def confirm(self, visit: Visit, standing: Standing) -> ToStage:
        """Go on with a sign-in that nobody asked for, as the person has now said (R32)."""
        return await self._moved(visit, standing, _after_confirmation(standing), confirmed=True)

    async def _moved(
        self, visit: Visit, standing: Standing, stage: Stage, **facts: bool
    ) -> ToStage:
        secret = self._with.attempts.new_secret()

        async def load() -> Standing:
            return await self._again(standing)

        def decide(present: Standing, at: datetime) -> Plan:
            kept = with_facts(present.attempt, **facts)
            moved = advance(present.attempt, stage, at, secret=secret, facts=kept)
            return Plan((moved,), outcome=ToStage(stage, secret))

        reached: ToStage = await self._with.corridor.run(known(standing.user, visit), load, decide)
        return reached

    async def _again(self, standing: Standing) -> Standing:
        """Read attempt and person anew, and whether they may still come this way.

        Raises:
            AttemptGone: the attempt has ended, as it does with a deactivation.
            SsoSwitchedOff, NativeSignInOff: the way was closed meanwhile.
            AccountProtected: the account became one that no provider vouches for.
        """
        attempt = await self._with.attempts.again(standing.attempt)
        user = standing.user
        user = await users.get(self._database, user.tenant_id, user.user_id) or user
        if attempt.provider_id is None:
            if not await signs_in_natively(self._database, user):
                raise _closed(user)
        else:
            half = await sso.get(self._database, attempt.tenant_id, attempt.provider_id)
            if half is None or not half.enabled:
                raise SsoSwitchedOff(provider=attempt.facts.get("provider_name"))
            if user.break_glass:
                raise AccountProtected(user_name=user.user_name, user_id=user.user_id)
        return msgspec.structs.replace(standing, attempt=attempt, user=user)

    def _new_session(self, methods: list[str], replaces: Signed | None) -> NewSession:
        return NewSession(
            session_id=self._with.sessions.new_id(),
            secret=self._with.sessions.new_secret(),
            lifetime_s=self._with.sessions.limits.lifetime_s,
            methods=methods,
            is_mfa=True,
            replaces=replaces.session if replaces else None,
        )

    def _done(  # noqa: PLR0913, PLR0917 - a session and all that comes with it
        self,
        visit: Visit,
        standing: Standing,
        new: NewSession,
        changes: list[Change],
        entries: list[Entry],
        recovery_codes: tuple[str, ...],
        at: datetime,
    ) -> Plan:
        user = standing.user
        try:
            more, said, signed_in = complete(standing.attempt, user, new, visit, at)
        except Refusal as refusal:
            return refused_plan(refusal, user)
        mark = new_mark(self._with.sealer, self._with.secrets, user.user_id, at)
        step = {"kind": "authenticate", "result": "ok", "methods": new.methods}
        return Plan(
            (*changes, *more),
            (*entries, *said),
            steps=(step,),
            outcome=Done(signed_in, mark, recovery_codes),
            subject_kind="user",
            subject_id=user.user_id,
        )


def _check_first(factors: list[FactorRow]) -> None:
    """Let a sign-in set up a factor only where there is none to prove (R33).

    Raises:
        StageMismatch: there is one: begin again, and prove it.
    """
    if factors:
        raise StageMismatch(stage=Stage.ENROLMENT)


def _closed(user: UserRow) -> Refusal:
    if user.status != "active":
        return AccountInactive(user_name=user.user_name, user_id=user.user_id)
    return NativeSignInOff(user_name=user.user_name)


def _methods(standing: Standing, proved: str) -> list[str]:
    first = [one for one in standing.attempt.facts.get("methods", []) if one != "mfa"]
    return [*first, proved, "mfa"]


def _after_confirmation(standing: Standing) -> Stage:
    if standing.attempt.facts.get("evidence"):
        return Stage.READY
    return Stage.FACTOR if standing.factors else Stage.ENROLMENT
