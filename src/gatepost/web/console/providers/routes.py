"""The paths of identity providers."""

from collections.abc import Callable

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from gatepost.login.steps import ToProvider
from gatepost.web.console.access import Access
from gatepost.web.console.providers.listed import ProviderList
from gatepost.web.console.providers.page import ProviderPage
from gatepost.web.console.providers.scim import routes as scim
from gatepost.web.console.providers.settings import SettingForms
from gatepost.web.console.providers.setup import SetupForms
from gatepost.web.console.providers.switching import Switches
from gatepost.web.console.providers.trials import Trials
from gatepost.web.console.rooms import ConsoleRooms

_PROVIDER = "/console/providers/{slug}"


def routes(
    access: Access,
    rooms: ConsoleRooms,
    public_url: str,
    to_provider: Callable[[Request, ToProvider], Response],
) -> list[Route]:
    """Put the pages of identity providers behind their paths."""
    listed = ProviderList(access, rooms)
    page = ProviderPage(access, rooms, public_url)
    setup, settings = SetupForms(access, rooms, page), SettingForms(access, rooms, page)
    switches, trials = Switches(access, rooms, page), Trials(access, rooms, page, to_provider)
    return [
        Route("/console/providers", listed.show, methods=["GET"]),
        Route("/console/new-provider", listed.show_new, methods=["GET"]),
        Route("/console/new-provider", listed.create, methods=["POST"]),
        Route(_PROVIDER, page.show, methods=["GET"]),
        Route(f"{_PROVIDER}/saml", setup.show_saml, methods=["GET"]),
        Route(f"{_PROVIDER}/saml", setup.set_up_saml, methods=["POST"]),
        Route(f"{_PROVIDER}/oidc", setup.show_oidc, methods=["GET"]),
        Route(f"{_PROVIDER}/oidc", setup.set_up_oidc, methods=["POST"]),
        Route(f"{_PROVIDER}/options", settings.show_options, methods=["GET"]),
        Route(f"{_PROVIDER}/options", settings.options, methods=["POST"]),
        Route(f"{_PROVIDER}/attributes", settings.show_attributes, methods=["GET"]),
        Route(f"{_PROVIDER}/attributes", settings.attributes, methods=["POST"]),
        Route(f"{_PROVIDER}/mfa", settings.show_mfa, methods=["GET"]),
        Route(f"{_PROVIDER}/mfa", settings.mfa, methods=["POST"]),
        Route(f"{_PROVIDER}/just-in-time", settings.just_in_time, methods=["POST"]),
        Route(f"{_PROVIDER}/refresh", switches.refresh, methods=["POST"]),
        Route(f"{_PROVIDER}/key/publish", switches.publish_key, methods=["POST"]),
        Route(f"{_PROVIDER}/key/switch", switches.switch_key, methods=["POST"]),
        Route(f"{_PROVIDER}/on", switches.on, methods=["POST"]),
        Route(f"{_PROVIDER}/off", switches.show_off, methods=["GET"]),
        Route(f"{_PROVIDER}/off", switches.off, methods=["POST"]),
        Route(f"{_PROVIDER}/test", trials.begin, methods=["GET"]),
        Route(f"{_PROVIDER}/tests/{{attempt_id}}", trials.show, methods=["GET"]),
        *scim.routes(access, rooms, page),
        Route("/console/sso-test/{secret}", trials.show_link, methods=["GET"]),
        Route("/console/sso-test/{secret}", trials.follow_link, methods=["POST"]),
    ]
