"""Reading a provider's configuration document (OIDC Discovery §3, §4)."""

from typing import Any, Final

from gatepost.oidc.errors import (
    CodeFlowUnsupported,
    DiscoveryIssuerMismatch,
    DiscoveryMalformed,
    EndpointInvalid,
    IssuerInvalid,
    IssuerTemplate,
    shown,
)
from gatepost.oidc.exchange import read_object
from gatepost.oidc.parties import OpenIdProvider
from gatepost.oidc.urls import is_endpoint, is_issuer

WELL_KNOWN: Final = "/.well-known/openid-configuration"
_REQUIRED: Final = ("authorization_endpoint", "token_endpoint", "jwks_uri")
_OPTIONAL: Final = ("userinfo_endpoint", "end_session_endpoint")
_NAMES_MAX: Final = 200


def url_of(issuer: str, *, allow_http: bool = False) -> str:
    """Give the address of an issuer's document (OIDC Discovery §4.1).

    Raises:
        IssuerInvalid: it is no https URL, or has a query or fragment.
        IssuerTemplate: it stands for any tenant.
    """
    _check_issuer(issuer, allow_http=allow_http)
    return issuer.rstrip("/") + WELL_KNOWN


def read(document: bytes, *, issuer: str, allow_http: bool = False) -> OpenIdProvider:
    """Read the document that was fetched for the configured issuer.

    Its `issuer` must be the configured text exactly (OIDC Discovery §4.3, ASVS 10.5.3).
    With `allow_http`, hosts of this machine may be asked without TLS, for development.

    Raises:
        DiscoveryError: a subclass says what is wrong with issuer, document or endpoints.
    """
    _check_issuer(issuer, allow_http=allow_http)
    metadata = read_object(document)
    if metadata is None:
        raise DiscoveryMalformed(
            f"What {shown(issuer + WELL_KNOWN)} answers is not a JSON object: "
            "is it the address of a login page or a proxy?"
        )
    _check_named_issuer(metadata.get("issuer"), issuer)
    _check_code_flow(metadata)
    endpoints = {
        name: _endpoint(metadata, name, allow_http=allow_http)
        for name in (*_REQUIRED, *_OPTIONAL)
        if name in _REQUIRED or metadata.get(name) is not None
    }
    return OpenIdProvider(
        issuer=issuer,
        promises_iss=_flag(metadata, "authorization_response_iss_parameter_supported"),
        token_endpoint_auth_methods=_names(metadata, "token_endpoint_auth_methods_supported"),
        acr_values_supported=_names(metadata, "acr_values_supported"),
        scopes_supported=_names(metadata, "scopes_supported"),
        algorithms_supported=_names(metadata, "id_token_signing_alg_values_supported"),
        backchannel_logout_supported=_flag(metadata, "backchannel_logout_supported"),
        backchannel_logout_session_supported=_flag(
            metadata, "backchannel_logout_session_supported"
        ),
        claims_parameter_supported=_flag(metadata, "claims_parameter_supported"),
        **endpoints,
    )


def _check_issuer(issuer: str, *, allow_http: bool) -> None:
    if "{" in issuer:
        raise _template(issuer)
    if not is_issuer(issuer, allow_http=allow_http):
        raise IssuerInvalid(
            f"The issuer {shown(issuer)!r} is not an https URL without query and fragment: "
            "enter it as the identity provider shows it.",
            received=issuer,
        )


def _check_named_issuer(named: object, issuer: str) -> None:
    if not isinstance(named, str):
        raise DiscoveryMalformed("The configuration document names no issuer.", expected=issuer)
    if "{" in named:
        raise _template(named)
    if named != issuer:
        raise DiscoveryIssuerMismatch(
            f"The configuration document names the issuer {shown(named)!r}, the settings "
            f"{shown(issuer)!r}: both must be the same to the letter.",
            expected=issuer,
            received=named,
        )


def _template(issuer: str) -> IssuerTemplate:
    return IssuerTemplate(
        f"The issuer {shown(issuer)!r} stands for any tenant of the provider: enter the issuer "
        "of your own tenant, such as https://login.microsoftonline.com/<tenant id>/v2.0.",
        received=issuer,
    )


def _check_code_flow(metadata: dict[str, Any]) -> None:
    """Refuse a provider that rules out what we do; one that says nothing is tried."""
    for name, needed in (
        ("response_types_supported", "code"),
        ("response_modes_supported", "query"),
        ("grant_types_supported", "authorization_code"),
        ("code_challenge_methods_supported", "S256"),
    ):
        offered = _names(metadata, name)
        if offered and needed not in offered:
            raise CodeFlowUnsupported(
                f"The provider's {name} lacks {needed!r}, without which nobody can sign in.",
                expected=needed,
                received=", ".join(offered),
            )


def _endpoint(metadata: dict[str, Any], name: str, *, allow_http: bool) -> str:
    url = metadata.get(name)
    if url is None:
        raise DiscoveryMalformed(f"The configuration document has no {name}.", expected=name)
    if not isinstance(url, str) or not is_endpoint(url, allow_http=allow_http):
        raise EndpointInvalid(
            f"The provider's {name}, {shown(url)!r}, is not an absolute https URL.",
            endpoint=name,
            received=url,
        )
    return url


def _flag(metadata: dict[str, Any], name: str) -> bool:
    return metadata.get(name) is True


def _names(metadata: dict[str, Any], name: str) -> tuple[str, ...]:
    """Give a list of names, bounded, since it is stored; anything else is none."""
    value = metadata.get(name)
    if not isinstance(value, list):
        return ()
    return tuple(shown(item) for item in value[:_NAMES_MAX] if isinstance(item, str))
