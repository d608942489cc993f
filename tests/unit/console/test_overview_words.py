"""Whatever can be wrong has its sentence, its place in the order, and a button."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from gatepost.tenancy.health import Concern, Counted, Finding
from gatepost.tenancy.health.attention import ranked
from gatepost.web.console.overview.words import item_of
from tests.house.files import SOURCE
from tests.store.make import a_provider

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
HEALTH = SOURCE / "tenancy" / "health"
_CODE = re.compile(r"\"((?:scim|token|sso|provider|conflict|role|administrator)\.[a-z_]+)\"")
CODES = sorted({
    code
    for file in ("rule.py", "attention.py")
    for code in _CODE.findall((HEALTH / file).read_text())
})  # fmt: skip
FACTS: dict[str, Any] = {
    "count": 3, "failures": 1_200, "total": 2_000, "percent": 60, "token": "gp_scim_1",
    "id": "x", "why": "It did not answer.", "reason": "auth.token_unknown", "good_at": NOW,
}  # fmt: skip


def concern(code: str, *, severity: str = "warning", **facts: Any) -> Concern:
    nouns = {"conflict", "role", "administrator"}
    is_of_tenant = code == "scim.warned" or code.split(".", maxsplit=1)[0] in nouns
    finding = Finding(code=code, severity=severity, since_at=NOW, facts={**FACTS, **facts})
    provider = None if is_of_tenant else a_provider(1, slug="okta", name="Okta {x}")
    return Concern(finding=finding, provider=provider)


def test_the_list_of_codes_is_not_empty() -> None:
    assert len(CODES) > 15


@pytest.mark.parametrize("code", CODES)
@pytest.mark.parametrize("count", [1, 3])
def test_every_finding_is_said_and_leads_somewhere(code: str, count: int) -> None:
    item = item_of(concern(code, count=count), NOW)
    assert item.said.endswith(".")
    assert "None" not in item.said + (item.more or "")
    assert ("Okta {x}" in item.said) == (concern(code).provider is not None)
    assert item.button.href.startswith("/console/")
    assert ranked([concern(code)])


def test_a_number_that_was_not_counted_to_its_end_says_so() -> None:
    many = concern("conflict.open", count=Counted(1_000, is_more=True))
    assert item_of(many, NOW).said.startswith("1,000+ conflicts are open")
    one = concern("conflict.open", count=Counted(1))
    assert item_of(one, NOW).said.startswith("One conflict is open")


def test_severity_comes_first_then_effect_then_age() -> None:
    found = [
        concern("scim.paused"),
        concern("scim.never_used", severity="notice"),
        concern("token.all_expired", severity="down"),
        concern("scim.quarantine"),
    ]
    older = Concern(
        finding=Finding(code="scim.paused", severity="warning", since_at=NOW - timedelta(days=1)),
        provider=found[0].provider,
    )
    assert [one.finding.code for one in ranked([*found, older])] == [
        "token.all_expired", "scim.quarantine", "scim.paused", "scim.paused", "scim.never_used",
    ]  # fmt: skip
    assert ranked([*found, older])[2] is older


def test_the_line_of_entra_is_told_of_entra_alone() -> None:
    of_entra = Concern(
        finding=concern("scim.quarantine").finding, provider=a_provider(1, vendor="entra")
    )
    assert "40 %" in (item_of(of_entra, NOW).more or "")
    assert item_of(concern("scim.quarantine"), NOW).more is None
