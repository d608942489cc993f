"""Test connection: an administrator goes through the provider and sees what came back.

Expected stands beside received for everything that is compared, so that whoever set the
provider up sees which of the two sides to change. Only a test that held lets SSO be switched
on (`tested_at`).
"""

from datetime import datetime, timedelta
from typing import Any

import msgspec

from gatepost.activity.entry import Entry
from gatepost.base.actor import Actor, ActorKind
from gatepost.base.clock import as_rfc3339
from gatepost.base.refusal import Refusal
from gatepost.base.secrets import digest
from gatepost.lifecycle.corridor import Writer
from gatepost.lifecycle.plan import Plan
from gatepost.login.attempts import Stage, with_facts
from gatepost.login.equipment import Equipment
from gatepost.login.provider.candidates import candidates
from gatepost.login.provider.evidence import judge
from gatepost.login.provider.halves import Half
from gatepost.login.provider.sso_return import Returned
from gatepost.login.provider.subject import match
from gatepost.login.refusals import AttemptGone, LinkUnusable
from gatepost.login.steps import Tested
from gatepost.login.visit import Visit, sent_by
from gatepost.saml import inspect
from gatepost.saml.certificate import describe
from gatepost.saml.errors import SamlError
from gatepost.store import links, logins, providers, sso
from gatepost.store.changes import Change, Insert, Update
from gatepost.store.login_rows import AttemptRow, SsoRow
from gatepost.store.rows import LinkRow, ProviderRow
from gatepost.store.tables import ATTEMPTS, LINKS, SSO, key_of
from gatepost.tenancy.provider_subject import subject

LINK_LIFETIME = timedelta(minutes=30)
_LINK = "sso_test:"
_KEPT = timedelta(hours=1)
_SHOWN_MAX = 500
_PHONES = ("phone", "mobile", "fax", "2.5.4.20", "19200300.100.1.20", "19200300.100.1.41")
"""What names of attributes have in them that are phone numbers, as words and as OIDs (RFC 4519)."""

_OF_THE_MESSAGE = frozenset({"nonce", "at_hash", "c_hash"})


class Compared(msgspec.Struct, frozen=True):
    """One line of the result; `is_right` is None where there is nothing to compare with."""

    name: str
    expected: str
    received: str
    is_right: bool | None = None


class Result(msgspec.Struct, frozen=True, kw_only=True):
    """What a test connection gave."""

    is_good: bool
    reason: str | None
    why: str
    compared: list[Compared]
    account: str
    evidence: str
    attributes: dict[str, list[str]] = {}


class Testing:
    """Keeps and gives the results of test connections."""

    def __init__(self, equipment: Equipment) -> None:
        self._with = equipment
        self._database = equipment.database

    async def keep(
        self,
        visit: Visit,
        half: Half,
        attempt: AttemptRow,
        answer: Returned | Refusal,
        message: bytes | None = None,
    ) -> Tested:
        """Keep the result under the attempt; a good one is what lets SSO be switched on."""
        result = await self._result(half, attempt, answer, message)

        async def load() -> SsoRow | None:
            provider = half.provider
            return await sso.get(self._database, provider.tenant_id, provider.provider_id)

        def decide(present: SsoRow | None, at: datetime) -> Plan:
            facts = with_facts(attempt, test=msgspec.to_builtins(result))
            values = {"stage": Stage.TESTED, "facts": facts, "expires_at": at + _KEPT}
            expect = {"digest": attempt.digest, "stage": attempt.stage}
            changes: list[Change] = [Update(ATTEMPTS, key_of(ATTEMPTS, attempt), values, expect)]
            entries: list[Entry] = []
            # What was tested must be what would be switched on.
            if result.is_good and present and present.version == attempt.facts["version"]:
                as_was = {"version": present.version}
                changes.append(Update(SSO, key_of(SSO, present), {"tested_at": at}, as_was))
                entries.append(Entry("provider.sso_tested", subject(half.provider)))
            step = {"kind": "test", "result": "ok" if result.is_good else "failed"}
            return Plan(
                tuple(changes),
                tuple(entries),
                steps=(step,),
                reason=result.reason or "ok",
                outcome=Tested(half.provider, attempt.attempt_id),
            )

        kept: Tested = await self._with.corridor.run(sent_by(visit, half.provider), load, decide)
        return kept

    async def find(self, tenant_id: int, attempt_id: str) -> tuple[AttemptRow, Result]:
        """Find a result by the id of its attempt.

        Raises:
            AttemptGone: there is none, or it is no longer kept.
        """
        found = await logins.get_attempt(self._database, tenant_id, attempt_id)
        if found is None or "test" not in found.facts or found.expires_at <= self._with.now:
            raise AttemptGone
        return found, msgspec.convert(found.facts["test"], Result)

    async def find_own(
        self, secret: str | None, attempt_id: str
    ) -> tuple[AttemptRow, ProviderRow, Result]:
        """Find the result of the very browser that did the test, whoever uses it.

        Raises:
            AttemptGone: as `find` says, or it was another browser's test.
        """
        attempt = await logins.find_attempt(self._database, digest(secret)) if secret else None
        if attempt is None or attempt.attempt_id != attempt_id or attempt.provider_id is None:
            raise AttemptGone
        attempt, result = await self.find(attempt.tenant_id, attempt_id)
        assert attempt.provider_id is not None  # noqa: S101 - it does not go away
        provider = await providers.get(self._database, attempt.tenant_id, attempt.provider_id)
        if provider is None or provider.deleted_at is not None:
            raise AttemptGone
        return attempt, provider, result

    async def new_test_link(self, writer: Writer, provider: ProviderRow) -> str:
        """Make a link by which an administrator tests the connection once, within 30 minutes.

        For those who have no browser where they administer; whoever has the link sees what
        comes back of that one test, and can do nothing else.
        """
        secret = self._with.secrets.new_link_secret()
        at = self._with.now
        row = LinkRow(
            tenant_id=provider.tenant_id,
            digest=digest(secret),
            purpose=f"{_LINK}{provider.provider_id}",
            created_at=at,
            expires_at=at + LINK_LIFETIME,
        )
        await self._with.corridor.commit(writer, Plan((Insert(LINKS, row),)))
        return f"{self._with.public_url}/console/sso-test/{secret}"

    async def find_test_link(self, secret: str) -> tuple[LinkRow, ProviderRow]:
        """Find a link that is good for a test, with its provider; looking spends nothing.

        Raises:
            LinkUnusable: unknown, used, too old, or the provider is gone.
        """
        link = await links.find(self._database, digest(secret))
        if link is None or not link.purpose.startswith(_LINK):
            raise LinkUnusable
        if link.used_at is not None or link.expires_at <= self._with.now:
            raise LinkUnusable
        provider_id = link.purpose.removeprefix(_LINK)
        provider = await providers.get(self._database, link.tenant_id, provider_id)
        if provider is None or provider.deleted_at is not None:
            raise LinkUnusable
        return link, provider

    async def spend_test_link(self, secret: str) -> ProviderRow:
        """Use the link up; of two who try, one succeeds.

        Raises:
            LinkUnusable: as `find_test_link` says.
        """

        async def load() -> tuple[LinkRow, ProviderRow]:
            return await self.find_test_link(secret)

        def decide(found: tuple[LinkRow, ProviderRow], at: datetime) -> Plan:
            link, provider = found
            used = Update(LINKS, key_of(LINKS, link), {"used_at": at}, {"used_at": None})
            return Plan((used,), outcome=provider)

        _, provider = await load()
        actor = Actor(kind=ActorKind.SYSTEM, tenant_id=provider.tenant_id, name="test link")
        spent: ProviderRow = await self._with.corridor.run(Writer(actor), load, decide)
        return spent

    async def _result(
        self, half: Half, attempt: AttemptRow, answer: Returned | Refusal, message: bytes | None
    ) -> Result:
        is_saml = half.sso.protocol == "saml"
        compared = self._saml(half, attempt, message or b"") if is_saml else _oidc(half, answer)
        if isinstance(answer, Refusal):
            reason = str(answer.facts.get("reason") or answer.code)
            why = str(answer.facts.get("why") or "The answer was refused.")
            return Result(
                is_good=False, reason=reason, why=why, compared=compared, account="", evidence=""
            )
        identity = answer.identity
        evidence = judge(identity, half.mfa_rule, self._with.now)
        return Result(
            is_good=True,
            reason=None,
            why="The provider's answer is what it should be.",
            compared=compared,
            account=await self._account(half, answer),
            evidence=f"satisfied by {evidence.satisfied_by}"
            if evidence.satisfied_by
            else evidence.why,
            attributes=_kept(identity.attributes),
        )

    async def _account(self, half: Half, returned: Returned) -> str:
        """Say which account the person would be, without signing anybody in."""
        found = await candidates(self._database, returned.identity, half.provider)
        try:
            matched = match(returned.identity, found, half.provider)
        except Refusal as refusal:
            return f"none ({refusal.code}): the provider sent {returned.identity.shown}"
        return f"{matched.user.user_name}, found by {matched.by}"

    def _saml(self, half: Half, attempt: AttemptRow, message: bytes) -> list[Compared]:
        ours, theirs = half.service_provider(self._with.public_url), half.identity_provider
        try:
            came = inspect.look(message)
        except SamlError as error:
            return [Compared("Message", "a SAML Response", error.detail, is_right=False)]
        prints = [describe(one).sha256 for one in theirs.certificates]
        return [
            _one("Issuer", theirs.entity_id, came.assertion_issuer or came.issuer),
            _one("Audience", ours.entity_id, *came.audiences),
            _one("Recipient", ours.acs_url, came.recipient),
            _one("Destination", ours.acs_url, came.destination),
            _one("InResponseTo", attempt.request_id or "", came.in_response_to),
            _print(prints, came.certificate_sha256),
            Compared("Clock", f"our time is {as_rfc3339(self._with.now)}", _clock(came)),
            Compared("NameID", half.saml.name_id_format or "of any format", _name_id(came)),
            Compared("Signed", "the response or the assertion", _signed(came)),
            Compared("AuthnContextClassRef", "-", came.authn_context or "-"),
        ]


def _kept(attributes: dict[str, tuple[str, ...]]) -> dict[str, list[str]]:
    """Give what came as it may be kept: that there is a phone number, not which one (R14)."""
    return {
        name: ["…"] if any(part in name.lower() for part in _PHONES) else list(values)
        for name, values in attributes.items()
        if name not in _OF_THE_MESSAGE
    }


def _oidc(half: Half, answer: Returned | Refusal) -> list[Compared]:
    provider, options = half.openid_provider, half.oidc
    if isinstance(answer, Refusal):
        expected, received = answer.facts.get("expected"), answer.facts.get("received")
        asked = [
            Compared("Issuer", provider.issuer, "-"),
            Compared("Client", options.client_id, "-"),
        ]
        if expected or received:
            asked.append(
                Compared(str(answer.facts["reason"]), str(expected), str(received), is_right=False)
            )
        return asked
    identity = answer.identity
    audience = ", ".join(identity.attributes.get("aud", ()))
    at = as_rfc3339(identity.authenticated_at) if identity.authenticated_at else "-"
    return [
        _one("Issuer", provider.issuer, *identity.attributes.get("iss", ())),
        Compared("Audience", options.client_id, audience, is_right=options.client_id in audience),
        Compared("Subject", "-", identity.subject or "-"),
        Compared("auth_time", "-", at),
        Compared("acr", ", ".join(options.acr_values) or "-", identity.acr or "-"),
        Compared("amr", "-", ", ".join(identity.amr) or "-"),
    ]


def _one(name: str, expected: str, *received: str | None) -> Compared:
    came = [one for one in received if one]
    shown = ", ".join(came)[:_SHOWN_MAX] or "nothing"
    return Compared(name, expected, shown, is_right=expected in came)


def _print(known: list[str], sent: str | None) -> Compared:
    if sent is None:
        return Compared("Certificate", ", ".join(known), "none was sent, which is right too")
    return Compared("Certificate", ", ".join(known), sent, is_right=sent in known)


def _clock(came: inspect.Received) -> str:
    window = f"valid from {came.not_before or '-'} to {came.not_on_or_after or '-'}"
    return f"issued at {came.issue_instant or '-'}, {window}"


def _name_id(came: inspect.Received) -> str:
    if came.is_encrypted and came.name_id is None:
        return "encrypted"
    return f"{came.name_id or 'nothing'} ({came.name_id_format or 'no format'})"


def _signed(came: inspect.Received) -> str:
    parts: list[Any] = [
        "response" if came.is_response_signed else "",
        "assertion" if came.is_assertion_signed else "",
        "(encrypted)" if came.is_encrypted else "",
    ]
    return " ".join(one for one in parts if one) or "nothing"
