"""The paths of the SCIM half."""

from starlette.routing import Route

from gatepost.web.console.access import Access
from gatepost.web.console.providers.page import ProviderPage
from gatepost.web.console.providers.scim.card import ScimCard
from gatepost.web.console.providers.scim.defaults import Defaults
from gatepost.web.console.providers.scim.deleting import Deletion
from gatepost.web.console.providers.scim.once import OncePage
from gatepost.web.console.providers.scim.releasing import Release
from gatepost.web.console.providers.scim.rotating import Rotations
from gatepost.web.console.providers.scim.settings import ProviderSettings
from gatepost.web.console.providers.scim.switching import ScimSwitches
from gatepost.web.console.providers.scim.tokens import TokenPages
from gatepost.web.console.rooms import ConsoleRooms

_PROVIDER = "/console/providers/{slug}"
_TOKEN = f"{_PROVIDER}/tokens/{{token_id}}"


def routes(access: Access, rooms: ConsoleRooms, page: ProviderPage) -> list[Route]:
    """Put the pages behind their paths; `page` is the provider's own, where all of them end."""
    once = OncePage(access, rooms, ScimCard(rooms, page.public_url))
    switches, tokens = (
        ScimSwitches(access, rooms, page, once),
        TokenPages(access, rooms, page, once),
    )
    settings, defaults = ProviderSettings(access, rooms, page), Defaults(access, rooms, page)
    release, deletion = Release(access, rooms, page), Deletion(access, rooms, page)
    rotations = Rotations(access, rooms, page, tokens, once)
    return [
        Route(f"{_PROVIDER}/scim/on", switches.show_on, methods=["GET"]),
        Route(f"{_PROVIDER}/scim/on", switches.on, methods=["POST"]),
        Route(f"{_PROVIDER}/scim/off", switches.show_off, methods=["GET"]),
        Route(f"{_PROVIDER}/scim/off", switches.off, methods=["POST"]),
        Route(f"{_PROVIDER}/scim/pause", switches.pause, methods=["POST"]),
        Route(f"{_PROVIDER}/scim/resume", switches.resume, methods=["POST"]),
        Route(f"{_PROVIDER}/tokens/new", tokens.show_new, methods=["GET"]),
        Route(f"{_PROVIDER}/tokens/new", tokens.create, methods=["POST"]),
        Route(f"{_TOKEN}/test", tokens.show_test, methods=["GET"]),
        Route(f"{_TOKEN}/rotate", rotations.show_form, methods=["GET"]),
        Route(f"{_TOKEN}/rotate", rotations.rotate, methods=["POST"]),
        Route(f"{_TOKEN}/rotation", rotations.show, methods=["GET"]),
        Route(f"{_TOKEN}/revoke", tokens.show_revoke, methods=["GET"]),
        Route(f"{_TOKEN}/revoke", tokens.revoke, methods=["POST"]),
        Route(f"{_PROVIDER}/settings", settings.show, methods=["GET"]),
        Route(f"{_PROVIDER}/settings", settings.save, methods=["POST"]),
        Route(f"{_PROVIDER}/defaults", defaults.show, methods=["GET"]),
        Route(f"{_PROVIDER}/defaults", defaults.save, methods=["POST"]),
        Route(f"{_PROVIDER}/release", release.show, methods=["GET"]),
        Route(f"{_PROVIDER}/release", release.start, methods=["POST"]),
        Route(f"{_PROVIDER}/release/{{job_id}}", release.watch, methods=["GET"]),
        Route(f"{_PROVIDER}/release/{{job_id}}", release.stop, methods=["POST"]),
        Route(f"{_PROVIDER}/delete", deletion.show, methods=["GET"]),
        Route(f"{_PROVIDER}/delete", deletion.delete, methods=["POST"]),
    ]
