"""The keys that seal secrets: supplied by the operator, else made once in the data directory."""

import base64
import binascii
import os
from pathlib import Path
from typing import Final

import msgspec

from gatepost.base.sealing import KEY_BYTES
from gatepost.base.secrets import Secrets

_DIRECTORY: Final = "secrets"
_FILE: Final = "key"
_HEAD: Final = """\
# Seals the secrets in the database. Back this file up, apart from the database: without it
# they cannot be opened. One key a line, the newest first; keep old keys below it.
"""
_HOW: Final = "Make a key with: openssl rand -base64 32"
_PLUS_SLASH: Final = str.maketrans("-_", "+/")


class SealingKeysError(Exception):
    """The keys that seal secrets cannot be had; the text says what to do."""


class SealingKeysMalformed(SealingKeysError):
    """What should be a key is none."""


class SealingKeysUnavailable(SealingKeysError):
    """The file of keys can be neither read nor made."""


class KeysLoaded(msgspec.Struct, frozen=True):
    """The keys, newest first; `created_at_path` when the file was made just now.

    Whoever loads them tells the operator, loudly, to back a new file up.
    """

    keys: tuple[bytes, ...]
    created_at_path: Path | None = None


def load_keys(data_dir: Path, supplied: str | None, secrets: Secrets) -> KeysLoaded:
    """Read the supplied keys, else those of `data_dir/secrets/key`, which is made if missing.

    Several processes may start at once: one makes the file, all read the same.

    Raises:
        SealingKeysMalformed: a key is not 32 bytes in base64, or there is none.
        SealingKeysUnavailable: the file can be neither read nor made.
    """
    if supplied is not None:
        return KeysLoaded(_parsed(supplied, "GATEPOST_SECRET_KEYS"))
    path = key_file(data_dir)
    try:
        if path.exists():
            return KeysLoaded(_read(path))
        is_ours = _make(path, secrets)
        return KeysLoaded(_read(path), path if is_ours else None)
    except OSError as error:
        raise SealingKeysUnavailable(
            f"The file of keys {path} can be neither read nor made: {error.strerror or error}. Let "
            "the server's user own the directory, or supply the keys in GATEPOST_SECRET_KEYS."
        ) from error


def key_file(data_dir: Path) -> Path:
    """Give the path of the file of keys; it need not be there."""
    return data_dir / _DIRECTORY / _FILE


def _read(path: Path) -> tuple[bytes, ...]:
    lines = path.read_text("ascii", errors="replace").splitlines()
    return _parsed(",".join(line for line in lines if line.strip()[:1] not in {"", "#"}), str(path))


def _parsed(text: str, where: str) -> tuple[bytes, ...]:
    written = [part.strip() for part in text.split(",") if part.strip()]
    if not written:
        raise SealingKeysMalformed(f"{where} holds no key. {_HOW}")
    return tuple(_key(one, place, where) for place, one in enumerate(written, start=1))


def _key(written: str, place: int, where: str) -> bytes:
    """Read one key; an error names its place, never its text."""
    plain = written.rstrip("=").translate(_PLUS_SLASH)
    try:
        key = base64.b64decode(plain + "=" * (-len(plain) % 4), validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if len(key) != KEY_BYTES:
        raise SealingKeysMalformed(
            f"Key {place} of {where} is not {KEY_BYTES} bytes in base64. {_HOW}"
        )
    return key


def _make(path: Path, secrets: Secrets) -> bool:
    """Make the file unless another process is first; tells whether it was made here.

    Written beside and then linked into place: whoever finds the file finds it whole.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    path.parent.chmod(0o700)
    written = _HEAD + base64.b64encode(secrets.token_bytes(KEY_BYTES)).decode() + "\n"
    beside = path.with_name(f"{_FILE}.{secrets.token_bytes(8).hex()}")
    try:
        _write(beside, written)
        os.link(beside, path)
        _flush_directory(path.parent)
    except FileExistsError:
        return False
    finally:
        beside.unlink(missing_ok=True)
    return True


def _write(path: Path, text: str) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())


def _flush_directory(directory: Path) -> None:
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
