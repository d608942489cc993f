"""What can be seen of a provider's set-up: which of its steps have left a trace here.

`judge` is pure: it turns what was read into observations. `Observer` reads, and each read
is bounded: the newest records and activities of the provider, and its oldest.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from typing import TypeAlias

import msgspec

from gatepost.lifecycle.explain_sign_in import SCIM
from gatepost.store import observations, sso, tokens
from gatepost.store.database import Database
from gatepost.store.login_rows import SsoRow
from gatepost.store.observations import ActivityGlance, RequestGlance
from gatepost.store.rows import ProviderRow, TokenRow

OBSERVATIONS: Mapping[str, str] = {
    "scim_on": "SCIM is switched on here",
    "token": "a token exists that is still good",
    "token_used": "a token was used",
    "first_request": "the first request has arrived",
    "probe": "the connection test of the product has arrived",
    "user": "a user is managed by the provider",
    "group": "a group was pushed",
    "deactivation": "the provider has deactivated somebody",
    "sso_set_up": "sign-in is set up here",
    "sso_tested": "the test of the connection went well",
    "sso_on": "sign-in through the provider is switched on",
    "sign_in": "somebody has signed in through the provider",
}
"""Name → what is so once it was seen."""

Trace: TypeAlias = RequestGlance
"""A request as it is remembered here."""

_RECENT, _EARLY = 200, 100
_ACTIVITIES = 500
_MADE_AND_REMOVED = timedelta(minutes=5)
_REFUSED = 400
_GUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_TURNED_AWAY = {"parse.invalid", "filter.invalid", "route.none", "rate.limited", "scope.paused"}
_CAME = {"user.created", "user.adopted"}
_LEFT = {"user.deactivated", "user.deleted"}


class Known(msgspec.Struct, frozen=True, kw_only=True):
    """What was read about a provider; instants are None where there is nothing.

    `asked` and `happened` are in the order of time, the oldest first, with a gap between the
    early ones and the recent ones where there are many.
    """

    provider: ProviderRow
    now: datetime
    tokens: list[TokenRow] = []
    asked: list[RequestGlance] = []
    happened: list[ActivityGlance] = []
    user_at: datetime | None = None
    group_at: datetime | None = None
    sso: SsoRow | None = None
    sign_in_at: datetime | None = None


class Observed(msgspec.Struct, frozen=True, kw_only=True):
    """What was seen.

    `seen`: by observation, and when where that is known. `failed`: by observation that is not
    there, the request that tried and was refused. `last`: the newest request of the half.
    `reasons`: why requests of the half were refused of late.
    """

    seen: Mapping[str, datetime | None]
    failed: Mapping[str, RequestGlance]
    last: RequestGlance | None
    reasons: frozenset[str] = frozenset()


def is_refused(one: RequestGlance) -> bool:
    """Tell whether the request was answered with an error."""
    return one.status >= _REFUSED


def judge(known: Known, protocol: str) -> Observed:
    """Tell what was seen of the half that speaks the protocol: `scim`, `saml` or `oidc`."""
    if protocol == "scim":
        return _provisioning(known)
    return _signing_in(known, protocol)


def _provisioning(known: Known) -> Observed:
    asked = [one for one in known.asked if one.path.startswith(SCIM)]
    answered = [one for one in asked if not is_refused(one)]
    live = [one for one in known.tokens if _is_live(one, known.now)]
    used = [one.last_used_at for one in known.tokens if one.last_used_at]
    left = _left(known.happened)
    found: dict[str, tuple[bool, datetime | None]] = {
        "scim_on": (known.provider.scim_enabled, None),
        "token": (bool(live), live[0].created_at if live else None),
        "token_used": (bool(used or answered), min(used, default=_first_at(answered))),
        "first_request": (bool(used or asked), _first_at(asked)),
        "probe": _probed(known, answered),
        "user": (known.user_at is not None, _came(known.happened)),
        "group": (known.group_at is not None, known.group_at),
        "deactivation": (bool(left), left[0] if left else None),
    }
    seen = {name: at for name, (is_seen, at) in found.items() if is_seen}
    newest = asked[-1] if asked else None
    failed = {name: one for name, one in _refusals(asked).items() if name not in seen}
    return Observed(seen=seen, failed=failed, last=newest, reasons=_reasons(asked))


def _refusals(asked: list[RequestGlance]) -> dict[str, RequestGlance]:
    """Give for what may still be missing the newest request that was to bring it about."""
    refused = [one for one in asked if is_refused(one)]
    told = asked[-1:] if asked and is_refused(asked[-1]) else []
    closed = [one for one in told if one.status in {401, 403} or one.reason in _TURNED_AWAY]
    writes = [one for one in refused if one.method != "GET"]
    found = {
        "token_used": [one for one in closed if one.reason.startswith("auth.")],
        "probe": closed,
        "user": [one for one in writes if "/Users" in one.path],
        "group": [one for one in writes if "/Groups" in one.path],
    }
    return {name: ones[-1] for name, ones in found.items() if ones}


def _probed(known: Known, answered: list[RequestGlance]) -> tuple[bool, datetime | None]:
    if known.provider.vendor == "jumpcloud":
        gone = _made_and_removed(known.happened)
        return bool(gone), min(gone.values(), default=None)
    is_probe = _PROBES.get(known.provider.vendor, _is_any)
    probes = [one for one in answered if is_probe(one)]
    return bool(probes), _first_at(probes)


def _is_random_look_up(one: RequestGlance) -> bool:
    """Entra looks for a random GUID, of which there is nobody (WIRE.md §2)."""
    return (
        one.method == "GET"
        and "filter=" in one.path.lower()
        and _GUID.fullmatch(one.subject_key or "") is not None
    )


def _is_plain_list(one: RequestGlance) -> bool:
    """Okta, Google and CyberArk ask for a user or two, or for what we are."""
    return one.method == "GET" and "filter=" not in one.path.lower()


def _is_any(_one: RequestGlance) -> bool:
    """Take whatever was answered: nobody knows what the others send."""
    return True


_PROBES: Mapping[str, Callable[[RequestGlance], bool]] = {
    "entra": _is_random_look_up,
    "okta": _is_plain_list,
    "google": _is_plain_list,
    "cyberark": _is_plain_list,
}


def _made_and_removed(happened: list[ActivityGlance]) -> dict[str, datetime]:
    """Find users who were created and deleted at once: JumpCloud's test does that (R10)."""
    made = {one.subject_id: one.at for one in happened if one.event == "user.created"}
    return {
        one.subject_id: one.at
        for one in happened
        if one.event == "user.deleted"
        and one.subject_id in made
        and one.subject_id is not None
        and one.at - made[one.subject_id] < _MADE_AND_REMOVED
    }


def _left(happened: list[ActivityGlance]) -> list[datetime]:
    tested = _made_and_removed(happened)
    return [
        one.at for one in happened if one.event in _LEFT and (one.subject_id or "") not in tested
    ]


def _came(happened: list[ActivityGlance]) -> datetime | None:
    """Tell when the first user came; an adopted one is older than that."""
    return next((one.at for one in happened if one.event in _CAME), None)


def _signing_in(known: Known, protocol: str) -> Observed:
    asked = [one for one in known.asked if one.path.startswith(f"/{protocol}/")]
    half = known.sso if known.sso and known.sso.protocol == protocol else None
    seen: dict[str, datetime | None] = {}
    if half:
        seen["sso_set_up"] = half.created_at
        seen |= {"sso_tested": half.tested_at} if half.tested_at else {}
        seen |= {"sso_on": None} if half.enabled else {}
        seen |= {"sign_in": known.sign_in_at} if known.sign_in_at else {}
    refused = [one for one in asked if is_refused(one)]
    tries = {"sso_tested", "sign_in"} if refused and asked[-1] is refused[-1] else set()
    failed = {name: refused[-1] for name in tries if name not in seen}
    newest = asked[-1] if asked else None
    return Observed(seen=seen, failed=failed, last=newest, reasons=_reasons(asked))


def _reasons(asked: list[RequestGlance]) -> frozenset[str]:
    return frozenset(one.reason for one in asked if is_refused(one))


def _is_live(token: TokenRow, now: datetime) -> bool:
    return token.revoked_at is None and (token.expires_at is None or token.expires_at > now)


def _first_at(asked: Iterable[RequestGlance]) -> datetime | None:
    return next((one.at for one in asked), None)


class Observer:
    """Reads what is known of a provider's set-up."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def of(self, provider: ProviderRow, protocol: str, now: datetime) -> Observed:
        """Tell what was seen of the half that speaks the protocol: `scim`, `saml` or `oidc`."""
        known = Known(provider=provider, now=now, asked=await self._asked(provider))
        more = self._provisioning if protocol == "scim" else self._signing_in
        return judge(await more(known), protocol)

    async def _provisioning(self, known: Known) -> Known:
        whose = (known.provider.tenant_id, known.provider.provider_id)
        return msgspec.structs.replace(
            known,
            tokens=await tokens.of_provider(self._database, *whose),
            happened=await self._happened(known.provider),
            user_at=await observations.user(self._database, *whose),
            group_at=await observations.group(self._database, *whose),
        )

    async def _signing_in(self, known: Known) -> Known:
        whose = (known.provider.tenant_id, known.provider.provider_id)
        return msgspec.structs.replace(
            known,
            sso=await sso.get(self._database, *whose),
            sign_in_at=await observations.sign_in(self._database, *whose),
        )

    async def _asked(self, provider: ProviderRow) -> list[RequestGlance]:
        whose = (provider.tenant_id, provider.provider_id)
        read = observations.asked
        recent = await read(self._database, *whose, newest=True, limit=_RECENT)
        if len(recent) < _RECENT:
            return recent[::-1]
        early = await read(self._database, *whose, newest=False, limit=_EARLY)
        known = {one.request_id for one in early}
        return early + [one for one in recent[::-1] if one.request_id not in known]

    async def _happened(self, provider: ProviderRow) -> list[ActivityGlance]:
        whose = (provider.tenant_id, provider.provider_id)
        read = observations.happened
        recent = await read(self._database, *whose, newest=True, limit=_ACTIVITIES)
        if len(recent) < _ACTIVITIES:
            return recent[::-1]
        early = await read(self._database, *whose, newest=False, limit=_ACTIVITIES)
        return early + recent[::-1]
