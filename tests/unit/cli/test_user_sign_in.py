"""`gatepost user …` for signing in: links, sessions, second factors, the phone number."""

from pathlib import Path

import pytest

from gatepost.login.factors.second_factor import factor_context
from gatepost.store.changes import Change, Insert
from gatepost.store.login_rows import FactorRow, RecoveryCodeRow, SubjectRow
from gatepost.store.messages import due
from gatepost.store.tables import FACTORS, RECOVERY_CODES, SUBJECTS
from gatepost.wiring import House
from tests.unit.cli.shell import Shell, in_house, signed_in

ADA = "ada@acme.example"
TEXTS = {"GATEPOST_SMS_URL": "log:", "GATEPOST_SMS_COUNTRIES": "DE"}


@pytest.fixture
def ada(shell: Shell) -> str:
    """The id of a local account."""
    return str(shell("user", "create", ADA, "--email", ADA, "--phone", "+4930123456")["id"])


@pytest.mark.parametrize("command", ["invite", "reset-password"])
def test_link_is_shown_where_no_mail_is_sent(shell: Shell, ada: str, command: str) -> None:
    made = shell("user", command, ada)
    assert made["is_mailed"] is False
    assert made["link"].startswith("http://127.0.0.1:8400/links/")


@pytest.mark.parametrize("command", ["invite", "reset-password"])
def test_link_that_is_mailed_is_shown_to_nobody(
    shell: Shell, ada: str, command: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GATEPOST_MAIL_URL", "log:")
    made = shell("user", command, ada)
    assert (made["is_mailed"], made["link"]) == (True, None)


def test_account_of_a_provider_or_an_inactive_one_has_no_password(shell: Shell, ada: str) -> None:
    shell("user", "deactivate", ada, "--yes")
    assert shell("user", "invite", ada, code=4)["code"] == "login.not_native"


def test_sessions_are_listed_and_ended_one_by_one_or_all(
    shell: Shell, ada: str, tmp_path: Path
) -> None:
    for _ in range(3):
        signed_in(tmp_path, ada)
    first = shell("user", "sessions", ADA)[0]["id"]
    shell("user", "end-sessions", ADA, code=2)
    assert shell("user", "end-sessions", ADA, "--session", first, "--yes")["ended"] == 1
    assert first not in {one["id"] for one in shell("user", "sessions", ADA)}
    assert shell("user", "end-sessions", ADA, "--yes")["ended"] == 2
    assert shell("user", "sessions", ADA) == []


def test_session_of_nobody_is_not_found(shell: Shell, ada: str) -> None:
    words = ("user", "end-sessions", ada, "--session", ada, "--yes")
    assert shell(*words, code=3)["code"] == "login.session_gone"


@pytest.mark.rule("R33")
def test_factors_are_shown_and_reset(shell: Shell, ada: str, tmp_path: Path) -> None:
    in_house(tmp_path, lambda house: _enrol(house, ada))
    signed_in(tmp_path, ada)
    shown = shell("user", "factors", ADA)
    assert [one["name"] for one in shown["factors"]] == ["Ada's telephone"]
    assert (shown["has_password"], shown["recovery_codes_left"]) == (False, 1)
    assert "JBSWY3DP" not in str(shown)
    shell("user", "reset-mfa", ADA, code=2)
    assert shell("user", "reset-mfa", ADA, "--yes") == {
        "user_name": ADA,
        "factors_removed": 1,
        "recovery_codes_removed": 1,
        "sessions_ended": 1,
    }
    assert shell("user", "factors", ADA)["factors"] == []
    assert shell("user", "sessions", ADA) == []


@pytest.mark.rule("R30")
def test_what_providers_call_a_person_can_be_cleared(
    shell: Shell, ada: str, tmp_path: Path
) -> None:
    in_house(tmp_path, lambda house: _link(house, ada))
    signed_in(tmp_path, ada)
    shell("user", "unlink", ADA, code=2)
    assert shell("user", "unlink", ADA, "--yes") == {"user_name": ADA, "links_cleared": 1}
    assert shell("user", "sessions", ADA) == []
    assert shell("user", "unlink", ADA, "--yes")["links_cleared"] == 0


async def _link(house: House, user_id: str) -> None:
    at = house.clock.now()
    row = SubjectRow(
        tenant_id=1,
        provider_id=house.ids.new(),
        subject="ada-1",
        user_id=user_id,
        linked_at=at,
        seen_at=at,
    )
    assert await house.database.commit([Insert(SUBJECTS, row)]) is None


async def _enrol(house: House, user_id: str) -> None:
    at = house.clock.now()
    row = FactorRow(
        tenant_id=1,
        factor_id=house.ids.new(),
        user_id=user_id,
        kind="totp",
        name="Ada's telephone",
        created_at=at,
    )
    sealed = house.sealer.seal(b"JBSWY3DPEHPK3PXP", factor_context(row))
    code = RecoveryCodeRow(tenant_id=1, user_id=user_id, digest=b"x" * 32, created_at=at)
    values = {name: getattr(row, name) for name in row.__struct_fields__} | {"sealed": sealed}
    changes: list[Change] = [Insert(FACTORS, FactorRow(**values)), Insert(RECOVERY_CODES, code)]
    assert await house.database.commit(changes) is None


@pytest.mark.rule("R34")
def test_number_that_is_replaced_is_told(
    shell: Shell, ada: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in TEXTS.items():
        monkeypatch.setenv(name, value)
    assert shell("user", "edit", ada, "--phone", "+4930123457")["phone"] == "+4930123457"
    owed = in_house(tmp_path, lambda house: due(house.database, "sms", house.clock.now(), 10))
    assert [one.user_id for one in owed] == [ada]


@pytest.mark.rule("R34")
def test_number_that_its_country_does_not_give_out_is_refused(shell: Shell, ada: str) -> None:
    shell("user", "edit", ada, "--phone", "+49301", code=2)
    assert shell("user", "show", ada)["phone"] == "+4930123456"
