"""Native sign-in: an address, then a password; the second factor follows always (R29, R33)."""

from datetime import datetime

import msgspec

from gatepost.lifecycle.account import domain_of, is_address
from gatepost.lifecycle.plan import Plan
from gatepost.lifecycle.rules.adoption import serves
from gatepost.login.attempts import Stage, advance, insert, with_facts
from gatepost.login.equipment import Equipment
from gatepost.login.native import throttling
from gatepost.login.native.known_browser import browser_of
from gatepost.login.native.routing import Routes, may_use_password, provider_for
from gatepost.login.provider.refusing import refuse
from gatepost.login.refusals import AccountInactive, NativeSignInOff, ProofWrong, Throttled
from gatepost.login.steps import ToStage
from gatepost.login.visit import Visit, known, somebody
from gatepost.scim.fold import fold
from gatepost.store import logins, providers, sso, users
from gatepost.store.changes import Change, Upsert
from gatepost.store.login_rows import AttemptRow, PasswordRow
from gatepost.store.rows import ProviderRow, UserRow
from gatepost.store.tables import PASSWORDS

_IDENTIFIER_MAX = 320


class Identified(msgspec.Struct, frozen=True):
    """What an address led to: an account, if there is one, and the way in."""

    identifier: str
    user: UserRow | None
    provider: ProviderRow | None


class NativeSignIn:
    """Finds the way in, and checks passwords."""

    def __init__(self, equipment: Equipment) -> None:
        self._with = equipment
        self._database = equipment.database

    async def identify(self, tenant_id: int, identifier: str) -> Identified:
        """Find whom the address or user name means, and which way they go (R29)."""
        identifier = identifier.strip()[:_IDENTIFIER_MAX]
        user = await self._find(tenant_id, identifier)
        routes = await self._routes(tenant_id)
        return Identified(identifier, user, provider_for(identifier, user, routes))

    async def attempt(self, secret: str | None, *stages: Stage) -> AttemptRow:
        """Find the browser's attempt; that which awaits a password, if no stage is named.

        Raises:
            AttemptGone, StageMismatch: there is none at that stage.
        """
        return await self._with.attempts.find(secret, *(stages or (Stage.PASSWORD,)))

    async def begin(
        self, visit: Visit, tenant_id: int, found: Identified, return_to: str
    ) -> ToStage:
        """Begin an attempt that awaits the password, whether or not there is such an account.

        Raises:
            Throttled: too many were begun by that network.
        """
        writer = somebody(visit, tenant_id)
        visit.inbound.subject_key = fold(found.identifier)
        await throttling.count_beginning(self._with.corridor, writer, visit.address)
        begun = self._with.attempts.begin(
            tenant_id,
            Stage.PASSWORD,
            user_id=found.user.user_id if found.user else None,
            return_to=return_to,
            facts={"identifier": found.identifier},
        )
        step = {"kind": "match", "result": "ok", "way": "password"}
        await self._with.corridor.commit(writer, Plan((insert(begun),), steps=(step,)))
        return ToStage(Stage.PASSWORD, begun.secret)

    async def password(
        self, visit: Visit, attempt: AttemptRow, password: str, mark: str | None
    ) -> ToStage:
        """Check the password; a right one leads to the second factor.

        An account that does not exist, has no password, or signs in through a provider
        takes as long and is answered the same. `mark` is the cookie of a known browser.

        Raises:
            ProofWrong: it is not that account's password.
            Throttled: too many failures of late.
        """
        writer, identifier = somebody(visit, attempt.tenant_id), str(attempt.facts["identifier"])
        visit.inbound.subject_key = fold(identifier)
        entered = fold(identifier)
        account = attempt.user_id or entered
        browser = await self._known_browser(attempt, mark)
        counters = throttling.of_password(
            attempt.tenant_id, account, visit.address, browser, entered=entered
        )
        try:
            tried = await throttling.count(self._with.corridor, writer.actor, counters)
        except Throttled as refusal:
            return await refuse(self._with.corridor, writer, refusal)
        await self._with.clock.sleep(throttling.late_by_s(tried, self._with.now))
        user, stored = await self._stored(attempt, identifier)
        verified = await self._with.passwords.verify(stored.hash if stored else None, password)
        if not (verified.is_right and user and stored):
            wrong = ProofWrong(proof="password", reason=_why(user, stored))
            return await refuse(self._with.corridor, writer, wrong, user)
        await throttling.take_back(self._with.corridor, writer.actor, tried)
        changes: list[Change] = []
        if verified.needs_rehash:
            changes.append(_kept(stored, await self._with.passwords.hash(password)))
        return await self._right(visit, attempt, user, changes)

    async def _right(
        self, visit: Visit, attempt: AttemptRow, user: UserRow, changes: list[Change]
    ) -> ToStage:
        secret = self._with.attempts.new_secret()

        async def load() -> tuple[AttemptRow, bool]:
            factors = await logins.factors(self._database, user.tenant_id, user.user_id)
            return await self._with.attempts.again(attempt), bool(factors)

        def decide(loaded: tuple[AttemptRow, bool], at: datetime) -> Plan:
            present, has_factor = loaded
            stage = Stage.FACTOR if has_factor else Stage.ENROLMENT
            facts = with_facts(present, methods=["pwd"], tries=0)
            moved = advance(present, stage, at, secret=secret, user_id=user.user_id, facts=facts)
            step = {"kind": "authenticate", "result": "ok", "method": "pwd"}
            return Plan((*changes, moved), steps=(step,), outcome=ToStage(stage, secret))

        reached: ToStage = await self._with.corridor.run(known(user, visit), load, decide)
        return reached

    async def _known_browser(self, attempt: AttemptRow, mark: str | None) -> str | None:
        """Give the name of a browser that the account's owner signed in by with this password."""
        if mark is None or attempt.user_id is None:
            return None
        stored = await logins.find_password(self._database, attempt.tenant_id, attempt.user_id)
        since = stored.changed_at if stored else None
        return browser_of(self._with.sealer, mark, attempt.user_id, since)

    async def _stored(
        self, attempt: AttemptRow, identifier: str
    ) -> tuple[UserRow | None, PasswordRow | None]:
        """Read the account and its password, if it is one that may use a password."""
        tenant_id = attempt.tenant_id
        user = (
            await users.get(self._database, tenant_id, attempt.user_id) if attempt.user_id else None
        )
        provider = provider_for(identifier, user, await self._routes(tenant_id))
        if user is None or user.status != "active" or not may_use_password(user, provider):
            return user, None
        return user, await logins.find_password(self._database, tenant_id, user.user_id)

    async def _find(self, tenant_id: int, identifier: str) -> UserRow | None:
        folded = fold(identifier)
        named = await users.find_by_user_name(self._database, tenant_id, folded)
        if named or not is_address(identifier):
            return named
        found = await users.find_by_email(self._database, tenant_id, folded)
        live = [one for one in found if one.status == "active"]
        if len(live) > 1:
            live = await self._vouched_for(tenant_id, live, domain_of(identifier))
        return live[0] if len(live) == 1 else None

    async def _vouched_for(
        self, tenant_id: int, found: list[UserRow], domain: str
    ) -> list[UserRow]:
        """Leave out accounts whose provider does not serve the domain: it may write any address.

        Else a provider could keep anybody from signing in by their address, by sending it too.
        """
        claimed = await providers.claimed_domains(self._database, tenant_id)
        known = await providers.all(self._database, tenant_id)
        serving = {one.provider_id for one in known if serves(one, domain, claimed)}
        return [one for one in found if one.provider_id is None or one.provider_id in serving]

    async def _routes(self, tenant_id: int) -> Routes:
        halves = await sso.of_tenant(self._database, tenant_id)
        return Routes(
            providers=await providers.all(self._database, tenant_id),
            halves={one.provider_id: one for one in halves},
        )


def _why(user: UserRow | None, stored: PasswordRow | None) -> str:
    """Give the reason for the record; the page says the same of all of them."""
    if user is None:
        return "login.unknown_account"
    if user.status != "active":
        return AccountInactive.code
    if stored is None:
        return NativeSignInOff.code
    return ProofWrong.code


def _kept(stored: PasswordRow, hashed: str) -> Change:
    """Keep the hash anew, of today's cost; the password is as old as it was."""
    row = msgspec.structs.replace(stored, hash=hashed)
    return Upsert(PASSWORDS, row, values={"hash": hashed})
