"""`gatepost keys`: which keys are in use, and everything sealed anew under the newest."""

import base64
from pathlib import Path

import pytest

from gatepost.login.upkeep.resealing import COLUMNS
from gatepost.store.tables import ALL, Kind
from gatepost.tenancy.sso_parties import key_context
from gatepost.wiring import House
from tests.saml.keys import pair
from tests.unit.cli.shell import Shell, in_house, saml_metadata

OLD, NEW = (base64.b64encode(bytes([one]) * 32).decode() for one in (1, 2))
_SEALED = {"sealed", "client_secret", "logout_hint"}


@pytest.fixture
def sealed(acme: Shell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Shell:
    """A shell whose provider has a key pair, sealed with the old key."""
    monkeypatch.setenv("GATEPOST_SECRET_KEYS", OLD)
    (tmp_path / "metadata.xml").write_bytes(saml_metadata(pair("idp").certificate))
    acme("sso", "set-up-saml", "acme", "--file", str(tmp_path / "metadata.xml"))
    return acme


def test_every_sealed_column_is_sealed_anew() -> None:
    known = {
        (table.name, column)
        for table in ALL
        for column, kind in table.columns.items()
        if kind is Kind.BYTES and column in _SEALED
    }
    assert {(one.table.name, one.column) for one in COLUMNS} == known


def test_keys_in_use_are_listed_without_being_shown(sealed: Shell) -> None:
    found = sealed("keys", "check")
    assert [(one["state"], one["column"], one["count"]) for one in found["sealed"]] == [
        ("newest", "sso_keys.sealed", 1)
    ]
    assert OLD not in str(found)


def test_rotation_leaves_nothing_for_the_old_key(
    sealed: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GATEPOST_SECRET_KEYS", f"{NEW},{OLD}")
    assert [one["state"] for one in sealed("keys", "check")["sealed"]] == ["old"]
    assert sealed("keys", "rotate") == {"resealed": 1, "failed": 0, "moved": 0}
    assert sealed("keys", "rotate") == {"resealed": 0, "failed": 0, "moved": 0}
    found = sealed("keys", "check")
    assert [one["state"] for one in found["sealed"]] == ["newest"]
    assert len(found["unused"]) == 1


def test_what_was_sealed_anew_opens_with_the_new_key_alone(
    sealed: Shell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GATEPOST_SECRET_KEYS", f"{NEW},{OLD}")
    sealed("keys", "rotate")

    monkeypatch.setenv("GATEPOST_SECRET_KEYS", NEW)
    assert [one["state"] for one in sealed("keys", "check")["sealed"]] == ["newest"]
    pem = in_house(tmp_path, _open_key, secret_keys=NEW)
    assert pem.startswith(b"-----BEGIN PRIVATE KEY-----")


async def _open_key(house: House) -> bytes:
    (provider,) = await house.providers.all(1)
    (key,) = await house.single_sign_on.keys(provider)
    return house.sealer.open(key.sealed, key_context(key))


def test_missing_key_is_unhealthy_and_loses_nothing(
    sealed: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GATEPOST_SECRET_KEYS", NEW)
    assert [one["state"] for one in sealed("keys", "check", code=7)["sealed"]] == ["missing"]
    assert sealed("keys", "rotate", code=6)["failed"] == 1
    monkeypatch.setenv("GATEPOST_SECRET_KEYS", f"{NEW},{OLD}")
    assert sealed("keys", "rotate")["resealed"] == 1


def test_new_key_is_not_made_beside_a_database_that_needs_another(
    sealed: Shell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("GATEPOST_SECRET_KEYS")
    (tmp_path / "secrets" / "key").unlink()
    for _ in range(2):
        assert sealed("user", "create", "ada@acme.example", code=1)["code"] == "keys.missing"
    assert not (tmp_path / "secrets" / "key").exists()
