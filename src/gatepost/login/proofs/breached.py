"""Passwords that were in a breach, looked up in a file on this machine: nothing leaves it.

The file is that of Have I Been Pwned's Pwned Passwords, as its downloader writes it:
lines `HASH:count` in the order of the hash (upper-case SHA-1), either all in one file
or, in a directory, one file for each prefix of 5 digits with the other 35 in it.
SHA-1 is the list's key, not our protection of anything.
"""

import hashlib
import os
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO, Final

from gatepost.login.proofs.passwords import normalised

_PREFIX: Final = 5
_ENDINGS: Final = ("", ".txt")


class BreachedFile:
    """The list; a look-up reads some 30 lines of forty gigabytes and keeps none."""

    def __init__(self, path: Path) -> None:
        if not path.exists():
            raise ValueError(
                f"There is no list of breached passwords at {path}. Download Pwned Passwords "
                "ordered by hash, or leave the setting empty."
            )
        self._path = path

    def has(self, password: str) -> bool:
        """Tell whether the password was in a breach.

        Raises:
            OSError: the list cannot be read.
        """
        digest = hashlib.sha1(normalised(password).encode(), usedforsecurity=False).hexdigest()
        digest = digest.upper()
        if not self._path.is_dir():
            return _is_in(self._path, digest)
        for ending in _ENDINGS:
            if (part := self._path / f"{digest[:_PREFIX]}{ending}").is_file():
                return _is_in(part, digest[_PREFIX:])
        return False


def breach_check(path: Path | None) -> Callable[[str], bool]:
    """Give the question that `password_policy.problem_with` asks; without a path always no.

    Raises:
        ValueError: there is nothing at the path.
    """
    return BreachedFile(path).has if path is not None else _never


def _never(password: str) -> bool:  # noqa: ARG001 - stands for BreachedFile.has
    return False


def _is_in(path: Path, digest: str) -> bool:
    with path.open("rb") as lines:
        line = _first_from(lines, digest.encode())
    found, _, count = line.strip().partition(b":")
    return found == digest.encode() and count != b"0"  # 0: a line that pads an answer


def _first_from(lines: BinaryIO, digest: bytes) -> bytes:
    """Give the first line that is not before the digest: a binary search over bytes.

    Between the turns, each line that begins before `low` is before the digest, and
    the line sought begins at `high` or earlier.
    """
    low, high = 0, lines.seek(0, os.SEEK_END)
    while low < high:
        middle = (low + high) // 2
        line = _line_after(lines, middle)
        if line and line[: len(digest)] < digest:
            low = middle + 1
        else:
            high = middle
    return _line_after(lines, low)


def _line_after(lines: BinaryIO, position: int) -> bytes:
    """Give the first line that begins at the position or behind it; empty at the end."""
    if position == 0:
        lines.seek(0)
    else:
        lines.seek(position - 1)
        lines.readline()
    return lines.readline()
