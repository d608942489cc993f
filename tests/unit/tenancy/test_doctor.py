"""What the doctor finds about signing in, and about what waits."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from gatepost.base.settings import Settings
from gatepost.login.proofs.relying_party import RelyingPartyIdentity
from gatepost.tenancy.doctor.database import messages
from gatepost.tenancy.doctor.diagnosis import Diagnosis
from gatepost.tenancy.doctor.finding import BAD, OK, WARNING, Finding
from gatepost.tenancy.doctor.sign_in_diagnosis import Keeper, SignIn, SsoHealth
from gatepost.tenancy.doctor.signing_in import sign_in_findings

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


def a_half(**fields: Any) -> SsoHealth:
    given: dict[str, Any] = {
        "tenant": "default",
        "provider": "acme",
        "protocol": "saml",
        "is_on": True,
        "ends_at": NOW + timedelta(days=400),
        "our_ends_at": NOW + timedelta(days=400),
        "is_announced": False,
        "trust_url": "https://idp.example/metadata",
        "trust_at": NOW,
        "trust_error": None,
    }
    return SsoHealth(**given | fields)


def a_keeper(**fields: Any) -> Keeper:
    given: dict[str, Any] = {
        "tenant": "default",
        "user_name": "ada@example.com",
        "is_break_glass": False,
        "is_native": True,
        "has_password": True,
        "has_factor": True,
    }
    return Keeper(**given | fields)


def found(
    *halves: SsoHealth, keepers: tuple[Keeper, ...] = (a_keeper(),), **settings: Any
) -> dict[str, Finding]:
    """Give the findings by what was looked at."""
    settings.setdefault("public_url", "https://gatepost.example")
    settings.setdefault("secret_keys", "c2VhbHMgd2hhdCB0ZXN0cyBrZWVwLCBhbmQgbm90aGk=")
    diagnosis = Diagnosis(now=NOW, dialect="sqlite", sign_in=SignIn(list(halves), list(keepers)))
    made = Settings(**settings)
    possible = RelyingPartyIdentity.is_possible(made.public_url)
    return {one.check: one for one in sign_in_findings(made, diagnosis, has_passkeys=possible)}


def test_good_provider_is_said_to_be_on() -> None:
    assert found(a_half())["sso"].level == OK


@pytest.mark.rule("R35")
@pytest.mark.parametrize(("days", "words"), [(30, "in 30 days"), (7, "in 7 days"), (-2, "ended 2")])
def test_certificate_that_ends_soon_is_a_warning(days: int, words: str) -> None:
    finding = found(a_half(ends_at=NOW + timedelta(days=days)))["sso_certificate"]
    assert (finding.level, words in finding.says) == (WARNING, True)


def test_certificate_that_lasts_is_none() -> None:
    assert "sso_certificate" not in found(a_half(ends_at=NOW + timedelta(days=32)))


def test_our_own_certificate_is_looked_at_too() -> None:
    soon = NOW + timedelta(days=10)
    assert "announce" in found(a_half(our_ends_at=soon))["sso_key"].fix
    assert "switch" in found(a_half(our_ends_at=soon, is_announced=True))["sso_key"].fix


def test_metadata_that_fails_or_is_stale_is_a_warning() -> None:
    assert "not trusted" in found(a_half(trust_error="not trusted"))["sso_metadata"].says
    stale = found(a_half(trust_at=NOW - timedelta(days=3)))
    assert "2026-11-20" in stale["sso_metadata"].says


def test_provider_that_is_off_is_left_alone() -> None:
    assert not {one for one in found(a_half(is_on=False, ends_at=NOW)) if one.startswith("sso")}


def test_saml_without_https_and_passkeys_without_a_name_are_told() -> None:
    findings = found(a_half(), public_url="http://127.0.0.1:8400")
    assert {"sso_cookies", "passkeys"} <= findings.keys()
    assert not {"sso_cookies", "passkeys"} & found(a_half()).keys()


@pytest.mark.parametrize("lacking", ["has_password", "has_factor"])
def test_break_glass_account_that_opens_nothing_is_told(lacking: str) -> None:
    keepers = (a_keeper(), a_keeper(is_break_glass=True, **{lacking: False}))
    assert found(keepers=keepers)["break_glass"].level == WARNING


def test_somebody_has_to_get_in_when_sso_fails() -> None:
    assert "administrators" not in found()
    assert "administrators" in found(keepers=(a_keeper(has_password=False),))
    assert "administrators" in found(keepers=(a_keeper(is_native=False),))
    assert found(keepers=())["administrators"].fix == "gatepost admin link"


def test_senders_are_told() -> None:
    assert found()["mail"].level == WARNING
    assert found(mail_url="log:")["mail"].level == WARNING
    texts = {"sms_url": "https://sms.example", "sms_countries": "DE"}
    good = found(mail_url="smtps://mail.example", **texts)
    assert (good["mail"].level, good["sms"].level) == (OK, OK)
    assert found(sms_url="log:", sms_countries="DE")["sms"].level == WARNING


def test_key_that_others_can_read_is_broken(tmp_path: Path) -> None:
    where = {"data_dir": tmp_path, "secret_keys": None}
    assert found(**where)["secret_keys"].level == WARNING
    (tmp_path / "secrets").mkdir()
    key = tmp_path / "secrets" / "key"
    key.write_text("c2VhbHMgd2hhdCB0ZXN0cyBrZWVwLCBhbmQgbm90aGk=\n")
    key.chmod(0o644)
    assert found(**where)["secret_keys"].fix == f"chmod 600 {key}"
    key.chmod(0o600)
    assert found(**where)["secret_keys"].level == OK
    key.write_text("short\n")
    assert found(**where)["secret_keys"].level == BAD


def test_messages_that_wait_or_failed_are_told() -> None:
    def outbox(**fields: Any) -> list[Finding]:
        return list(messages(Diagnosis(now=NOW, dialect="sqlite", **fields)))

    assert [one.level for one in outbox()] == [OK]
    assert [one.level for one in outbox(due_count=1, oldest_due_at=NOW)] == [OK], "due just now"
    late, failed = outbox(due_count=1000, oldest_due_at=NOW - timedelta(hours=5), failed_count=1)
    assert late.says == "1,000 messages or more wait to be sent, the oldest for 5 hours."
    assert failed.says.startswith("1 message of the last day")
