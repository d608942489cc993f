"""What comes back from a provider becomes a person, or a refusal with its reason (R30 to R33).

The message is verified by `saml_return` or `oidc_return`; here it is used once, matched to
an account, and the attempt moved on. Nothing is signed in yet: the browser is sent to a page
of our own first, where its same-site cookie arrives (SECURITY.md, SAML's cross-site POST).
"""

from contextlib import suppress
from datetime import datetime
from typing import Any, NoReturn

import msgspec

from gatepost.base.refusal import Refusal
from gatepost.base.secrets import digest
from gatepost.lifecycle.account import domain_of, is_address
from gatepost.lifecycle.plan import Plan
from gatepost.lifecycle.refusals import UserNameTaken
from gatepost.lifecycle.rules.user_type import WIRE_WORDS
from gatepost.lifecycle.users import NewUser, Users
from gatepost.login.attempts import Begun, Stage, advance, insert, with_facts
from gatepost.login.equipment import Equipment
from gatepost.login.provider.candidates import candidates
from gatepost.login.provider.evidence import Evidence, judge
from gatepost.login.provider.halves import Half
from gatepost.login.provider.identity import Identity, profile, values_of
from gatepost.login.provider.refusing import refuse, refused_plan
from gatepost.login.provider.subject import Candidates, Match, match
from gatepost.login.refusals import AccountNotTheProviders, MessageReplayed, SubjectUnknown
from gatepost.login.steps import ToStage
from gatepost.login.visit import Visit, sent_by
from gatepost.scim.urns import GATEPOST_USER, USER
from gatepost.store import logins, providers
from gatepost.store.changes import Change, Insert, Upsert
from gatepost.store.login_rows import AttemptRow, FactorRow, ReplayRow, SubjectRow
from gatepost.store.rows import UserRow
from gatepost.store.tables import REPLAYS, SUBJECTS
from gatepost.tenancy.tenants import Tenants


class Returned(msgspec.Struct, frozen=True, kw_only=True):
    """A verified message: who it is about, under which id it is good once, and until when.

    `attempt` is the one that asked for it; a message that nobody asked for has none.
    `logout_hint` is the ID Token, to be sealed for the logout.
    """

    identity: Identity
    message_id: str
    good_until: datetime
    attempt: AttemptRow | None
    logout_hint: bytes | None = None


class _Loaded(msgspec.Struct, frozen=True, kw_only=True):
    is_used: bool
    candidates: Candidates
    factors: list[FactorRow]


class SsoReturn:
    """Uses a verified message."""

    def __init__(self, equipment: Equipment, accounts: Users, tenants: Tenants) -> None:
        self._with = equipment
        self._database = equipment.database
        self._accounts = accounts
        self._tenants = tenants

    async def settle(self, visit: Visit, half: Half, returned: Returned) -> ToStage:
        """Match the person and move the attempt to its next stage.

        Raises:
            MessageReplayed: the message was used before.
            Refusal: as `subject.match` says; the account cannot be created.
        """
        visit.inbound.subject_key = returned.identity.shown.casefold()
        try:
            return await self._settled(visit, half, returned)
        except SubjectUnknown as unknown:
            if not (half.sso.just_in_time and returned.identity.user_names):
                await self._unknown(visit, half, returned, unknown)
        with suppress(UserNameTaken):  # by the same person in this moment, or by another: as found
            await self._create(visit, half, returned.identity)
        try:
            return await self._settled(visit, half, returned)
        except SubjectUnknown as unknown:
            await self._unknown(visit, half, returned, unknown)

    async def _unknown(
        self, visit: Visit, half: Half, returned: Returned, refusal: SubjectUnknown
    ) -> NoReturn:
        """Refuse, and spend the message: it opens nothing once there is an account (ASVS 6.8.3)."""
        used = [self._replay(half, returned)]
        writer = sent_by(visit, half.provider)
        await refuse(self._with.corridor, writer, refusal, changes=used)

    async def _settled(self, visit: Visit, half: Half, returned: Returned) -> ToStage:
        secret = self._with.attempts.new_secret()
        begun = None if returned.attempt else self._unasked(half)

        async def load() -> _Loaded:
            return await self._load(half, returned)

        def decide(loaded: _Loaded, at: datetime) -> Plan:
            if loaded.is_used:
                return refused_plan(MessageReplayed(id=returned.message_id))
            try:
                found = match(returned.identity, loaded.candidates, half.provider)
            except SubjectUnknown:
                raise  # nothing is written: it may become a creation
            except Refusal as refusal:
                used = [self._replay(half, returned)]
                return refused_plan(refusal, _user_of(refusal, loaded.candidates), used)
            return self._matched(half, returned, found, loaded, begun, secret, at)

        reached: ToStage = await self._with.corridor.run(
            sent_by(visit, half.provider), load, decide, turn=("sso", returned.message_id)
        )
        return reached

    def _matched(  # noqa: PLR0913, PLR0917 - all that the decision made of the message
        self,
        half: Half,
        returned: Returned,
        found: Match,
        loaded: _Loaded,
        begun: Begun | None,
        secret: str,
        at: datetime,
    ) -> Plan:
        user, identity = found.user, returned.identity
        evidence = judge(identity, half.mfa_rule, at)
        if _is_ours_to_ask(user):
            evidence = Evidence(None, "staff who are not the provider's prove MFA here")
        stage = _stage(evidence, loaded.factors, begun)
        attempt = begun.row if begun else returned.attempt
        assert attempt is not None  # noqa: S101 - asked for, or begun just now
        facts = with_facts(attempt, **self._facts(found, identity, evidence))
        sealed = self._sealed_hint(half, returned, facts["identity"]["subject"])
        columns = {"user_id": user.user_id, "facts": facts, "sealed": sealed}
        if begun:
            row = msgspec.structs.replace(attempt, stage=stage, digest=digest(secret), **columns)
            moved: Change = insert(Begun(row, secret))
        else:
            moved = advance(attempt, stage, at, secret=secret, **columns)
        changes = [moved, self._replay(half, returned), *_linked(half, identity, user, at)]
        return Plan(
            tuple(changes),
            steps=_steps(found, evidence),
            outcome=ToStage(stage, secret),
            subject_kind="user",
            subject_id=user.user_id,
        )

    def _facts(self, found: Match, identity: Identity, evidence: Evidence) -> dict[str, Any]:
        said = {
            "subject": identity.subject or identity.name_id.get("value"),
            "provider_session": identity.provider_session,
            "name_id": identity.name_id,
            "ends_at": identity.ends_at.isoformat() if identity.ends_at else None,
        }
        kept = {"satisfied_by": evidence.satisfied_by, "why": evidence.why}
        methods = ["sso", "mfa"] if evidence.satisfied_by else ["sso"]
        return {
            "methods": methods,
            "identity": said,
            "evidence": kept if evidence.satisfied_by else {},
            "by": found.by,
            "tries": 0,
        }

    async def _load(self, half: Half, returned: Returned) -> _Loaded:
        provider = half.provider
        used = await logins.find_replay(
            self._database,
            provider.tenant_id,
            provider.provider_id,
            replay_digest(returned.message_id),
        )
        found = await candidates(self._database, returned.identity, provider)
        factors: list[FactorRow] = []
        try:
            user = match(returned.identity, found, provider).user
            factors = await logins.factors(self._database, user.tenant_id, user.user_id)
        except Refusal:
            pass  # decided again, and said, where the message is used
        if returned.attempt and not used:
            await self._with.attempts.again(returned.attempt)
        return _Loaded(is_used=used is not None, candidates=found, factors=factors)

    def _replay(self, half: Half, returned: Returned) -> Change:
        row = ReplayRow(
            tenant_id=half.provider.tenant_id,
            provider_id=half.provider.provider_id,
            digest=replay_digest(returned.message_id),
            expires_at=returned.good_until,
        )
        return Insert(REPLAYS, row)

    def _sealed_hint(self, half: Half, returned: Returned, subject: str | None) -> bytes | None:
        if returned.logout_hint is None:
            return None
        context = hint_context(half.provider.tenant_id, half.provider.provider_id, subject)
        return self._with.sealer.seal(returned.logout_hint, context)

    def _unasked(self, half: Half) -> Begun:
        provider = half.provider
        return self._with.attempts.begin(
            provider.tenant_id,
            Stage.CONFIRMATION,
            provider_id=provider.provider_id,
            facts={"provider_name": provider.name, "is_unasked": True},
        )

    async def _create(self, visit: Visit, half: Half, identity: Identity) -> UserRow:
        """Create the person just in time, by the same corridor as SCIM does.

        Raises:
            AccountNotTheProviders: another provider serves the domain of an address.
        """
        provider, document = half.provider, _document(half, identity)
        writer = sent_by(visit, provider)
        claimed = await providers.claimed_domains(self._database, provider.tenant_id)
        for address in _addresses(document):
            if claimed.get(domain_of(address), provider.provider_id) != provider.provider_id:
                refusal = AccountNotTheProviders(user_name=address)
                await refuse(self._with.corridor, writer, refusal)
        schemas = await self._tenants.schemas(provider.tenant_id)
        new = NewUser(document=document, columns={"created_via": "sso"})
        outcome = await self._accounts.create(
            msgspec.structs.replace(writer, inbound=None),
            new,
            schema=schemas.user,
            provider=provider,
        )
        visit.inbound.step("apply", created="just in time")
        return outcome.user


def replay_digest(message_id: str) -> bytes:
    """Give under what a used message is kept."""
    return digest(f"assertion:{message_id}")


def hint_context(tenant_id: int, provider_id: str, subject: str | None) -> str:
    """Name the place that an ID Token is sealed for; the session keeps it as it is."""
    return f"logout_hint:{tenant_id}:{provider_id}:{subject}"


def _is_ours_to_ask(user: UserRow) -> bool:
    return user.is_staff and user.provider_id is None


def _stage(evidence: Evidence, factors: list[FactorRow], begun: Begun | None) -> Stage:
    if begun:
        return Stage.CONFIRMATION
    if evidence.satisfied_by:
        return Stage.READY
    return Stage.FACTOR if factors else Stage.ENROLMENT


def _linked(half: Half, identity: Identity, user: UserRow, at: datetime) -> list[Change]:
    """Keep the provider's lasting name for the person (R30)."""
    if identity.subject is None:
        return []
    row = SubjectRow(
        tenant_id=user.tenant_id,
        provider_id=half.provider.provider_id,
        subject=identity.subject,
        user_id=user.user_id,
        linked_at=at,
        seen_at=at,
    )
    return [Upsert(SUBJECTS, row, values={"seen_at": at, "user_id": user.user_id})]


def _steps(found: Match, evidence: Evidence) -> tuple[dict[str, Any], ...]:
    result = "ok" if evidence.satisfied_by else "skipped"
    mfa = {"kind": "mfa", "result": result, "why": evidence.why}
    if evidence.satisfied_by:
        mfa["satisfied_by"] = evidence.satisfied_by
    return {"kind": "match", "result": "ok", "by": found.by}, mfa


def _user_of(refusal: Refusal, found: Candidates) -> UserRow | None:
    """Give whom the refusal is about, if it is about somebody."""
    known = [found.linked, *found.by_external_id, *found.by_user_name, *found.by_email]
    wanted = refusal.facts.get("user_id")
    return next((one for one in known if one and one.user_id == wanted), None)


def _document(half: Half, identity: Identity) -> dict[str, Any]:
    """Give the SCIM document of a person whom the provider sends and nobody provisioned."""
    names = half.names
    emails = [one for one in identity.emails if is_address(one)]
    user_name = emails[0] if emails and not names.user_name else identity.user_names[0]
    document: dict[str, Any] = {"schemas": [USER], "userName": user_name, "active": True}
    document |= profile(identity, names)
    if emails:
        document["emails"] = [{"value": emails[0], "type": "work", "primary": True}]
    if names.external_id and identity.external_ids:
        document["externalId"] = identity.external_ids[0]
    extension = _extension(identity, names.user_type, names.organizations)
    if extension:
        document["schemas"].append(GATEPOST_USER)
        document[GATEPOST_USER] = extension
    return document


def _addresses(document: dict[str, Any]) -> list[str]:
    found = [document["userName"], *(one["value"] for one in document.get("emails", []))]
    return [one for one in found if is_address(one)]


def _extension(
    identity: Identity, type_names: tuple[str, ...], organization_names: tuple[str, ...]
) -> dict[str, Any]:
    sent_type = values_of(identity, type_names)
    organizations = values_of(identity, organization_names)
    known = {word.lower(): word for word in WIRE_WORDS.values()}
    extension: dict[str, Any] = {}
    if sent_type:
        extension["userType"] = known.get(sent_type[0].lower(), sent_type[0])
    if organizations:
        extension["organizationId"] = list(organizations)
    return extension
