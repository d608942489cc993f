"""Test connection: through the provider and back, and what came back beside what should have."""

from collections.abc import Callable
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from gatepost.base.ids import is_id
from gatepost.login.attempts import LIFETIME, Purpose
from gatepost.login.provider.sso_start import Asked
from gatepost.login.provider.testing import Compared, Result
from gatepost.login.refusals import AttemptGone
from gatepost.login.steps import ToProvider
from gatepost.login.visit import Visit
from gatepost.store.login_rows import AttemptRow, SsoRow
from gatepost.store.rows import ProviderRow
from gatepost.web.console.access import Access, Staff
from gatepost.web.console.errors import FIXES
from gatepost.web.console.providers.page import ProviderPage
from gatepost.web.console.rooms import ConsoleRooms
from gatepost.web.pages import cookies
from gatepost.web.pages.cookies import Cookie
from gatepost.web.pages.headers import page_headers

ToProviderResponse = Callable[[Request, ToProvider], Response]
"""Sends the browser to the provider, tied to what comes back; the sign-in door knows how."""

_RECORDED_AS = "/console/sso-test/…"
_RESULT_S = int(LIFETIME.total_seconds()) + 3600
_MARKS = {True: "✓ as expected", False: "✗ differs", None: "shown only"}


class Trials:
    """Begins tests and shows their results, to administrators and to whoever has a link."""

    def __init__(
        self,
        access: Access,
        rooms: ConsoleRooms,
        page: ProviderPage,
        to_provider: ToProviderResponse,
    ) -> None:
        self._access = access
        self._reception = access.reception
        self._rooms = rooms
        self._page = page
        self._to_provider = to_provider
        self._testing = rooms.login.testing

    async def begin(self, request: Request) -> Response:
        """Send the administrator to the provider."""

        async def work(staff: Staff) -> Response:
            provider, _ = await self._page.half(request, staff)
            asked = Asked(purpose=Purpose.TEST, session_id=staff.signed.session.session_id)
            step = await self._rooms.login.sso.begin(staff.visit, provider, asked)
            return self._to_provider(request, step)

        return await self._access.look(request, work)

    async def show(self, request: Request) -> Response:
        """Show a result: to an administrator of the tenant, or to the browser that did the test."""
        if await self._access.find(request) is None and self._own_secret(request):
            return await self._show_own(request)

        async def work(staff: Staff) -> Response:
            provider, sso = await self._page.half(request, staff)
            attempt, result = await self._find(request, staff.tenant_id)
            if attempt.provider_id != provider.provider_id:
                raise AttemptGone
            return self._access.page(
                request, staff, "test_result.html", **_shown(provider, sso, attempt, result),
                path=self._page.path(request), is_guest=False,
            )  # fmt: skip

        return await self._access.look(request, work)

    async def show_link(self, request: Request) -> Response:
        """Say what the link is for; looking spends nothing."""

        async def work(_visit: Visit) -> Response:
            _, provider = await self._testing.find_test_link(request.path_params["secret"])
            headers = page_headers(self._reception.public_url, holds_secret=True)
            return self._reception.page(
                request, "console/test_link.html", headers=headers, provider=provider
            )

        return await self._reception.answer(request, work, path=_RECORDED_AS)

    async def follow_link(self, request: Request) -> Response:
        """Spend the link and send its holder to the provider."""

        async def work(visit: Visit) -> Response:
            await self._reception.form(request, None)
            provider = await self._testing.spend_test_link(request.path_params["secret"])
            step = await self._rooms.login.sso.begin(visit, provider, Asked(purpose=Purpose.TEST))
            response = self._to_provider(request, step)
            result = f"/console/providers/{provider.slug}/tests/{step.attempt_id}"
            cookies.set_cookie(response, self._cookie(result), step.secret, lifetime_s=_RESULT_S)
            return response

        return await self._reception.answer(request, work, path=_RECORDED_AS)

    async def _show_own(self, request: Request) -> Response:
        """Show the result to the browser that began the test by a link: it has the secret."""

        async def work(_visit: Visit) -> Response:
            secret, attempt_id = self._own_secret(request), request.path_params["attempt_id"]
            attempt, provider, result = await self._testing.find_own(secret, attempt_id)
            sso = await self._rooms.single_sign_on.get(provider)
            shown = _shown(provider, sso, attempt, result)
            return self._reception.page(
                request, "console/test_result.html", **shown, is_guest=True, may_change=False,
                is_administrator=False, now=self._rooms.login.equipment.now,
            )  # fmt: skip

        return await self._reception.answer(request, work)

    async def _find(self, request: Request, tenant_id: int) -> tuple[AttemptRow, Result]:
        attempt_id = request.path_params["attempt_id"]
        if not is_id(attempt_id):
            raise AttemptGone
        return await self._testing.find(tenant_id, attempt_id)

    def _own_secret(self, request: Request) -> str | None:
        return cookies.read_cookie(request, self._cookie(request.url.path))

    def _cookie(self, path: str) -> Cookie:
        return cookies.bound(
            self._reception.public_url, "gatepost_sso_test", path, same_site_none=False
        )


def _shown(
    provider: ProviderRow, sso: SsoRow, attempt: AttemptRow, result: Result
) -> dict[str, Any]:
    return {
        "provider": provider,
        "sso": sso,
        "result": result,
        "tested_at": attempt.created_at,
        "fix": FIXES.get(result.reason or ""),
        "rows": [_row(one) for one in result.compared],
        # Settings that were changed while the browser was away were not what was tested.
        "is_stale": sso.tested_at is None and attempt.facts.get("version") != sso.version,
    }


def _row(one: Compared) -> dict[str, Any]:
    return {
        "name": one.name,
        "expected": one.expected,
        "received": one.received,
        "mark": _MARKS[one.is_right],
        "is_wrong": one.is_right is False,
    }
