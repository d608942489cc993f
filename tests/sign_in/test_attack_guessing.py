"""Guessing passwords, codes, and who has an account; nobody locks others out (SECURITY.md)."""

import re
from pathlib import Path

import httpx2
import pytest

from gatepost.login.proofs.passwords import Passwords
from gatepost.store.login_rows import ChallengeRow
from gatepost.store.read import select_rows
from tests.rules.world import World, together
from tests.sign_in.browser import ATTEMPT, KNOWN, Browser, fields_of, landed, text_of
from tests.sign_in.checks import record_of
from tests.sign_in.people import Person, at_password, code_sent, messages, person, redeem
from tests.sign_in.saml_provider import SamlProvider
from tests.sign_in.street import Street

EVE = "203.0.113.66"
WRONG = "wrong wrong wrong"


@pytest.fixture
def database_url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'gatepost.db'}"


@pytest.fixture
async def grace(world: World) -> Person:
    return await person(world)


async def guess(world: World, name: str, address: str, password: str = WRONG) -> int:
    """Try a password from an address, in a browser of its own; gives the status."""
    browser = Browser(world, address)
    await at_password(browser, name)
    return (await browser.submit("/sign-in/password", password=password)).status_code


async def test_a_guesser_is_slowed_and_the_owner_elsewhere_is_not(
    world: World, grace: Person
) -> None:
    statuses = [await guess(world, grace.name, EVE) for _ in range(12)]
    assert statuses[:5] == [400] * 5
    assert 429 in statuses
    assert await guess(world, grace.name, EVE, grace.password) == 429, "even where it is right"
    landed(await grace.sign_in(Browser(world, "198.51.100.7")))


async def test_guesses_from_everywhere_lock_nobody_out(world: World, grace: Person) -> None:
    for number in range(60):
        await guess(world, grace.name, f"203.0.{number}.1")
    began = world.clock.now()
    landed(await grace.sign_in(Browser(world, "198.51.100.7")))
    assert (world.clock.now() - began).total_seconds() <= 30 + 4 + 1, "late, by seconds at most"


async def test_the_owner_in_a_known_browser_gets_in_beside_the_guesser(
    world: World, grace: Person
) -> None:
    known = Browser(world, EVE)
    landed(await grace.sign_in(known))
    known.forget("__Host-gatepost")
    for _ in range(10):
        await guess(world, grace.name, EVE)
    assert await guess(world, grace.name, EVE, grace.password) == 429
    landed(await grace.sign_in(known))


async def test_a_known_browser_is_known_for_its_owner_alone(world: World, grace: Person) -> None:
    """Nobody's own cookie, and no made-up one, opens more guesses at somebody else."""
    eve = await person(world, "eve@native.example")
    own = Browser(world, EVE)
    landed(await eve.sign_in(own))
    mark = own.cookie(KNOWN)
    for planted in (mark, "x" * 43 + "." + "0" * 64, "."):
        for _ in range(6):
            await guess(world, grace.name, EVE)
        browser = Browser(world, EVE)
        browser.plant(KNOWN, str(planted))
        await at_password(browser, grace.name)
        answer = await browser.submit("/sign-in/password", password=grace.password)
        assert answer.status_code == 429


async def test_a_thousand_guesses_at_once_are_no_more_than_a_few(
    world: World, grace: Person
) -> None:
    browsers = [Browser(world, EVE) for _ in range(15)]
    for one in browsers:
        await at_password(one, grace.name)
    answers = await together(
        *(one.submit("/sign-in/password", password="wrong wrong") for one in browsers)
    )
    assert [one.status_code for one in answers].count(400) <= 6


async def test_codes_guessed_at_once_are_no_more_than_five(world: World, grace: Person) -> None:
    """From one address, from many, and in one attempt or several."""
    for many in (False, True):
        tried = 0
        browser = Browser(world, EVE)
        await grace.at_factor(browser)
        secret, csrf = str(browser.cookie(ATTEMPT)), browser.csrf
        thieves = [Browser(world, f"203.0.{n}.9" if many else EVE) for n in range(12)]
        for one in thieves:
            one.plant(ATTEMPT, secret)
        fields = {"csrf": csrf, "kind": "totp", "answer": "000000"}
        answers = await together(*(one.send("/sign-in/factor", fields) for one in thieves))
        tried += [one.status_code for one in answers].count(400)
        assert tried <= 5
        assert (await browser.open("/sign-in/factor")).status_code in {200, 410}
        world.clock.move(3600)
    await nobody_is_signed_in_anew(world, grace)


async def nobody_is_signed_in_anew(world: World, grace: Person) -> None:
    sessions = await world.house.login.sessions.of_user(world.tenant_id, grace.user.user_id)
    assert len(sessions) <= 1  # of when the account was made


async def test_an_apps_code_is_good_once(world: World, grace: Person) -> None:
    code = grace.code
    first, second = Browser(world), Browser(world, "198.51.100.8")
    await grace.at_factor(first)
    await grace.at_factor(second)
    landed(await first.submit("/sign-in/factor", kind="totp", answer=code))
    answer = await second.submit("/sign-in/factor", kind="totp", answer=code)
    assert answer.status_code == 400


async def test_an_apps_code_is_good_once_in_a_race(world: World, grace: Person) -> None:
    browsers = [Browser(world, f"198.51.100.{number}") for number in range(6)]
    for one in browsers:
        await grace.at_factor(one)
    code = grace.code
    answers = await together(
        *(one.submit("/sign-in/factor", kind="totp", answer=code) for one in browsers)
    )
    assert [one.status_code for one in answers].count(303) == 1


async def test_a_recovery_code_is_good_once_and_the_person_is_told(
    world: World, grace: Person
) -> None:
    code = grace.recovery_codes[0]
    browser = Browser(world)
    await grace.at_factor(browser)
    landed(await browser.submit("/sign-in/factor", kind="recovery", answer=f" {code.upper()} "))
    assert (await messages(world, "recovery_code_used"))[-1].to == grace.name
    browsers = [Browser(world, f"198.51.100.{number}") for number in range(4)]
    for one in browsers:
        await grace.at_factor(one)
    again = await browsers[0].submit("/sign-in/factor", kind="recovery", answer=code)
    assert again.status_code == 400
    answers = await together(
        *(
            one.submit("/sign-in/factor", kind="recovery", answer=grace.recovery_codes[1])
            for one in browsers[1:]
        )
    )
    assert [one.status_code for one in answers].count(303) == 1


async def by_text(world: World, phone: str = "+4915123456789") -> Person:
    """Make somebody whose second factor is a text message."""
    user = await world.local_user("tess@native.example", user_type="technician")
    browser = Browser(world, "203.0.113.200")
    link = await world.house.login.links.invite(world.writer, user)
    await browser.follow(await redeem(browser, link.url))
    page = await browser.submit("/sign-in/enrol", kind="sms", phone=phone)
    assert page.status_code == 200, text_of(page)
    done = await browser.submit("/sign-in/enrol/prove", kind="sms", answer=await code_sent(world))
    assert done.status_code == 200
    world.clock.move(1200)
    return Person(
        world=world,
        user=await world.row(user.user_id),
        password="seven grey herons wading",
        secret="",
        recovery_codes=(),
    )


async def test_a_texted_code_is_good_once_and_for_five_minutes(world: World) -> None:
    tess = await by_text(world)
    browser, other = Browser(world), Browser(world, "198.51.100.8")
    await tess.at_factor(browser)
    await browser.follow(await browser.submit("/sign-in/factor/send"))
    code = await code_sent(world)
    await tess.at_factor(other)
    elsewhere = await other.submit("/sign-in/factor", kind="sms", answer=code)
    assert elsewhere.status_code == 400, "it was sent for another attempt"
    landed(await browser.submit("/sign-in/factor", kind="sms", answer=code))
    again = Browser(world)
    await tess.at_factor(again)
    assert (await again.submit("/sign-in/factor", kind="sms", answer=code)).status_code == 400
    await again.submit("/sign-in/factor/send")
    world.clock.move(301)
    late = await again.submit("/sign-in/factor", kind="sms", answer=await code_sent(world))
    assert late.status_code == 400


async def test_a_texted_code_is_over_after_five_tries(world: World) -> None:
    tess = await by_text(world)
    browser = Browser(world)
    await tess.at_factor(browser)
    await browser.follow(await browser.submit("/sign-in/factor/send"))
    code, csrf = await code_sent(world), browser.csrf
    wrong = f"{(int(code) + 1) % 1_000_000:06d}"
    fields = {"csrf": csrf, "kind": "sms", "answer": wrong}
    for _ in range(5):
        world.clock.move(5)
        answer = await browser.send("/sign-in/factor", fields)
        assert answer.status_code == 400
    world.clock.move(5)
    right = await browser.send("/sign-in/factor", {**fields, "answer": code})
    assert right.status_code in {410, 429}
    assert not await browser.is_signed_in()


async def test_texts_to_a_number_are_paced(world: World) -> None:
    tess = await by_text(world)
    browser = Browser(world)
    await tess.at_factor(browser)
    csrf = browser.csrf
    answers = [await browser.send("/sign-in/factor/send", {"csrf": csrf}) for _ in range(6)]
    assert [one.status_code for one in answers][:2] == [303, 303]
    assert answers[-1].status_code == 429
    assert len(await messages(world, "mfa")) < 6
    assert len(await select_rows(world.house.database, ChallengeRow, "")) == 1


async def asked(world: World, name: str) -> tuple[httpx2.Response, httpx2.Response, Browser]:
    """Enter a name and a wrong password; gives both pages."""
    browser = Browser(world, EVE)
    page = await at_password(browser, name)
    answer = await browser.submit("/sign-in/password", password="wrong wrong wrong")
    return page, answer, browser


def bare(page: httpx2.Response, name: str) -> str:
    """Give a page without what the visitor typed and without tokens."""
    text = page.text.replace(name, "NAME")
    for token in set(fields_of(page).values()) - {"", name}:
        text = text.replace(token, "TOKEN")
    return re.sub(r"[0-9a-f]{8}-[0-9a-f-]{27}", "ID", text)


async def test_nobody_learns_which_accounts_exist(
    world: World, street: Street, grace: Person
) -> None:
    """By text, status, headers, cookies, or the work that an answer takes."""
    await world.local_user("without@native.example")
    inactive = await person(world, "inactive@native.example")
    await world.set_user(inactive.user.user_id, status="inactive")
    okta = await world.client("Okta", domains=["native2.example"])
    await okta.user("managed@native.example")
    await SamlProvider.opened(world, street, "Late", domains=["late.example"], on=False)
    names = [
        "nobody@native.example", grace.name, "without@native.example", inactive.name,
        "managed@native.example", "nobody", "late@late.example",
    ]  # fmt: skip
    seen = set()
    for name in names:
        page, answer, browser = await asked(world, name)
        cookies = {(one.name, one.path, len(str(one.value))) for one in browser.jar}
        headers = {
            (key, value)
            for key, value in answer.headers.items()
            if key not in {"x-request-id", "content-length"}
        }
        pages = (bare(page, name), page.status_code, bare(answer, name), answer.status_code)
        seen.add((*pages, frozenset(cookies), frozenset(headers)))
        assert (await record_of(world, answer)).reason
    assert len(seen) == 1


async def test_the_same_work_is_done_for_whoever_does_not_exist(
    world: World, grace: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A hash is computed once in each case; counted, not timed."""
    counted: list[str | None] = []
    honest = Passwords._matches

    def matches(self: Passwords, stored: str, secret: bytes) -> bool:
        counted.append(stored.partition("p=1$")[0])
        return honest(self, stored, secret)

    monkeypatch.setattr(Passwords, "_matches", matches)
    await world.local_user("without@native.example")
    for name in (grace.name, "nobody@native.example", "without@native.example"):
        counted.clear()
        await asked(world, name)
        assert len(counted) == 1, name
        assert counted == ["$argon2id$v=19$m=19456,t=2,"]


async def test_asking_for_a_new_password_tells_nothing(
    world: World, street: Street, grace: Person
) -> None:
    """Nor does asking often, from everywhere."""
    okta = await world.client("Okta", domains=["example.com"])
    await okta.user("managed@example.com")
    await SamlProvider.opened(world, street, provider=okta.provider)
    names = [grace.name, "nobody@native.example", "managed@example.com", "nobody"]
    pages = {}
    for place, name in enumerate(names):
        seen = []
        for number in range(6):
            browser = Browser(world, f"203.{place}.{number}.1")
            answer = await browser.send("/forgot", {"identifier": name})
            seen.append((answer.status_code, bare(answer, name)))
        pages[name] = seen
    assert all(seen == pages[grace.name] for seen in pages.values())
    sent = await messages(world, "reset")
    assert {one.to for one in sent} == {grace.name}
    assert 1 <= len(sent) <= 4


async def test_guessing_leaves_records_with_their_reasons(world: World, grace: Person) -> None:
    reasons = []
    for name in (grace.name, "nobody@native.example"):
        _, answer, _ = await asked(world, name)
        record = await record_of(world, answer)
        reasons.append(record.reason)
        assert record.subject_key == name
    assert reasons == ["login.proof_wrong", "login.unknown_account"]
    await nobody_is_signed_in_anew(world, grace)
