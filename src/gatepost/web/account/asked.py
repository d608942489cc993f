"""Who is signed in, as JSON: what an application beside us asks for every request it gets.

A proxy asks with the visitor's cookie and passes the headers on (nginx `auth_request`,
Traefik `ForwardAuth`). Nothing is kept between two questions, so who was deactivated a
moment ago is signed in no more.
"""

from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from gatepost.login.sessions import Signed
from gatepost.login.visit import Visit
from gatepost.web.account.rooms import AccountRooms
from gatepost.web.account.shown import name_of
from gatepost.web.pages.headers import page_headers
from gatepost.web.pages.reception import Reception

_FAULT = 500


class SessionAnswers:
    """Answers `GET /session`, and `GET /session/t/{tenant}` for people of one tenant alone."""

    def __init__(self, reception: Reception, rooms: AccountRooms) -> None:
        self._reception = reception
        self._rooms = rooms

    async def answer(self, request: Request) -> Response:
        """Say who is signed in with this cookie, or 401.

        Whoever administers another tenant of ours has a good session too, and any name they
        like: an application that serves one tenant asks for that one.
        """
        wanted = request.path_params.get("tenant")

        async def work(_visit: Visit) -> Response:
            signed = await self._reception.signed(request)
            if signed is None:
                return self._nobody(wanted)
            tenant = await self._rooms.tenants.name_of(signed.user.tenant_id)
            if wanted is not None and tenant != wanted:
                return self._nobody(wanted)
            document = {"tenant": tenant, **await self._document(signed)}
            return self._json(document, 200, _headers(signed, tenant, document["roles"]))

        answer = await self._reception.answer(request, work)
        if answer.status_code < _FAULT:
            return answer
        failed = self._json({"error": "unavailable"}, answer.status_code)
        failed.headers["X-Request-Id"] = answer.headers["X-Request-Id"]
        return failed

    async def _document(self, signed: Signed) -> dict[str, Any]:
        user, session = signed.user, signed.session
        roles = await self._rooms.roles.effective(user)
        is_everywhere = user.organization_scope == "all"
        names = await self._rooms.provider_names(user.tenant_id) if session.provider_id else {}
        return {
            "user_id": user.user_id,
            "user_name": user.user_name,
            "email": user.email,
            "display_name": name_of(user),
            "user_type": user.user_type,
            "administrator": user.administrator,
            "organizations": "all" if is_everywhere else user.organization_ids,
            "roles": sorted({one.name for one in roles}),
            "methods": session.methods,
            "provider": names.get(session.provider_id or ""),
            "session_id": session.session_id,
            "authenticated_at": session.authenticated_at,
            "mfa_at": session.mfa_at,
            "expires_at": session.expires_at,
        }

    def _nobody(self, tenant: str | None) -> Response:
        at = "/sign-in" if tenant is None else f"/sign-in/t/{quote(tenant, safe='')}"
        return self._json({"error": "not_signed_in", "sign_in": at}, 401)

    def _json(
        self, document: dict[str, Any], status: int, headers: dict[str, str] | None = None
    ) -> Response:
        sent = page_headers(self._reception.public_url) | (headers or {})
        return Response(msgspec.json.encode(document), status, sent, "application/json")


def _headers(signed: Signed, tenant: str, roles: Sequence[str]) -> dict[str, str]:
    """Give the headers for a proxy, percent-encoded: a name may hold any character."""
    return {
        "X-Gatepost-User": signed.user.user_id,
        "X-Gatepost-User-Name": quote(signed.user.user_name, safe="@"),
        "X-Gatepost-Tenant": quote(tenant, safe=""),
        "X-Gatepost-Roles": ",".join(quote(one, safe="") for one in roles),
    }
