import re

import pytest

from gatepost.base import secrets


@pytest.fixture
def token() -> str:
    return secrets.SystemSecrets().new_token(secrets.SCIM_TOKEN)


def test_token_has_the_published_form(token: str) -> None:
    assert re.fullmatch(r"gp_scim_[0-9A-Za-z]{36}", token)
    assert secrets.TOKEN_PATTERN.search(f"Authorization: {token}, and more")


def test_token_that_was_given_is_well_formed(token: str) -> None:
    assert secrets.is_well_formed(token)


@pytest.mark.parametrize("place", [10, 25, 43])
def test_token_with_a_changed_character_is_not_well_formed(token: str, place: int) -> None:
    other = "a" if token[place] != "a" else "b"
    assert not secrets.is_well_formed(token[:place] + other + token[place + 1 :])


@pytest.mark.parametrize("text", ["", "gp_scim_", "non-token", "gp_scim_" + "é" * 36])
def test_what_is_no_token_is_not_well_formed(text: str) -> None:
    assert not secrets.is_well_formed(text)


def test_token_of_another_prefix_is_not_well_formed(token: str) -> None:
    assert not secrets.is_well_formed(token, "gp_api")


def test_tokens_differ() -> None:
    system = secrets.SystemSecrets()
    assert len({system.new_token("gp_scim") for _ in range(100)}) == 100


def test_hint_shows_the_last_four_characters_alone(token: str) -> None:
    assert secrets.hint(token) == f"gp_scim_…{token[-4:]}"


def test_digest_is_sha256() -> None:
    assert secrets.digest("abc").hex().startswith("ba7816bf8f01cfea")


def test_link_secret_has_256_bits_that_are_safe_in_a_url() -> None:
    assert re.fullmatch(r"[A-Za-z0-9_-]{43}", secrets.SystemSecrets().new_link_secret())


def test_counting_secrets_are_well_formed_and_known_beforehand() -> None:
    counting = secrets.CountingSecrets()
    first, second = counting.new_token("gp_scim"), counting.new_token("gp_scim")
    assert secrets.is_well_formed(first)
    assert first.startswith("gp_scim_000000000000000000000000000001")
    assert second.startswith("gp_scim_000000000000000000000000000002")
