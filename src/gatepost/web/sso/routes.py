"""The paths of this door."""

from starlette.routing import Route

from gatepost.web.sso.factors import FactorPages
from gatepost.web.sso.links import LinkPages
from gatepost.web.sso.protocol import ProtocolEndpoints
from gatepost.web.sso.sign_in import SignInPages


def routes(
    sign_in: SignInPages, factors: FactorPages, links: LinkPages, protocol: ProtocolEndpoints
) -> list[Route]:
    """Put the pages and endpoints behind their paths."""
    return [
        Route("/sign-in", sign_in.show, methods=["GET"]),
        Route("/sign-in", sign_in.identify, methods=["POST"]),
        Route("/sign-in/t/{tenant}", sign_in.show, methods=["GET"]),
        Route("/sign-in/t/{tenant}", sign_in.identify, methods=["POST"]),
        Route("/sign-in/password", sign_in.show_password, methods=["GET"]),
        Route("/sign-in/password", sign_in.password, methods=["POST"]),
        Route("/sign-in/continue", sign_in.go_on, methods=["GET"]),
        Route("/sign-in/confirm", sign_in.show_confirmation, methods=["GET"]),
        Route("/sign-in/confirm", sign_in.confirm, methods=["POST"]),
        Route("/sign-in/factor", factors.show, methods=["GET"]),
        Route("/sign-in/factor", factors.prove, methods=["POST"]),
        Route("/sign-in/factor/send", factors.send, methods=["POST"]),
        Route("/sign-in/enrol", factors.show_enrolment, methods=["GET"]),
        Route("/sign-in/enrol", factors.begin_enrolment, methods=["POST"]),
        Route("/sign-in/enrol/prove", factors.enrol, methods=["POST"]),
        Route("/forgot", links.show_forgotten, methods=["GET"]),
        Route("/forgot", links.forgotten, methods=["POST"]),
        Route("/links/{secret}", links.show, methods=["GET"]),
        Route("/links/{secret}", links.redeem, methods=["POST"]),
        Route("/saml/{slug}/metadata", protocol.metadata, methods=["GET"]),
        Route("/saml/{slug}/login", protocol.login, methods=["GET"]),
        Route("/saml/{slug}/acs", protocol.acs, methods=["POST"]),
        Route("/saml/{slug}/slo", protocol.slo, methods=["GET"]),
        Route("/saml/{slug}/slo", protocol.slo, methods=["POST"]),
        Route("/oidc/{slug}/login", protocol.login, methods=["GET"]),
        Route("/oidc/{slug}/callback", protocol.callback, methods=["GET"]),
        Route("/oidc/{slug}/backchannel-logout", protocol.backchannel_logout, methods=["POST"]),
        Route("/oidc/{slug}/jwks", protocol.jwks, methods=["GET"]),
    ]
