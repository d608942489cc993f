"""A breached password is found in the file, wherever in it, without reading all of it."""

import hashlib
from pathlib import Path

import pytest

from gatepost.login.proofs import breached as module
from gatepost.login.proofs.breached import BreachedFile, breach_check

LEAKED = [f"leaked password {number}" for number in range(300)]


def sha1(password: str) -> str:
    return hashlib.sha1(password.encode(), usedforsecurity=False).hexdigest().upper()


HASHES = sorted(sha1(password) for password in LEAKED)


@pytest.fixture(params=["\n", "\r\n"])
def one_file(tmp_path: Path, request: pytest.FixtureRequest) -> Path:
    path = tmp_path / "pwned.txt"
    counts = (1 + 10 ** (at % 7) for at in range(len(HASHES)))
    lines = (f"{one}:{count}" for one, count in zip(HASHES, counts, strict=True))
    path.write_bytes(request.param.join(lines).encode())
    return path


def test_every_leaked_password_is_found(one_file: Path) -> None:
    lists = BreachedFile(one_file)
    assert all(lists.has(password) for password in LEAKED)


def test_others_are_not_found(one_file: Path) -> None:
    lists = BreachedFile(one_file)
    assert not any(lists.has(f"never leaked {number}") for number in range(300))


def test_password_before_the_first_and_after_the_last_is_not_found(tmp_path: Path) -> None:
    path = tmp_path / "pwned.txt"
    for line in ("F" * 40, "0" * 40):
        path.write_text(f"{line}:1\n")
        assert not BreachedFile(path).has("leaked password 1")


def test_look_up_reads_few_lines(one_file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    read = module._line_after
    positions: list[int] = []

    def line_after(lines: module.BinaryIO, position: int) -> bytes:
        positions.append(position)
        return read(lines, position)

    monkeypatch.setattr(module, "_line_after", line_after)
    BreachedFile(one_file).has(LEAKED[7])
    assert len(positions) <= one_file.stat().st_size.bit_length() + 1


def test_empty_file_has_nothing(tmp_path: Path) -> None:
    path = tmp_path / "pwned.txt"
    path.touch()
    assert not BreachedFile(path).has(LEAKED[0])


@pytest.mark.parametrize("ending", ["", ".txt"])
def test_directory_of_prefixes_is_read(tmp_path: Path, ending: str) -> None:
    found, padded = sha1(LEAKED[0]), sha1("padding only")
    (tmp_path / f"{found[:5]}{ending}").write_text(f"{'0' * 35}:3\r\n{found[5:]}:7\r\n")
    (tmp_path / f"{padded[:5]}{ending}").write_text(f"{padded[5:]}:0\r\n")
    lists = BreachedFile(tmp_path)
    assert lists.has(LEAKED[0])
    assert not lists.has("padding only")
    assert not lists.has(LEAKED[1])


def test_password_is_looked_up_in_the_form_that_is_hashed(tmp_path: Path) -> None:
    path = tmp_path / "pwned.txt"
    path.write_text(sha1("Caf\u00e9") + ":1\n")
    assert BreachedFile(path).has("Cafe\u0301")


def test_without_a_path_nothing_is_breached() -> None:
    assert not breach_check(None)("password")


def test_check_of_a_path_asks_the_file(one_file: Path) -> None:
    assert breach_check(one_file)(LEAKED[0])


def test_path_without_a_list_is_said(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="There is no list of breached passwords at"):
        breach_check(tmp_path / "missing.txt")
