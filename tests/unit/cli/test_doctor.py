"""`gatepost doctor` beside an installation."""

from pathlib import Path

from tests.saml.keys import pair
from tests.unit.cli.shell import Shell, saml_metadata


def test_doctor_looks_at_providers_and_administrators(acme: Shell, tmp_path: Path) -> None:
    (tmp_path / "metadata.xml").write_bytes(saml_metadata(pair("idp").certificate))
    acme("sso", "set-up-saml", "acme", "--file", str(tmp_path / "metadata.xml"))
    acme("admin", "create", "ada@acme.example")
    checks = {one["check"]: one for one in acme("doctor")["findings"]}
    assert "No administrator of default has a password" in checks["administrators"]["says"]
    assert checks["secret_keys"]["level"] == "ok"


def test_doctor_knows_the_age_of_a_backup(acme: Shell, tmp_path: Path) -> None:
    def backup() -> dict[str, str]:
        found: dict[str, str] = next(
            one for one in acme("doctor")["findings"] if one["check"] == "backup"
        )
        return found

    assert "No backup made by gatepost is known here" in backup()["says"]
    acme("backup", "create", str(tmp_path / "backup.jsonl.gz"))
    assert (backup()["level"], "(0 days old)" in backup()["says"]) == ("ok", True)
    (tmp_path / "backed-up-at").write_text("2026-01-01T00:00:00+00:00")
    assert backup()["level"] == "warning"
    (tmp_path / "backed-up-at").write_text("nonsense")
    assert "No backup made by gatepost is known here" in backup()["says"]
