"""R34: sensitive actions ask for a second factor again, good for ten minutes."""

import pytest

from gatepost.store.changes import DeleteAll
from gatepost.store.tables import FACTORS, RECOVERY_CODES
from tests.rules.world import World
from tests.web.account.visitor import Visitor, messages, text_of, token_of

SENSITIVE = [
    "/account/factors/new",
    "/account/recovery-codes",
    "/account/password",
    "/account/phone",
]
TEN_MINUTES_S = 600
PHONE = "+4930123456"


@pytest.mark.parametrize("path", SENSITIVE)
async def test_after_ten_minutes_a_sensitive_page_asks_for_a_factor_and_comes_back(
    ada: Visitor, path: str
) -> None:
    assert (await ada.get(path)).status_code == 200
    ada.world.clock.move(TEN_MINUTES_S + 1)
    asked = await ada.get(path)
    assert asked.headers["location"] == f"/account/step-up?return_to={path.replace('/', '%2F')}"
    page = await ada.get(asked.headers["location"])
    assert "Confirm that it is you" in text_of(page)
    done = await ada.step_up(path)
    assert done.headers["location"] == path
    assert (await ada.get(path)).status_code == 200


@pytest.mark.parametrize(
    ("path", "page"),
    [
        ("/account/factors", "/account/factors/new"),
        ("/account/factors/prove", "/account/factors/new"),
        ("/account/recovery-codes", "/account/recovery-codes"),
        ("/account/password", "/account/password"),
        ("/account/phone", "/account/phone"),
    ],
)
async def test_a_form_sent_too_late_changes_nothing_and_leads_back_to_its_page(
    ada: Visitor, path: str, page: str
) -> None:
    assert ada.user is not None
    ada.world.clock.move(TEN_MINUTES_S + 1)
    before = await ada.world.house.login.account.overview(ada.user)
    answer = await ada.submit(path, kind="totp", answer="1", old="x", password="y", again="y")
    assert answer.headers["location"] == f"/account/step-up?return_to={page.replace('/', '%2F')}"
    after = await ada.world.house.login.account.overview(ada.user)
    assert after.factors == before.factors
    assert after.password_changed_at == before.password_changed_at
    assert after.recovery_codes_left == before.recovery_codes_left


async def test_the_session_goes_on_under_a_new_secret_alone(ada: Visitor) -> None:
    """The id of before is worth nothing any more (session fixation)."""
    before, session_id = ada.cookie, await ada.session_id()
    await ada.step_up()
    assert ada.cookie != before
    assert await ada.session_id() == session_id
    assert await ada.world.house.login.sessions.find(before) is None


async def test_a_wrong_code_steps_nothing_up(ada: Visitor) -> None:
    ada.world.clock.move(TEN_MINUTES_S + 1)
    before = ada.cookie
    answer = await ada.submit("/account/step-up?return_to=/account/phone", kind="totp", answer="1")
    assert answer.status_code == 400
    assert "That was not right" in text_of(answer)
    assert ada.cookie == before
    assert (await ada.get("/account/phone")).status_code == 303


async def test_a_code_of_an_app_is_good_once(ada: Visitor) -> None:
    ada.world.clock.move(TEN_MINUTES_S + 1)
    code = ada.code
    assert (await ada.submit("/account/step-up", kind="totp", answer=code)).status_code == 303
    again = await ada.submit("/account/step-up", kind="totp", answer=code)
    assert again.status_code == 400


async def test_a_recovery_code_is_good_once(ada: Visitor) -> None:
    [first, *_] = ada.recovery_codes
    ada.world.clock.move(TEN_MINUTES_S + 1)
    page = await ada.get("/account/step-up?kind=recovery")
    assert "Recovery code" in text_of(page)
    done = await ada.submit("/account/step-up", kind="recovery", answer=first.upper())
    assert done.status_code == 303
    assert "9 are left" in text_of(await ada.get("/account"))
    again = await ada.submit("/account/step-up", kind="recovery", answer=first)
    assert again.status_code == 400


async def test_a_code_by_sms_is_sent_and_steps_up(ada: Visitor) -> None:
    page = await ada.submit("/account/phone", phone=PHONE)
    token = token_of(page)
    code = (await messages(ada.world, "sms"))[-1].text[:6]
    await ada.send("/account/factors/prove", csrf=token, kind="sms", answer=code)
    ada.world.clock.move(TEN_MINUTES_S + 1)
    sent = await ada.submit("/account/step-up/send?return_to=/account/phone")
    assert sent.headers["location"].startswith("/account/step-up?return_to=%2Faccount%2Fphone&")
    page = await ada.get(sent.headers["location"])
    assert "Sent to ••• •• 56" in text_of(page)
    code = (await messages(ada.world, "sms"))[-1].text[:6]
    done = await ada.submit("/account/step-up?return_to=/account/phone", kind="sms", answer=code)
    assert done.headers["location"] == "/account/phone"


async def test_no_code_is_sent_to_whoever_has_no_such_factor(ada: Visitor) -> None:
    answer = await ada.submit("/account/step-up/send")
    assert answer.status_code == 404
    assert await messages(ada.world, "sms") == []


async def test_failures_are_counted_and_turn_tries_away(ada: Visitor) -> None:
    statuses = []
    for _ in range(30):
        answer = await ada.submit("/account/step-up", kind="totp", answer="1")
        statuses.append(answer.status_code)
    assert statuses[0] == 400
    assert statuses[-1] == 429
    assert (await ada.submit("/account/step-up", kind="totp", answer=ada.code)).status_code == 429


@pytest.mark.parametrize("elsewhere", ["https://evil.example/", "//evil.example", "/\\evil"])
async def test_a_step_up_leads_to_no_other_site(ada: Visitor, elsewhere: str) -> None:
    done = await ada.step_up(elsewhere)
    assert done.headers["location"] == "/account"


async def test_whoever_proved_a_factor_just_now_is_not_asked(ada: Visitor) -> None:
    answer = await ada.get("/account/step-up?return_to=/account/password")
    assert answer.headers["location"] == "/account/password"


async def test_whoever_has_no_factor_here_is_told_to_sign_in_again(
    world: World, anonymous: Visitor
) -> None:
    okta = await world.client()
    user_id = await okta.user("eve@example.com")
    await anonymous.sent_by_provider(await world.row(user_id), okta.provider.provider_id)
    answer = await anonymous.get("/account/step-up?return_to=/account/phone")
    assert answer.status_code == 403
    assert "Sign out and in again" in text_of(answer)


async def test_whom_a_provider_vouched_for_just_now_may_add_a_first_factor(
    world: World, anonymous: Visitor
) -> None:
    okta = await world.client()
    row = await world.row(await okta.user("eve@example.com"))
    await anonymous.sent_by_provider(row, okta.provider.provider_id, methods=["sso", "mfa"])
    assert (await anonymous.get("/account/factors/new")).status_code == 200
    world.clock.move(TEN_MINUTES_S + 1)
    assert (await anonymous.get("/account/factors/new")).status_code == 303


async def test_a_session_that_has_lost_its_factors_is_stepped_up_by_nothing(ada: Visitor) -> None:
    assert ada.user is not None
    whose = {"tenant_id": ada.world.tenant_id, "user_id": ada.user.user_id}
    gone = [DeleteAll(FACTORS, whose), DeleteAll(RECOVERY_CODES, whose)]
    assert await ada.world.house.database.commit(gone) is None
    assert (await ada.step_up()).status_code == 403
