"""SAML attacks at the assertion consumer service (SECURITY.md, attack list).

Each message is refused for its own reason, which only the record has. The provider here may
create people just in time, so whoever got through would leave an account.
"""

import base64
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx2
import msgspec
import pytest

from tests.rules.world import World
from tests.saml import test_attack_wrapping as wrapping
from tests.saml.keys import pair
from tests.saml.maker import Made
from tests.sign_in.browser import SESSION, Browser, landed, text_of
from tests.sign_in.checks import nobody_is_signed_in, record_of, refused, users_of
from tests.sign_in.saml_provider import (
    MFA_CONTEXT,
    Asked,
    SamlProvider,
    audience_xml,
    switched_on,
)
from tests.sign_in.street import Street

ROOT = "admin@example.com"
EVE = "eve@example.com"
_BOUND_S = 3.0


class Scene(msgspec.Struct, frozen=True):
    """A browser that was sent to a provider and comes back, and another provider beside it."""

    saml: SamlProvider
    other: SamlProvider
    asked: Asked

    def made(self, **changes: Any) -> Made:
        return self.saml.response(self.asked, EVE, **changes)


Forge = Callable[[Scene], bytes]


@pytest.fixture
def database_url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'gatepost.db'}"


@pytest.fixture
async def saml(world: World, street: Street) -> SamlProvider:
    await world.local_user(ROOT, administrator=True, user_type="technician")
    return await SamlProvider.opened(
        world,
        street,
        "Okta",
        just_in_time=True,
        attributes={"user_name": ["mail"]},
        mfa_rule={"authn_contexts": [MFA_CONTEXT]},
    )


@pytest.fixture
async def other(world: World, street: Street) -> SamlProvider:
    return await SamlProvider.opened(
        world, street, "Entra", domains=["example.net"], just_in_time=True
    )


async def came_to_nothing(
    world: World, answer: httpx2.Response, reason: str, status: int = 403
) -> None:
    """Check that it was refused for that reason, told to nobody, and left nothing."""
    await refused(world, answer, reason, status)
    assert "example.com" not in text_of(answer)
    assert answer.headers["Content-Type"].startswith("text/html")
    await nobody_is_signed_in(world)
    assert await users_of(world) == [ROOT]


def issuer_xml(entity_id: str) -> str:
    return f"<saml:Issuer>{entity_id}</saml:Issuer>"


def wrapped(edit: Callable[[Made], Any], signs: str = "assertion") -> Forge:
    def forge(scene: Scene) -> bytes:
        made = scene.made(signs=signs)
        root = edit(made)
        return Made(made.root if root is None else root).message

    return forge


def changed(**parts: Any) -> Forge:
    """Sign, as the provider would, what is not as it should be; `parts` may ask the scene."""

    def forge(scene: Scene) -> bytes:
        told = {name: one(scene) if callable(one) else one for name, one in parts.items()}
        return scene.made(**told).message

    return forge


def with_doctype(scene: Scene) -> bytes:
    evil = b'<!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
    return base64.b64encode(evil + scene.made().xml)


def of_attacker(scene: Scene) -> bytes:
    return scene.made(key=pair("attacker")).message


def altered(scene: Scene) -> bytes:
    return scene.made().text((EVE, ROOT))


def oversize(scene: Scene) -> bytes:
    return base64.b64encode(scene.made().xml + b" " * 300_000)


ATTACKS: dict[str, tuple[Forge, str]] = {
    "xsw1": (wrapped(wrapping.xsw1, "response"), "saml.shape"),
    "xsw2": (wrapped(wrapping.xsw2, "response"), "saml.shape"),
    "xsw3": (wrapped(wrapping.xsw3), "saml.assertion_count"),
    "xsw4": (wrapped(wrapping.xsw4), "saml.assertion_count"),
    "xsw5": (wrapped(wrapping.xsw5), "saml.assertion_count"),
    "xsw6": (wrapped(wrapping.xsw6), "saml.assertion_count"),
    "xsw7": (wrapped(wrapping.xsw7), "saml.assertion_count"),
    "xsw8": (wrapped(wrapping.xsw8), "saml.assertion_count"),
    "unsigned": (changed(signs="none"), "saml.signature_missing"),
    "altered after signing": (altered, "saml.signature_invalid"),
    "attacker's key in KeyInfo": (of_attacker, "saml.signature_invalid"),
    "other provider's key": (changed(key=lambda at: at.other.keys[0]), "saml.signature_invalid"),
    "other provider's message": (
        changed(
            key=lambda at: at.other.keys[0],
            response_issuer_xml=lambda at: issuer_xml(at.other.entity_id),
            assertion_issuer_xml=lambda at: issuer_xml(at.other.entity_id),
        ),
        "saml.signature_invalid",
    ),
    "issuer": (
        changed(assertion_issuer_xml=lambda at: issuer_xml(at.other.entity_id)),
        "saml.issuer",
    ),
    "audience": (
        changed(audience_xml=lambda at: audience_xml(at.other.audience)),
        "saml.audience",
    ),
    "recipient": (changed(recipient=lambda at: at.other.acs), "saml.recipient"),
    "recipient is but a prefix": (
        changed(recipient=lambda at: f"{at.saml.acs}/more"),
        "saml.recipient",
    ),
    "destination": (changed(destination=lambda at: at.other.acs), "saml.destination"),
    "expired": (
        changed(
            confirmed_until=lambda at: at.saml.at(-120),
            not_on_or_after=lambda at: at.saml.at(-120),
        ),
        "saml.expired",
    ),
    "not yet valid": (changed(not_before=lambda at: at.saml.at(240)), "saml.not_yet_valid"),
    "answers another request": (
        changed(in_response_to="_other", confirmation_in_response_to="_other"),
        "saml.in_response_to",
    ),
    "answers none": (
        changed(in_response_to=None, confirmation_in_response_to=None),
        "saml.in_response_to",
    ),
    "DTD": (with_doctype, "saml.xml_forbidden"),
    "oversize": (oversize, "saml.too_large"),
    "not base64": (lambda _: b"%%%%", "saml.base64"),
}


@pytest.mark.parametrize("name", ATTACKS)
async def test_hostile_response_is_refused_for_its_own_reason(
    world: World, saml: SamlProvider, other: SamlProvider, browser: Browser, name: str
) -> None:
    forge, reason = ATTACKS[name]
    asked = await saml.begin(browser)
    message = forge(Scene(saml, other, asked))
    began = time.perf_counter()
    answer = await saml.arrive(browser, message, asked.relay_state)
    assert time.perf_counter() - began < _BOUND_S
    await came_to_nothing(world, answer, reason)


async def test_honest_response_passes_the_same_door(
    world: World, saml: SamlProvider, browser: Browser
) -> None:
    """The control: so each of the others was refused for what was changed."""
    landed(await saml.sign_in(browser, EVE, context=MFA_CONTEXT))
    assert await users_of(world) == [ROOT, EVE]


async def test_body_beyond_any_response_is_not_read(
    world: World, saml: SamlProvider, browser: Browser
) -> None:
    asked = await saml.begin(browser)
    answer = await saml.arrive(browser, b"A" * 600_000, asked.relay_state)
    assert answer.status_code == 413
    assert (await record_of(world, answer)).status == 413
    await nobody_is_signed_in(world)


async def test_refused_message_leaves_the_sign_in_open_for_the_honest_one(
    saml: SamlProvider, browser: Browser
) -> None:
    """Else anybody who can have the browser post could keep people out."""
    asked = await saml.begin(browser)
    unsigned = saml.response(asked, EVE, signs="none").message
    await saml.arrive(browser, unsigned, asked.relay_state)
    honest = saml.response(asked, EVE, context=MFA_CONTEXT).message
    landed(await browser.follow(await saml.arrive(browser, honest, asked.relay_state)))


@pytest.mark.parametrize("is_finished", [False, True])
@pytest.mark.parametrize("is_elsewhere", [False, True])
async def test_response_is_good_once(
    world: World, saml: SamlProvider, browser: Browser, *, is_finished: bool, is_elsewhere: bool
) -> None:
    asked = await saml.begin(browser)
    message = saml.response(asked, EVE, context=MFA_CONTEXT).message
    kept = browser.cookies()
    ready = await saml.arrive(browser, message, asked.relay_state)
    if is_finished:
        landed(await browser.follow(ready))
    there = Browser(world, "192.0.2.66") if is_elsewhere else browser
    for name, one in kept.items():  # the thief may even have the cookie
        there.plant(name, str(one.value), one.path)
    answer = await saml.arrive(there, message, asked.relay_state)
    await refused(world, answer, "sso.replayed", 410)
    assert not await Browser(world).is_signed_in()


async def test_assertion_is_good_once_whatever_request_it_answers(
    world: World, saml: SamlProvider, browser: Browser
) -> None:
    await saml.sign_in(browser, EVE, assertion_id="_one", context=MFA_CONTEXT)
    there = Browser(world)
    answer = await saml.back(there, EVE, assertion_id="_one", context=MFA_CONTEXT)
    await refused(world, answer, "sso.replayed", 410)
    assert not await there.is_signed_in()


@pytest.mark.parametrize("relay_state", [None, "", "https://evil.example/", "/account"])
async def test_unasked_response_is_refused_while_that_is_off(
    world: World, saml: SamlProvider, browser: Browser, relay_state: str | None
) -> None:
    message = saml.response(None, EVE, context=MFA_CONTEXT).message
    answer = await saml.arrive(browser, message, relay_state)
    await came_to_nothing(world, answer, "saml.unsolicited")


@pytest.mark.parametrize(
    "relay_state", ["https://evil.example/", "//evil.example", "javascript:alert(1)", "/account/.."]
)
async def test_relay_state_of_an_unasked_response_leads_nowhere_else(
    world: World, street: Street, browser: Browser, relay_state: str
) -> None:
    saml = await SamlProvider.opened(
        world,
        street,
        options={"idp_initiated": True},
        mfa_rule={"authn_contexts": [MFA_CONTEXT]},
    )
    await world.local_user(EVE)
    message = saml.response(None, EVE, context=MFA_CONTEXT).message
    page = await browser.follow(await saml.arrive(browser, message, relay_state))
    assert page.status_code == 200, "somebody is asked first"
    await nobody_is_signed_in(world)
    landed(await browser.follow(await browser.submit("/sign-in/confirm")))


async def test_unasked_response_does_not_replace_a_session_silently(
    world: World, street: Street, browser: Browser
) -> None:
    """Login CSRF by design: the attacker's own session would take what the victim enters."""
    saml = await SamlProvider.opened(
        world,
        street,
        options={"idp_initiated": True},
        mfa_rule={"authn_contexts": [MFA_CONTEXT]},
    )
    for name in ("ada@example.com", EVE):
        await world.local_user(name)
    landed(await saml.sign_in(browser, "ada@example.com", context=MFA_CONTEXT))
    before = browser.cookie(SESSION)
    message = saml.response(None, EVE, context=MFA_CONTEXT).message
    page = await browser.follow(await saml.arrive(browser, message, None))
    assert browser.cookie(SESSION) == before
    assert "ada@example.com" in text_of(page)


async def test_relay_state_of_another_providers_attempt_is_refused(
    world: World, saml: SamlProvider, other: SamlProvider, browser: Browser
) -> None:
    there, here = await other.begin(browser), await saml.begin(browser)
    answer = await saml.arrive(browser, saml.response(here, EVE).message, there.relay_state)
    await came_to_nothing(world, answer, "login.attempt_gone", 410)


async def test_response_at_another_providers_endpoint_is_refused(
    world: World, saml: SamlProvider, other: SamlProvider, browser: Browser
) -> None:
    here, there = await saml.begin(browser), await other.begin(browser)
    answer = await other.arrive(browser, saml.response(here, EVE).message, there.relay_state)
    await came_to_nothing(world, answer, "saml.signature_invalid")


async def test_response_at_another_tenants_endpoint_is_refused(
    world: World, saml: SamlProvider, street: Street, browser: Browser
) -> None:
    """Even where both tenants trust the same identity provider with the same key."""
    made = await world.house.tenants.create(world.writer, "other")
    tenant = World(world.house, made)
    theirs = await SamlProvider.opened(tenant, street, "Theirs", just_in_time=True)
    theirs.keys, theirs.host = saml.keys, saml.host
    trusted = {"metadata": saml.metadata()}
    await world.house.single_sign_on.set_up_saml(tenant.writer, theirs.provider, **trusted)
    await switched_on(tenant, theirs.provider)
    here, there = await saml.begin(browser), await theirs.begin(browser)
    message = saml.response(here, EVE).message
    for relay_state, reason, status in (
        (there.relay_state, "saml.destination", 403),
        (here.relay_state, "login.attempt_gone", 410),
    ):
        answer = await theirs.arrive(browser, message, relay_state)
        await came_to_nothing(tenant, answer, reason, status)
    to_them = {"destination": theirs.acs, "recipient": theirs.acs}
    message = saml.response(there, EVE, **to_them).message
    answer = await theirs.arrive(browser, message, there.relay_state)
    await came_to_nothing(tenant, answer, "saml.audience")


async def test_response_to_another_browsers_request_is_refused(
    world: World, saml: SamlProvider, browser: Browser
) -> None:
    """Login CSRF: a victim is to go on with the attacker's answer."""
    attacker = Browser(world, "192.0.2.66")
    theirs, ours = await saml.begin(attacker), await saml.begin(browser)
    message = saml.response(theirs, EVE).message
    answer = await saml.arrive(browser, message, ours.relay_state)
    await came_to_nothing(world, answer, "saml.in_response_to")
    answer = await saml.arrive(browser, message, theirs.relay_state)
    await came_to_nothing(world, answer, "login.other_browser")


async def test_response_without_the_cookie_of_its_browser_is_refused(
    world: World, saml: SamlProvider, browser: Browser
) -> None:
    asked = await saml.begin(browser)
    message = saml.response(asked, EVE).message
    browser.forget()
    answer = await saml.arrive(browser, message, asked.relay_state)
    await came_to_nothing(world, answer, "login.other_browser")


async def test_binding_cookie_is_for_one_path_and_no_script(
    saml: SamlProvider, browser: Browser
) -> None:
    await saml.begin(browser)
    [cookie] = browser.cookies().values()
    assert cookie.name.startswith("__Secure-gatepost_way_")
    assert cookie.path == f"/saml/{saml.slug}/acs"
    assert cookie.secure
    assert cookie.has_nonstandard_attr("HttpOnly")
    assert cookie.get_nonstandard_attr("SameSite") == "none"
    assert not browser.cookie(SESSION)


async def test_answer_that_comes_too_late_is_refused(
    world: World, saml: SamlProvider, browser: Browser
) -> None:
    asked = await saml.begin(browser)
    world.clock.move(601)
    answer = await saml.arrive(browser, saml.response(asked, EVE).message, asked.relay_state)
    await came_to_nothing(world, answer, "login.attempt_gone", 410)


async def test_consumer_service_that_is_switched_off_takes_nothing(
    world: World, saml: SamlProvider, browser: Browser
) -> None:
    asked = await saml.begin(browser)
    message = saml.response(asked, EVE).message
    await saml.switched_off()
    answer = await saml.arrive(browser, message, asked.relay_state)
    await came_to_nothing(world, answer, "login.attempt_gone", 410)
    answer = await saml.arrive(browser, saml.response(None, EVE).message, None)
    await came_to_nothing(world, answer, "sso.switched_off", 404)


async def test_person_whom_nobody_provisioned_is_refused_by_the_same_words(
    world: World, street: Street, browser: Browser
) -> None:
    """Who tries names of others learns nothing of whether they are here, or why not."""
    rule = {"authn_contexts": [MFA_CONTEXT]}
    saml = await SamlProvider.opened(world, street, mfa_rule=rule)
    await world.local_user("gone@example.com", status="inactive")
    await world.local_user("glass@example.com", break_glass=True)
    await world.local_user("far@elsewhere.example")
    pages = set()
    for name, reason in (
        ("nobody@example.com", "sso.not_provisioned"),
        ("gone@example.com", "sso.user_inactive"),
        ("glass@example.com", "sso.protected_account"),
    ):
        answer = await saml.back(browser, name, context=MFA_CONTEXT)
        await refused(world, answer, reason)
        pages.add(text_of(answer).replace(answer.headers["X-Request-Id"], "…"))
    assert len(pages) == 1
    await nobody_is_signed_in(world)
