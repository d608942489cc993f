"""Attack list, OIDC: what the browser brings back (RFC 6749 §4.1.2, RFC 9207)."""

from typing import Any

import msgspec
import pytest

from gatepost.oidc import callback
from gatepost.oidc.errors import (
    CallbackIssuerMismatch,
    CallbackIssuerMissing,
    CallbackMalformed,
    CodeMissing,
    OidcError,
    ParameterRepeated,
    ProviderRefused,
    StateMismatch,
    StateMissing,
)
from tests.oidc.make import CODE, ISSUER, OTHER_ISSUER, PROVIDER, refused

STATE = "state-8c1f7a"
PROMISING = msgspec.structs.replace(PROVIDER, promises_iss=True)
ISS = "iss=https%3A%2F%2Fop.example"
OTHER_ISS = "iss=https%3A%2F%2Fother.example"


def refuses(query: Any, reason: type[OidcError], provider: Any = PROVIDER) -> OidcError:
    with refused(reason, STATE) as caught:
        callback.read(query, state=STATE, provider=provider)
    return caught.value


@pytest.mark.parametrize("provider", [PROVIDER, PROMISING], ids=["silent", "promising"])
@pytest.mark.parametrize(
    "query",
    [
        f"code={CODE}&state={STATE}&{ISS}",
        f"{ISS}&state={STATE}&session_state=x&code={CODE}",
        {"code": CODE, "state": STATE, "iss": ISSUER},
        {"code": [CODE], "state": [STATE], "iss": (ISSUER,)},
    ],
    ids=["query", "order", "mapping", "lists"],
)
def test_the_code_of_our_sign_in_is_read(query: Any, provider: Any) -> None:
    assert callback.read(query, state=STATE, provider=provider) == CODE


def test_a_provider_that_promises_no_iss_may_leave_it_out() -> None:
    assert callback.read(f"code={CODE}&state={STATE}", state=STATE, provider=PROVIDER) == CODE


def test_a_code_may_be_long_and_have_any_visible_character() -> None:
    """Entra's have more than a thousand characters; RFC 6749 §A.11."""
    query = f"code={'a' * 3000}%20%2B%7E&state={STATE}"
    assert callback.read(query, state=STATE, provider=PROVIDER) == "a" * 3000 + " +~"


@pytest.mark.parametrize("query", ["", f"code={CODE}", f"code={CODE}&state=", "state", {}])
def test_a_callback_without_state_is_refused(query: Any) -> None:
    refuses(query, StateMissing)


@pytest.mark.parametrize(
    "state",
    ["another", "state-8c1f7", "state-8c1f7ab", "STATE-8C1F7A", "%20state-8c1f7a", "%C3%A9", "%00"],
)
def test_another_sign_ins_state_is_refused(state: str) -> None:
    """Login CSRF (RFC 6749 §10.12)."""
    refuses(f"code={CODE}&state={state}", StateMismatch)


def test_a_state_that_is_no_unicode_is_refused() -> None:
    refuses({"code": CODE, "state": "\ud800"}, StateMismatch)


def test_where_no_state_is_expected_none_is_right() -> None:
    with refused(StateMissing):
        callback.read(f"code={CODE}&state=", state="", provider=PROVIDER)
    with refused(StateMissing):
        callback.read(f"code={CODE}&state=x", state="", provider=PROVIDER)


@pytest.mark.parametrize("name", ["state", "code", "iss", "error", "other"])
@pytest.mark.parametrize("separator", ["&", "&%73tate=&"])
def test_a_parameter_that_is_there_twice_is_refused(name: str, separator: str) -> None:
    """RFC 6749 §3.1."""
    honest = f"code={CODE}&state={STATE}&{ISS}&other=1"
    refuses(f"{honest}&{name}={STATE}{separator}{name}=x", ParameterRepeated)
    refuses({"code": CODE, "state": STATE, name: ["x", "x"]}, ParameterRepeated)


def test_the_same_parameter_twice_is_refused_even_with_one_value() -> None:
    refuses(f"code={CODE}&state={STATE}&state={STATE}", ParameterRepeated)


@pytest.mark.parametrize("provider", [PROVIDER, PROMISING], ids=["silent", "promising"])
@pytest.mark.parametrize(
    "issuer", [OTHER_ISSUER, f"{ISSUER}/", "", "HTTPS://op.example", "null", f"{ISSUER} "]
)
def test_another_providers_answer_is_refused(issuer: str, provider: Any) -> None:
    """RFC 9207 §2.4: mix-up of two providers, whenever `iss` is there."""
    query = {"code": CODE, "state": STATE, "iss": issuer}
    error = refuses(query, CallbackIssuerMismatch, provider)
    assert error.facts == {"expected": ISSUER, "received": issuer}


def test_a_promised_iss_has_to_be_there() -> None:
    """RFC 9207 §2.4: else an attacker's provider could leave it out."""
    refuses(f"code={CODE}&state={STATE}", CallbackIssuerMissing, PROMISING)


def test_an_error_of_another_provider_is_not_ours() -> None:
    """RFC 9207 §2: `iss` is in error answers too."""
    query = f"error=access_denied&state={STATE}"
    refuses(f"{query}&{OTHER_ISS}", CallbackIssuerMismatch)
    refuses(query, CallbackIssuerMissing, PROMISING)


def test_an_error_without_our_state_is_not_ours() -> None:
    refuses("error=access_denied", StateMissing)
    refuses("error=access_denied&state=x", StateMismatch)


@pytest.mark.parametrize("query", [f"code={CODE}&error=access_denied", "error=access_denied"])
def test_a_refusal_is_the_providers_own(query: str) -> None:
    error = refuses(f"{query}&error_description=Not+assigned&state={STATE}", ProviderRefused)
    assert isinstance(error, ProviderRefused)
    assert (error.error, error.description) == ("access_denied", "Not assigned")
    assert error.facts == {"error": "access_denied", "description": "Not assigned"}
    assert error.detail.endswith("access_denied: Not assigned")


def test_a_refusal_needs_no_description() -> None:
    error = refuses(f"error=login_required&state={STATE}", ProviderRefused)
    assert isinstance(error, ProviderRefused)
    assert error.description is None


def test_a_refusals_words_are_bounded_and_printable() -> None:
    hostile = "%1b%5b31m%0d%0aSet-Cookie:%20a%00" + "word " * 200
    error = refuses(
        f"error=%0a{hostile}&error_description={hostile}&state={STATE}", ProviderRefused
    )
    assert error.facts["description"].startswith("[31m Set-Cookie: a")
    assert len(error.facts["description"]) == 201


def test_a_code_that_the_provider_repeats_is_not_stored() -> None:
    code = "0.AXkA" + "b" * 60
    query = f"error=invalid_grant&error_description=Code+{code}+is+old&state={STATE}"
    with refused(ProviderRefused, code) as caught:
        callback.read(query, state=STATE, provider=PROVIDER)
    assert caught.value.facts["description"] == "Code … is old"


@pytest.mark.parametrize("code", ["", "code=", "code=%00", "code=%0A", "code=%C3%A9", "id_token=x"])
def test_a_callback_without_a_usable_code_is_refused(code: str) -> None:
    refuses(f"state={STATE}&{code}", CodeMissing)


def test_a_code_over_the_limit_is_refused() -> None:
    refuses(f"state={STATE}&code={'a' * 8193}", CodeMissing)


@pytest.mark.parametrize(
    "query",
    ["a=1&" * 60, f"state={STATE}&code=%FF", "x" * 16_385],
    ids=["many", "latin", "long"],
)
def test_a_query_that_is_not_readable_is_refused(query: str) -> None:
    refuses(query, CallbackMalformed)
