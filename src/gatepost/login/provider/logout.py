"""Signing out: here, and at the provider; and at the provider's word, here (saml-profiles §4.4).

A provider ends sessions that began through it and no others. Its message is signed, used
once, and read by the same strict rules as a sign-in.
"""

from datetime import datetime, timedelta
from typing import Any

import msgspec

from gatepost.activity.entry import Entry
from gatepost.base.ids import is_id
from gatepost.base.secrets import digest
from gatepost.lifecycle.plan import Plan
from gatepost.login.attempts import Purpose, Stage, finish, insert
from gatepost.login.equipment import Equipment
from gatepost.login.factors.second_factor import subject_of
from gatepost.login.provider.halves import Half, Halves
from gatepost.login.provider.logout_reading import LogoutReader
from gatepost.login.provider.refresh import Refresher
from gatepost.login.provider.sso_return import hint_context
from gatepost.login.refusals import MessageReplayed, SsoSwitchedOff
from gatepost.login.sessions import Signed, ended
from gatepost.login.visit import Visit, known, sent_by
from gatepost.oidc import logout as openid_logout
from gatepost.saml import logout as saml_logout
from gatepost.saml.binding import PostForm, Received
from gatepost.saml.logout import LogoutRequest, LogoutResponse
from gatepost.saml.parties import HTTP_POST, HTTP_REDIRECT, Endpoint
from gatepost.store import logins, providers, sessions, users
from gatepost.store.changes import Change, Insert
from gatepost.store.login_rows import AttemptRow, ReplayRow, SessionRow
from gatepost.store.tables import REPLAYS

_ID_BYTES = 20


class Away(msgspec.Struct, frozen=True):
    """Where the browser goes on: to a URL, or with a form; nowhere where both are None."""

    url: str | None = None
    form: PostForm | None = None


class Logout:
    """Ends sessions, and tells the other side."""

    def __init__(self, equipment: Equipment, halves: Halves, refresher: Refresher) -> None:
        self._with = equipment
        self._database = equipment.database
        self._halves = halves
        self._reader = LogoutReader(equipment, refresher)

    async def sign_out(self, visit: Visit, signed: Signed) -> Away:
        """End the session; gives the way to the provider's own sign-out, where it has one."""
        session, user = signed.session, signed.user
        away, pending = await self._away(signed)

        async def load() -> None:
            return None

        def decide(_loaded: None, _at: datetime) -> Plan:
            changes = (*ended([session]), *pending)
            return Plan(changes, (Entry("login.signed_out", subject_of(user)),), outcome=away)

        done: Away = await self._with.corridor.run(known(user, visit), load, decide)
        return done

    async def asked_by_saml(
        self, visit: Visit, slug: str, received: Received, relay_state: str | None
    ) -> Away:
        """End what a LogoutRequest names, and answer it.

        Raises:
            ProviderRefused: the message is not acceptable; Throttled: too many were not.
            MessageReplayed: it was used before.
        """
        half = await self._halves.find(slug, "saml")
        request = await self._reader.request(visit, half, received)
        until = request.replay_until or self._with.now + timedelta(minutes=10)
        await self._end(visit, half, f"logout:{request.id}", until, request)
        return self._answer(half, request, relay_state)

    async def answered_by_saml(
        self, visit: Visit, slug: str, received: Received, relay_state: str | None
    ) -> None:
        """Take the answer to a LogoutRequest of ours; here, everything has ended already.

        Raises:
            ProviderRefused: the message is not acceptable, or answers nothing.
        """
        half = await self._halves.find(slug, "saml")
        pending = await self._pending(half, relay_state)
        asked = pending.request_id if pending else None
        answer = await self._reader.response(visit, half, received, asked)
        changes = (finish(pending),) if pending else ()
        result = "ok" if answer.is_success else "warning"
        step = {"kind": "effects", "result": result, "provider_said": answer.status}
        writer = sent_by(visit, half.provider)
        await self._with.corridor.commit(writer, Plan(changes, steps=(step,)))

    async def told_by_oidc(self, visit: Visit, slug: str, token: str) -> None:
        """End what a logout token names (OIDC Back-Channel Logout §2.7).

        Raises:
            ProviderRefused: the token is not acceptable.
            MessageReplayed: it was used before.
        """
        half = await self._halves.find(slug, "oidc")
        read = await self._reader.token(visit, half, token)
        await self._end(visit, half, f"logout:{read.jti}", read.refused_after, read)

    async def _pending(self, half: Half, relay_state: str | None) -> AttemptRow | None:
        """Find the logout of ours that RelayState names."""
        if relay_state is None or not is_id(relay_state):
            return None
        tenant_id = half.provider.tenant_id
        found = await logins.get_attempt(self._database, tenant_id, relay_state)
        is_ours = found is not None and found.purpose == Purpose.SIGN_OUT
        is_theirs = found is not None and found.provider_id == half.provider.provider_id
        return found if is_ours and is_theirs else None

    async def _end(
        self,
        visit: Visit,
        half: Half,
        message_id: str,
        until: datetime,
        named: Any,  # noqa: ANN401
    ) -> None:
        provider, key = half.provider, digest(message_id)

        async def load() -> tuple[bool, list[SessionRow]]:
            used = await logins.find_replay(
                self._database, provider.tenant_id, provider.provider_id, key
            )
            return used is not None, await self._named(half, named)

        def decide(loaded: tuple[bool, list[SessionRow]], _at: datetime) -> Plan:
            is_used, found = loaded
            if is_used:
                return Plan(refusal=MessageReplayed(id=message_id))
            row = ReplayRow(
                tenant_id=provider.tenant_id,
                provider_id=provider.provider_id,
                digest=key,
                expires_at=until,
            )
            changes: list[Change] = [Insert(REPLAYS, row), *ended(found)]
            step = {"kind": "effects", "result": "ok", "sessions_ended": len(found)}
            return Plan(tuple(changes), steps=(step,), outcome=found)

        writer = sent_by(visit, provider)
        found: list[SessionRow] = await self._with.corridor.run(writer, load, decide)
        await self._say(half, found)

    async def _say(self, half: Half, found: list[SessionRow]) -> None:
        """Leave an activity of each person whose sessions ended."""
        for user_id in sorted({one.user_id for one in found}):
            user = await users.get(self._database, half.provider.tenant_id, user_id)
            if user:
                count = sum(one.user_id == user_id for one in found)
                data = {"count": count, "by": half.provider.name}
                entry = Entry("session.ended", subject_of(user), data)
                await self._with.corridor.commit(known(user), Plan((), (entry,)))

    async def _named(self, half: Half, named: Any) -> list[SessionRow]:  # noqa: ANN401
        if isinstance(named, LogoutRequest):
            return await self._of_request(half, named)
        sid, sub = named.session_id, named.subject
        if sid:
            return await self._of(half, provider_session=sid)
        return await self._of(half, subject=sub)

    async def _of_request(self, half: Half, request: LogoutRequest) -> list[SessionRow]:
        if request.session_indexes:
            found = []
            for index in request.session_indexes:
                found += await self._of(half, provider_session=index)
        elif half.saml.subject_attribute:
            found = await self._of(half)
        else:
            found = await self._of(half, subject=request.name_id)
        return [one for one in found if one.name_id.get("value") == request.name_id]

    async def _of(self, half: Half, **equal: str) -> list[SessionRow]:
        provider = half.provider
        return await sessions.of_provider(
            self._database, provider.tenant_id, provider.provider_id, **equal
        )

    async def _away(self, signed: Signed) -> tuple[Away, list[Change]]:
        """Give the way to the provider's sign-out, and what is kept to take its answer."""
        session = signed.session
        if session.provider_id is None:
            return Away(), []
        provider = await providers.get(self._database, session.tenant_id, session.provider_id)
        try:
            half = await self._halves.of(provider) if provider else None
        except SsoSwitchedOff:
            half = None
        if half is None:
            return Away(), []
        return (
            self._to_saml(half, session)
            if half.sso.protocol == "saml"
            else self._to_oidc(half, session)
        )

    def _to_oidc(self, half: Half, session: SessionRow) -> tuple[Away, list[Change]]:
        if half.openid_provider.end_session_endpoint is None:
            return Away(), []
        hint = None
        if session.logout_hint and session.provider_id:
            context = hint_context(session.tenant_id, session.provider_id, session.subject)
            hint = self._with.sealer.open(session.logout_hint, context).decode()
        party = half.relying_party(self._with.public_url)
        url = openid_logout.end_session_url(half.openid_provider, party, id_token_hint=hint)
        return Away(url=url), []

    def _to_saml(self, half: Half, session: SessionRow) -> tuple[Away, list[Change]]:
        endpoint = _slo(half)
        if endpoint is None or not session.name_id.get("value"):
            return Away(), []
        request_id = f"_{self._with.secrets.token_bytes(_ID_BYTES).hex()}"
        named = session.name_id
        request = LogoutRequest(
            id=request_id,
            issue_instant=self._with.now,
            issuer=half.service_provider(self._with.public_url).entity_id,
            destination=endpoint.location,
            name_id=named["value"],
            name_id_format=named.get("format"),
            name_qualifier=named.get("name_qualifier"),
            sp_name_qualifier=named.get("sp_name_qualifier"),
            session_indexes=(session.provider_session,) if session.provider_session else (),
        )
        begun = self._with.attempts.begin(
            session.tenant_id,
            Stage.SIGNED_OUT,
            purpose=Purpose.SIGN_OUT,
            provider_id=session.provider_id,
            request_id=request_id,
        )
        return self._sent(half, endpoint, request, begun.row.attempt_id), [insert(begun)]

    def _answer(self, half: Half, request: LogoutRequest, relay_state: str | None) -> Away:
        endpoint = _slo(half)
        if endpoint is None:
            return Away()
        to = endpoint.response_location or endpoint.location
        response = LogoutResponse(
            id=f"_{self._with.secrets.token_bytes(_ID_BYTES).hex()}",
            issue_instant=self._with.now,
            issuer=half.service_provider(self._with.public_url).entity_id,
            destination=to,
            in_response_to=request.id,
        )
        return self._sent(half, endpoint, response, relay_state)

    def _sent(
        self,
        half: Half,
        endpoint: Endpoint,
        message: LogoutRequest | LogoutResponse,
        relay_state: str | None,
    ) -> Away:
        key, key_pem = self._halves.signing_key(half)
        if endpoint.binding == HTTP_POST:
            return Away(
                form=saml_logout.post_form(
                    message, relay_state=relay_state, key_pem=key_pem, certificate=key.certificate
                )
            )
        return Away(url=saml_logout.redirect_url(message, relay_state=relay_state, key_pem=key_pem))


def _slo(half: Half) -> Endpoint | None:
    known = half.identity_provider.slo
    for binding in (HTTP_REDIRECT, HTTP_POST):
        for one in known:
            if one.binding == binding:
                return one
    return None
