"""Passwords are hashed with Argon2id, a few at a time, and nobody's cost as much as anybody's."""

import asyncio
import threading
import time
import unicodedata
from collections.abc import Iterator

import argon2
import pytest

from gatepost.login.proofs.passwords import Passwords, Verified, normalised

WRONG = Verified(is_right=False, needs_rehash=False)
RIGHT = Verified(is_right=True, needs_rehash=False)


@pytest.fixture
def passwords() -> Iterator[Passwords]:
    found = Passwords(memory_kib=64, time_cost=1)
    yield found
    found.close()


async def test_right_password_is_right_and_another_is_not(passwords: Passwords) -> None:
    stored = await passwords.hash("a long enough one")
    assert stored.startswith("$argon2id$v=19$m=64,t=1,p=1$")
    assert await passwords.verify(stored, "a long enough one") == RIGHT
    assert await passwords.verify(stored, "a long enough One") == WRONG
    assert await passwords.hash("a long enough one") != stored


async def test_hash_of_another_cost_is_right_and_needs_a_new_one(passwords: Passwords) -> None:
    dearer = Passwords(memory_kib=128, time_cost=1)
    stored = await dearer.hash("a long enough one")
    dearer.close()
    assert await passwords.verify(stored, "a long enough one") == Verified(
        is_right=True, needs_rehash=True
    )
    assert await passwords.verify(stored, "wrong") == WRONG


async def test_unknown_user_is_never_right(passwords: Passwords) -> None:
    for password in ("", "a long enough one", "\x00" * 32):
        assert await passwords.verify(None, password) == WRONG


async def test_unknown_user_costs_what_a_known_one_costs() -> None:
    """The hash that stands for nobody's has the cost of all others, so the work is the same."""
    passwords = Passwords(memory_kib=8192, time_cost=2)
    stored = await passwords.hash("a long enough one")
    known, unknown = [], []
    for _ in range(5):
        for spent, hash_ in ((known, stored), (unknown, None)):
            begun = time.perf_counter()
            await passwords.verify(hash_, "wrong")
            spent.append(time.perf_counter() - begun)
    passwords.close()
    assert min(unknown) > min(known) / 2
    nobodys = argon2.extract_parameters(passwords._nobodys)
    assert nobodys == argon2.extract_parameters(stored)


async def test_default_cost_is_that_of_the_guideline() -> None:
    passwords = Passwords()
    stored = await passwords.hash("a long enough one")
    passwords.close()
    assert stored.startswith("$argon2id$v=19$m=19456,t=2,p=1$")


async def test_password_is_the_same_from_any_keyboard(passwords: Passwords) -> None:
    """RFC 8265 §4.2.2: NFC, and any space is a space."""
    stored = await passwords.hash(unicodedata.normalize("NFC", "Übergrößenträger im Café"))
    typed = unicodedata.normalize("NFD", "Übergrößenträger\u00a0im\u2003Café")
    assert await passwords.verify(stored, typed) == RIGHT


def test_characters_that_look_different_stay_different() -> None:
    assert normalised("x²ﬁ") == "x²ﬁ"


async def test_128_characters_are_hashed_and_more_are_not(passwords: Passwords) -> None:
    stored = await passwords.hash("ü" * 128)
    assert await passwords.verify(stored, "ü" * 128) == RIGHT
    assert await passwords.verify(stored, "u\u0308" * 128) == RIGHT
    assert await passwords.verify(stored, "ü" * 10_000) == WRONG
    assert await passwords.verify(stored, "ü" * 129) == WRONG
    with pytest.raises(ValueError, match="at most 128 characters"):
        await passwords.hash("ü" * 129)


async def test_half_a_surrogate_pair_is_no_password(passwords: Passwords) -> None:
    stored = await passwords.hash("a long enough one")
    assert await passwords.verify(stored, "\ud800") == WRONG
    with pytest.raises(ValueError, match="ordinary text"):
        await passwords.hash("\ud800 and more of it")


async def test_damaged_hash_is_a_fault_and_not_a_wrong_password(passwords: Passwords) -> None:
    with pytest.raises(argon2.exceptions.InvalidHashError):
        await passwords.verify("not a hash", "a long enough one")


async def test_no_more_are_hashed_at_once_than_memory_is_for() -> None:
    passwords = Passwords(memory_kib=64, time_cost=1, at_once=2)
    running, most, lock = 0, 0, threading.Lock()
    together = threading.Barrier(2)

    def work() -> None:
        nonlocal running, most
        with lock:
            running += 1
            most = max(most, running)
        together.wait(5)
        with lock:
            running -= 1

    await asyncio.gather(*(passwords._apart(work) for _ in range(8)))
    passwords.close()
    assert most == 2


async def test_closed_takes_no_more_work() -> None:
    passwords = Passwords(memory_kib=64, time_cost=1)
    passwords.close()
    with pytest.raises(RuntimeError):
        await passwords.hash("a long enough one")
