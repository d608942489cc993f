"""Second factors and recovery codes: added once proved, removed but for the last (R33)."""

import html
import json
import re
from typing import Any

import httpx2

from gatepost.store.login_rows import FactorRow
from tests.login.authenticator import SoftAuthenticator
from tests.rules.world import PUBLIC_URL, World, together
from tests.web.account.conftest import arrived
from tests.web.account.visitor import (
    Visitor,
    codes_of,
    messages,
    secret_of,
    text_of,
    token_of,
)


def options_of(page: httpx2.Response) -> dict[str, Any]:
    """Read what a page's script asks the authenticator."""
    [found] = re.findall(r'data-options="([^"]+)"', page.text)
    options: dict[str, Any] = json.loads(html.unescape(found))
    return options.get("publicKey", options)


async def factors_of(visitor: Visitor) -> list[FactorRow]:
    assert visitor.user is not None
    return (await visitor.world.house.login.account.overview(visitor.user)).factors


async def with_passkey(visitor: Visitor, name: str = "Laptop") -> SoftAuthenticator:
    """Add a passkey; gives what holds it."""
    page = await visitor.submit("/account/factors", kind="passkey")
    device = SoftAuthenticator("gatepost.test", PUBLIC_URL)
    answer = device.create(options_of(page))
    done = await visitor.submit("/account/factors/prove", kind="passkey", answer=answer, name=name)
    assert done.headers["location"] == "/account", text_of(done)
    return device


async def elsewhere(visitor: Visitor) -> Visitor:
    """Sign the same person in in another browser."""
    other = Visitor(visitor.world, "203.0.113.9")
    await other.sign_in(visitor)
    assert await other.signed() is not None
    return other


async def test_a_passkey_is_added_and_steps_up(ada: Visitor) -> None:
    device = await with_passkey(ada)
    said = text_of(await ada.get("/account"))
    assert "The method was added" in said
    assert "Laptop · Passkey" in said
    assert "on one device only" in said
    ada.world.clock.move(601)
    page = await ada.get("/account/step-up?return_to=/account/password&kind=passkey")
    answer = device.get(options_of(page))
    done = await ada.submit(
        "/account/step-up?return_to=/account/password", kind="passkey", answer=answer
    )
    assert done.headers["location"] == "/account/password"


async def test_another_app_is_added_once_its_code_is_right(ada: Visitor) -> None:
    page = await ada.submit("/account/factors", kind="totp")
    assert "data:image/svg+xml;base64," in page.text
    wrong = await ada.submit("/account/factors/prove", kind="totp", answer="000000")
    assert wrong.status_code == 400
    assert "That was not right" in text_of(wrong)
    assert len(await factors_of(ada)) == 1
    ada.secret = secret_of(page)
    done = await ada.submit("/account/factors/prove", kind="totp", answer=ada.code)
    assert done.headers["location"] == "/account"
    assert len(await factors_of(ada)) == 2


async def test_what_was_begun_in_one_session_is_not_proved_in_another(ada: Visitor) -> None:
    other = await elsewhere(ada)
    page = await ada.submit("/account/factors", kind="totp")
    other.secret = secret_of(page)
    answer = await other.submit("/account/factors/prove", kind="totp", answer=other.code)
    assert answer.status_code == 400
    assert len(await factors_of(ada)) == 1
    await other.close()


async def test_a_first_factor_comes_with_recovery_codes(world: World, anonymous: Visitor) -> None:
    okta = await world.client()
    row = await world.row(await okta.user("eve@example.com"))
    await anonymous.sent_by_provider(row, okta.provider.provider_id, methods=["sso", "mfa"])
    page = await anonymous.submit("/account/factors", kind="totp")
    anonymous.secret = secret_of(page)
    done = await anonymous.submit("/account/factors/prove", kind="totp", answer=anonymous.code)
    assert done.status_code == 200
    assert len(codes_of(done)) == 10
    assert "10 are left" in text_of(await anonymous.get("/account"))


async def test_an_unknown_kind_is_not_begun(ada: Visitor) -> None:
    for kind in ("", "recovery", "pwd"):
        assert (await ada.submit("/account/factors", kind=kind)).status_code == 400


async def test_a_code_for_a_new_factor_cannot_be_guessed(ada: Visitor) -> None:
    """Else somebody's number could be had without their telephone."""
    await ada.submit("/account/phone", phone="+4930123456")
    statuses = [
        (await ada.submit("/account/factors/prove", kind="sms", answer=f"{n:06d}")).status_code
        for n in range(30)
    ]
    assert statuses[0] == 400
    assert statuses[-1] == 429
    assert ada.user is not None
    assert (await ada.world.row(ada.user.user_id)).phone is None


async def test_adding_and_removing_a_factor_ends_the_other_sessions(ada: Visitor) -> None:
    first = await elsewhere(ada)
    await with_passkey(ada)
    assert await first.signed() is None
    second = await elsewhere(ada)
    [passkey] = [one for one in await factors_of(ada) if one.kind == "passkey"]
    done = await ada.submit(f"/account/factors/{passkey.factor_id}/remove")
    assert done.headers["location"] == "/account"
    assert await second.signed() is None
    assert await ada.signed() is not None
    told = [one.purpose for one in await messages(ada.world, "email")]
    assert told.count("factor_removed") == 1


async def test_a_removal_is_asked_about_first(ada: Visitor) -> None:
    await with_passkey(ada)
    [passkey] = [one for one in await factors_of(ada) if one.kind == "passkey"]
    page = await ada.get(f"/account/factors/{passkey.factor_id}/remove")
    assert "Remove Laptop?" in text_of(page)
    ada.world.clock.move(601)
    asked = await ada.get(f"/account/factors/{passkey.factor_id}/remove")
    assert asked.headers["location"].startswith("/account/step-up")
    asked = await ada.submit(f"/account/factors/{passkey.factor_id}/remove")
    assert asked.headers["location"].startswith("/account/step-up")
    assert len(await factors_of(ada)) == 2


async def test_the_last_factor_stays(ada: Visitor) -> None:
    [app] = await factors_of(ada)
    path = f"/account/factors/{app.factor_id}/remove"
    assert path not in (await ada.get("/account")).text
    assert (await ada.get(path)).status_code == 409
    assert (await ada.submit(path)).status_code == 409
    assert await factors_of(ada) == [app]


async def test_of_two_removals_at_once_one_finds_the_other_to_be_the_last(
    each_world: World,
) -> None:
    ada = await arrived(each_world)
    await with_passkey(ada)
    token = token_of(await ada.get("/account"))
    paths = [f"/account/factors/{one.factor_id}/remove" for one in await factors_of(ada)]
    answers = await together(*(ada.send(path, csrf=token) for path in paths))
    assert sorted(one.status_code for one in answers) == [303, 409]
    assert len(await factors_of(ada)) == 1
    await ada.close()


async def test_new_recovery_codes_are_shown_once_and_void_those_of_before(ada: Visitor) -> None:
    page = await ada.get("/account/recovery-codes")
    assert "You have 10 left" in text_of(page)
    made = codes_of(await ada.submit("/account/recovery-codes"))
    assert len(set(made)) == 10
    assert not set(made) & set(ada.recovery_codes)
    old = await ada.submit("/account/step-up", kind="recovery", answer=ada.recovery_codes[0])
    assert old.status_code == 400
    new = await ada.submit("/account/step-up", kind="recovery", answer=made[0])
    assert new.status_code == 303


async def test_nothing_secret_of_a_factor_is_in_the_log_or_the_records(ada: Visitor) -> None:
    page = await ada.submit("/account/factors", kind="totp")
    secret = secret_of(page)
    codes = codes_of(await ada.submit("/account/recovery-codes"))
    await ada.world.house.recorder.flush()
    kept = "".join(await ada.world.everything())
    assert secret not in kept
    assert not [one for one in codes if one in kept or one.replace("-", "") in kept]
