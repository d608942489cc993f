"""The two parties of a sign-in: the OpenID provider as it describes itself, and us."""

from typing import Final, Literal

import msgspec

from gatepost.oidc.errors import AlgorithmForbidden

AuthMethod = Literal["client_secret_basic", "client_secret_post", "private_key_jwt", "none"]

ALGORITHMS_DEFAULT: Final = ("RS256", "PS256", "ES256", "EdDSA")
ALGORITHMS_ALLOWED: Final = frozenset(
    (*ALGORITHMS_DEFAULT, "Ed25519", "RS384", "RS512", "PS384", "PS512", "ES384", "ES512")
)
"""What the settings may list: signatures that only the holder of a private key can make."""


class OpenIdProvider(msgspec.Struct, frozen=True, kw_only=True):
    """What we use of a provider's configuration document (OIDC Discovery §3); stored as JSON."""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    userinfo_endpoint: str | None = None
    end_session_endpoint: str | None = None
    promises_iss: bool = False
    """Whether each callback names the issuer (RFC 9207 §3)."""
    token_endpoint_auth_methods: tuple[str, ...] = ()
    acr_values_supported: tuple[str, ...] = ()
    scopes_supported: tuple[str, ...] = ()
    algorithms_supported: tuple[str, ...] = ()
    """What the provider says it signs ID Tokens with: to be shown, never to be believed."""
    backchannel_logout_supported: bool = False
    backchannel_logout_session_supported: bool = False
    claims_parameter_supported: bool = False


class RelyingParty(msgspec.Struct, frozen=True, kw_only=True):
    """Us, as registered at one provider; stored as JSON. The secret is not part of it."""

    client_id: str
    redirect_uri: str
    auth_method: AuthMethod = "client_secret_basic"
    algorithms: tuple[str, ...] = ALGORITHMS_DEFAULT
    """The signatures we believe: never taken from a header or from the provider's document."""
    scopes: tuple[str, ...] = ("openid", "email", "profile")
    acr_values: tuple[str, ...] = ()
    """The levels of authentication one of which every sign-in must have; none: any."""
    max_age_s: int | None = None
    post_logout_redirect_uri: str | None = None
    audiences_trusted: tuple[str, ...] = ()
    """Other audiences that a token of ours may name too (OIDC Core §3.1.3.7 step 3)."""
    assertion_audience: Literal["token_endpoint", "issuer"] = "token_endpoint"
    """Whom `private_key_jwt` is addressed to: providers differ (RFC 7523 §3)."""


def check_algorithms(algorithms: tuple[str, ...]) -> None:
    """Refuse settings that would believe anyone's signature, or nobody's.

    Raises:
        AlgorithmForbidden: the list is empty, or names `none`, HMAC or what is not known.
    """
    wrong = [name for name in algorithms if name not in ALGORITHMS_ALLOWED]
    if wrong or not algorithms:
        allowed = ", ".join(sorted(ALGORITHMS_ALLOWED))
        raise AlgorithmForbidden(
            "The settings allow no signature algorithm that is safe: choose among " + allowed + "."
            if not wrong
            else f"The settings allow {', '.join(wrong)}, which proves nothing here: "
            f"choose among {allowed}.",
            expected=allowed,
            received=", ".join(algorithms),
        )
