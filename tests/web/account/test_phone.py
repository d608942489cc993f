"""R14: the phone number is the person's own, and a new one has to prove itself."""

from tests.rules.world import World
from tests.web.account.conftest import arrived
from tests.web.account.visitor import Visitor, messages, text_of

OLD, NEW = "+4930123456", "+4930987654"


async def changed(ada: Visitor, phone: str) -> None:
    """Change the number, with the code that came to it."""
    page = await ada.submit("/account/phone", phone=phone)
    assert "Confirm your number" in text_of(page)
    sent = (await messages(ada.world, "sms"))[-1]
    assert sent.to == phone
    done = await ada.submit("/account/factors/prove", kind="sms", answer=sent.text[:6])
    assert done.headers["location"] == "/account", text_of(done)


async def test_a_number_is_kept_once_the_code_sent_to_it_is_entered(ada: Visitor) -> None:
    assert ada.user is not None
    await ada.submit("/account/phone", phone=OLD)
    assert (await ada.world.row(ada.user.user_id)).phone is None
    await changed(ada, OLD)
    assert (await ada.world.row(ada.user.user_id)).phone == OLD


async def test_the_old_number_and_the_mailbox_are_told_of_a_new_one(ada: Visitor) -> None:
    await changed(ada, OLD)
    other = Visitor(ada.world, "203.0.113.9")
    await other.sign_in(ada)
    await changed(ada, NEW)
    assert [one.text for one in await messages(ada.world, "sms") if one.to == OLD][-1].startswith(
        "Gatepost: this is no longer the phone number of your account."
    )
    assert "phone_changed" in [one.purpose for one in await messages(ada.world, "email")]
    assert await other.signed() is None
    await other.close()


async def test_a_changed_number_is_one_method_still(ada: Visitor) -> None:
    await changed(ada, OLD)
    await changed(ada, NEW)
    assert ada.user is not None
    proofs = await ada.world.house.login.account.overview(ada.user)
    assert sorted(one.kind for one in proofs.factors) == ["sms", "totp"]


async def test_a_code_sent_to_another_number_does_not_prove_this_one(ada: Visitor) -> None:
    await ada.submit("/account/phone", phone=OLD)
    code = (await messages(ada.world, "sms"))[-1].text[:6]
    await ada.submit("/account/phone", phone=NEW)
    answer = await ada.submit("/account/factors/prove", kind="sms", answer=code)
    assert answer.status_code == 400
    assert ada.user is not None
    assert (await ada.world.row(ada.user.user_id)).phone is None


async def test_what_is_no_number_or_of_a_country_without_texts_is_said(ada: Visitor) -> None:
    for phone in ("call me", "", "+1 212 555 0100", "+33 1 23 45 67 89"):
        answer = await ada.submit("/account/phone", phone=phone)
        assert answer.status_code == 400, phone
    assert await messages(ada.world, "sms") == []


async def test_no_number_is_shown_in_full(ada: Visitor) -> None:
    await changed(ada, OLD)
    for path in ("/account", "/account/phone"):
        assert OLD[1:] not in (await ada.get(path)).text


async def test_without_texts_a_number_is_written_down_after_a_step_up(quiet_world: World) -> None:
    ada = await arrived(quiet_world)
    assert ada.user is not None
    quiet_world.clock.move(601)
    answer = await ada.submit("/account/phone", phone=OLD)
    assert answer.headers["location"].startswith("/account/step-up")
    assert (await quiet_world.row(ada.user.user_id)).phone is None
    await ada.step_up("/account/phone")
    done = await ada.submit("/account/phone", phone="+49 30 123456")
    assert done.headers["location"] == "/account"
    assert (await quiet_world.row(ada.user.user_id)).phone == OLD
    await ada.submit("/account/phone", phone=" ")
    assert (await quiet_world.row(ada.user.user_id)).phone is None
    await ada.close()


async def test_a_change_of_the_number_is_an_activity_without_the_number(
    quiet_world: World,
) -> None:
    """R36: phone numbers never appear in it."""
    ada = await arrived(quiet_world)
    answer = await ada.submit("/account/phone", phone=OLD)
    [entry] = await quiet_world.left_by(answer)
    assert (entry.event, entry.data) == ("user.updated", {"fields": ["phone"]})
    await ada.close()
