"""Recovery codes are ten, strong, forgiving to type, and found by their digest."""

import hashlib
from itertools import count

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatepost.base.secrets import SystemSecrets
from gatepost.login.proofs import recovery


def test_set_has_ten_different_codes_of_80_bits() -> None:
    codes = recovery.new_codes(SystemSecrets().token_bytes)
    assert len(set(codes)) == 10
    assert {len(code) for code in codes} == {19}
    assert {len(group) for code in codes for group in code.split("-")} == {4}
    assert not set("ilou") & set("".join(codes))


def test_every_random_bit_is_in_the_code() -> None:
    numbers = count()
    codes = recovery.new_codes(lambda n: int.to_bytes(1 << 8 * next(numbers), n))
    assert codes[:3] == ("0000-0000-0000-0001", "0000-0000-0000-0080", "0000-0000-0000-2000")
    assert len(set(codes)) == 10
    assert recovery.new_codes(lambda n: b"\xff" * n)[0] == "zzzz-zzzz-zzzz-zzzz"


@pytest.mark.parametrize(
    "typed",
    [
        "0ab1-c2d3-e4f5-g6h7",
        "0AB1 C2D3 E4F5 G6H7",
        "oabic2d3e4f5g6h7",
        " OABL-C2D3—e4f5-\uff476h7\n",
    ],
)
def test_code_is_the_same_however_it_is_typed(typed: str) -> None:
    assert recovery.digest(typed) == hashlib.sha256(b"0ab1c2d3e4f5g6h7").digest()


@given(st.text(max_size=30))
def test_any_text_has_a_digest(text: str) -> None:
    assert len(recovery.digest(text)) == 32


def test_used_code_is_not_found_again() -> None:
    """Storing digests and deleting the one that was used is all it takes (R33)."""
    codes = recovery.new_codes(SystemSecrets().token_bytes)
    stored = {recovery.digest(code) for code in codes}
    stored.remove(recovery.digest(codes[3].upper()))
    assert recovery.digest(codes[3]) not in stored
    assert recovery.digest(codes[4]) in stored
