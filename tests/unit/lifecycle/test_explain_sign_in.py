"""The rung of signing in: how the person would, and how it went last."""

from datetime import UTC, datetime
from typing import Any

import pytest

from gatepost.activity.reasons import FIXES
from gatepost.lifecycle.explain_sign_in import SignInFacts, sign_in
from gatepost.store.login_rows import SsoRow
from gatepost.store.rows import ActivityRow, ProviderRow, RequestRow, UserRow

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
ACME = ProviderRow(
    tenant_id=1, provider_id="p1", slug="acme", name="Acme", created_at=NOW, modified_at=NOW
)


def a_user(**fields: Any) -> UserRow:
    return UserRow(
        tenant_id=1,
        user_id="u1",
        user_name="eve@acme.example",
        user_name_folded="eve@acme.example",
        created_at=NOW,
        modified_at=NOW,
        doc=b"{}",
        **fields,
    )


def a_half(*, enabled: bool = True) -> SsoRow:
    return SsoRow(
        tenant_id=1,
        provider_id="p1",
        protocol="saml",
        enabled=enabled,
        created_at=NOW,
        modified_at=NOW,
    )


def a_refusal(reason: str) -> RequestRow:
    return RequestRow(
        tenant_id=1,
        request_id="r1",
        at=NOW,
        method="POST",
        path="/saml/acme/acs",
        status=403,
        duration_us=1500,
        reason=reason,
    )


def an_activity(event: str, **data: Any) -> ActivityRow:
    return ActivityRow(
        tenant_id=1,
        activity_id="a1",
        at=NOW,
        type="SSO",
        event=event,
        status_code="SSO_X",
        actor_kind="user",
        actor_name="eve@acme.example",
        subject_kind="user",
        subject_name="eve@acme.example",
        data=data,
    )


@pytest.mark.parametrize(
    ("facts", "fields", "result", "words"),
    [
        (SignInFacts(provider=ACME, half=a_half()), {"auth_type": "sso"}, "yes", "through Acme."),
        (
            SignInFacts(provider=ACME, half=a_half()),
            {"administrator": True},
            "yes",
            "or by password",
        ),
        (
            SignInFacts(provider=ACME, half=a_half(enabled=False)),
            {"auth_type": "sso"},
            "warning",
            "switched off",
        ),
        (SignInFacts(provider=ACME), {"auth_type": "sso"}, "not_known", "not set up"),
        (SignInFacts(), {}, "not_known", "have none yet"),
        (SignInFacts(has_password=True, factors=1), {}, "yes", "1 second factor."),
        (SignInFacts(), {"status": "inactive"}, "not_known", "nowhere"),
    ],
)
def test_way_to_sign_in_is_told(
    facts: SignInFacts, fields: dict[str, Any], result: str, words: str
) -> None:
    rung = sign_in(facts, a_user(**fields), [])
    assert rung.result == result
    assert words in rung.sentence


def test_last_sign_in_that_worked_is_told() -> None:
    facts = SignInFacts(has_password=True, sessions=2)
    rung = sign_in(facts, a_user(), [an_activity("login.succeeded")])
    assert (rung.result, "2 sessions are open" in rung.sentence) == ("yes", True)


def test_last_sign_in_that_was_refused_is_the_answer_with_what_to_do() -> None:
    events = [an_activity("login.refused", why="saml.audience"), an_activity("login.succeeded")]
    rung = sign_in(SignInFacts(provider=ACME, half=a_half()), a_user(), events)
    assert rung.result == "no"
    assert rung.advice == [FIXES["saml.audience"]]


def test_stranger_whom_a_provider_sent_is_told() -> None:
    rung = sign_in(SignInFacts(requests=[a_refusal("sso.not_provisioned")]), None, [])
    assert rung.result == "no"
    assert rung.evidence[0]["request_id"] == "r1"
    assert rung.advice == [FIXES["sso.not_provisioned"]]


def test_nothing_is_known_of_a_stranger_whom_nobody_sent() -> None:
    assert sign_in(SignInFacts(), None, []).result == "not_known"
