"""What the provider's page shows of its SCIM half, made from what was read. Pure."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

import msgspec

from gatepost.activity.tallies import Series
from gatepost.base.ids import is_id
from gatepost.scim.dialects.rules import RULES
from gatepost.store.rows import DeviationRow, ProviderRow, TokenRow
from gatepost.tenancy.gate import closed_by, ended_by
from gatepost.tenancy.rotation import side_of
from gatepost.tenancy.sync_health import Numbers
from gatepost.tenancy.tokens import days_left, is_live, state_of
from gatepost.tenancy.traffic import Sent, Use
from gatepost.web.console.errors import fix_of

SOON_DAYS = 30
QUARANTINE = 0.4
"""The share of failures at which Entra stops a customer's provisioning."""

_STATES = {"live": ("ok", "Live"), "expired": ("fail", "Expired"), "revoked": ("plain", "Revoked")}
_VERBS = {"POST": "created", "PUT": "changed", "PATCH": "changed", "DELETE": "deleted"}
_LOCAL = ("localhost", "127.", "[::1]", "10.", "192.168.")


class State(msgspec.Struct, frozen=True):
    """How the SCIM half stands: the badge, and since when."""

    kind: str
    said: str
    since: datetime | None = None


class TokenCard(msgspec.Struct, frozen=True, kw_only=True):
    """A token as its card shows it; `part` of `whole` days are left."""

    row: TokenRow
    is_live: bool
    kind: str
    said: str
    days: int | None
    part: int
    whole: int
    count: int
    last_at: datetime | None
    successor: TokenRow | None


class Sentence(msgspec.Struct, frozen=True):
    """A request in words; `fix` says what to do about it."""

    at: datetime
    request_id: str
    said: str
    fix: str | None = None


class Check(msgspec.Struct, frozen=True):
    """Something that we can see for ourselves, and whether it is as it should be."""

    is_good: bool
    said: str


def state_of_half(
    provider: ProviderRow, tokens: list[TokenRow], now: datetime, switched_at: datetime | None
) -> State:
    """Say how the half stands."""
    if not provider.scim_enabled:
        return State("plain", "Off", switched_at)
    if provider.paused_at:
        return State("skip", "Paused", provider.paused_at)
    live = [one for one in tokens if is_live(one, now)]
    if not live:
        expired = [one for one in tokens if state_of(one, now) == "expired"]
        if expired:
            last = max(expired, key=lambda one: one.expires_at or now)
            return State("fail", "On, but its token expired", last.expires_at)
        return State("fail", "On, but without a live token", switched_at)
    days = longest(live, now)
    if days is not None and days <= SOON_DAYS:
        return State("skip", f"On, token ends {in_days(days)}", switched_at)
    return State("ok", "On", switched_at)


def longest(tokens: list[TokenRow], now: datetime) -> int | None:
    """Tell the days that the longest-lived live token has; None if one never expires."""
    live = [days_left(one, now) for one in tokens if is_live(one, now)]
    known = [one for one in live if one is not None]
    return max(known) if known and len(known) == len(live) else None


def tokens_said(tokens: list[TokenRow], now: datetime) -> State | None:
    """Say in a badge when the token that lives longest ends; nothing where none ever was."""
    live = [one for one in tokens if is_live(one, now)]
    if not tokens:
        return None
    if not live:
        return State("fail", "No live token")
    days = longest(live, now)
    if days is None:
        return State("skip", "Never ends")
    return State(
        "skip" if days <= SOON_DAYS else "ok", f"{days} day{'s' if days != 1 else ''} left"
    )


def in_days(days: int) -> str:
    """Say how long something still lives."""
    return "within a day" if days == 0 else f"in {days} day{'s' if days != 1 else ''}"


def health_of(provider: ProviderRow, day: Series) -> State:
    """Say in a badge how the last 24 hours were."""
    if not provider.scim_enabled:
        return State("plain", "Off")
    if provider.paused_at:
        return State("skip", "Paused", provider.paused_at)
    if not day.total:
        return State("plain", "Silent for 24 hours")
    if not day.failures:
        return State("ok", "No failures")
    said = f"{day.failures} of {day.total} failed"
    return State("fail" if day.failures / day.total >= QUARANTINE else "skip", said)


def cards_of(tokens: list[TokenRow], uses: Mapping[str, Use], now: datetime) -> list[TokenCard]:
    """Describe the tokens: live ones first, then by age, newest first."""
    known = {one.token_id: one for one in tokens}
    found = [card_of(one, known, uses, now) for one in reversed(tokens)]
    return sorted(found, key=lambda one: not one.is_live)


def card_of(
    row: TokenRow, known: Mapping[str, TokenRow], uses: Mapping[str, Use], now: datetime
) -> TokenCard:
    """Describe a token."""
    side, days = side_of(row, uses), days_left(row, now)
    successor = known.get(row.successor_id or "")
    kind, said = _STATES[state_of(row, now)]
    if is_live(row, now):
        if row.expires_at is None:
            kind, said = "skip", "Live, never expires"
        elif days is not None and days <= SOON_DAYS:
            kind, said = "skip", f"Live, ends {in_days(days)}"
    return TokenCard(
        row=row,
        is_live=is_live(row, now),
        kind=kind,
        said=said,
        days=days,
        part=days or 0,
        whole=max((row.expires_at - row.created_at).days, 1) if row.expires_at else 1,
        count=side.count,
        last_at=side.last_at,
        successor=successor if successor and is_live(successor, now) else None,
    )


def checks_of(
    provider: ProviderRow, token: TokenRow, public_url: str, now: datetime
) -> list[Check]:
    """Tell what we can see for ourselves: by the same questions that a request is asked."""
    ended, closed = ended_by(token, now), closed_by(provider)
    found = [
        Check(is_good=True, said=f"The token {token.hint} opens {provider.name}'s endpoint.")
        if ended is None
        else Check(is_good=False, said=fix_of(ended.facts["reason"]) or "The token has ended.")
    ]
    found.append(
        Check(is_good=True, said="SCIM is on: requests are taken.")
        if closed is None
        else Check(is_good=False, said=fix_of(closed.code) or "SCIM takes no requests.")
    )
    parts = urlsplit(public_url)
    if parts.scheme != "https":
        said = "The base URL does not begin with https://: most identity providers refuse it."
    elif (parts.hostname or "").startswith(_LOCAL):
        said = "The base URL has a local name: an identity provider in the cloud cannot reach it."
    elif provider.vendor == "okta" and "_" in (parts.hostname or ""):
        said = "The host of the base URL holds an underscore, which Okta does not take."
    else:
        found.append(Check(is_good=True, said=f"The base URL is public: {parts.hostname}."))
        return found
    return [*found, Check(is_good=False, said=said)]


def numbers_shown(numbers: Numbers, *, is_cut: bool) -> list[str]:
    """Give impacted, success, unsynced, partial, failed as they are shown."""
    more = "+" if is_cut else ""
    return [
        f"{getattr(numbers, name):,}{more}"
        for name in ("impacted", "success", "unsynced", "partial", "failed")
    ]


def sentence_of(sent: Sent, provider: ProviderRow, name: str | None) -> Sentence:
    """Say a request in words; `name` is whom it was about, where that is known."""
    key = (sent.subject_key or "").strip()
    known = name or (key if key and not is_id(key) else None)
    if sent.status >= 400:  # noqa: PLR2004 - refused
        about = f" for {known}" if known else ""
        said = f"{request_of(sent, provider)}{about} was refused with {sent.status}."
        return Sentence(sent.at, sent.request_id, said, fix_of(sent.reason))
    if sent.method in _VERBS and sent.subject_kind and "/.search" not in sent.path:
        more = ", with a warning" if sent.is_partial else ""
        whom = f"the {sent.subject_kind} {known}" if known else f"a {sent.subject_kind}"
        said = f"It {_VERBS[sent.method]} {whom}{more}."
        return Sentence(sent.at, sent.request_id, said)
    return Sentence(sent.at, sent.request_id, f"{request_of(sent, provider)} was answered.")


def request_of(sent: Sent, provider: ProviderRow) -> str:
    """Give method and path, without what all its paths have, without ids and the query."""
    path = sent.path.partition("?")[0].removeprefix(f"/scim/v2/{provider.slug}")
    shown = "/".join("…" if is_id(part) else part for part in path.split("/"))
    return f"{sent.method} {shown or '/'}"


def deviations_of(rows: list[DeviationRow]) -> list[dict[str, Any]]:
    """Describe what was tolerated, with the words of the rule (R39)."""
    return [{"row": one, "rule": RULES.get(one.rule)} for one in rows]
