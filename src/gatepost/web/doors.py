"""Puts the doors with pages on the rooms behind them."""

from starlette.routing import Route

from gatepost.activity.recorder import Recorder
from gatepost.base.clock import Clock
from gatepost.base.ids import Ids
from gatepost.base.launch import Launch
from gatepost.base.settings import Settings
from gatepost.login.rooms import LoginRooms
from gatepost.tenancy.administrators import Administrators
from gatepost.tenancy.tenants import Tenants
from gatepost.web.account.door import account_routes
from gatepost.web.account.rooms import AccountRooms
from gatepost.web.console.rooms import ConsoleRooms
from gatepost.web.console.routes import routes as console_routes
from gatepost.web.pages.assets import page_assets
from gatepost.web.pages.reception import Reception
from gatepost.web.pages.rendering import Pages
from gatepost.web.setup.demo import DemoPages
from gatepost.web.setup.pages import SetupPages
from gatepost.web.sso.attempt_cookie import AttemptCookies
from gatepost.web.sso.factors import FactorPages
from gatepost.web.sso.going import Going
from gatepost.web.sso.links import LinkPages
from gatepost.web.sso.protocol import ProtocolEndpoints
from gatepost.web.sso.routes import routes as sso_routes
from gatepost.web.sso.sign_in import SignInPages

TEMPLATES = {
    "account": "gatepost.web.account",
    "console": "gatepost.web.console",
    "setup": "gatepost.web.setup",
    "sso": "gatepost.web.sso",
}


class Doors:
    """Every page and endpoint that is not SCIM's."""

    def __init__(  # noqa: PLR0913 - the rooms behind all doors
        self,
        settings: Settings,
        launch: Launch,
        *,
        login: LoginRooms,
        tenants: Tenants,
        administrators: Administrators,
        account: AccountRooms,
        recorder: Recorder,
        clock: Clock,
        ids: Ids,
        console: ConsoleRooms,
    ) -> None:
        self.pages = Pages(page_assets(), settings.public_url, TEMPLATES, is_demo=launch.is_demo)
        self.reception = Reception(
            pages=self.pages,
            sessions=login.sessions,
            recorder=recorder,
            clock=clock,
            ids=ids,
            public_url=settings.public_url,
            display_name=settings.display_name,
        )
        self._settings = settings
        self._launch = launch
        self._login = login
        self._tenants = tenants
        self._administrators = administrators
        self._account = account
        self._clock = clock
        self._console = console
        self._kept = AttemptCookies(settings.public_url)
        self._going = Going(self.reception, self._kept, settings.application_url)

    def routes(self) -> list[Route]:
        """Give the paths of all of them."""
        setup = SetupPages(self.reception, self._administrators, self._tenants, self._login.links)
        account = account_routes(self.reception, self._clock, self._account, self._login)
        console = console_routes(self.reception, self._console, self._going.to_provider)
        demo = DemoPages(self.reception, self._login.demo).routes() if self._launch.is_demo else []
        return [*self.pages.routes(), *setup.routes(), *demo, *account, *console, *self._sso()]

    def _sso(self) -> list[Route]:
        login, reception, kept, going = self._login, self.reception, self._kept, self._going
        sign_in = SignInPages(
            reception=reception,
            attempt_cookies=kept,
            going=going,
            tenants=self._tenants,
            native=login.native,
            sso=login.sso,
            flow=login.flow,
            application_url=self._settings.application_url,
        )
        protocol = ProtocolEndpoints(
            reception=reception,
            attempt_cookies=kept,
            going=going,
            sso=login.sso,
            logout=login.logout,
            publishing=login.publishing,
        )
        factors = FactorPages(reception, kept, going, login.flow)
        links = LinkPages(reception, going, self._tenants, login.native, login.links)
        return sso_routes(sign_in, factors, links, protocol)
