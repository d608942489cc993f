"""What the flow says next, as a response: on to a provider, to a page of ours, or signed in."""

from starlette.requests import Request
from starlette.responses import Response

from gatepost.login.attempts import Stage
from gatepost.login.steps import Done, Tested, ToProvider, ToStage
from gatepost.web.pages import cookies
from gatepost.web.pages.reception import Reception
from gatepost.web.sso.attempt_cookie import AttemptCookies

PATHS = {
    Stage.PASSWORD: "/sign-in/password",
    Stage.FACTOR: "/sign-in/factor",
    Stage.ENROLMENT: "/sign-in/enrol",
    Stage.CONFIRMATION: "/sign-in/confirm",
    Stage.READY: "/sign-in/continue",
}


class Going:
    """Turns steps into responses."""

    def __init__(
        self, reception: Reception, attempt_cookies: AttemptCookies, application_url: str | None
    ) -> None:
        self._reception = reception
        self._cookies = attempt_cookies
        self._home = application_url or "/account"

    def to_provider(self, request: Request, step: ToProvider) -> Response:
        """Send the browser to the provider, tied to what comes back."""
        site = step.provider.name
        if step.form:
            response = self._reception.post_away(request, step.form.url, step.form.fields, site)
        else:
            assert step.url is not None  # noqa: S101 - one of the two is there
            response = self._reception.leave(request, step.url, site)
        way = "acs" if step.protocol == "saml" else "callback"
        path = f"/{step.protocol}/{step.provider.slug}/{way}"
        self._cookies.bind(response, step.attempt_id, path, step.secret)
        return response

    def to_stage(self, step: ToStage) -> Response:
        """Send the browser to the page of the stage, with the attempt's new secret."""
        return self._cookies.keep(self._reception.go(PATHS[Stage(step.stage)]), step.secret)

    def tested(self, step: Tested) -> Response:
        """Send the administrator to the result of a test."""
        return self._reception.go(
            f"/console/providers/{step.provider.slug}/tests/{step.attempt_id}"
        )

    def done(self, request: Request, step: Done) -> Response:
        """Sign the browser in and send it where it wanted to go; recovery codes are shown first."""
        to = step.signed_in.return_to or self._home
        if step.recovery_codes:
            response = self._reception.page(
                request, "sso/recovery_codes.html", codes=step.recovery_codes, to=to
            )
        elif to.startswith("/"):
            response = self._reception.go(to)
        else:
            # The application may be of another origin, which a form's answer may not lead to.
            response = self._reception.leave(request, to, self._reception.display_name)
        cookies.set_cookie(response, self._reception.session_cookie, step.signed_in.secret)
        self._cookies.forget(response)
        self._cookies.keep_mark(response, step.mark)
        return response
