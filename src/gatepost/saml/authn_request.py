"""Asking an identity provider to sign somebody in (saml-core §3.4.1)."""

from datetime import datetime

import msgspec

from gatepost.saml import binding, build
from gatepost.saml.binding import PostForm
from gatepost.saml.names import Element, saml, samlp
from gatepost.saml.parties import HTTP_POST

_PARAMETER = "SAMLRequest"


class AuthnRequest(msgspec.Struct, frozen=True):
    """A request to sign in; `destination` is the identity provider's address.

    `authn_context` are the class references asked for; asking proves nothing
    about the answer. Without a `name_id_format` the identity provider chooses.
    """

    id: str
    issue_instant: datetime
    issuer: str
    acs_url: str
    destination: str
    name_id_format: str | None = None
    force_authn: bool = False
    is_passive: bool = False
    authn_context: tuple[str, ...] = ()
    authn_context_comparison: str = "exact"


def redirect_url(request: AuthnRequest, *, relay_state: str | None, key_pem: bytes | None) -> str:
    """Give the URL that carries the request, signed where there is a key (saml-bindings §3.4)."""
    return binding.redirect_url(
        request.destination,
        _PARAMETER,
        _write(request),
        relay_state=relay_state,
        key_pem=key_pem,
    )


def post_form(
    request: AuthnRequest,
    *,
    relay_state: str | None,
    key_pem: bytes | None,
    certificate: str | None,
) -> PostForm:
    """Give the form that carries the request, signed where there is a key (saml-bindings §3.5)."""
    return binding.post_form(
        request.destination,
        _PARAMETER,
        _write(request),
        relay_state=relay_state,
        key_pem=key_pem,
        certificate=certificate,
    )


def _write(request: AuthnRequest) -> Element:
    head = build.Head(request.id, request.issue_instant, request.issuer, request.destination)
    root = build.message(
        "AuthnRequest",
        head,
        AssertionConsumerServiceURL=request.acs_url,
        ProtocolBinding=HTTP_POST,
        ForceAuthn="true" if request.force_authn else None,
        IsPassive="true" if request.is_passive else None,
    )
    if request.name_id_format is not None:
        tag = samlp("NameIDPolicy")
        build.append(root, tag, Format=request.name_id_format, AllowCreate="true")
    if request.authn_context:
        comparison = request.authn_context_comparison
        asked = build.append(root, samlp("RequestedAuthnContext"), Comparison=comparison)
        for one in request.authn_context:
            build.append(asked, saml("AuthnContextClassRef"), one)
    return root
