"""Who comes to a page, and what they are told: what every door with pages begins and ends with.

A request becomes a `Visit` with its record, its session is looked up, its form is read only
from a page of ours with the token of its own browser; whatever goes wrong leaves as a page
with a reference id, and the reason stays in the record (R37, ARCHITECTURE §8).
"""

import hashlib
import hmac
from collections.abc import Awaitable, Callable
from typing import Any

import structlog
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from gatepost.activity import reasons
from gatepost.activity.inbound import Inbound
from gatepost.activity.recorder import Recorder
from gatepost.base.clock import Clock
from gatepost.base.ids import Ids
from gatepost.base.refusal import Refusal
from gatepost.login.sessions import Sessions, Signed
from gatepost.login.visit import Visit
from gatepost.store.database import StoreUnavailable
from gatepost.web.pages import cookies
from gatepost.web.pages.forms import FormRefused, is_same_origin, read_form
from gatepost.web.pages.headers import page_headers
from gatepost.web.pages.refusals import said_of, words_of
from gatepost.web.pages.rendering import Pages

Form = dict[str, str]
Answer = Callable[[Visit], Awaitable[Response]]
Otherwise = Callable[[Refusal], Awaitable[Response | None]]
"""A door's own answer to a refusal; None leaves it to the page that all doors share."""

_SEE_OTHER = 303


class Foreign(FormRefused):
    """The form was not sent from a page of ours, or from another browser."""

    def __init__(self) -> None:
        super().__init__(403, "The form was not sent from this page. Open the page again.")


class Reception:
    """Receives requests for pages; built once, shared by the doors."""

    def __init__(  # noqa: PLR0913 - what a page is answered with
        self,
        *,
        pages: Pages,
        sessions: Sessions,
        recorder: Recorder,
        clock: Clock,
        ids: Ids,
        public_url: str,
        display_name: str,
    ) -> None:
        self._pages = pages
        self._sessions = sessions
        self._recorder = recorder
        self._clock = clock
        self._ids = ids
        self.public_url = public_url
        self.display_name = display_name
        self.session_cookie = cookies.session(public_url)

    async def answer(
        self,
        request: Request,
        work: Answer,
        *,
        path: str | None = None,
        otherwise: Otherwise | None = None,
    ) -> Response:
        """Have the request answered; `path` stands in the record for one that holds a secret.

        Requests that only look leave no record; all others do, and so does every refusal.
        """
        visit = self._visit(request, path or request.url.path)
        try:
            response = await work(visit)
        except Refusal as refusal:
            own = await otherwise(refusal) if otherwise else None
            response = own or self.refused(request, visit, refusal)
            self._record(visit, visit.inbound.refused(refusal, []))
        except FormRefused as error:
            response = self._failed(request, visit, error.status, error.detail)
            self._record(visit, visit.inbound.failed(error.status, None, None))
        except StoreUnavailable:
            visit.inbound.failed(503, None, None)  # what was made for the plan is not true
            response = self._failed(request, visit, 503, _AWAY)
            response.headers["Retry-After"] = "5"
        except Exception:  # noqa: BLE001 - the edge: a fault too leaves as a page
            structlog.get_logger().exception("fault", request_id=visit.inbound.request_id)
            response = self._failed(request, visit, 500, _FAULT)
            self._record(visit, visit.inbound.failed(500, None, None))
        else:
            if request.method not in {"GET", "HEAD"}:
                self._record(
                    visit, visit.inbound.record(response.status_code, reasons.ACCEPTED, [])
                )
        self._recorder.count(visit.inbound)
        response.headers["X-Request-Id"] = visit.inbound.request_id
        return response

    async def signed(self, request: Request) -> Signed | None:
        """Find who is signed in in this browser."""
        return await self._sessions.find(cookies.read_cookie(request, self.session_cookie))

    def session_secret(self, request: Request) -> str | None:
        """Give the session's secret, as the browser has it."""
        return cookies.read_cookie(request, self.session_cookie)

    async def form(self, request: Request, secret: str | None) -> Form:
        """Read a form that a page of ours sent; with a secret, one of this very browser.

        Raises:
            FormRefused: it comes from elsewhere, or is no form.
        """
        self.check_origin(request)
        form = await read_form(request)
        if secret is not None:
            check_token(form, secret)
        return form

    def check_origin(self, request: Request) -> None:
        """Let only forms through that a page of ours sent.

        Raises:
            FormRefused: it comes from elsewhere.
        """
        if not is_same_origin(request, self.public_url):
            raise Foreign

    def page(
        self,
        request: Request,
        template: str,
        status: int = 200,
        headers: dict[str, str] | None = None,
        **context: Any,  # noqa: ANN401 - of templates
    ) -> Response:
        """Draw a page under the installation's own name."""
        return self._pages.render(
            request, template, status, headers, organization=self.display_name, **context
        )

    def refused(self, request: Request, visit: Visit, refusal: Refusal) -> Response:
        """Say a refusal: a safe sentence and a reference id, never the reason itself."""
        words = words_of(refusal)
        response = self.page(
            request,
            "refusal.html",
            words.status,
            title=words.title,
            sentence=words.sentence,
            fix=words.fix,
            reference=visit.inbound.request_id,
            back=words.back,
        )
        if "wait_s" in refusal.facts:
            response.headers["Retry-After"] = str(refusal.facts["wait_s"])
        return response

    def go(self, path: str) -> Response:
        """Send the browser on to a path of ours, by GET."""
        headers = page_headers(self.public_url, holds_secret=True)
        return RedirectResponse(path, _SEE_OTHER, headers=headers)

    def leave(self, request: Request, url: str, site: str) -> Response:
        """Send the browser to another site after a form: by a page, since CSP holds redirects."""
        if request.method == "GET":
            headers = page_headers(self.public_url)
            return RedirectResponse(url, _SEE_OTHER, headers=headers)
        return self.page(request, "leaving.html", target=url, site=site)

    def post_away(self, request: Request, url: str, fields: dict[str, str], site: str) -> Response:
        """Have the browser post a form to another site; by itself with JavaScript."""
        headers = page_headers(self.public_url, form_targets=[url])
        return self.page(
            request, "posting.html", headers=headers, target=url, fields=fields, site=site
        )

    def _visit(self, request: Request, path: str) -> Visit:
        inbound = Inbound(
            request_id=self._ids.new(),
            at=self._clock.now(),
            method=request.method,
            path=path,
            now=self._clock.now,
            said_of=said_of,
        )
        address = request.client.host if request.client else None
        return Visit(inbound, address, request.headers.get("user-agent"))

    def _record(self, visit: Visit, record: Any) -> None:  # noqa: ANN401 - a change of the store's
        if not visit.inbound.is_recorded:
            self._recorder.record(record)

    def _failed(self, request: Request, visit: Visit, status: int, sentence: str) -> Response:
        return self.page(
            request,
            "refusal.html",
            status,
            title="That did not work",
            sentence=sentence,
            reference=visit.inbound.request_id,
        )


_FAULT = "Something failed on our side. Try again; if it stays so, tell your administrator."
_AWAY = "The service is not available right now. Try again in a moment."


def check_token(form: Form, secret: str) -> None:
    """Let only a form of this very browser through.

    Raises:
        FormRefused: it was made in another.
    """
    given = form.get("csrf", "").encode()
    if not hmac.compare_digest(given, csrf_of(secret).encode()):
        raise Foreign


def csrf_of(secret: str) -> str:
    """Give the token that a form of this browser carries, made from its cookie's secret."""
    return hashlib.sha256(f"csrf:{secret}".encode()).hexdigest()
