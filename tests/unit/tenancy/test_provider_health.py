"""When a provider is healthy, when it warns, when it is down."""

from datetime import timedelta
from typing import Any

import msgspec
import pytest

from gatepost.store.login_rows import SsoKeyRow, SsoRow
from gatepost.store.requests import Answered
from gatepost.store.rows import ProviderRow, TokenRow
from gatepost.tenancy.health.rule import Evidence, Finding, Health, health_of
from tests.saml.keys import pair
from tests.store.make import AT as NOW
from tests.store.make import a_provider, a_token, new_id

DAY = timedelta(days=1)
PROVIDER = a_provider(1, scim_enabled=True)
OFF = a_provider(1, scim_enabled=False)


def token(left: float | None = 100, used: float | None = 0, made: float = 50) -> TokenRow:
    """Give a token that ends in so many days, and was used so many days ago."""
    return msgspec.structs.replace(
        a_token(PROVIDER, b""),
        created_at=NOW - made * DAY,
        expires_at=None if left is None else NOW + left * DAY,
        last_used_at=None if used is None else NOW - used * DAY,
    )


def answered(*statuses: int, reason: str = "validate.value") -> list[Answered]:
    """Give answers, newest first, a minute apart."""
    return [
        Answered(NOW - timedelta(minutes=place), status, reason if status >= 400 else "ok")
        for place, status in enumerate(statuses)
    ]


def half(*days: float, protocol: str = "saml", **columns: Any) -> SsoRow:
    """Give an SSO half that is on; the provider's certificates end in so many days."""
    trust: dict[str, Any] = {
        "entity_id": "x",
        "sso": [],
        "certificates": [
            pair(f"ends-{one}", until=NOW + one * DAY).certificate for one in days or (400,)
        ],
    }
    trust |= columns.pop("trust", {})
    known = {"created_at": NOW, "modified_at": NOW, "enabled": True, "trust": trust}
    return SsoRow(tenant_id=1, provider_id=new_id(), protocol=protocol, **known | columns)


def judged(provider: ProviderRow = PROVIDER, **evidence: Any) -> Health:
    evidence.setdefault("tokens", [token()] if provider.scim_enabled else [])
    return health_of(Evidence(provider=provider, **evidence), NOW)


def codes(health: Health) -> list[str]:
    return [one.code for one in health.findings]


def only(health: Health) -> Finding:
    [found] = health.findings
    return found


def test_nothing_on_is_off() -> None:
    assert judged(OFF).state == "off"
    assert judged(OFF, sso=half(enabled=False, trust_error="x")).state == "off"
    assert judged(OFF, sso=half()).state == "healthy"
    assert judged().state == "healthy"


def test_what_ends_within_a_month_is_told_and_what_ends_sooner_warns() -> None:
    assert (judged(tokens=[token(31)]).state, codes(judged(tokens=[token(31)]))) == ("healthy", [])
    assert judged(tokens=[token(29)]).state == "healthy"
    assert only(judged(tokens=[token(29)])).severity == "notice"
    found = judged(tokens=[token(13)])
    assert found.state == "warning"
    assert (only(found).code, only(found).ends_at) == ("token.ending", NOW + 13 * DAY)


def test_a_token_that_ends_does_not_matter_when_a_longer_one_is_used() -> None:
    assert judged(tokens=[token(5, used=None), token(100)]).state == "healthy"
    assert judged(tokens=[token(5, used=3), token(100, used=1)]).state == "healthy"
    assert judged(tokens=[token(None), token(5, used=3)]).state == "healthy"


def test_a_new_token_that_nobody_entered_does_not_help() -> None:
    found = judged(tokens=[token(5, used=0.1), token(100, used=None, made=1)])
    assert (found.state, codes(found)) == ("warning", ["token.still_used"])


def test_without_a_live_token_nothing_can_succeed() -> None:
    found = judged(tokens=[token(-3), token(-20)])
    assert (found.state, only(found).code) == ("down", "token.all_expired")
    assert only(found).since_at == NOW - 3 * DAY
    assert judged(tokens=[]).state == "warning"
    assert codes(judged(tokens=[])) == ["token.none"]


def test_down_when_all_the_latest_requests_were_refused() -> None:
    found = judged(latest=answered(401, 401, 409, 503, reason="auth.token_unknown"))
    assert (found.state, only(found).code) == ("down", "scim.all_refused")
    assert only(found).facts["reason"] == "auth.token_unknown"
    assert only(found).since_at == NOW - timedelta(minutes=3)
    assert judged(latest=answered(401, 401, 200)).state == "healthy"


def test_asking_for_what_is_not_there_is_no_failure() -> None:
    """Clients look whether a resource is gone."""
    assert judged(latest=answered(404, 404, reason="match.none")).state == "healthy"
    both = [*answered(404, reason="match.none"), *answered(401)]
    assert judged(latest=both).state == "down"


@pytest.mark.parametrize(
    ("good", "refused", "code"),
    [
        (96, 4, None), (2, 4, None), (60, 5, None), (45, 5, "scim.failures"),
        (70, 29, "scim.failures"), (70, 30, "scim.quarantine"),
    ],
)  # fmt: skip
def test_a_share_of_failures_warns(good: int, refused: int, code: str | None) -> None:
    """A few failures are nothing; near 40 % Entra stops."""
    numbers = {("scim", "changed"): good, ("scim", "refused"): refused, ("sso", "refused"): 2}
    found = judged(numbers=numbers)
    assert codes(found) == ([code] if code else [])
    assert found.state == ("warning" if code else "healthy")


def test_a_pause_is_told_and_what_it_turns_away_is_not() -> None:
    paused = msgspec.structs.replace(PROVIDER, paused_at=NOW - DAY)
    numbers = {("scim", "refused"): 50}
    found = judged(paused, latest=answered(503, 503), numbers=numbers)
    assert (found.state, codes(found)) == ("warning", ["scim.paused"])


def test_silence_warns_and_a_beginning_that_never_came_is_told() -> None:
    assert judged(tokens=[token(used=6)]).state == "healthy"
    found = judged(tokens=[token(used=8), token(used=20)])
    assert (found.state, only(found).code) == ("warning", "scim.silent")
    assert only(found).since_at == NOW - 8 * DAY
    never = judged(tokens=[token(used=None)])
    assert (never.state, only(never).code) == ("healthy", "scim.never_used")
    assert codes(judged(tokens=[token(used=None, made=0.5)])) == []


def test_certificates_and_metadata_end() -> None:
    assert codes(judged(OFF, sso=half(-5, 40))) == []
    found = judged(OFF, sso=half(-5, 20))
    assert (found.state, only(found).severity) == ("healthy", "notice")
    assert judged(OFF, sso=half(-5, 10)).state == "warning"
    assert judged(OFF, sso=half(-5)).state == "warning"
    until = {"valid_until": (NOW - DAY).isoformat()}
    assert judged(OFF, sso=half(trust=until)).state == "down"
    soon = {"valid_until": (NOW + DAY).isoformat()}
    assert codes(judged(OFF, sso=half(trust=soon))) == ["sso.metadata_ending"]
    assert codes(judged(OFF, sso=half(trust=soon, trust_url="https://x"))) == []


def test_trust_that_cannot_be_read_again_warns() -> None:
    found = judged(OFF, sso=half(trust_error="It did not answer.", trust_at=NOW - DAY))
    assert (found.state, only(found).facts["why"]) == ("warning", "It did not answer.")


def test_sign_ins_that_are_mostly_refused_warn() -> None:
    few = {("sso", "changed"): 1, ("sso", "refused"): 2}
    many = {("sso", "changed"): 3, ("sso", "refused"): 3}
    assert codes(judged(OFF, sso=half(), numbers=few)) == []
    assert codes(judged(OFF, sso=half(), numbers=many)) == ["sso.failures"]


def test_our_own_certificate_ends() -> None:
    key = SsoKeyRow(
        tenant_id=1, provider_id=new_id(), key_id=new_id(), certificate="", sealed=b"",
        state="current", created_at=NOW, ends_at=NOW + 10 * DAY,
    )  # fmt: skip
    assert codes(judged(OFF, sso=half(), keys=[key])) == ["sso.our_certificate"]
    assert codes(judged(OFF, sso=half(protocol="oidc"), keys=[key])) == []
    following = msgspec.structs.replace(key, state="next", ends_at=NOW)
    assert codes(judged(OFF, sso=half(), keys=[following])) == []


def test_the_worst_comes_first() -> None:
    found = judged(tokens=[token(-1)], sso=half(20, trust_error="x"))
    assert [one.severity for one in found.findings] == ["down", "warning", "notice"]
    assert found.state == "down"


def test_what_was_done_with_a_warning_is_told_and_nothing_is_wrong() -> None:
    found = judged(numbers={("scim", "warned"): 3, ("scim", "changed"): 9})
    assert (found.state, only(found).code, only(found).facts) == (
        "healthy", "scim.warned", {"count": 3},
    )  # fmt: skip


def test_a_provider_that_was_never_connected_is_told_and_is_off() -> None:
    found = judged(OFF, tokens=[])
    assert (found.state, codes(found)) == ("off", ["provider.unconnected"])
    assert codes(judged(OFF, tokens=[token()])) == []
    assert codes(judged(OFF, sso=half(enabled=False))) == []
