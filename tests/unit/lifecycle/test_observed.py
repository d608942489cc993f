"""What is judged to be seen of a provider's set-up, from requests and activities alone."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from gatepost.lifecycle.observed import Known, judge
from gatepost.store.login_rows import SsoRow
from gatepost.store.observations import ActivityGlance, RequestGlance
from gatepost.store.rows import ProviderRow, TokenRow

NOW = datetime(2026, 11, 26, 12, 0, tzinfo=UTC)
GUID = "5b0d1c5e-8c7c-4b1e-9f3d-0123456789ab"


def provider(vendor: str = "entra", **columns: Any) -> ProviderRow:
    known = {"slug": "acme", "name": "Acme", "created_at": NOW, "modified_at": NOW}
    return ProviderRow(tenant_id=1, provider_id="p", vendor=vendor, **known | columns)


def token(**columns: Any) -> TokenRow:
    known = {"digest": b"", "hint": "", "name": "token", "created_at": NOW, "created_by": "grace"}
    return TokenRow(tenant_id=1, token_id="t", provider_id="p", **known | columns)


def asked(path: str, method: str = "GET", status: int = 200, **more: Any) -> RequestGlance:
    reason = more.pop("reason", "read")
    return RequestGlance("r", more.pop("at", NOW), method, path, status, reason, **more)


def scim(below: str, *rest: Any, **more: Any) -> RequestGlance:
    return asked(f"/scim/v2/acme{below}", *rest, **more)


def seen(protocol: str = "scim", vendor: str = "entra", **known: Any) -> set[str]:
    return set(judge(a_known(vendor, **known), protocol).seen)


def a_known(vendor: str = "entra", **known: Any) -> Known:
    return Known(**{"provider": provider(vendor), "now": NOW, **known})


def test_nothing_is_seen_of_a_new_provider() -> None:
    found = judge(a_known(), "scim")
    assert (dict(found.seen), dict(found.failed), found.last) == ({}, {}, None)


def test_a_token_counts_while_it_is_good() -> None:
    assert "token" in seen(tokens=[token()])
    assert "token" in seen(tokens=[token(revoked_at=NOW), token(expires_at=NOW + timedelta(1))])
    assert "token" not in seen(tokens=[token(revoked_at=NOW)])
    assert "token" not in seen(tokens=[token(expires_at=NOW)])


def test_use_is_remembered_when_the_records_are_purged() -> None:
    found = judge(a_known(tokens=[token(last_used_at=NOW)]), "scim")
    assert found.seen["token_used"] == NOW
    assert "first_request" in found.seen


@pytest.mark.parametrize(
    ("vendor", "path", "key", "is_probe"),
    [
        ("entra", f"/Users?filter=userName+eq+%22{GUID}%22", GUID, True),
        (
            "entra",
            f"/Groups?excludedAttributes=members&filter=displayName%20eq%20{GUID}",
            GUID,
            True,
        ),
        ("entra", "/Users?filter=userName eq ada", "ada@example.com", False),
        ("entra", f"/Users/{GUID}", GUID, False),
        ("okta", "/Users?startIndex=1&count=2", None, True),
        ("okta", "/Users?filter=userName eq ada", "ada", False),
        ("google", "/Users?count=1", None, True),
        ("onelogin", "/Users?filter=userName eq ada", "ada", True),
        ("jumpcloud", "/Users?count=1", None, False),
    ],
)
def test_each_products_connection_test_is_recognised(
    vendor: str, path: str, key: str | None, *, is_probe: bool
) -> None:
    """WIRE.md §2."""
    sent = [scim(path, subject_key=key)]
    assert ("probe" in seen(vendor=vendor, asked=sent)) == is_probe


def test_a_refused_probe_is_none() -> None:
    refused = scim(
        f"/Users?filter={GUID}", status=401, reason="auth.token_unknown", subject_key=GUID
    )
    found = judge(a_known(asked=[refused]), "scim")
    assert "probe" not in found.seen
    assert found.failed["probe"] is refused
    assert found.failed["token_used"] is refused


def test_a_refusal_that_was_overcome_fails_nothing() -> None:
    refused = scim("/Users", status=401, reason="auth.token_unknown")
    found = judge(a_known("okta", asked=[refused, scim("/Users?count=1")]), "scim")
    assert dict(found.failed) == {}
    assert "token_used" in found.seen


def test_a_paused_provider_fails_the_connection_test() -> None:
    paused = scim("/Users?count=1", status=503, reason="scope.paused")
    assert judge(a_known("okta", asked=[paused]), "scim").failed == {"probe": paused}


def test_a_look_up_that_found_nobody_fails_nothing() -> None:
    missing = scim("/Users/1", status=404, reason="match.none")
    assert dict(judge(a_known(asked=[missing]), "scim").failed) == {}


def test_a_refused_write_fails_what_it_was_to_bring() -> None:
    user = scim("/Users", "POST", 400, reason="validate.user_type")
    group = scim("/Groups", "POST", 409, reason="validate.group_duplicate")
    found = judge(a_known(asked=[user, group, scim("/Users?count=1")]), "scim")
    assert found.failed == {"user": user, "group": group}
    there = judge(a_known(asked=[user, group], user_at=NOW, group_at=NOW), "scim")
    assert {"user", "group"} & set(there.failed) == set()


def test_a_user_who_was_made_and_removed_at_once_is_a_test() -> None:
    later = NOW + timedelta(seconds=2)
    happened = [
        ActivityGlance(NOW, "user.created", "u"),
        ActivityGlance(later, "user.deleted", "u"),
    ]
    assert seen(vendor="jumpcloud", happened=happened) == {"probe"}
    left = [*happened, ActivityGlance(later, "user.deactivated", "other")]
    assert seen(vendor="jumpcloud", happened=left) == {"probe", "deactivation"}


def test_somebody_who_left_after_a_while_has_left() -> None:
    gone = ActivityGlance(NOW + timedelta(hours=1), "user.deleted", "u")
    found = judge(a_known(happened=[ActivityGlance(NOW, "user.created", "u"), gone]), "scim")
    assert found.seen["deactivation"] == gone.at


def test_an_adopted_user_came_when_adopted() -> None:
    known = a_known(
        user_at=NOW - timedelta(days=900), happened=[ActivityGlance(NOW, "user.adopted", "u")]
    )
    assert judge(known, "scim").seen["user"] == NOW


def test_sign_in_requests_are_no_scim_and_the_other_way_round() -> None:
    both = [scim("/Users"), asked("/saml/acme/acs", "POST"), asked("/oidc/acme/callback")]
    known = a_known(asked=both)
    shown = {one: judge(known, one).last for one in ("scim", "saml", "oidc")}
    assert {one: found.path for one, found in shown.items() if found} == {
        "scim": "/scim/v2/acme/Users",
        "saml": "/saml/acme/acs",
        "oidc": "/oidc/acme/callback",
    }


def half(**columns: Any) -> SsoRow:
    known = {"protocol": "saml", "created_at": NOW, "modified_at": NOW}
    return SsoRow(tenant_id=1, provider_id="p", **known | columns)


def test_the_half_of_the_other_protocol_is_not_this_one() -> None:
    full = {"sso": half(tested_at=NOW, enabled=True), "sign_in_at": NOW}
    assert seen("saml", **full) == {"sso_set_up", "sso_tested", "sso_on", "sign_in"}
    assert seen("oidc", **full) == set()


def test_a_refused_answer_fails_the_test_until_one_is_good() -> None:
    refused = asked("/saml/acme/acs", "POST", 403, reason="saml.audience")
    failed = judge(a_known(asked=[refused], sso=half()), "saml").failed
    assert failed == {"sso_tested": refused, "sign_in": refused}
    tested = judge(a_known(asked=[refused], sso=half(tested_at=NOW)), "saml").failed
    assert tested == {"sign_in": refused}
    good = [refused, asked("/saml/acme/acs", "POST", 303)]
    assert dict(judge(a_known(asked=good, sso=half()), "saml").failed) == {}
