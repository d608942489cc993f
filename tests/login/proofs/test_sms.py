"""Codes by SMS: unbiased, bound to our host, to allowed countries only."""

import pytest

from gatepost.base.secrets import CountingSecrets
from gatepost.login.proofs import sms


def test_code_has_six_digits() -> None:
    assert sms.new_code(CountingSecrets().token_bytes) == "000001"
    assert sms.new_code((999_999).to_bytes) == "999999"


def test_draw_that_would_favour_some_codes_is_drawn_again() -> None:
    draws = iter([2**32 - 1, 4_294_000_000, 4_293_999_999])
    assert sms.new_code(lambda n: next(draws).to_bytes(n)) == "999999"


def test_digest_needs_its_salt_and_forgives_spaces() -> None:
    kept = sms.digest("123456", salt=b"a")
    assert kept == sms.digest(" 123 456\n", salt=b"a")
    assert kept != sms.digest("123456", salt=b"b")
    assert kept != sms.digest("123457", salt=b"a")
    assert len(sms.digest("\ud800", salt=b"a")) == 32


@pytest.mark.parametrize("origin", ["https://id.acme.example", "https://ID.acme.example:8443/x"])
def test_last_line_binds_the_code_to_the_host(origin: str) -> None:
    """WICG, Origin-bound one-time codes: "@" host, a space, "#" code, at the end."""
    text = sms.text("123456", origin=origin)
    assert text.splitlines()[-1] == "@id.acme.example #123456"
    assert text.startswith("123456 is your sign-in code for id.acme.example.")
    assert len(text) <= 160 - len(" and a long enough name")


def test_text_needs_a_host() -> None:
    with pytest.raises(ValueError, match="is not an origin"):
        sms.text("123456", origin="id.acme.example")


@pytest.mark.parametrize(
    ("number", "country"),
    [
        ("+4915112345678", "DE"),
        ("+12025550123", "US"),
        ("+14165550123", "CA"),
        ("+77012345678", "KZ"),
        ("+870773111632", "001"),
        ("+15550101234", "ZZ"),
        ("+49", "ZZ"),
    ],
)
def test_country_is_that_of_the_number(number: str, country: str) -> None:
    assert sms.country_of(number) == country


def test_only_listed_countries_are_texted() -> None:
    assert sms.is_allowed("+4915112345678", {"AT", "de"})
    assert not sms.is_allowed("+77012345678", {"RU"})
    assert not sms.is_allowed("+4915112345678", ())


@pytest.mark.parametrize("number", ["+499001234567", "+491801234567", "+498001234567"])
def test_line_that_somebody_earns_from_is_never_texted(number: str) -> None:
    """Toll fraud: the country is allowed, the line is not."""
    assert sms.country_of(number) == "DE"
    assert not sms.is_allowed(number, {"DE"})


def test_number_that_cannot_be_read_is_never_texted() -> None:
    assert not sms.is_allowed("+49", {"DE", "ZZ"})


def test_only_two_digits_of_a_number_are_shown() -> None:
    assert sms.masked("+4930123456") == "••• •• 56"


def test_limits_are_those_of_the_rule() -> None:
    assert (sms.TRIES_MAX, sms.LIFETIME.total_seconds()) == (5, 300)
