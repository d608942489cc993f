"""Step-up: MFA once more before what is sensitive, good for ten minutes (R34)."""

from datetime import datetime
from typing import Any

import msgspec

from gatepost.activity.entry import Entry
from gatepost.lifecycle.plan import Plan
from gatepost.login.equipment import Equipment
from gatepost.login.factors.challenges import Challenges
from gatepost.login.factors.second_factor import (
    Known,
    Owner,
    Proof,
    SecondFactors,
    missed,
    subject_of,
)
from gatepost.login.native import throttling
from gatepost.login.provider.refusing import refuse, refused_plan
from gatepost.login.refusals import ProofWrong, SessionGone, StepUpRequired, Throttled
from gatepost.login.sessions import STEP_UP, Signed, owner_of, rotated
from gatepost.login.visit import Visit, known
from gatepost.store import sessions
from gatepost.store.login_rows import FactorRow


class SteppedUp(msgspec.Struct, frozen=True):
    """The session goes on under a new secret."""

    secret: str


class StepUp:
    """Asks a signed-in person for a second factor again."""

    def __init__(
        self, equipment: Equipment, second_factors: SecondFactors, challenges: Challenges
    ) -> None:
        self._with = equipment
        self._second_factors = second_factors
        self._challenges = challenges

    def check_may_enrol(self, signed: Signed, factors: list[FactorRow]) -> None:
        """Let factors be changed shortly after MFA here; the first one, shortly after sign-in.

        Who has none here, and whose provider vouched for MFA just now, proves no less.

        Raises:
            StepUpRequired: prove a factor; or, where there is none, sign in again.
        """
        if self._with.sessions.needs_no_proof(signed):
            return
        if factors:
            self._with.sessions.check_stepped_up(signed)
            return
        if signed.session.provider_id and signed.user.is_staff and not signed.user.provider_id:
            raise StepUpRequired  # not on the word of a provider whose person this is not
        age = self._with.now - signed.session.authenticated_at
        if age > STEP_UP or "mfa" not in signed.session.methods:
            raise StepUpRequired

    async def challenge(self, visit: Visit, signed: Signed, kind: str) -> Any:  # noqa: ANN401
        """Ask for a passkey (gives its options) or send a code by SMS (gives the masked number).

        Raises:
            Refusal: as `Challenges` says.
        """
        actor, owner = known(signed.user, visit).actor, _owner(signed)
        if kind == "passkey":
            return await self._challenges.passkey(owner, actor)
        return await self._challenges.code_by_sms(owner, actor)

    async def prove(self, visit: Visit, signed: Signed, proof: Proof) -> SteppedUp:
        """Check the factor; the session is stepped up and its secret replaced.

        Raises:
            ProofWrong: it does not hold.
            Throttled: too many failures of late.
            SessionGone: the session has ended meanwhile.
        """
        writer, owner = known(signed.user, visit), _owner(signed)
        try:
            tried = await self._second_factors.count(writer.actor, owner, proof, visit.address)
        except Throttled as refusal:
            await refuse(self._with.corridor, writer, refusal, signed.user)
        secret = self._with.sessions.new_secret()

        async def load() -> Known:
            await self._check_present(signed)
            return await self._second_factors.known(owner, proof)

        def decide(known_proofs: Known, at: datetime) -> Plan:
            try:
                proved = self._second_factors.check(proof, known_proofs, owner, at)
            except ProofWrong as refusal:
                return refused_plan(refusal, signed.user, missed(known_proofs.challenge))
            methods = list(dict.fromkeys([*signed.session.methods, proved.method, "mfa"]))
            moved = rotated(signed.session, secret, mfa_at=at, methods=methods)
            entry = Entry("login.stepped_up", subject_of(signed.user), {"method": proved.method})
            changes = (*proved.changes, moved)
            return Plan(changes, (*proved.entries, entry), outcome=SteppedUp(secret))

        done: SteppedUp = await self._with.corridor.run(writer, load, decide)
        await throttling.take_back(self._with.corridor, writer.actor, tried)
        return done

    async def _check_present(self, signed: Signed) -> None:
        """Refuse where the session has ended, or goes on under another secret already."""
        session = signed.session
        found = await sessions.get(self._with.database, session.tenant_id, session.session_id)
        if found is None or found.digest != session.digest:
            raise SessionGone


def _owner(signed: Signed) -> Owner:
    return Owner(signed.user, owner_of(signed.session.session_id))
