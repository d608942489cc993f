"""Whether an identity provider is well, and what is wrong with it. Pure.

The rule that every page goes by: a provider is *down* when nothing it sends can succeed,
*warning* when something is wrong or soon will be, *healthy* otherwise, and *off* while neither
of its halves is on. What only ends within a month is found too, but nothing is wrong yet.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

import msgspec

from gatepost.activity.outcome import FAILURES, OUTCOMES
from gatepost.activity.outcome import WARNED as DONE_WITH_WARNING
from gatepost.saml import certificate as certificates
from gatepost.saml.errors import CertificateUnreadable
from gatepost.store.login_rows import SsoKeyRow, SsoRow
from gatepost.store.requests import Answered
from gatepost.store.rows import ProviderRow, TokenRow
from gatepost.tenancy.sso_parties import identity_provider, signing_key

HEALTHY, WARNING, DOWN, OFF = "healthy", "warning", "down", "off"
NOTICE: Final = "notice"
"""The severity of what is not wrong yet."""

SOON, SOONER, SOONEST = timedelta(days=30), timedelta(days=14), timedelta(days=3)
"""When something that ends is told of, warned of, and urgent."""

LATEST: Final = 10
"""So many of the latest requests are looked at: when all were refused, nothing works."""
FAILURES_LEAST: Final = 5
SHARE_WARNED: Final = 0.1
SHARE_RISKY: Final = 0.3
SHARE_QUARANTINE: Final = 0.4
"""From this share of failures on, Microsoft Entra ID puts the job into quarantine."""
SILENT: Final = timedelta(days=7)
UNUSED: Final = timedelta(days=1)
IN_USE: Final = timedelta(days=7)
SIGN_INS_LEAST: Final = 3
SIGN_IN_SHARE: Final = 0.5

_BAD = 400
_ABSENT = (404, "match.none")

Numbers = Mapping[tuple[str, str], int]
"""Requests of the last 24 hours, by door and outcome."""


class Evidence(msgspec.Struct, frozen=True, kw_only=True):
    """What a provider's health is told from.

    `tokens`: those that nobody revoked. `keys`: our key pairs towards it. `latest`: its latest
    SCIM requests, newest first. `good_at`: the hour in which one last succeeded, if that was asked.
    """

    provider: ProviderRow
    sso: SsoRow | None = None
    keys: Sequence[SsoKeyRow] = ()
    tokens: Sequence[TokenRow] = ()
    numbers: Numbers = {}
    latest: Sequence[Answered] = ()
    good_at: datetime | None = None


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that is wrong, or soon will be.

    `severity`: down, warning, or notice. `since_at`: since when it is so, where that is known;
    `ends_at`: when something ends. `facts` are for the sentence.
    """

    code: str
    severity: str
    since_at: datetime | None = None
    ends_at: datetime | None = None
    facts: dict[str, Any] = {}


class Health(msgspec.Struct, frozen=True):
    """A provider and how it is; the worst is found first."""

    provider: ProviderRow
    state: str
    findings: list[Finding]


def health_of(evidence: Evidence, now: datetime) -> Health:
    """Tell how the provider is."""
    provider, sso = evidence.provider, evidence.sso
    found: list[Finding] = []
    if provider.scim_enabled:
        found += _scim(evidence, now)
    if sso and sso.enabled:
        found += _sso(evidence, sso, now)
    if not provider.scim_enabled and not sso and not evidence.tokens:
        found.append(
            Finding(code="provider.unconnected", severity=NOTICE, since_at=provider.created_at)
        )
    found.sort(key=lambda one: _RANKS[one.severity])
    if not provider.scim_enabled and not (sso and sso.enabled):
        return Health(provider, OFF, found)
    worst = found[0].severity if found else NOTICE
    return Health(provider, HEALTHY if worst == NOTICE else worst, found)


_RANKS = {DOWN: 0, WARNING: 1, NOTICE: 2}


def _scim(evidence: Evidence, now: datetime) -> Iterable[Finding]:
    provider = evidence.provider
    yield from _tokens(evidence, now)
    if provider.paused_at:
        yield Finding(code="scim.paused", severity=WARNING, since_at=provider.paused_at)
        return  # that its requests are turned away is what was wanted
    failing = _all_refused(evidence)
    if failing:
        yield failing
        return
    yield from _share(evidence)
    yield from _warned(evidence)
    yield from _silence(evidence, now)


def _tokens(evidence: Evidence, now: datetime) -> Iterable[Finding]:
    kept = evidence.tokens
    if not kept:
        yield Finding(code="token.none", severity=WARNING)
        return
    live = [one for one in kept if one.expires_at is None or one.expires_at > now]
    if not live:
        last = max(kept, key=_end)
        yield Finding(
            code="token.all_expired",
            severity=DOWN,
            since_at=last.expires_at,
            facts={"token": last.hint},
        )
        return
    longest = max(live, key=_end)
    if longest.expires_at and longest.expires_at <= now + SOON:
        yield _ending(
            "token.ending", longest.expires_at, now, token=longest.hint, id=longest.token_id
        )
    used = max(live, key=lambda one: one.last_used_at or one.created_at)
    if used is longest or not used.expires_at or used.expires_at > now + SOONER:
        return
    if used.last_used_at and used.last_used_at > now - IN_USE:
        # Another was made, and is not entered yet where this one is used.
        yield _ending("token.still_used", used.expires_at, now, token=used.hint)


def _end(token: TokenRow) -> tuple[bool, datetime]:
    return token.expires_at is None, token.expires_at or token.created_at


def _all_refused(evidence: Evidence) -> Finding | None:
    """Find that nothing works: that a resource is asked for which is not there says nothing."""
    told = [one for one in evidence.latest if (one.status, one.reason) != _ABSENT]
    if not told or any(one.status < _BAD for one in told):
        return None
    reasons = [one.reason for one in told]
    return Finding(
        code="scim.all_refused",
        severity=DOWN,
        since_at=told[-1].at,
        facts={
            "count": len(told),
            "reason": max(reasons, key=reasons.count),
            "good_at": evidence.good_at,
        },
    )


def _share(evidence: Evidence) -> Iterable[Finding]:
    total, wrong = _counted(evidence.numbers, "scim")
    if wrong < FAILURES_LEAST or wrong < SHARE_WARNED * total:
        return
    is_risky = wrong >= SHARE_RISKY * total
    facts = {"failures": wrong, "total": total, "percent": round(100 * wrong / total)}
    yield Finding(
        code="scim.quarantine" if is_risky else "scim.failures", severity=WARNING, facts=facts
    )


def _warned(evidence: Evidence) -> Iterable[Finding]:
    """Find that something was done and is not as somebody would expect, such as no organization."""
    number = evidence.numbers.get(("scim", DONE_WITH_WARNING), 0)
    if number:
        yield Finding(code="scim.warned", severity=NOTICE, facts={"count": number})


def _silence(evidence: Evidence, now: datetime) -> Iterable[Finding]:
    used = [one.last_used_at for one in evidence.tokens if one.last_used_at]
    if not evidence.tokens or _counted(evidence.numbers, "scim")[0]:
        return
    if used and max(used) < now - SILENT:
        yield Finding(code="scim.silent", severity=WARNING, since_at=max(used))
    made = min(one.created_at for one in evidence.tokens)
    if not used and not evidence.latest and made < now - UNUSED:
        yield Finding(code="scim.never_used", severity=NOTICE, since_at=made)


def _sso(evidence: Evidence, sso: SsoRow, now: datetime) -> Iterable[Finding]:
    if sso.trust_error:
        yield Finding(
            code="sso.trust_error",
            severity=WARNING,
            since_at=sso.trust_at,
            facts={"why": sso.trust_error},
        )
    total, wrong = _counted(evidence.numbers, "sso")
    if wrong >= SIGN_INS_LEAST and wrong >= SIGN_IN_SHARE * total:
        facts = {"failures": wrong, "total": total}
        yield Finding(code="sso.failures", severity=WARNING, facts=facts)
    if sso.protocol == "saml":  # the keys of OpenID Connect have no end
        yield from _metadata(sso, now)
        ours = signing_key(list(evidence.keys))
        if ours and ours.ends_at <= now + SOON:
            yield _ending("sso.our_certificate", ours.ends_at, now)


def _metadata(sso: SsoRow, now: datetime) -> Iterable[Finding]:
    until = identity_provider(sso).valid_until
    if until and until <= now:
        yield Finding(code="sso.metadata_ended", severity=DOWN, since_at=until)
    elif until and sso.trust_url is None and until <= now + SOON:
        # Nobody reads pasted metadata again: people are locked out when it ends.
        yield _ending("sso.metadata_ending", until, now)
    ends = certificate_ends_at(sso)
    if ends and ends <= now + SOON:
        yield _ending("sso.certificate", ends, now)


def certificate_ends_at(sso: SsoRow) -> datetime | None:
    """Tell when the last of the provider's certificates ends; an OpenID provider has none."""
    if sso.protocol != "saml":
        return None
    ends = []
    for one in identity_provider(sso).certificates:
        try:
            ends.append(certificates.describe(one).not_after)
        except CertificateUnreadable:
            continue  # shown as unreadable on the provider's own page
    return max(ends, default=None)


def _ending(code: str, at: datetime, now: datetime, **facts: Any) -> Finding:  # noqa: ANN401
    severity = WARNING if at <= now + SOONER else NOTICE
    return Finding(code=code, severity=severity, ends_at=at, facts=facts)


def _counted(numbers: Numbers, door: str) -> tuple[int, int]:
    total = sum(numbers.get((door, one), 0) for one in OUTCOMES)
    return total, sum(numbers.get((door, one), 0) for one in FAILURES)
