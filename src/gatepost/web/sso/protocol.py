"""What identity providers call and are sent to: `/saml/{slug}/…` and `/oidc/{slug}/…`."""

import json

from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response

from gatepost.login.provider.logout import Away, Logout
from gatepost.login.provider.publishing import Publishing
from gatepost.login.provider.sso import Sso
from gatepost.login.provider.sso_start import Asked
from gatepost.login.steps import Tested, ToStage
from gatepost.login.visit import Visit
from gatepost.saml.binding import Posted, Received, Redirected
from gatepost.web.pages.forms import FormRefused, read_form
from gatepost.web.pages.headers import page_headers
from gatepost.web.pages.reception import Reception
from gatepost.web.pages.redirects import safe_path
from gatepost.web.sso.attempt_cookie import AttemptCookies
from gatepost.web.sso.going import Going

_MESSAGE_BYTES_MAX = 512 * 1024
_LOGOUT_BYTES_MAX = 64 * 1024
_BAD_REQUEST, _FAULT = 400, 500
_METADATA = "application/samlmetadata+xml"


class ProtocolEndpoints:
    """The endpoints of single sign-on; the provider is the one that the URL names."""

    def __init__(
        self,
        *,
        reception: Reception,
        attempt_cookies: AttemptCookies,
        going: Going,
        sso: Sso,
        logout: Logout,
        publishing: Publishing,
    ) -> None:
        self._reception = reception
        self._cookies = attempt_cookies
        self._going = going
        self._sso = sso
        self._logout = logout
        self._publishing = publishing

    async def metadata(self, request: Request) -> Response:
        """Publish who we are towards one provider (saml-metadata §2.4.4)."""

        async def work(_visit: Visit) -> Response:
            document = await self._publishing.metadata(request.path_params["slug"])
            headers = {"Content-Disposition": 'inline; filename="metadata.xml"'}
            return Response(document, media_type=_METADATA, headers=headers)

        return await self._reception.answer(request, work)

    async def jwks(self, request: Request) -> Response:
        """Publish the keys that we authenticate with at one provider (RFC 7523)."""

        async def work(_visit: Visit) -> Response:
            keys = await self._publishing.jwks(request.path_params["slug"])
            return Response(json.dumps({"keys": keys}), media_type="application/jwk-set+json")

        return await self._reception.answer(request, work)

    async def login(self, request: Request) -> Response:
        """Begin a sign-in at the provider whose URL it is (R32: SP-initiated is always there)."""

        async def work(visit: Visit) -> Response:
            slug, protocol = request.path_params["slug"], request.url.path.split("/")[1]
            asked = Asked(return_to=safe_path(request.query_params.get("return_to"), ""))
            step = await self._sso.begin_at(visit, slug, protocol, asked)
            return self._going.to_provider(request, step)

        return await self._reception.answer(request, work)

    async def acs(self, request: Request) -> Response:
        """Take a SAML Response (saml-bindings §3.5): a form from another site, so no CSRF token."""

        async def work(visit: Visit) -> Response:
            visit.inbound.door = "sso"
            form = await read_form(request, bytes_max=_MESSAGE_BYTES_MAX, fields_max=10)
            message, path = form.get("SAMLResponse", ""), request.url.path
            if not message:
                raise FormRefused(400, "The form has no SAMLResponse.")
            relay_state = form.get("RelayState") or None
            step = await self._sso.back_by_saml(
                visit,
                request.path_params["slug"],
                message.encode(),
                relay_state,
                lambda attempt_id: self._cookies.bound(request, attempt_id, path),
            )
            return self._arrived(visit, step, relay_state, path)

        return await self._reception.answer(request, work)

    async def callback(self, request: Request) -> Response:
        """Take an OpenID provider's redirect (OIDC Core §3.1.2.5)."""

        async def work(visit: Visit) -> Response:
            visit.inbound.door = "sso"
            path, seen = request.url.path, []

            def secret_of(attempt_id: str) -> str | None:
                seen.append(attempt_id)
                return self._cookies.bound(request, attempt_id, path)

            slug, query = request.path_params["slug"], request.url.query
            step = await self._sso.back_by_oidc(visit, slug, query, secret_of)
            return self._arrived(visit, step, seen[0], path)

        return await self._reception.answer(request, work)

    async def slo(self, request: Request) -> Response:
        """Take a LogoutRequest or a LogoutResponse, by redirect or by form (saml-profiles §4.4)."""

        async def work(visit: Visit) -> Response:
            received, parameters = await _received(request)
            slug, relay_state = request.path_params["slug"], parameters.get("RelayState")
            if "SAMLRequest" in parameters:
                away = await self._logout.asked_by_saml(visit, slug, received, relay_state)
                return self._away(request, away)
            await self._logout.answered_by_saml(visit, slug, received, relay_state)
            return self._reception.go("/signed-out")

        return await self._reception.answer(request, work)

    async def backchannel_logout(self, request: Request) -> Response:
        """Take a logout token (OIDC Back-Channel Logout §2.5): 200, or 400 with an error."""

        async def work(visit: Visit) -> Response:
            form = await read_form(request, bytes_max=_LOGOUT_BYTES_MAX, fields_max=10)
            slug, token = request.path_params["slug"], form.get("logout_token", "")
            await self._logout.told_by_oidc(visit, slug, token)
            return Response(headers={"Cache-Control": "no-store"})

        answer = await self._reception.answer(request, work)
        if not _BAD_REQUEST <= answer.status_code < _FAULT:
            return answer
        document = {"error": "invalid_request", "error_description": "The token was not accepted."}
        headers = {"Cache-Control": "no-store", "X-Request-Id": answer.headers["X-Request-Id"]}
        return Response(json.dumps(document), 400, headers, "application/json")

    def _arrived(
        self, visit: Visit, step: ToStage | Tested, attempt_id: str | None, path: str
    ) -> Response:
        """Go on at a page of ours: the session is set where our own cookie arrives."""
        if isinstance(step, Tested):
            visit.inbound.door = None  # nobody signed in
            response = self._going.tested(step)
        else:
            response = self._going.to_stage(step)
        if attempt_id:
            self._cookies.unbind(response, attempt_id, path)
        return response

    def _away(self, request: Request, away: Away) -> Response:
        if away.form:
            site = "your organization's sign-in"
            return self._reception.post_away(request, away.form.url, away.form.fields, site)
        if away.url is None:
            return PlainTextResponse("Signed out.\n")
        return RedirectResponse(away.url, 303, headers=page_headers(self._reception.public_url))


async def _received(request: Request) -> tuple[Received, dict[str, str]]:
    """Read a logout message: a query stays raw, since its signature is over it as it stands."""
    if request.method == "GET":
        query = request.scope["query_string"]
        return Redirected(query), dict(request.query_params)
    form = await read_form(request, bytes_max=_MESSAGE_BYTES_MAX, fields_max=10)
    message = form.get("SAMLRequest") or form.get("SAMLResponse") or ""
    return Posted(message.encode()), form
