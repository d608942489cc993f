"""Why is this person not here, or not as they should be? A fixed ladder of questions.

`explain` is pure: it turns facts into an answer and the ladder it stands on.
`Explainer` loads the facts. The answer is the first rung that says no; a person
whom nobody ever sent is an answer too, and the most usual one.
"""

from datetime import datetime, timedelta

import msgspec

from gatepost.activity.log import ActivityLog
from gatepost.base.clock import Clock
from gatepost.lifecycle.account import addresses, domain_of, is_address
from gatepost.lifecycle.explain_facts import Facts, ProviderFacts
from gatepost.lifecycle.explain_ladder import rungs
from gatepost.lifecycle.explain_sign_in import SCIM, SignInFacts
from gatepost.lifecycle.explain_words import fix_of
from gatepost.lifecycle.listing import Listing, Portrait
from gatepost.lifecycle.rules.adoption import serves
from gatepost.lifecycle.rung import Rung
from gatepost.scim.fold import fold
from gatepost.store import conflicts, logins, providers, requests, sessions, sso, tokens
from gatepost.store.activities import ActivityListing
from gatepost.store.database import Database
from gatepost.store.requests import RequestListing
from gatepost.store.rows import ActivityRow, ConflictRow, ProviderRow, RequestRow, UserRow

_REQUESTS = 50
_ACTIVITIES = 100
_COUNTED = 1000
_UNREAD = 500
_WORD_MIN = 3


class Explanation(msgspec.Struct, frozen=True):
    """One sentence, and the ladder that leads to it."""

    about: str
    answer: str
    is_well: bool
    rungs: list[Rung]

    @property
    def hindrance(self) -> Rung | None:
        """The rung that says no first, if one does."""
        return next((one for one in self.rungs if one.result == "no"), None)


def explain(facts: Facts) -> Explanation:
    """Climb the ladder; the first no is the answer."""
    ladder = rungs(facts)
    for rung in ladder:
        if rung.result == "no":
            return Explanation(facts.word, rung.sentence, is_well=False, rungs=ladder)
    return Explanation(facts.word, _all_is_well(facts, ladder), is_well=True, rungs=ladder)


def _all_is_well(facts: Facts, ladder: list[Rung]) -> str:
    warned = sum(rung.result == "warning" for rung in ladder)
    manager = facts.portrait.manager if facts.portrait else None
    by = f"managed by {manager.name}" if manager else "a local account"
    held = sorted({one.name for one in facts.portrait.roles}) if facts.portrait else []
    with_roles = f"with the roles {', '.join(held)}" if held else "without a role"
    said = f"{facts.word} is in order: active, {by}, {with_roles}."
    return f"{said} {warned} warning{'s' if warned > 1 else ''} below." if warned else said


class Explainer:
    """Loads what is known about a person, and explains it."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._listing = Listing(database)
        self._log = ActivityLog(database, clock)

    async def person(
        self, tenant_id: int, word: str, *, provider: ProviderRow | None = None
    ) -> Explanation:
        """Explain whoever the word means: userName, email, externalId or id, known or not."""
        return explain(await self.facts(tenant_id, word, provider=provider))

    async def facts(
        self, tenant_id: int, word: str, *, provider: ProviderRow | None = None
    ) -> Facts:
        """Load what is known about whoever the word means."""
        found = await self._listing.find_users(tenant_id, word)
        user = found[0] if found else None
        claimed = await providers.claimed_domains(self._database, tenant_id)
        found_records = await self._records(tenant_id, word, user)
        records = [one for one in found_records if one.path.startswith(SCIM)]
        asked = await self._asked(tenant_id, word, user, records, provider)
        unread = await self._unread(asked, _keys(word, user))
        records = sorted([*records, *unread], key=lambda one: one.request_id, reverse=True)
        conflict = await self._conflict(tenant_id, user, asked)
        return Facts(
            word=user.user_name if user else word,
            now=self._clock.now(),
            providers=[await self._provider_facts(one) for one in asked],
            requests=records,
            activities=await self._activities(tenant_id, user),
            conflict=conflict,
            claimed=claimed,
            is_ours_alone=(
                user is not None
                and provider is None
                and not records
                and conflict is None
                and _is_ours_alone(user, asked, claimed)
            ),
            portrait=await self._portrait(user),
            also=[one.user_name for one in found[1:]],
            sign_in=await self._sign_in(
                user, asked, [one for one in found_records if not one.path.startswith(SCIM)], word
            ),
        )

    async def _sign_in(
        self,
        user: UserRow | None,
        asked: list[ProviderRow],
        known: list[RequestRow],
        word: str,
    ) -> SignInFacts:
        """Load how the person would sign in, and how it went; a provider's words are searched."""
        records, names = {one.request_id: one for one in known}, _keys(word, user)
        for one in asked:
            listing = RequestListing(provider_id=one.provider_id, is_refused=True)
            page = await requests.page(self._database, one.tenant_id, listing, limit=_UNREAD)
            records |= {found.request_id: found for found in page if _sent(found, names)}
        newest = sorted(records.values(), key=lambda one: one.request_id, reverse=True)
        if user is None:
            return SignInFacts(requests=newest)
        provider = await self._serving(user)
        tenant_id, user_id = user.tenant_id, user.user_id
        password = await logins.find_password(self._database, tenant_id, user_id)
        present = await sessions.of_user(self._database, tenant_id, user_id)
        now = self._clock.now()
        return SignInFacts(
            provider=provider,
            half=await sso.get(self._database, tenant_id, provider.provider_id)
            if provider
            else None,
            has_password=password is not None,
            factors=len(await logins.factors(self._database, tenant_id, user_id)),
            sessions=sum(one.expires_at > now for one in present),
            requests=newest,
        )

    async def _serving(self, user: UserRow) -> ProviderRow | None:
        """Find the provider that the person signs in through: their own, else their domain's."""
        present = await providers.all(self._database, user.tenant_id)
        if user.provider_id:
            return next((one for one in present if one.provider_id == user.provider_id), None)
        address = user.email or user.user_name
        if not is_address(address):
            return None
        claimed = await providers.claimed_domains(self._database, user.tenant_id)
        domain = domain_of(address)
        return next((one for one in present if serves(one, domain, claimed)), None)

    async def _records(self, tenant_id: int, word: str, user: UserRow | None) -> list[RequestRow]:
        """Read the newest records that name the person in any of the ways known."""
        listings = [RequestListing(subject_key=key) for key in _keys(word, user)]
        if user:
            listings.append(RequestListing(subject_id=user.user_id))
        found: dict[str, RequestRow] = {}
        for listing in listings:
            page = await requests.page(self._database, tenant_id, listing, limit=_REQUESTS)
            found |= {one.request_id: one for one in page if one.subject_kind != "group"}
        return sorted(found.values(), key=lambda one: one.request_id, reverse=True)

    async def _unread(self, asked: list[ProviderRow], keys: list[str]) -> list[RequestRow]:
        """Read refused requests that were not understood far enough to be filed under anybody.

        Their bodies are searched instead, the newest ones, as long as bodies are kept.
        """
        words = [key for key in keys if len(key) >= _WORD_MIN]
        found = []
        for one in asked:
            listing = RequestListing(provider_id=one.provider_id, is_refused=True)
            found += await requests.page(self._database, one.tenant_id, listing, limit=_UNREAD)
        return [one for one in found if one.subject_key is None and _names(one, words)]

    async def _asked(
        self,
        tenant_id: int,
        word: str,
        user: UserRow | None,
        records: list[RequestRow],
        provider: ProviderRow | None,
    ) -> list[ProviderRow]:
        """Choose the providers whose affair the person is: the surest sign decides."""
        if provider:
            return [provider]
        present = await providers.all(self._database, tenant_id)
        if user and user.provider_id:
            return [one for one in present if one.provider_id == user.provider_id]
        named = {one.provider_id for one in records}
        senders = [one for one in present if one.provider_id in named]
        if senders:
            return senders
        address = user.email if user and user.email else word
        if is_address(address):
            claimed = await providers.claimed_domains(self._database, tenant_id)
            domain = domain_of(address)
            serving = [one for one in present if serves(one, domain, claimed)]
            if serving:
                return serving
        return present

    async def _provider_facts(self, provider: ProviderRow) -> ProviderFacts:
        tenant_id, provider_id = provider.tenant_id, provider.provider_id
        midnight = self._clock.now().replace(hour=0, minute=0, second=0, microsecond=0)
        today = RequestListing(provider_id=provider_id, since=midnight)
        found = await requests.page(self._database, tenant_id, today, limit=_COUNTED)
        newest = await requests.page(
            self._database, tenant_id, RequestListing(provider_id=provider_id), limit=_UNREAD
        )
        last = next((one for one in newest if one.path.startswith(SCIM)), None)
        return ProviderFacts(
            provider=provider,
            tokens=list(await tokens.of_provider(self._database, tenant_id, provider_id)),
            last=last,
            today=sum(one.path.startswith(SCIM) for one in found),
            is_more=len(found) == _COUNTED,
        )

    async def _activities(self, tenant_id: int, user: UserRow | None) -> list[ActivityRow]:
        if user is None:
            return []
        listing = ActivityListing(subject_id=user.user_id)
        return await self._log.newest(tenant_id, listing, _ACTIVITIES)

    async def _conflict(
        self, tenant_id: int, user: UserRow | None, asked: list[ProviderRow]
    ) -> ConflictRow | None:
        for one in asked if user else ():
            assert user is not None  # noqa: S101 - the line above
            found = await conflicts.find_open(
                self._database, tenant_id, one.provider_id, user.user_id
            )
            if found:
                return found
        return None

    async def _portrait(self, user: UserRow | None) -> Portrait | None:
        return await self._listing.portrait(user) if user else None


def _is_ours_alone(user: UserRow, asked: list[ProviderRow], claimed: dict[str, str]) -> bool:
    """Tell whether no provider manages the account or would ever take it over."""
    if user.provider_id is not None:
        return False
    if user.administrator or user.break_glass or user.keep_local:
        return True
    owned = addresses(user)
    domains = [domain_of(one) for one in owned]
    return not any(serves(one, domain, claimed) for one in asked for domain in domains)


def _sent(record: RequestRow, words: list[str]) -> bool:
    """Tell whether a refused sign-in names the person in what the provider sent."""
    if record.path.startswith(SCIM):
        return False
    said = fold(msgspec.json.encode(record.steps).decode())
    return any(word in said for word in words if len(word) >= _WORD_MIN)


def _names(record: RequestRow, words: list[str]) -> bool:
    body = fold((record.body or b"").decode(errors="replace"))
    if not record.path.startswith(SCIM):
        return False
    return record.subject_kind != "group" and any(f'"{word}"' in body for word in words)


def _keys(word: str, user: UserRow | None) -> list[str]:
    """Give every way in which a request may have named the person, folded."""
    names = [word]
    if user:
        names += [user.user_name, user.external_id or "", user.email or "", user.user_id]
    return list(dict.fromkeys(fold(one)[:500] for one in names if one))


class RequestExplanation(msgspec.Struct, frozen=True):
    """One request, said step by step."""

    answer: str
    fix: str | None
    at: datetime
    request: RequestRow


def explain_request(record: RequestRow) -> RequestExplanation:
    """Say what became of one request."""
    accepted = record.status < 400  # noqa: PLR2004 - where HTTP's errors begin
    took = timedelta(microseconds=record.duration_us) / timedelta(milliseconds=1)
    outcome = "answered" if accepted else "refused"
    answer = (
        f"{record.method} {record.path} was {outcome} with {record.status} "
        f"({record.reason}) in {took:.1f} ms."
    )
    return RequestExplanation(answer, fix_of(record.reason), record.at, record)
