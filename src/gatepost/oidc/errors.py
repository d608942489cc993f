"""Errors of OpenID Connect: why a document, a callback or a token is not believed.

```
OidcError
├── DiscoveryError ── IssuerInvalid, IssuerTemplate, DiscoveryMalformed,
│                     DiscoveryIssuerMismatch, EndpointInvalid, CodeFlowUnsupported
├── KeysError ── KeysMalformed, PrivateKeyPublished, NoUsableKey
├── CallbackError ── CallbackMalformed, ParameterRepeated, StateMissing, StateMismatch,
│                    CallbackIssuerMissing, CallbackIssuerMismatch, ProviderRefused, CodeMissing
├── ClientError ── AlgorithmForbidden, ClientSecretMissing, ClientKeyUnusable
├── ExchangeError ── TokenRequestRefused ── ClientRefused, CodeRefused
│                    TokenResponseMalformed, IdTokenMissing, UserinfoUnsupported,
│                    UserinfoRefused, UserinfoMalformed, UserinfoSubjectMismatch
├── TokenError ── TokenMalformed ── TokenTooLong, TokenEncrypted
│   │             TokenTypeMismatch, AlgorithmRefused, CriticalHeader
│   ├── KeyMismatch ── UnknownKey, SignatureInvalid (fetch the keys again, once)
│   ├── ClaimMissing, ClaimMalformed, SubjectInvalid, IssuerMismatch
│   ├── AudienceMismatch, AudienceUnknown, AuthorizedPartyMismatch
│   ├── TokenExpired, TokenNotYetValid, TokenFromFuture
│   ├── NonceMissing, NonceMismatch, AccessTokenHashMismatch, CodeHashMismatch
│   └── AuthTimeMissing, AuthTimeStale, AuthTimeInFuture, AcrMissing, AcrMismatch
└── LogoutError ── LogoutUnsupported, LogoutEventMissing, LogoutNoncePresent,
                   LogoutOfNobody, LogoutStale
```
"""

import re
from typing import ClassVar, Final

from gatepost.oidc.fixes import FIXES

__all__ = ["FIXES"]

SHOWN_CHARACTERS_MAX: Final = 200
_OPAQUE: Final = re.compile(r"[A-Za-z0-9_.~-]{40,}")


class OidcError(Exception):
    """Something of OpenID Connect is not believed.

    `detail` is written for the IT administrator who set the provider up. `facts`
    may be stored: bounded, printable, never a token, a code, a nonce or a secret.
    """

    code: ClassVar[str] = "oidc.failed"
    refetch_keys: ClassVar[bool] = False
    """Whether the provider's keys may have changed, so that one more look is worth it."""

    def __init__(self, detail: str, **facts: object) -> None:
        super().__init__(detail)
        self.detail = detail
        self.facts = {name: shown(value) for name, value in facts.items()}


def shown(value: object) -> str:
    """Give a foreign value as it may be stored and printed: bounded, no control characters."""
    text = "nothing" if value is None else str(value)
    plain = " ".join(text.split()) if not text.isprintable() else text
    kept = "".join(character for character in plain if character.isprintable())
    cut = kept[:SHOWN_CHARACTERS_MAX]
    return cut if len(cut) == len(kept) else f"{cut}…"


def words(value: str) -> str:
    """Give what a provider says in words, without what looks like a code or token of ours.

    Some providers repeat the code or the secret that they refuse.
    """
    return _OPAQUE.sub("…", shown(_OPAQUE.sub("…", value)))


class DiscoveryError(OidcError):
    """The provider's configuration document is not usable (OIDC Discovery §4)."""


class IssuerInvalid(DiscoveryError):
    """The configured issuer is not an https URL without query or fragment (OIDC Discovery §3)."""

    code = "oidc.issuer_invalid"


class IssuerTemplate(DiscoveryError):
    """The issuer stands for any tenant of the provider, so it would admit strangers."""

    code = "oidc.issuer_template"


class DiscoveryMalformed(DiscoveryError):
    """The document is not a provider's configuration."""

    code = "oidc.discovery"


class DiscoveryIssuerMismatch(DiscoveryError):
    """The document speaks for another issuer than the configured one (OIDC Discovery §4.3)."""

    code = "oidc.discovery_issuer"


class EndpointInvalid(DiscoveryError):
    """An endpoint of the document is not an absolute https URL."""

    code = "oidc.endpoint"


class CodeFlowUnsupported(DiscoveryError):
    """The provider does not offer the code flow with PKCE S256 (RFC 7636)."""

    code = "oidc.code_flow"


class KeysError(OidcError):
    """The provider's key set is not usable (RFC 7517)."""


class KeysMalformed(KeysError):
    """The document is not a JWK Set, or it is over a limit."""

    code = "oidc.keys"


class PrivateKeyPublished(KeysError):
    """The document contains a private key: anyone could sign in its name."""

    code = "oidc.keys_private"


class NoUsableKey(KeysError):
    """No key of the document can verify signatures."""

    code = "oidc.keys_unusable"


class CallbackError(OidcError):
    """What came back from the authorization endpoint is not believed (RFC 6749 §4.1.2)."""


class CallbackMalformed(CallbackError):
    """The query is too long or not readable."""

    code = "oidc.callback"


class ParameterRepeated(CallbackError):
    """A parameter is there twice (RFC 6749 §3.1)."""

    code = "oidc.parameter_repeated"


class StateMissing(CallbackError):
    """There is no `state`, so the callback answers no sign-in of ours."""

    code = "oidc.state_missing"


class StateMismatch(CallbackError):
    """`state` is not that of this browser's sign-in (RFC 6749 §10.12)."""

    code = "oidc.state"


class CallbackIssuerMissing(CallbackError):
    """The provider promised an `iss` parameter and sent none (RFC 9207 §2.4)."""

    code = "oidc.callback_issuer_missing"


class CallbackIssuerMismatch(CallbackError):
    """The answer comes from another provider than was asked (RFC 9207 §2.4)."""

    code = "oidc.callback_issuer"


class ProviderRefused(CallbackError):
    """The provider answered with an error (RFC 6749 §4.1.2.1)."""

    code = "oidc.provider_refused"

    def __init__(self, detail: str, *, error: str, description: str | None) -> None:
        self.error = words(error)
        self.description = None if description is None else words(description)
        super().__init__(detail, error=self.error, description=self.description)


class CodeMissing(CallbackError):
    """There is no usable `code`."""

    code = "oidc.code"


class ClientError(OidcError):
    """Our own configuration for the provider cannot be used."""


class AlgorithmForbidden(ClientError):
    """The settings list a signature algorithm that proves nothing."""

    code = "oidc.algorithm_forbidden"


class ClientSecretMissing(ClientError):
    """The authentication method needs a client secret and there is none."""

    code = "oidc.client_secret"


class ClientKeyUnusable(ClientError):
    """The private key for `private_key_jwt` is missing or not usable (RFC 7523)."""

    code = "oidc.client_key"


class ExchangeError(OidcError):
    """An endpoint of the provider did not answer as it must."""


class TokenRequestRefused(ExchangeError):
    """The token endpoint answered with an error (RFC 6749 §5.2)."""

    code = "oidc.token_refused"


class ClientRefused(TokenRequestRefused):
    """The token endpoint does not accept our credentials (`invalid_client`)."""

    code = "oidc.client_refused"


class CodeRefused(TokenRequestRefused):
    """The token endpoint does not accept the code (`invalid_grant`)."""

    code = "oidc.code_refused"


class TokenResponseMalformed(ExchangeError):
    """The token endpoint's answer is not a token response (OIDC Core §3.1.3.3)."""

    code = "oidc.token_response"


class IdTokenMissing(ExchangeError):
    """The token response has no ID Token (OIDC Core §3.1.3.3)."""

    code = "oidc.id_token_missing"


class UserinfoUnsupported(ExchangeError):
    """The provider has no UserInfo endpoint."""

    code = "oidc.userinfo_unsupported"


class UserinfoRefused(ExchangeError):
    """The UserInfo endpoint answered with an error (OIDC Core §5.3.3)."""

    code = "oidc.userinfo_refused"


class UserinfoMalformed(ExchangeError):
    """The UserInfo endpoint's answer is not a JSON object with `sub` (OIDC Core §5.3.2)."""

    code = "oidc.userinfo"


class UserinfoSubjectMismatch(ExchangeError):
    """The claims are about another person than the ID Token (OIDC Core §5.3.2)."""

    code = "oidc.userinfo_subject"


class TokenError(OidcError):
    """A token is not believed (OIDC Core §3.1.3.7)."""


class TokenMalformed(TokenError):
    """The text is not a signed JWT (RFC 7519 §7.2)."""

    code = "oidc.token"


class TokenTooLong(TokenMalformed):
    """The token or its header is over a limit."""

    code = "oidc.token_length"


class TokenEncrypted(TokenMalformed):
    """The token is encrypted or contains another token; neither was asked for."""

    code = "oidc.token_encrypted"


class TokenTypeMismatch(TokenError):
    """The token was made for another purpose (RFC 8725 §3.11)."""

    code = "oidc.token_type"


class AlgorithmRefused(TokenError):
    """The token's algorithm is not one that the settings allow."""

    code = "oidc.algorithm"


class CriticalHeader(TokenError):
    """The token demands that we understand an extension (RFC 7515 §4.1.11)."""

    code = "oidc.critical"


class KeyMismatch(TokenError):
    """The keys at hand do not verify the token; fetch them again once, at most once a minute."""

    refetch_keys = True


class UnknownKey(KeyMismatch):
    """No key of the provider fits the token's `kid` and algorithm."""

    code = "oidc.unknown_key"


class SignatureInvalid(KeyMismatch):
    """The signature is not the provider's."""

    code = "oidc.signature"


class ClaimMissing(TokenError):
    """A claim that every such token has is not there."""

    code = "oidc.claim_missing"


class ClaimMalformed(TokenError):
    """A claim has another type or size than it must have."""

    code = "oidc.claim"


class SubjectInvalid(TokenError):
    """`sub` is not a text of 1 to 255 printable characters (OIDC Core §2)."""

    code = "oidc.subject"


class IssuerMismatch(TokenError):
    """The token is another issuer's (OIDC Core §3.1.3.7 step 2)."""

    code = "oidc.issuer"


class AudienceMismatch(TokenError):
    """The token was not made for us (OIDC Core §3.1.3.7 step 3)."""

    code = "oidc.audience"


class AudienceUnknown(TokenError):
    """The token was made for us and for others that we do not trust (OIDC Core §3.1.3.7 step 3)."""

    code = "oidc.audience_unknown"


class AuthorizedPartyMismatch(TokenError):
    """`azp` names another application, or is missing where there are several audiences."""

    code = "oidc.authorized_party"


class TokenExpired(TokenError):
    """The token's `exp` has passed."""

    code = "oidc.expired"


class TokenNotYetValid(TokenError):
    """The token's `nbf` is still to come."""

    code = "oidc.not_yet_valid"


class TokenFromFuture(TokenError):
    """The token's `iat` is still to come."""

    code = "oidc.from_future"


class NonceMissing(TokenError):
    """The token has no `nonce`, though one was sent (OIDC Core §3.1.3.7 step 11)."""

    code = "oidc.nonce_missing"


class NonceMismatch(TokenError):
    """The token answers another sign-in (OIDC Core §3.1.3.7 step 11)."""

    code = "oidc.nonce"


class AccessTokenHashMismatch(TokenError):
    """The access token is not the one that came with the ID Token (OIDC Core §3.1.3.6)."""

    code = "oidc.at_hash"


class CodeHashMismatch(TokenError):
    """The code is not the one that the ID Token was made for (OIDC Core §3.3.2.11)."""

    code = "oidc.c_hash"


class AuthTimeMissing(TokenError):
    """A fresh sign-in was asked for and the token does not say when it was (OIDC Core §2)."""

    code = "oidc.auth_time_missing"


class AuthTimeStale(TokenError):
    """The person signed in longer ago than was asked for (OIDC Core §3.1.3.7 step 13)."""

    code = "oidc.auth_time"


class AuthTimeInFuture(TokenError):
    """The person signed in in the future."""

    code = "oidc.auth_time_future"


class AcrMissing(TokenError):
    """A level was asked for and the token names none (OIDC Core §3.1.3.7 step 12)."""

    code = "oidc.acr_missing"


class AcrMismatch(TokenError):
    """The level of authentication is none of those asked for (OIDC Core §3.1.3.7 step 12)."""

    code = "oidc.acr"


class LogoutError(OidcError):
    """A logout cannot be asked for or is not believed (OIDC Back-Channel Logout §2.6)."""


class LogoutUnsupported(LogoutError):
    """The provider has no end session endpoint (OIDC RP-Initiated Logout §2.1)."""

    code = "oidc.logout_unsupported"


class LogoutEventMissing(LogoutError):
    """The token does not carry exactly the logout event (OIDC Back-Channel Logout §2.4)."""

    code = "oidc.logout_event"


class LogoutNoncePresent(LogoutError):
    """The token has a `nonce`, as only ID Tokens may (OIDC Back-Channel Logout §2.4)."""

    code = "oidc.logout_nonce"


class LogoutOfNobody(LogoutError):
    """The token has neither `sub` nor `sid` (OIDC Back-Channel Logout §2.4)."""

    code = "oidc.logout_nobody"


class LogoutStale(LogoutError):
    """The token was issued more than five minutes ago."""

    code = "oidc.logout_stale"
