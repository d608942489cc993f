"""Enrolling a second factor: begun, then proved once, then kept (R33)."""

from datetime import datetime
from typing import Any

import msgspec

from gatepost.activity.entry import Entry
from gatepost.base.actor import Actor
from gatepost.lifecycle import contact
from gatepost.login.equipment import Equipment
from gatepost.login.factors.challenges import Challenges
from gatepost.login.factors.second_factor import (
    METHODS,
    Owner,
    Proof,
    factor_context,
    is_code_right,
    open_challenge,
    rp_of,
    spent,
    subject_of,
)
from gatepost.login.native import notices
from gatepost.login.proofs import passkeys, recovery, sms, totp
from gatepost.login.proofs.failure import ProofFailed
from gatepost.login.refusals import FactorTaken, PhoneUnacceptable, ProofWrong
from gatepost.store import logins
from gatepost.store.changes import Change, DeleteAll, Insert, Update
from gatepost.store.login_rows import ChallengeRow, FactorRow, RecoveryCodeRow
from gatepost.store.rows import UserRow
from gatepost.store.tables import FACTORS, RECOVERY_CODES, USERS, key_of

ASKED = {"totp": "totp_enrolment", "passkey": "passkey_enrolment", "sms": "phone"}
"""What a person is asked to prove for each kind of factor."""

NAMES = {"totp": "Authenticator app", "passkey": "Passkey", "sms": "Text messages"}
_SECRET_BYTES = 20
_CHALLENGE_BYTES = 32


class Begun(msgspec.Struct, frozen=True, kw_only=True):
    """What the person sees: an app's secret and its QR code, a passkey's options, or a number."""

    secret: str | None = None
    uri: str | None = None
    options: dict[str, Any] | None = None
    phone: str | None = None


class Enrolling(msgspec.Struct, frozen=True):
    """What an enrolment is compared with; `is_taken`: somebody has enrolled the passkey already."""

    challenge: ChallengeRow | None
    factors: list[FactorRow]
    codes_left: int
    is_taken: bool = False


class Enrolled(msgspec.Struct, frozen=True):
    """A factor that was proved: what is written, and the recovery codes of the first one."""

    method: str
    changes: list[Change]
    entries: list[Entry]
    recovery_codes: tuple[str, ...]


class Enrolment:
    """Begins and completes enrolments, for an attempt or a session."""

    def __init__(self, equipment: Equipment, challenges: Challenges) -> None:
        self._with = equipment
        self._database = equipment.database
        self._challenges = challenges

    def kinds(self) -> list[str]:
        """List what can be enrolled here."""
        return [
            *(["passkey"] if self._with.passkeys else []),
            "totp",
            *(["sms"] if self._with.channels.sms else []),
        ]

    async def begin(self, owner: Owner, actor: Actor, kind: str, value: str = "") -> Begun:
        """Begin to enrol a factor; `value` is the phone number for `sms`.

        Raises:
            PhoneUnacceptable, MessagesOff, Throttled: no code can be sent to the number.
            PasskeysOff: the public URL is one that passkeys cannot be bound to.
        """
        match kind:
            case "totp":
                return await self._begin_totp(owner, actor)
            case "passkey":
                return await self._begin_passkey(owner, actor)
            case "sms":
                return await self._begin_sms(owner, actor, value)
        raise ProofWrong(proof=kind)

    async def known(self, owner: Owner, proof: Proof) -> Enrolling:
        """Read what the enrolment is compared with."""
        tenant_id, user_id = owner.user.tenant_id, owner.user.user_id
        asked = ASKED.get(proof.kind, proof.kind)
        taken = None
        if proof.kind == "passkey" and (credential_id := passkeys.credential_id_of(proof.answer)):
            taken = await logins.find_passkey(self._database, tenant_id, credential_id)
        return Enrolling(
            await logins.find_challenge(self._database, tenant_id, owner.id, asked),
            await logins.factors(self._database, tenant_id, user_id),
            await logins.recovery_codes_count(self._database, tenant_id, user_id),
            is_taken=taken is not None,
        )

    def check(
        self, proof: Proof, name: str, known: Enrolling, owner: Owner, at: datetime
    ) -> Enrolled:
        """Compare, and make the factor of it; recovery codes come with the first.

        Raises:
            FactorTaken: the passkey is enrolled already.
            ProofWrong: it does not hold.
        """
        if known.is_taken:
            raise FactorTaken
        made = self._made(proof, known, owner, at)
        if made is None or known.challenge is None:
            raise ProofWrong(proof=proof.kind)
        user, factor = owner.user, self._named(made, name)
        changes: list[Change] = [spent(known.challenge), *self._of_phone(proof, known, user, at)]
        if not (factor.kind == "sms" and any(one.kind == "sms" for one in known.factors)):
            changes.append(Insert(FACTORS, factor))
        codes = () if known.codes_left else recovery.new_codes(self._with.secrets.token_bytes)
        changes += recovery_changes(user, codes, at)
        changes += notices.mail(self._with, user, "factor_added", at, what=factor.name)
        entry = Entry(
            "mfa.enrolled", subject_of(user), {"kind": factor.kind, "factor": factor.name}
        )
        return Enrolled(METHODS[proof.kind], changes, [entry], codes)

    async def _begin_totp(self, owner: Owner, actor: Actor) -> Begun:
        secret = totp.new_secret(self._with.secrets.token_bytes(_SECRET_BYTES))
        await self._challenges.keep(owner, actor, ASKED["totp"], {"secret": secret})
        account, issuer = owner.user.user_name, self._with.display_name
        return Begun(secret=secret, uri=totp.uri(secret, account=account, issuer=issuer))

    async def _begin_passkey(self, owner: Owner, actor: Actor) -> Begun:
        user, challenge = owner.user, self._with.secrets.token_bytes(_CHALLENGE_BYTES)
        existing = await logins.factors(self._database, user.tenant_id, user.user_id)
        options = passkeys.enrolment_options(
            rp_of(self._with),
            user_id=user.user_id,
            user_name=user.user_name,
            display_name=user.user_name,
            existing=existing,
            challenge=challenge,
        )
        await self._challenges.keep(owner, actor, ASKED["passkey"], {"challenge": challenge})
        return Begun(options=options)

    async def _begin_sms(self, owner: Owner, actor: Actor, value: str) -> Begun:
        try:
            phone = contact.phone(value)
        except ValueError as error:
            raise PhoneUnacceptable(why=str(error)) from error
        await self._challenges.send_code(owner, actor, ASKED["sms"], phone)
        return Begun(phone=phone)

    def _made(self, proof: Proof, known: Enrolling, owner: Owner, at: datetime) -> FactorRow | None:
        asked = open_challenge(self._with.sealer, known.challenge, at)
        if asked is None:
            return None
        row = FactorRow(
            tenant_id=owner.user.tenant_id,
            factor_id=self._with.new_id(),
            user_id=owner.user.user_id,
            kind=proof.kind,
            name="",
            created_at=at,
            last_used_at=at,
        )
        match proof.kind:
            case "totp":
                return self._made_totp(row, asked["secret"], proof.answer, at)
            case "passkey":
                return self._made_passkey(row, asked["challenge"], proof.answer)
            case "sms" if is_code_right(self._with.sealer, known.challenge, proof.answer, at):
                return row
        return None

    def _made_totp(self, row: FactorRow, secret: str, code: str, at: datetime) -> FactorRow | None:
        step = totp.accepted_step(secret, code, at=at, last_step=0)
        if step is None:
            return None
        sealed = self._with.sealer.seal(secret.encode(), factor_context(row))
        return msgspec.structs.replace(row, sealed=sealed, last_step=step)

    def _made_passkey(self, row: FactorRow, challenge: bytes, answer: str) -> FactorRow | None:
        try:
            made = passkeys.enrolled(rp_of(self._with), challenge=challenge, answer=answer)
        except ProofFailed:
            return None
        return msgspec.structs.replace(
            row,
            credential_id=made.credential_id,
            public_key=made.public_key,
            sign_count=made.sign_count,
            backed_up=made.backed_up,
        )

    def _named(self, factor: FactorRow, name: str) -> FactorRow:
        return msgspec.structs.replace(factor, name=name.strip()[:60] or NAMES[factor.kind])

    def replaces_number(self, proof: Proof, known: Enrolling, user: UserRow, at: datetime) -> bool:
        """Tell whether the proof would put another number in the place of one that is there."""
        asked = open_challenge(self._with.sealer, known.challenge, at)
        return proof.kind == "sms" and bool(user.phone and asked and asked["phone"] != user.phone)

    def _of_phone(
        self, proof: Proof, known: Enrolling, user: UserRow, at: datetime
    ) -> list[Change]:
        """Take a proved number into the account, with a word to the one it replaces."""
        if proof.kind != "sms":
            return []
        asked = open_challenge(self._with.sealer, known.challenge, at)
        phone = asked["phone"] if asked else None
        if phone == user.phone:
            return []
        update = Update(USERS, key_of(USERS, user), {"phone": phone}, {"phone": user.phone})
        told = notices.old_number(self._with, user, at)
        return [update, *told, *notices.mail(self._with, user, "phone_changed", at)]


def recovery_changes(user: UserRow, codes: tuple[str, ...], at: datetime) -> list[Change]:
    """Give the changes that replace the recovery codes; none where there are no new ones."""
    if not codes:
        return []
    rows = [
        RecoveryCodeRow(
            tenant_id=user.tenant_id,
            user_id=user.user_id,
            digest=recovery.digest(code),
            created_at=at,
        )
        for code in codes
    ]
    whose = {"tenant_id": user.tenant_id, "user_id": user.user_id}
    return [DeleteAll(RECOVERY_CODES, whose), *(Insert(RECOVERY_CODES, row) for row in rows)]


def masked(phone: str | None) -> str:
    """Give what may be shown of a number."""
    return sms.masked(phone) if phone else ""
