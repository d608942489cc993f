"""Proving a second factor: the same for a sign-in and for a step-up (R33, R34)."""

import hmac
from datetime import datetime, timedelta
from typing import Any

import msgspec

from gatepost.activity.entry import Entry, Subject
from gatepost.base.actor import Actor
from gatepost.base.sealing import Sealer
from gatepost.login.equipment import Equipment
from gatepost.login.native import notices, throttling
from gatepost.login.proofs import passkeys, recovery, sms, totp
from gatepost.login.proofs.failure import ProofFailed
from gatepost.login.proofs.relying_party import RelyingPartyIdentity
from gatepost.login.refusals import PasskeysOff, ProofWrong
from gatepost.store import logins
from gatepost.store.changes import Change, Delete, Update
from gatepost.store.login_rows import ChallengeRow, FactorRow, RecoveryCodeRow
from gatepost.store.rows import UserRow
from gatepost.store.tables import CHALLENGES, FACTORS, RECOVERY_CODES, key_of

METHODS = {"totp": "otp", "passkey": "hwk", "sms": "sms", "recovery": "recovery"}
"""What each kind of proof is called in a session: words of RFC 8176 §2, and `recovery`."""

_CHALLENGED = frozenset({"passkey", "sms"})
_SHORT = frozenset({"totp", "sms"})
CHALLENGE_LIFETIME = timedelta(minutes=5)


class Owner(msgspec.Struct, frozen=True):
    """Who proves something, and for which attempt or session (`sessions.owner_of`)."""

    user: UserRow
    id: bytes


class Proof(msgspec.Struct, frozen=True):
    """What was entered or what the browser's authenticator said. `kind` as in `METHODS`."""

    kind: str
    answer: str


class Known(msgspec.Struct, frozen=True, kw_only=True):
    """What a proof is compared with."""

    factors: list[FactorRow]
    challenge: ChallengeRow | None = None
    recovery_code: RecoveryCodeRow | None = None
    recovery_codes_left: int = 0


class Proved(msgspec.Struct, frozen=True):
    """A proof that held: what is written of it, and what it is called."""

    method: str
    changes: list[Change]
    entries: list[Entry] = []


class SecondFactors:
    """Reads what proofs are compared with, and compares."""

    def __init__(self, equipment: Equipment) -> None:
        self._with = equipment
        self._database = equipment.database

    async def count(
        self, actor: Actor, owner: Owner, proof: Proof, address: str | None
    ) -> throttling.Tried:
        """Count the try as a failure until it is known to be right.

        Raises:
            Throttled: too many failures of late.
        """
        user, is_short = owner.user, proof.kind in _SHORT
        counters = throttling.of_code(user.tenant_id, user.user_id, address, is_short=is_short)
        return await throttling.count(self._with.corridor, actor, counters)

    async def known(self, owner: Owner, proof: Proof) -> Known:
        """Read what the proof is compared with."""
        tenant_id, user_id = owner.user.tenant_id, owner.user.user_id
        challenge = code = None
        left = 0
        if proof.kind in _CHALLENGED:
            challenge = await logins.find_challenge(self._database, tenant_id, owner.id, proof.kind)
        if proof.kind == "recovery":
            digest = recovery.digest(proof.answer)
            code = await logins.find_recovery_code(self._database, tenant_id, user_id, digest)
            left = await logins.recovery_codes_count(self._database, tenant_id, user_id)
        factors = await logins.factors(self._database, tenant_id, user_id)
        return Known(
            factors=factors, challenge=challenge, recovery_code=code, recovery_codes_left=left
        )

    def check(self, proof: Proof, known: Known, owner: Owner, at: datetime) -> Proved:
        """Compare; the changes expect that nobody used the same proof meanwhile.

        Raises:
            ProofWrong: it does not hold.
        """
        proved = self._checked(proof, known, owner, at)
        if proved is None:
            raise ProofWrong(proof=proof.kind)
        return proved

    def _checked(self, proof: Proof, known: Known, owner: Owner, at: datetime) -> Proved | None:
        match proof.kind:
            case "totp":
                return self._totp(proof, known, at)
            case "passkey":
                return self._passkey(proof, known, owner, at)
            case "sms":
                return self._sms(proof, known, at)
            case "recovery":
                return self._recovery(known, owner, at)
        return None

    def _totp(self, proof: Proof, known: Known, at: datetime) -> Proved | None:
        for factor in known.factors:
            if factor.kind != "totp" or factor.sealed is None:
                continue
            secret = self._with.sealer.open(factor.sealed, factor_context(factor)).decode()
            step = totp.accepted_step(secret, proof.answer, at=at, last_step=factor.last_step)
            if step is not None:
                # The step only grows: of two uses of one code one breaks (RFC 6238 §5.2).
                used = _used(factor, at, {"last_step": step}, {"last_step": factor.last_step})
                return Proved(METHODS["totp"], [used])
        return None

    def _passkey(self, proof: Proof, known: Known, owner: Owner, at: datetime) -> Proved | None:
        opened = open_challenge(self._with.sealer, known.challenge, at)
        credential_id = passkeys.credential_id_of(proof.answer)
        factor = next((one for one in known.factors if one.credential_id == credential_id), None)
        if opened is None or factor is None or credential_id is None or known.challenge is None:
            return None
        try:
            proved = passkeys.proved(
                rp_of(self._with), challenge=opened["challenge"], answer=proof.answer, factor=factor
            )
        except ProofFailed:
            return None
        new = {"sign_count": proved.sign_count, "backed_up": proved.backed_up}
        entries = [_regressed(owner.user, factor)] if proved.is_regressed else []
        return Proved(METHODS["passkey"], [spent(known.challenge), _used(factor, at, new)], entries)

    def _sms(self, proof: Proof, known: Known, at: datetime) -> Proved | None:
        factor = next((one for one in known.factors if one.kind == "sms"), None)
        if factor is None or not is_code_right(
            self._with.sealer, known.challenge, proof.answer, at
        ):
            return None
        assert known.challenge is not None  # noqa: S101 - the code was compared with it
        return Proved(METHODS["sms"], [spent(known.challenge), _used(factor, at, {})])

    def _recovery(self, known: Known, owner: Owner, at: datetime) -> Proved | None:
        """Take the code, and tell its owner: whoever finds the codes of another needs no factor."""
        code = known.recovery_code
        if code is None:
            return None
        left = str(known.recovery_codes_left - 1)
        told = notices.mail(self._with, owner.user, "recovery_code_used", at, left=left)
        entry = Entry("mfa.recovery_code_used", subject_of(owner.user))
        gone = Delete(RECOVERY_CODES, key_of(RECOVERY_CODES, code))
        return Proved(METHODS["recovery"], [gone, *told], [entry])


def rp_of(equipment: Equipment) -> RelyingPartyIdentity:
    """Give ourselves as passkeys know us.

    Raises:
        PasskeysOff: the public URL is one that passkeys cannot be bound to.
    """
    if equipment.passkeys is None:
        raise PasskeysOff
    return equipment.passkeys


def is_code_right(sealer: Sealer, challenge: ChallengeRow | None, code: str, at: datetime) -> bool:
    """Tell whether the code is the one that was sent."""
    opened = open_challenge(sealer, challenge, at)
    if opened is None:
        return False
    return hmac.compare_digest(sms.digest(code, salt=opened["salt"]), opened["code"])


def open_challenge(
    sealer: Sealer, challenge: ChallengeRow | None, at: datetime
) -> dict[str, Any] | None:
    """Open what was asked, if it was asked recently; `bytes` come back as bytes."""
    if challenge is None or challenge.expires_at <= at:
        return None
    opened: dict[str, Any] = msgspec.msgpack.decode(
        sealer.open(challenge.sealed, challenge_context(challenge))
    )
    return opened


def challenge_context(challenge: ChallengeRow) -> str:
    """Name the place that a challenge is sealed for."""
    return f"challenges:{challenge.tenant_id}:{challenge.challenge_id}"


def factor_context(factor: FactorRow) -> str:
    """Name the place that a factor's secret is sealed for."""
    return f"factors:{factor.tenant_id}:{factor.factor_id}"


def missed(challenge: ChallengeRow | None) -> list[Change]:
    """Give the changes that count a wrong answer; the challenge ends with the last one."""
    if challenge is None:
        return []
    tries = challenge.tries + 1
    if tries >= sms.TRIES_MAX:
        return [spent(challenge)]
    key, before = key_of(CHALLENGES, challenge), {"tries": challenge.tries}
    return [Update(CHALLENGES, key, {"tries": tries}, before)]


def spent(challenge: ChallengeRow) -> Delete:
    """Give the change that spends a challenge, which only one of two can."""
    return Delete(CHALLENGES, key_of(CHALLENGES, challenge))


def subject_of(user: UserRow) -> Subject:
    """Give the person as whom an activity is about."""
    return Subject("user", user.user_id, user.user_name)


def _used(
    factor: FactorRow, at: datetime, new: dict[str, Any], expect: dict[str, Any] | None = None
) -> Update:
    return Update(FACTORS, key_of(FACTORS, factor), {**new, "last_used_at": at}, expect or {})


def _regressed(user: UserRow, factor: FactorRow) -> Entry:
    return Entry("mfa.passkey_suspicious", subject_of(user), {"factor": factor.name})
