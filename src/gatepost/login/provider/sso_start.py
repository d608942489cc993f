"""Sending somebody to their provider: the request is built, and kept for what comes back."""

import base64
from typing import Any

import msgspec

from gatepost.lifecycle.account import is_address
from gatepost.lifecycle.plan import Plan
from gatepost.login.attempts import Begun, Purpose, Stage, insert
from gatepost.login.equipment import Equipment
from gatepost.login.native import throttling
from gatepost.login.provider.halves import Half, Halves
from gatepost.login.refusals import SsoSwitchedOff
from gatepost.login.steps import ToProvider
from gatepost.login.visit import Visit, somebody
from gatepost.oidc import authorization
from gatepost.oidc.authorization import AuthorizationRequest
from gatepost.saml import authn_request
from gatepost.saml.authn_request import AuthnRequest
from gatepost.saml.parties import HTTP_POST, HTTP_REDIRECT, Endpoint

_ID_BYTES = 20
_NONCE_BYTES = 32


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """Why somebody is sent: how they called themselves, where they go after, for which test."""

    login_hint: str | None = None
    return_to: str = ""
    purpose: Purpose = Purpose.SIGN_IN
    session_id: str | None = None


class SsoStart:
    """Builds requests."""

    def __init__(self, equipment: Equipment, halves: Halves) -> None:
        self._with = equipment
        self._halves = halves

    async def begin(self, visit: Visit, half: Half, asked: Asked) -> ToProvider:
        """Begin an attempt and give the way to the provider.

        Raises:
            SsoSwitchedOff: it is off, and this is no test.
            Throttled: too many were begun by that network.
        """
        if not half.sso.enabled and asked.purpose is not Purpose.TEST:
            raise SsoSwitchedOff(provider=half.provider.name)
        writer = somebody(visit, half.provider.tenant_id)
        visit.inbound.provider_id = half.provider.provider_id
        await throttling.count_beginning(self._with.corridor, writer, visit.address)
        begun, sent = (
            self._saml(half, asked) if half.sso.protocol == "saml" else self._oidc(half, asked)
        )
        step = {"kind": "match", "result": "ok", "way": half.sso.protocol}
        await self._with.corridor.commit(writer, Plan((insert(begun),), steps=(step,)))
        return sent

    def _saml(self, half: Half, asked: Asked) -> tuple[Begun, ToProvider]:
        options, ours = half.saml, half.service_provider(self._with.public_url)
        endpoint = _endpoint(half, options.request_binding)
        request_id = f"_{self._with.secrets.token_bytes(_ID_BYTES).hex()}"
        begun = self._attempt(half, asked, request_id)
        request = AuthnRequest(
            id=request_id,
            issue_instant=self._with.now,
            issuer=ours.entity_id,
            acs_url=ours.acs_url,
            destination=endpoint.location,
            name_id_format=options.name_id_format,
            force_authn=options.force_authn,
            authn_context=options.authn_contexts,
        )
        key, key_pem = self._halves.signing_key(half)
        signs = options.sign_requests or half.identity_provider.wants_signed_requests
        carried: dict[str, Any] = {"relay_state": begun.row.attempt_id}
        carried["key_pem"] = key_pem if signs else None
        if endpoint.binding == HTTP_POST:
            certificate = key.certificate if signs else None
            form = authn_request.post_form(request, **carried, certificate=certificate)
            return begun, _sent(half, begun, form=form)
        url = authn_request.redirect_url(request, **carried)
        return begun, _sent(half, begun, url=url)

    def _oidc(self, half: Half, asked: Asked) -> tuple[Begun, ToProvider]:
        draw = self._with.secrets.token_bytes
        state, nonce, verifier = (_text(draw(_NONCE_BYTES)) for _ in range(3))
        kept = msgspec.json.encode({"nonce": nonce, "code_verifier": verifier})
        begun = self._attempt(half, asked, state, kept)
        hint = asked.login_hint if asked.login_hint and is_address(asked.login_hint) else None
        request = AuthorizationRequest(
            state=state,
            nonce=nonce,
            code_verifier=verifier,
            login_hint=hint,
            max_age_s=max_age_of(half),
        )
        url = authorization.url(
            half.openid_provider, half.relying_party(self._with.public_url), request
        )
        return begun, _sent(half, begun, url=url)

    def _attempt(
        self, half: Half, asked: Asked, request_id: str, kept: bytes | None = None
    ) -> Begun:
        provider = half.provider
        sealed = self._with.sealer.seal(kept, asked_context(request_id)) if kept else None
        return self._with.attempts.begin(
            provider.tenant_id,
            Stage.PROVIDER,
            purpose=asked.purpose,
            provider_id=provider.provider_id,
            request_id=request_id,
            sealed=sealed,
            return_to=asked.return_to,
            session_id=asked.session_id,
            facts={"provider_name": provider.name, "version": half.sso.version},
        )


def asked_context(request_id: str) -> str:
    """Name the place that a request's nonce and verifier are sealed for."""
    return f"attempts:{request_id}:asked"


def max_age_of(half: Half) -> int | None:
    """Give how old an authentication may be that an OpenID provider is asked for; seconds.

    Providers say when somebody authenticated only to who asks, which R33 needs to know.
    """
    own, rule = half.oidc.max_age_s, half.mfa_rule
    return own if own is not None or rule.is_empty else rule.max_age_s


def _sent(half: Half, begun: Begun, **way: Any) -> ToProvider:  # noqa: ANN401 - url or form
    return ToProvider(
        provider=half.provider,
        protocol=half.sso.protocol,
        attempt_id=begun.row.attempt_id,
        secret=begun.secret,
        **way,
    )


def _endpoint(half: Half, binding: str) -> Endpoint:
    """Give where the request goes: by the binding that is set, if the provider takes it."""
    wanted = HTTP_POST if binding == "post" else HTTP_REDIRECT
    known = [one for one in half.identity_provider.sso if one.binding in {HTTP_POST, HTTP_REDIRECT}]
    return next((one for one in known if one.binding == wanted), known[0])


def _text(random: bytes) -> str:
    return base64.urlsafe_b64encode(random).rstrip(b"=").decode()
