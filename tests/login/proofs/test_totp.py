"""A code of an app is good in its window, and once (RFC 6238)."""

from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, unquote, urlsplit

import pyotp
import pytest
from lxml import etree

from gatepost.login.proofs import totp

SECRET = totp.new_secret(b"12345678901234567890")
AT = datetime(2026, 7, 1, 12, 0, 10, tzinfo=UTC)
STEP = int(AT.timestamp()) // 30


def code(step: int) -> str:
    return pyotp.TOTP(SECRET).generate_otp(step)


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [(59, "287082"), (1111111109, "081804"), (2000000000, "279037"), (20000000000, "353130")],
)
def test_codes_are_those_of_the_standard(seconds: int, expected: str) -> None:
    """RFC 6238, appendix B, the last six of its eight digits."""
    at = datetime.fromtimestamp(seconds, UTC)
    assert totp.accepted_step(SECRET, expected, at=at, last_step=0) == seconds // 30


@pytest.mark.parametrize("off", [-1, 0, 1])
def test_one_step_early_or_late_is_accepted(off: int) -> None:
    assert totp.accepted_step(SECRET, code(STEP + off), at=AT, last_step=0) == STEP + off


@pytest.mark.parametrize("off", [-2, 2, 100])
def test_further_off_is_refused(off: int) -> None:
    assert totp.accepted_step(SECRET, code(STEP + off), at=AT, last_step=0) is None


def test_code_is_good_once() -> None:
    """RFC 6238 §5.2: "The verifier MUST NOT accept the second attempt of the OTP"."""
    used = totp.accepted_step(SECRET, code(STEP), at=AT, last_step=0)
    assert used == STEP
    for later in (0, 20, 40):
        at = AT + timedelta(seconds=later)
        assert totp.accepted_step(SECRET, code(STEP), at=at, last_step=used) is None


def test_earlier_code_is_refused_once_a_later_one_was_used() -> None:
    assert totp.accepted_step(SECRET, code(STEP - 1), at=AT, last_step=STEP) is None
    assert totp.accepted_step(SECRET, code(STEP + 1), at=AT, last_step=STEP) == STEP + 1


def test_code_of_two_steps_counts_for_the_later(monkeypatch: pytest.MonkeyPatch) -> None:
    """Chance gives two steps one code once in a million; the code must not be good twice."""
    monkeypatch.setattr(pyotp.TOTP, "generate_otp", lambda *_: "123456")
    assert totp.accepted_step(SECRET, "123456", at=AT, last_step=0) == STEP + 1


def test_spaces_in_a_code_do_not_matter() -> None:
    spaced = f" {code(STEP)[:3]} {code(STEP)[3:]}\u00a0"
    assert totp.accepted_step(SECRET, spaced, at=AT, last_step=0) == STEP


@pytest.mark.parametrize(
    "text",
    ["", "12345", "1234567", "12345x", "-12345", "\uff11\uff12\uff13\uff14\uff15\uff16", "½" * 6],
)
def test_what_is_no_code_is_refused(text: str) -> None:
    assert totp.accepted_step(SECRET, text, at=AT, last_step=0) is None


def test_secret_has_160_bits_in_base_32() -> None:
    assert SECRET == "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
    with pytest.raises(ValueError, match="20 random bytes, not 10"):
        totp.new_secret(bytes(10))


def test_uri_names_account_and_issuer() -> None:
    parts = urlsplit(totp.uri(SECRET, account="ada@acme.example", issuer="Acme & Söhne"))
    assert (parts.scheme, parts.netloc) == ("otpauth", "totp")
    assert unquote(parts.path) == "/Acme & Söhne:ada@acme.example"
    assert parse_qs(parts.query) == {"secret": [SECRET], "issuer": ["Acme & Söhne"]}


def test_picture_has_a_name_a_ground_of_its_own_and_no_style() -> None:
    svg = totp.qr_svg(totp.uri(SECRET, account="ada@acme.example", issuer="Acme"), title="A & <B>")
    root = etree.fromstring(svg)
    assert root.tag == "{http://www.w3.org/2000/svg}svg"
    assert set(root.keys()) == {"role", "class", "viewBox"}
    assert (root.get("role"), root.get("class")) == ("img", "qr")
    title, ground, modules = root
    assert title.text == "A & <B>"
    assert (ground.get("fill"), modules.get("stroke")) == ("#fff", "#000")
    assert modules.get("d", "").startswith("M4 4.5h7")  # four modules of quiet zone
    assert "style" not in svg
    assert SECRET not in svg
