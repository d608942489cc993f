import base64
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatepost.base.sealing import SealBroken, Sealer, SealKeyMissing
from gatepost.base.sealing_keys import (
    SealingKeysMalformed,
    SealingKeysUnavailable,
    load_keys,
)
from gatepost.base.secrets import CountingSecrets, SystemSecrets

OLD, NEW = b"o" * 32, b"n" * 32
CONTEXT = "users:1:u-1:totp"


@pytest.fixture
def sealer() -> Sealer:
    return Sealer([NEW], CountingSecrets())


@given(plain=st.binary(max_size=200), context=st.text(max_size=50))
def test_what_was_sealed_opens_to_the_same(plain: bytes, context: str) -> None:
    sealer = Sealer([NEW, OLD], SystemSecrets())
    assert sealer.open(sealer.seal(plain, context), context) == plain


def test_sealed_form_is_version_key_id_nonce_ciphertext_and_tag(sealer: Sealer) -> None:
    sealed = sealer.seal(b"secret", CONTEXT)
    assert sealed[:5].hex() == "01" + sealer.key_ids[0]
    assert sealed[5:17] == (1).to_bytes(12)
    assert len(sealed) == 1 + 4 + 12 + len(b"secret") + 16


def test_same_value_is_sealed_differently_each_time(sealer: Sealer) -> None:
    assert sealer.seal(b"secret", CONTEXT) != sealer.seal(b"secret", CONTEXT)


def test_value_moved_to_another_row_does_not_open(sealer: Sealer) -> None:
    with pytest.raises(SealBroken, match="moved"):
        sealer.open(sealer.seal(b"secret", CONTEXT), "users:1:u-2:totp")


def test_value_changed_in_any_byte_does_not_open(sealer: Sealer) -> None:
    sealed = sealer.seal(b"secret", CONTEXT)
    for place in range(len(sealed)):
        changed = sealed[:place] + bytes([sealed[place] ^ 1]) + sealed[place + 1 :]
        with pytest.raises((SealBroken, SealKeyMissing)):
            sealer.open(changed, CONTEXT)


def test_value_cut_short_does_not_open(sealer: Sealer) -> None:
    sealed = sealer.seal(b"secret", CONTEXT)
    for length in range(len(sealed)):
        with pytest.raises(SealBroken):
            sealer.open(sealed[:length], CONTEXT)


def test_old_value_opens_after_rotation_and_says_that_it_is_old() -> None:
    sealed = Sealer([OLD], CountingSecrets()).seal(b"secret", CONTEXT)
    rotated = Sealer([NEW, OLD], CountingSecrets())
    assert rotated.open(sealed, CONTEXT) == b"secret"
    assert rotated.needs_resealing(sealed)
    assert not rotated.needs_resealing(rotated.seal(b"secret", CONTEXT))


def test_missing_key_is_named_and_asked_for(sealer: Sealer) -> None:
    old = Sealer([OLD], CountingSecrets())
    with pytest.raises(SealKeyMissing, match="Append the old key") as caught:
        sealer.open(old.seal(b"secret", CONTEXT), CONTEXT)
    assert caught.value.key_id == old.key_ids[0]
    assert old.key_ids[0] in str(caught.value)


@pytest.mark.parametrize("keys", [[], [b"short"], [NEW, b"x" * 33]])
def test_sealer_takes_keys_of_32_bytes_alone(keys: list[bytes]) -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        Sealer(keys, CountingSecrets())


def test_digest_depends_on_text_purpose_and_key(sealer: Sealer) -> None:
    others = [
        sealer.keyed_digest("123457", "sms"),
        sealer.keyed_digest("123456", "recovery"),
        Sealer([OLD], CountingSecrets()).keyed_digest("123456", "sms"),
    ]
    assert sealer.keyed_digest("123456", "sms") not in others


def test_digest_stored_before_rotation_is_among_the_digests_after() -> None:
    before = Sealer([OLD], CountingSecrets()).keyed_digest("123456", "sms")
    rotated = Sealer([NEW, OLD], CountingSecrets())
    assert rotated.keyed_digests("123456", "sms") == (rotated.keyed_digest("123456", "sms"), before)


def test_supplied_keys_are_read_in_either_base64_newest_first(tmp_path: Path) -> None:
    new, old = bytes(range(220, 252)), bytes([251, 255] * 16)
    supplied = f"{base64.b64encode(new).decode()}, {base64.urlsafe_b64encode(old).decode()[:-1]}"
    loaded = load_keys(tmp_path, supplied, CountingSecrets())
    assert loaded.keys == (new, old)
    assert loaded.created_at_path is None
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("text", ["", " , ", "c2hvcnQ=", "not base64!", "é" * 43, "A" * 44])
def test_malformed_key_is_refused_without_repeating_it(tmp_path: Path, text: str) -> None:
    with pytest.raises(SealingKeysMalformed, match="openssl rand -base64 32") as caught:
        load_keys(tmp_path, text, CountingSecrets())
    assert text.strip(" ,") == "" or text not in str(caught.value)


def test_malformed_key_is_named_by_its_place(tmp_path: Path) -> None:
    good = base64.b64encode(NEW).decode()
    with pytest.raises(SealingKeysMalformed, match="Key 2 of GATEPOST_SECRET_KEYS"):
        load_keys(tmp_path, f"{good},{good[:-4]}", CountingSecrets())


def test_key_file_is_made_once_and_for_its_owner_alone(tmp_path: Path) -> None:
    first = load_keys(tmp_path / "data", None, SystemSecrets())
    path = tmp_path / "data" / "secrets" / "key"
    assert first.created_at_path == path
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    again = load_keys(tmp_path / "data", None, SystemSecrets())
    assert again.keys == first.keys
    assert again.created_at_path is None


def test_processes_that_start_at_once_have_one_key(tmp_path: Path) -> None:
    with ThreadPoolExecutor(16) as pool:
        tries = [pool.submit(load_keys, tmp_path, None, SystemSecrets()) for _ in range(64)]
        loaded = [one.result() for one in tries]
    assert len({one.keys for one in loaded}) == 1
    assert sum(one.created_at_path is not None for one in loaded) == 1
    assert [path.name for path in (tmp_path / "secrets").iterdir()] == ["key"]


def test_key_file_may_hold_old_keys_below_the_new(tmp_path: Path) -> None:
    old = load_keys(tmp_path, None, SystemSecrets()).keys[0]
    path = tmp_path / "secrets" / "key"
    path.write_text(base64.b64encode(NEW).decode() + "\n" + path.read_text())
    assert load_keys(tmp_path, None, SystemSecrets()).keys == (NEW, old)


def test_empty_key_file_is_refused_rather_than_replaced(tmp_path: Path) -> None:
    load_keys(tmp_path, None, SystemSecrets())
    (tmp_path / "secrets" / "key").write_text("# lost\n")
    with pytest.raises(SealingKeysMalformed, match="holds no key"):
        load_keys(tmp_path, None, SystemSecrets())


def test_directory_that_cannot_be_made_is_said_plainly(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("a file where the directory should be")
    with pytest.raises(SealingKeysUnavailable, match="supply the keys in GATEPOST_SECRET_KEYS"):
        load_keys(tmp_path / "data", None, SystemSecrets())
