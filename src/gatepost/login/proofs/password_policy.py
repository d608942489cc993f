"""What a new password must be: long, and not what is guessed first (NIST SP 800-63B §3.1.1.2).

No composition rules: they make `Password1!` and nothing better. What they are meant
to stop is stopped by name: what people choose first, however it is stretched.
"""

import unicodedata
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from importlib import resources
from typing import Final

import msgspec

from gatepost.login.proofs.passwords import LENGTH_MAX, normalised

LENGTH_MIN: Final = 12
"""Characters; enough beside a second factor, which every native sign-in has (R33)."""

_WORD_MIN: Final = 3
_WORDS_FEW: Final = 2
_LEFT_FEW: Final = 4
_SHARE: Final = 3
_RUN: Final = 4
_DISTINCT_MIN: Final = 5
_LEET: Final = tuple(
    str.maketrans(f"0{one}345789@$!|€+", f"o{one_as}eastbgasilet")
    for one, one_as in (("1", "i"), ("1", "l"))
)
_ROWS: Final = (
    "abcdefghijklmnopqrstuvwxyz",
    "01234567890",
    "qwertyuiop",
    "qwertzuiop",
    "azertyuiop",
    "asdfghjkl",
    "qsdfghjklm",
    "zxcvbnm",
    "yxcvbnm",
    "1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik9ol0p",
    "qazwsxedcrfvtgbyhnujmikolp",
    "1q2w3e4r5t6y7u8i9o0p",
    "q1w2e3r4t5y6u7i8o9p0",
    "a1b2c3d4e5f6g7h8i9",
    "йцукенгшщзхъ",
    "фывапролджэ",
    "ячсмитьбю",
)
_RUNS: Final = (*_ROWS, *(row[::-1] for row in _ROWS))


class _Reading(msgspec.Struct, frozen=True, order=True):
    """How letters fall into known words: few left over is better, then few words."""

    left: int
    count: int
    words: tuple[str, ...]


def problem_with(
    password: str, *, words: Iterable[str], breached: Callable[[str], bool]
) -> str | None:
    """Give a sentence on why the password cannot be taken, or nothing.

    `words` are the person's names and addresses and the tenant's names: an attacker tries
    them first. `breached` is asked last, since it may read a file.
    """
    text = normalised(password)
    if problem := _problem_of_length(text):
        return problem
    if _is_monotonous(text.casefold()):
        return "This password repeats or continues a few characters, which is guessed early."
    if problem := _problem_of_words(text, _letters_of(words)):
        return problem
    if breached(text):
        return "This password was in a breach of another service, so attackers have it in a list."
    return None


def _problem_of_length(text: str) -> str | None:
    if len(text) < LENGTH_MIN:
        return f"A password needs at least {LENGTH_MIN} characters; this one has {len(text)}."
    if len(text) > LENGTH_MAX:
        return f"A password has at most {LENGTH_MAX} characters; this one has {len(text)}."
    if any(unicodedata.category(one) == "Cs" for one in text):
        return "This password has a character that is half of one: it cannot be typed again."
    return None


def _is_monotonous(text: str) -> bool:
    """Tell whether it is few characters, one part over and over, or rows of the keyboard."""
    if len(set(text)) < _DISTINCT_MIN:
        return True
    parts = range(1, min(LENGTH_MIN, len(text) // 2 + 1))
    if any(text[part:] == text[:-part] for part in parts):
        return True
    typed = "".join(one for one in text if one.isalnum()) or text
    return _runs_count(typed) * _RUN <= len(typed)


def _runs_count(text: str) -> int:
    """Count the rows, and parts of one character, that the text can be put together from."""
    count = at = 0
    while at < len(text):
        count += 1
        at += max(_run_length(text[at:], row) for row in (*_RUNS, text[at] * len(text)))
    return count


def _run_length(text: str, row: str) -> int:
    length = 1
    while length < len(text) and text[: length + 1] in row:
        length += 1
    return length


def _problem_of_words(text: str, own: frozenset[str]) -> str | None:
    for letters in dict.fromkeys(_readings(text)):
        reading = _read(letters, own | _common())
        is_stretched = (
            reading.left < _LEFT_FEW
            and len(set(reading.words) - own) <= _WORDS_FEW
            and sum(map(len, reading.words)) * _SHARE >= len(text)
        )
        if is_stretched and own.intersection(reading.words):
            return "This password is made of your own or your organization's names."
        if is_stretched:
            return "This password is a common one, with little added."
    return None


def _readings(text: str) -> Iterator[str]:
    """Give the letters it may stand for: as they are, and with `4` for `a` and the like.

    Digits and signs at either end are what was added to make it longer, so they are
    not letters there; but `$ummer` may begin with one.
    """
    folded = unicodedata.normalize("NFKC", text).casefold()
    marks = "".join({one for one in folded if not one.isalpha()})
    yield _only_letters(folded)
    for part in (folded, folded.rstrip(marks), folded.strip(marks)):
        for leet in _LEET:
            yield _only_letters(part.translate(leet))


def _read(letters: str, known: frozenset[str]) -> _Reading:
    """Find the words that leave the fewest letters over."""
    longest = max(map(len, known))
    best = [_Reading(0, 0, ())]
    for end in range(1, len(letters) + 1):
        before = best[end - 1]
        readings = [_Reading(before.left + 1, before.count, before.words)]
        for start in range(max(0, end - longest), end - _WORD_MIN + 1):
            if (word := letters[start:end]) in known:
                before = best[start]
                readings.append(_Reading(before.left, before.count + 1, (*before.words, word)))
        best.append(min(readings))
    return best[-1]


def _letters_of(words: Iterable[str]) -> frozenset[str]:
    """Take the words apart at whatever is no letter: an address has several."""
    spaced = (
        "".join(one if one.isalpha() else " " for one in unicodedata.normalize("NFKC", word))
        for word in words
    )
    parts = {part for word in spaced for part in word.casefold().split()}
    return frozenset(part for part in parts if len(part) >= _WORD_MIN)


def _only_letters(text: str) -> str:
    return "".join(one for one in text if one.isalpha())


@cache
def _common() -> frozenset[str]:
    """Read the shipped list: what people choose first, a word a line."""
    path = resources.files("gatepost.login.proofs") / "common_passwords.txt"
    return frozenset(path.read_text("utf-8").split())
