"""What the browser brings back from the authorization endpoint (RFC 6749 §4.1.2, RFC 9207)."""

import hmac
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Final
from urllib.parse import parse_qsl

from gatepost.oidc.errors import (
    CallbackIssuerMismatch,
    CallbackIssuerMissing,
    CallbackMalformed,
    CodeMissing,
    ParameterRepeated,
    ProviderRefused,
    StateMismatch,
    StateMissing,
    shown,
    words,
)
from gatepost.oidc.parties import OpenIdProvider

QUERY_CHARACTERS_MAX: Final = 16 * 1024
PARAMETERS_MAX: Final = 50
_CODE: Final = re.compile(r"[\x20-\x7e]{1,8192}")

Query = str | Mapping[str, str | Sequence[str]]


def read(query: Query, *, state: str, provider: OpenIdProvider) -> str:
    """Give the code that answers the sign-in which sent `state`.

    Pass the query string itself where you can: a mapping that keeps one value of
    each name cannot show that a parameter was there twice. That the state is used
    once, by the browser it was given to, is for the caller to see to.

    Raises:
        CallbackError: a subclass says what is not believed; `ProviderRefused` is the
            provider's own error, read only once state and issuer are right.
    """
    parameters = _parameters(query)
    _check_state(parameters.get("state"), state)
    _check_issuer(parameters.get("iss"), provider)
    if "error" in parameters:
        raise _refusal(parameters["error"], parameters.get("error_description"))
    code = parameters.get("code", "")
    if not _CODE.fullmatch(code):
        raise CodeMissing("The identity provider's redirect carries no usable code.")
    return code


def _parameters(query: Query) -> dict[str, str]:
    parameters: dict[str, str] = {}
    for name, value in _pairs(query):
        if name in parameters:
            raise ParameterRepeated(
                f"The parameter {shown(name)!r} is there more than once.", parameter=name
            )
        parameters[name] = value
    return parameters


def _pairs(query: Query) -> Iterable[tuple[str, str]]:
    if not isinstance(query, str):
        for name, values in query.items():
            for value in [values] if isinstance(values, str) else values:
                yield name, value
        return
    if len(query) > QUERY_CHARACTERS_MAX:
        raise CallbackMalformed(
            f"The redirect's query has {len(query)} characters; "
            f"at most {QUERY_CHARACTERS_MAX} are read."
        )
    try:
        yield from parse_qsl(
            query, keep_blank_values=True, errors="strict", max_num_fields=PARAMETERS_MAX
        )
    except ValueError as error:
        raise CallbackMalformed("The redirect's query is not readable.") from error


def _check_state(received: str | None, expected: str) -> None:
    if not received or not expected:
        raise StateMissing("The redirect has no state: it answers no sign-in that was begun here.")
    if not hmac.compare_digest(_bytes(received), _bytes(expected)):
        raise StateMismatch("The redirect's state is not that of the sign-in this browser began.")


def _check_issuer(received: str | None, provider: OpenIdProvider) -> None:
    """Keep providers from being mixed up: `iss` counts whenever promised or present."""
    if received is None:
        if provider.promises_iss:
            raise CallbackIssuerMissing(
                "The identity provider promises to name itself in the redirect and did not.",
                expected=provider.issuer,
            )
        return
    if received != provider.issuer:
        raise CallbackIssuerMismatch(
            f"The redirect comes from {shown(received)!r}; asked was {shown(provider.issuer)!r}.",
            expected=provider.issuer,
            received=received,
        )


def _refusal(error: str, description: str | None) -> ProviderRefused:
    said = words(error) + (f": {words(description)}" if description else ".")
    return ProviderRefused(
        f"The identity provider refused the sign-in: {said}", error=error, description=description
    )


def _bytes(text: str) -> bytes:
    return text.encode(errors="surrogatepass")
