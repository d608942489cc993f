"""The pages from the address to the second factor."""

from starlette.requests import Request
from starlette.responses import Response

from gatepost.login.attempts import Stage
from gatepost.login.flow import Flow
from gatepost.login.native.password_form import NativeSignIn
from gatepost.login.provider.sso import Sso
from gatepost.login.provider.sso_start import Asked
from gatepost.login.refusals import ProofWrong, Throttled
from gatepost.login.visit import Visit
from gatepost.tenancy.tenants import DEFAULT, Tenants
from gatepost.web.pages.reception import Reception, csrf_of
from gatepost.web.pages.redirects import safe_path
from gatepost.web.pages.refusals import words_of
from gatepost.web.sso.attempt_cookie import AttemptCookies
from gatepost.web.sso.going import PATHS, Going


class SignInPages:
    """Address, password, and what comes between the steps."""

    def __init__(  # noqa: PLR0913 - a door and the rooms behind it
        self,
        *,
        reception: Reception,
        attempt_cookies: AttemptCookies,
        going: Going,
        tenants: Tenants,
        native: NativeSignIn,
        sso: Sso,
        flow: Flow,
        application_url: str | None,
    ) -> None:
        self._reception = reception
        self._cookies = attempt_cookies
        self._going = going
        self._tenants = tenants
        self._native = native
        self._sso = sso
        self._flow = flow
        self._application_url = application_url

    async def show(self, request: Request) -> Response:
        """Ask for the address, or send somebody who is signed in on."""

        async def work(_visit: Visit) -> Response:
            await self._tenants.get(_tenant(request))
            if await self._reception.signed(request):
                return self._reception.go(self._return_to(request) or "/account")
            return self._address(request)

        return await self._reception.answer(request, work)

    async def identify(self, request: Request) -> Response:
        """Take the address: on to the provider, or to the password (R29)."""

        async def work(visit: Visit) -> Response:
            tenant = await self._tenants.get(_tenant(request))
            form = await self._reception.form(request, None)
            identifier = form.get("identifier", "").strip()
            if not identifier:
                return self._address(request, error="Enter your email address or user name.")
            return_to = self._safe(form.get("return_to"))
            found = await self._native.identify(tenant.tenant_id, identifier)
            if found.provider and form.get("way") != "password":
                asked = Asked(login_hint=identifier, return_to=return_to)
                step = await self._sso.begin(visit, found.provider, asked)
                return self._going.to_provider(request, step)
            begun = await self._native.begin(visit, tenant.tenant_id, found, return_to)
            return self._going.to_stage(begun)

        return await self._reception.answer(request, work)

    async def show_password(self, request: Request) -> Response:
        """Ask for the password."""

        async def work(_visit: Visit) -> Response:
            attempt = await self._native.attempt(self._cookies.secret(request))
            return self._password(request, str(attempt.facts["identifier"]))

        return await self._reception.answer(request, work)

    async def password(self, request: Request) -> Response:
        """Take the password."""

        async def work(visit: Visit) -> Response:
            secret = self._cookies.secret(request)
            attempt = await self._native.attempt(secret)
            form = await self._reception.form(request, secret)
            identifier, given = str(attempt.facts["identifier"]), form.get("password", "")
            try:
                step = await self._native.password(
                    visit, attempt, given, self._cookies.mark(request)
                )
            except ProofWrong:
                return self._password(request, identifier, _WRONG, 400)
            except Throttled as refusal:
                words = words_of(refusal)
                return self._password(request, identifier, words.sentence, words.status)
            return self._going.to_stage(step)

        return await self._reception.answer(request, work)

    async def go_on(self, request: Request) -> Response:
        """Go on with the attempt at whatever stage it is; a provider's word may be all it takes."""

        async def work(visit: Visit) -> Response:
            secret = self._cookies.secret(request)
            attempt = await self._native.attempt(secret, *Stage)
            if attempt.stage != Stage.READY:
                return self._reception.go(PATHS.get(Stage(attempt.stage), "/sign-in"))
            standing = await self._flow.standing(secret, Stage.READY)
            replaced = await self._reception.signed(request)
            is_other = replaced and replaced.user.user_id != standing.user.user_id
            if is_other and not attempt.facts.get("confirmed"):
                return self._going.to_stage(await self._flow.ask_first(visit, standing))
            return self._going.done(request, await self._flow.finish(visit, standing, replaced))

        return await self._reception.answer(request, work)

    async def show_confirmation(self, request: Request) -> Response:
        """Ask whether a sign-in that nobody asked for is wanted (R32)."""

        async def work(_visit: Visit) -> Response:
            secret = self._cookies.secret(request)
            standing = await self._flow.standing(secret, Stage.CONFIRMATION)
            present = await self._reception.signed(request)
            return self._reception.page(
                request,
                "sso/confirm.html",
                csrf=csrf_of(secret or ""),
                user_name=standing.user.user_name,
                provider=standing.attempt.facts["provider_name"],
                present=present.user.user_name if present else None,
            )

        return await self._reception.answer(request, work)

    async def confirm(self, request: Request) -> Response:
        """Take the word that it is wanted."""

        async def work(visit: Visit) -> Response:
            secret = self._cookies.secret(request)
            await self._reception.form(request, secret or "")
            standing = await self._flow.standing(secret, Stage.CONFIRMATION)
            return self._going.to_stage(await self._flow.confirm(visit, standing))

        return await self._reception.answer(request, work)

    def _address(self, request: Request, error: str | None = None) -> Response:
        errors = {"identifier": error} if error else {}
        return self._reception.page(
            request,
            "sso/address.html",
            400 if error else 200,
            errors=errors,
            action=request.url.path,
            return_to=self._return_to(request),
            with_password=request.query_params.get("way") == "password",
        )

    def _password(
        self, request: Request, identifier: str, error: str | None = None, status: int = 200
    ) -> Response:
        secret = self._cookies.secret(request) or ""
        return self._reception.page(
            request,
            "sso/password.html",
            status,
            errors={"password": error} if error else {},
            csrf=csrf_of(secret),
            identifier=identifier,
        )

    def _return_to(self, request: Request) -> str:
        return self._safe(request.query_params.get("return_to"))

    def _safe(self, wanted: str | None) -> str:
        """Let a sign-in return to our own paths and to the application, and nowhere else."""
        home = self._application_url
        is_ours = wanted and home and (wanted == home or wanted.startswith(f"{home}/"))
        if wanted and is_ours and len(wanted) <= _RETURN_TO_MAX:
            return wanted
        return safe_path(wanted, "")


_RETURN_TO_MAX = 2_000
_WRONG = "That address and password do not belong together."


def _tenant(request: Request) -> str:
    return str(request.path_params.get("tenant", DEFAULT))
