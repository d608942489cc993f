"""Another password: the old one is asked for."""

import pytest

from tests.rules.world import World
from tests.web.account.visitor import PASSWORD, Visitor, messages, text_of

NEW = "eleven tame otters diving"


async def test_a_password_is_changed_and_the_other_sessions_end(ada: Visitor) -> None:
    other = Visitor(ada.world, "203.0.113.9")
    await other.sign_in(ada)
    before = await ada.session_id()
    done = await ada.submit("/account/password", old=PASSWORD, password=NEW, again=NEW)
    assert done.headers["location"] == "/account"
    assert "Your password was changed" in text_of(await ada.get("/account"))
    assert await ada.session_id() == before
    assert await other.signed() is None
    assert (await other.sign_in(ada)).status_code == 400
    assert (await other.sign_in(ada, NEW)).headers["location"] == "/account"
    assert [one.purpose for one in await messages(ada.world, "email")].count("password_changed")
    await other.close()


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"old": "wrong herons wading", "password": NEW, "again": NEW}, "not your password"),
        ({"old": "", "password": NEW, "again": NEW}, "not your password"),
        ({"old": PASSWORD, "password": NEW, "again": "other"}, "are not the same"),
        ({"old": PASSWORD, "password": "short", "again": "short"}, "12"),
        ({"old": PASSWORD, "password": "ada@example.com1", "again": "ada@example.com1"}, ""),
    ],
)
async def test_what_is_wrong_is_said_and_nothing_changes(
    ada: Visitor, fields: dict[str, str], said: str
) -> None:
    assert ada.user is not None
    account = ada.world.house.login.account
    before = (await account.overview(ada.user)).password_changed_at
    ada.world.clock.move(60)
    answer = await ada.submit("/account/password", **fields)
    assert answer.status_code == 400
    assert said in text_of(answer)
    assert NEW not in answer.text
    assert (await account.overview(ada.user)).password_changed_at == before


async def test_guessing_the_old_password_is_slowed_down(ada: Visitor) -> None:
    fields = {"old": "wrong herons wading", "password": NEW, "again": NEW}
    statuses = [(await ada.submit("/account/password", **fields)).status_code for _ in range(12)]
    assert statuses[-1] == 429


async def test_whoever_signs_in_through_a_provider_has_none_to_change(
    world: World, anonymous: Visitor
) -> None:
    okta = await world.client()
    row = await world.row(await okta.user("eve@example.com"))
    await anonymous.sent_by_provider(
        row, okta.provider.provider_id, mfa_at=world.clock.now(), methods=["sso", "otp", "mfa"]
    )
    assert (await anonymous.get("/account/password")).status_code == 409
    answer = await anonymous.submit("/account/password", old="", password=NEW, again=NEW)
    assert answer.status_code == 409
    overview = await world.house.login.account.overview(row)
    assert not overview.has_password
