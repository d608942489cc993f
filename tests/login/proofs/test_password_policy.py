"""A new password is long and is not what is guessed first (NIST SP 800-63B §3.1.1.2)."""

import secrets
import string
import time
from importlib import resources

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatepost.login.proofs.password_policy import problem_with

WORDS = ["Ada Lovelace", "ada.lovelace@acme.example", "Acme Söhne", "Li"]


def problem(password: str) -> str | None:
    return problem_with(password, words=WORDS, breached=lambda _: False)


@pytest.mark.parametrize(
    "password",
    [
        "correct horse battery staple",
        "tiefer brunnen im garten",
        "vague-lantern-orbit",
        "monkey tiger blue purple",
        "wrong-cable-17-tuesday",
        "Ada trinkt gern kalten Kaffee",
        "xK9#mQ2$vL7p",
        "83#91@47!abc",
        "r8Kx-pZ2w!vr",
        "830174926517",
        "любит холодный кофе",
        "漢字漢字は覚えやすい合言葉",
    ],
)
def test_long_and_uncommon_password_is_taken(password: str) -> None:
    assert problem(password) is None


@pytest.mark.parametrize(
    "password",
    [
        "password1234",
        "P@ssw0rd2026!",
        "Pa$$w0rd!!!!",
        "!Password!!!!",
        "welcome2026!!",
        "l3tm31n12345",
        "$ummer2026!!!",
        "iloveyou1234",
        "trustno1-2026",
        "sunshineprincess",
        "dragonmonkey12",
        "Administrator1",
        "starwars1977",
        "Motdepasse2026",
        "Passwort-2026",
        "пароль-2026-пароль",
        "ｐａｓｓｗｏｒｄ２０２６",  # noqa: RUF001 - as an input method makes it
    ],
)
def test_common_password_is_refused_however_it_is_stretched(password: str) -> None:
    assert problem(password) == "This password is a common one, with little added."


@pytest.mark.parametrize(
    "password",
    [
        "qwertyuiop123",
        "123456789012",
        "0987654321qwerty",
        "1q2w3e4r5t6y",
        "1qaz2wsx3edc",
        "abcd1234efgh",
        "1234-5678-9012",
        "aaaaaabbbbbb",
        "!?!?!?!?!?!?",
        "!!!!????####$$$$%%%%",
        "hG7k2!hG7k2!",
        "hG7k2!hG7k2!hG7",
        "йцукенгшщзхъ",
    ],
)
def test_row_of_keys_or_repetition_is_refused(password: str) -> None:
    assert "repeats or continues" in str(problem(password))


@pytest.mark.parametrize(
    "password",
    [
        "AdaLovelace2026",
        "Lovelace!Ada1",
        "L0v3l4c3-2026",
        "ada.lovelace@acme.example",
        "acme-password-2026",
        "SÖHNE.acme.99",
        "lovelaceacme99",
    ],
)
def test_own_or_tenants_names_are_refused(password: str) -> None:
    assert problem(password) == "This password is made of your own or your organization's names."


def test_names_of_others_are_not_known_here() -> None:
    assert problem_with("Lovelace!Ada1", words=[], breached=lambda _: False) is None


@pytest.mark.parametrize(
    ("password", "reason"),
    [
        ("", "at least 12 characters; this one has 0."),
        ("kurzes wort", "at least 12 characters; this one has 11."),
        ("e\u0301" * 11, "at least 12 characters; this one has 11."),
        ("xK9#mQ2$" * 17, "at most 128 characters; this one has 136."),
        ("an odd one \ud800 here", "half of one"),
    ],
)
def test_length_is_measured_in_characters(password: str, reason: str) -> None:
    assert str(problem(password)).endswith(reason) or reason in str(problem(password))


def test_128_characters_are_taken() -> None:
    letters = "".join(chr(0x4E00 + at) for at in range(128))
    assert problem(letters) is None


def test_breached_password_is_refused_and_asked_for_last() -> None:
    asked: list[str] = []

    def breached(password: str) -> bool:
        asked.append(password)
        return True

    assert "in a breach" in str(problem_with("xK9#mQ2$vL7p", words=[], breached=breached))
    problem_with("password1234", words=[], breached=breached)
    assert asked == ["xK9#mQ2$vL7p"]


def test_random_password_is_hardly_ever_refused() -> None:
    letters = string.ascii_letters + string.digits
    refused = sum(
        problem("".join(secrets.choice(letters) for _ in range(14))) is not None for _ in range(500)
    )
    assert refused <= 3


@given(st.text(max_size=140))
def test_any_text_gets_an_answer(text: str) -> None:
    found = problem(text)
    assert found is None or found.endswith(".")


def test_longest_password_is_judged_soon() -> None:
    begun = time.perf_counter()
    problem("sexgodloveabcqwe" * 7 + "sexgodlovexabc")
    assert time.perf_counter() - begun < 0.5


def test_shipped_list_is_sorted_folded_and_letters_only() -> None:
    path = resources.files("gatepost.login.proofs") / "common_passwords.txt"
    words = path.read_text("utf-8").splitlines()
    assert words == sorted(set(words))
    assert all(word.isalpha() and word == word.casefold() and len(word) >= 3 for word in words)
    assert len(words) > 1000
