from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest

from gatepost.lifecycle.explain import Explanation, explain, explain_request
from gatepost.lifecycle.explain_facts import Facts, ProviderFacts
from gatepost.lifecycle.explain_letters import for_support, to_customer
from gatepost.lifecycle.explain_words import CAUSES, codes, fix_of
from gatepost.lifecycle.listing import Misfit, Portrait
from gatepost.lifecycle.rung import Place
from gatepost.store.roles import EffectiveRole
from gatepost.store.rows import (
    ActivityRow,
    ConflictRow,
    ProviderRow,
    RequestRow,
    TokenRow,
    UserRow,
)
from gatepost.tenancy.provider_settings import VENDORS

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
EVE = "eve@acme.example"


def a_provider(**fields: Any) -> ProviderRow:
    given = {"scim_enabled": True, "vendor": "entra", **fields}
    return ProviderRow(
        tenant_id=1,
        provider_id="p1",
        slug="acme",
        name="Acme",
        created_at=NOW,
        modified_at=NOW,
        **given,
    )


def a_request(number: int = 1, **fields: Any) -> RequestRow:
    given = {"method": "POST", "path": "/scim/v2/acme/Users", "status": 201, "reason": "ok"}
    return RequestRow(
        tenant_id=1,
        request_id=f"r{number}",
        at=NOW - timedelta(minutes=60 - number),
        duration_us=1500,
        **{**given, **fields},
    )


def a_token(**fields: Any) -> TokenRow:
    return TokenRow(
        tenant_id=1,
        token_id="t1",
        provider_id="p1",
        digest=b"",
        hint="gp_scim_…abcd",
        name="token",
        created_at=NOW,
        created_by="me",
        **fields,
    )


def a_user(**fields: Any) -> UserRow:
    given = {"email": EVE, "organization_scope": "all", "provider_id": "p1"}
    return UserRow(
        tenant_id=1,
        user_id="u1",
        user_name=EVE,
        user_name_folded=EVE,
        created_at=NOW,
        modified_at=NOW,
        doc=b"{}",
        **{**given, **fields},
    )


def a_portrait(user: UserRow | None = None, **fields: Any) -> Portrait:
    user = user or a_user()
    given: dict[str, Any] = {
        "manager": a_provider() if user.provider_id else None,
        "groups": [],
        "roles": [EffectiveRole("x", "Viewer", "mapping", "g1", "Staff")],
        "misfits": [],
        "organizations": [],
    }
    return Portrait(user=user, **{**given, **fields})


def an_activity(event: str, **fields: Any) -> ActivityRow:
    return ActivityRow(
        tenant_id=1,
        activity_id="a1",
        at=NOW,
        type="SSO",
        event=event,
        status_code="X",
        actor_kind="scim_client",
        actor_name="Acme",
        subject_kind="user",
        subject_name=EVE,
        **fields,
    )


def sending(provider: ProviderRow | None = None, **fields: Any) -> ProviderFacts:
    given = {"tokens": [a_token()], "last": a_request(50), "today": 212}
    return ProviderFacts(provider=provider or a_provider(), **{**given, **fields})


def explained(**facts: Any) -> Explanation:
    given = {"word": EVE, "now": NOW, "providers": [sending()]}
    return explain(Facts(**{**given, **facts}))


def result(found: Explanation, number: int) -> str:
    return found.rungs[number - 1].result


def test_person_who_was_never_sent_is_answered_with_the_evidence() -> None:
    found = explained()
    assert found.answer == (
        f"Acme has not sent {EVE}. Acme last sent anything at 2026-11-23 11:50:00 UTC, "
        "212 requests today."
    )
    assert not found.is_well
    assert any("nested group" in cause for cause in found.rungs[1].advice)


def test_causes_are_those_of_the_vendor() -> None:
    okta = explained(providers=[sending(a_provider(vendor="okta"))])
    assert any("suspen" in cause for cause in okta.rungs[1].advice)


def test_vendors_with_causes_are_vendors() -> None:
    assert set(CAUSES) <= set(VENDORS)


def test_look_up_alone_is_no_sending() -> None:
    looked = a_request(method="GET", path="/scim/v2/acme/Users?filter=…", status=200)
    found = explained(requests=[looked])
    assert "only looked the person up, last at 2026-11-23 11:01:00 UTC" in found.answer
    assert found.rungs[1].evidence[0]["request_id"] == "r1"


def test_search_by_post_is_a_look_up_too() -> None:
    looked = a_request(path="/scim/v2/acme/Users/.search", status=200)
    assert result(explained(requests=[looked]), 2) == "no"


def test_provider_that_never_talked_is_the_answer() -> None:
    found = explained(providers=[sending(last=None, today=0)])
    assert found.answer == "Acme has never sent a request."


def test_provider_without_a_live_token_is_the_answer() -> None:
    ended = a_token(expires_at=NOW - timedelta(days=1))
    found = explained(providers=[sending(last=None, tokens=[ended])])
    assert found.answer.startswith("Acme has no token that is alive")
    assert found.rungs[0].advice[0].endswith("gatepost token create acme")
    assert found.rungs[0].places == [Place("provider", "acme", "Open Acme")]


@pytest.mark.parametrize("reason", ["auth.token_expired", "auth.token_revoked"])
def test_refused_token_is_the_answer_with_its_fix(reason: str) -> None:
    last = a_request(status=401, reason=reason)
    found = explained(providers=[sending(last=last)])
    assert found.answer.endswith(f"refused: {reason}.")
    assert found.rungs[0].advice == [fix_of(reason)]


def test_stranger_who_knocks_without_a_token_changes_no_answer() -> None:
    """Whoever knows the URL can send a wrong token; a live one in use says that all is well."""
    last = a_request(status=401, reason="auth.token_unknown")
    used = a_token(last_used_at=NOW - timedelta(hours=2))
    found = explained(
        providers=[sending(last=last, tokens=[used])],
        requests=[a_request()],
        portrait=a_portrait(),
    )
    assert found.is_well
    assert result(found, 1) == "warning"
    assert found.rungs[0].advice == [fix_of("auth.token_unknown")]


def test_wrong_token_is_the_answer_when_no_live_one_was_used_of_late() -> None:
    last = a_request(status=401, reason="auth.token_unknown")
    used = a_token(last_used_at=NOW - timedelta(days=2))
    found = explained(providers=[sending(last=last, tokens=[used])])
    assert found.answer.endswith("refused: auth.token_unknown.")


def test_person_who_was_never_sent_is_told_that_the_last_request_was_refused() -> None:
    last = a_request(status=401, reason="auth.token_unknown")
    used = a_token(last_used_at=NOW - timedelta(hours=2))
    found = explained(providers=[sending(last=last, tokens=[used])])
    assert "has not sent" in found.answer
    assert "(refused: auth.token_unknown)" in found.answer


def test_scim_switched_off_is_the_answer() -> None:
    found = explained(providers=[sending(a_provider(scim_enabled=False))])
    assert found.answer.startswith("SCIM is switched off for Acme")


def test_no_provider_at_all_is_an_answer() -> None:
    assert explained(providers=[]).answer.startswith("No identity provider is configured")


def test_one_provider_that_reaches_us_is_enough() -> None:
    other = sending(msgspec.structs.replace(a_provider(), name="Old"), last=None)
    assert result(explained(providers=[other, sending()]), 1) == "yes"


def test_refused_request_is_the_answer_with_the_detail_the_provider_got() -> None:
    answer = msgspec.json.encode({"detail": "The userType 'Boss' is not known."})
    refused = a_request(status=400, reason="validate.user_type", answer=answer)
    found = explained(requests=[refused])
    assert "refused with 400: validate.user_type. The userType 'Boss' is not known." in found.answer
    assert found.rungs[2].advice == [fix_of("validate.user_type")]
    assert found.rungs[2].evidence[0]["request_id"] == "r1"


def test_refused_step_speaks_where_the_answer_was_not_kept() -> None:
    steps = [{"kind": "validate", "result": "refused", "code": "x", "value": "Boss"}]
    refused = a_request(status=400, reason="validate.user_type", steps=steps)
    assert explained(requests=[refused]).answer.endswith("value: Boss.")


def test_limit_of_adoption_is_said_in_words() -> None:
    step = {"kind": "validate", "result": "refused", "code": "x", "limit": "foreign_domain"}
    refused = a_request(status=409, reason="match.adoption_refused", steps=[step])
    assert (
        "The account's address is not in the email domains" in explained(requests=[refused]).answer
    )


def test_refusals_before_the_last_request_are_no_hindrance() -> None:
    requests = [a_request(2), a_request(1, status=400, reason="validate.value")]
    found = explained(requests=requests, portrait=a_portrait())
    assert found.is_well
    assert "before that, 1 were refused" in found.rungs[2].sentence


@pytest.mark.rule("R12")
def test_open_conflict_is_the_answer_with_the_way_out() -> None:
    conflict = ConflictRow(
        tenant_id=1,
        conflict_id="c1",
        provider_id="p1",
        user_id="u1",
        reason="foreign_domain",
        incoming={},
        opened_at=NOW,
        last_seen_at=NOW,
    )
    user = a_user(provider_id=None)
    found = explained(requests=[a_request()], conflict=conflict, portrait=a_portrait(user))
    assert "not in the email domains of this provider" in found.answer
    assert found.rungs[3].advice[0].endswith("resolve c1 adopt|keep-local|ignore")
    assert found.rungs[3].places == [Place("conflict", "c1", "Settle the conflict")]


def test_inactive_user_is_answered_by_who_when_and_which_request() -> None:
    left = an_activity("user.deactivated", request_id="r9")
    portrait = a_portrait(a_user(status="inactive"))
    found = explained(requests=[a_request()], activities=[left], portrait=portrait)
    assert found.answer == (
        f"{EVE} is inactive: Acme deactivated the user at 2026-11-23 12:00:00 UTC."
    )
    assert found.rungs[7].evidence[0]["request_id"] == "r9"


def test_refused_adoption_leads_to_its_conflict() -> None:
    conflict = ConflictRow(
        tenant_id=1,
        conflict_id="c1",
        provider_id="p1",
        user_id="u1",
        reason="review",
        incoming={},
        opened_at=NOW,
        last_seen_at=NOW,
    )
    refused = a_request(status=409, reason="match.adoption_refused")
    user = a_user(provider_id=None)
    found = explained(requests=[refused], conflict=conflict, portrait=a_portrait(user))
    assert found.rungs[2].places == [Place("conflict", "c1", "Settle the conflict")]
    assert explained(requests=[refused]).rungs[2].places == []


def test_account_that_came_inactive_is_told_from_one_whose_log_is_gone() -> None:
    portrait = a_portrait(a_user(status="inactive"))
    made = [an_activity("user.created")]
    came = explained(requests=[a_request()], activities=made, portrait=portrait)
    purged = explained(requests=[a_request()], portrait=portrait)
    assert "since Acme made the account, inactive, at 2026-11-23 12:00:00 UTC" in came.answer
    assert purged.answer.endswith("older than the log.")


@pytest.mark.rule("R24")
def test_role_is_told_with_its_cause() -> None:
    found = explained(requests=[a_request()], portrait=a_portrait())
    assert found.answer == (f"{EVE} is in order: active, managed by Acme, with the roles Viewer.")
    assert found.rungs[8].evidence == [
        {"role": "Viewer", "cause": "group Staff → mapping → Viewer"}
    ]


@pytest.mark.rule("R25")
def test_misfit_is_a_warning_and_no_hindrance() -> None:
    portrait = a_portrait(misfits=[Misfit("Admin", "technician", "IT")])
    found = explained(requests=[a_request()], portrait=portrait)
    assert found.is_well
    assert result(found, 9) == "warning"
    assert "The group IT gives the role Admin, which is for technicians" in found.rungs[8].sentence


@pytest.mark.rule("R27")
def test_technician_without_a_role_is_warned_of() -> None:
    portrait = a_portrait(a_user(user_type="technician"), roles=[])
    found = explained(requests=[a_request()], portrait=portrait)
    assert "The technician has no role" in found.rungs[8].sentence


def test_end_user_without_an_organization_is_warned_of() -> None:
    portrait = a_portrait(a_user(organization_scope="none"))
    found = explained(requests=[a_request()], portrait=portrait)
    assert "belongs to no organization" in found.rungs[8].sentence
    assert found.answer.endswith("1 warning below.")


def test_managed_user_whose_requests_are_purged_was_sent() -> None:
    assert result(explained(portrait=a_portrait()), 2) == "yes"


def test_every_code_has_a_fix() -> None:
    assert all(fix_of(code) for code in codes())
    assert fix_of("no.such_code") is None


def test_request_is_explained_by_status_and_reason() -> None:
    found = explain_request(a_request(status=401, reason="auth.token_revoked"))
    assert found.answer == (
        "POST /scim/v2/acme/Users was refused with 401 (auth.token_revoked) in 1.5 ms."
    )
    assert found.fix == fix_of("auth.token_revoked")


def test_paused_provider_is_the_answer() -> None:
    paused = a_provider(paused_at=NOW - timedelta(hours=1))
    found = explained(providers=[sending(paused)], requests=[a_request()])
    assert found.answer.startswith("SCIM is paused for Acme since 2026-11-23 11:00:00 UTC")


def test_local_account_that_no_provider_waits_for_lacks_nothing() -> None:
    user = a_user(provider_id=None)
    found = explained(is_ours_alone=True, portrait=a_portrait(user))
    assert found.is_well
    assert found.answer.startswith(f"{EVE} is in order: active, a local account")
    assert [one.result for one in found.rungs[:3]] == ["not_known"] * 3


def test_local_account_of_a_domain_that_no_provider_serves_is_out_of_reach() -> None:
    found = explained(portrait=a_portrait(a_user(provider_id=None)))
    assert found.rungs[4].result == "warning"
    assert "acme.example is no email domain of Acme" in found.rungs[4].sentence
    served = explained(claimed={"acme.example": "p1"}, portrait=a_portrait(a_user()))
    assert served.rungs[4].sentence == "Acme manages the account."


def test_what_was_lacking_and_what_was_left_out_is_told() -> None:
    """R9, R14."""
    steps = [
        {"kind": "map", "result": "warning", "code": "map.no_organization"},
        {"kind": "map", "result": "skipped", "code": "map.ignored", "attributes": ["phoneNumbers"]},
        {"kind": "apply", "result": "ok", "changed": ["name.familyName"]},
    ]
    refused = a_request(2, status=400, reason="validate.value")
    found = explained(requests=[refused, a_request(steps=steps)], portrait=a_portrait())
    assert found.rungs[5].result == "warning"
    assert found.rungs[5].sentence == (
        "No organization was sent; what is never taken from a provider was left out (phoneNumbers)."
    )
    assert found.rungs[6].sentence.endswith("it changed name.familyName.")


def test_only_what_is_ignored_is_no_warning() -> None:
    steps = [{"kind": "map", "result": "skipped", "code": "map.ignored", "attributes": ["x"]}]
    found = explained(requests=[a_request(steps=steps)], portrait=a_portrait())
    assert found.rungs[5].result == "yes"
    assert found.rungs[6].sentence.endswith("everything was as sent already.")


def test_letter_to_the_customer_names_the_field_to_look_at() -> None:
    answer = msgspec.json.encode({"detail": "The userType 'Boss' is not known."})
    refused = a_request(status=400, reason="validate.user_type", answer=answer)
    letter = to_customer(explained(requests=[refused]), "Acme", "entra")
    assert letter is not None
    assert "userType" in letter
    assert "'Boss'" in letter
    never = to_customer(explained(), "Acme", "entra") or ""
    assert "has not sent" in never
    assert "nested group" in never


def test_nobody_is_asked_for_what_is_ours_to_mend() -> None:
    off = explained(providers=[sending(a_provider(scim_enabled=False))])
    assert to_customer(off, "Acme", "entra") is None
    assert to_customer(explained(requests=[a_request()], portrait=a_portrait()), "A", "x") is None


def test_text_for_support_has_the_ids_and_no_body() -> None:
    refused = a_request(status=400, reason="validate.value", body=b'{"userName": "secret"}')
    text = for_support(explained(requests=[refused]), NOW)
    assert "request r1" in text
    assert "secret" not in text
    assert "3. Did we accept it? NO" in text


def test_one_whom_the_provider_deleted_is_out_of_its_reach() -> None:
    gone = a_user(status="inactive", deleted_at=NOW)
    rung = explained(portrait=a_portrait(gone)).rungs[4]
    assert (rung.result, rung.sentence) == (
        "warning",
        "Acme deleted the user at 2026-11-23 12:00:00 UTC.",
    )


def test_account_without_an_address_is_out_of_every_reach() -> None:
    user = msgspec.structs.replace(a_user(provider_id=None), email=None, user_name="eve")
    assert "no email address" in explained(portrait=a_portrait(user)).rungs[4].sentence
    alone = explained(is_ours_alone=True, portrait=a_portrait(user))
    assert alone.rungs[4].result == "not_known"


def test_domain_of_a_managed_account_that_is_another_providers_is_told() -> None:
    found = explained(claimed={"acme.example": "p2"}, portrait=a_portrait())
    assert "is no email domain of Acme" in found.rungs[4].sentence
    assert found.rungs[4].result == "yes"
    local = explained(claimed={"acme.example": "p1"}, portrait=a_portrait(a_user(provider_id=None)))
    assert local.rungs[4].sentence == "Acme serves the domain acme.example."


def test_a_local_account_that_is_inactive_is_activated_here() -> None:
    user = a_user(provider_id=None, status="inactive")
    left = explained(
        is_ours_alone=True, activities=[an_activity("user.deactivated")], portrait=a_portrait(user)
    )
    made = explained(
        is_ours_alone=True, activities=[an_activity("user.created")], portrait=a_portrait(user)
    )
    for found in (left, made):
        assert found.hindrance is not None
        assert found.hindrance.advice == [
            f"Activate the account here: gatepost user reactivate {EVE}"
        ]


def test_a_technician_in_groups_is_told_which_to_map() -> None:
    portrait = a_portrait(a_user(user_type="technician"), roles=[], groups=[("g1", "IT")])
    rung = explained(requests=[a_request()], portrait=portrait).rungs[8]
    assert rung.advice[-1].startswith("Map a group of theirs (IT)")
    assert rung.places == [Place("groups", "", "Open the groups and their roles")]


def test_a_word_that_means_several_is_told() -> None:
    found = explained(requests=[a_request()], portrait=a_portrait(), also=["eve2"])
    assert "The word also means eve2." in found.rungs[3].sentence
    came = explained(activities=[an_activity("user.adopted")], portrait=a_portrait())
    assert "adopted by Acme" in came.rungs[3].sentence


def test_a_letter_asks_about_a_warning_too() -> None:
    steps = [{"kind": "map", "result": "warning", "code": "map.no_organization"}]
    found = explained(requests=[a_request(steps=steps)], portrait=a_portrait())
    letter = to_customer(found, "Acme", "entra") or ""
    assert "organizationId" in letter
    assert "gatepost" not in letter


def test_many_changes_are_cut() -> None:
    steps = [{"kind": "apply", "changed": [f"a{one}" for one in range(12)]}]
    found = explained(requests=[a_request(steps=steps)], portrait=a_portrait())
    assert found.rungs[6].sentence.endswith("a7 and 4 more.")
