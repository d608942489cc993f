"""R36, R37 for signing in: effects are activities, requests leave records; neither has secrets."""

import re
from collections.abc import Awaitable, Callable
from typing import Any

import httpx2
import pytest
import structlog

from gatepost.activity.reasons import FIXES
from gatepost.activity.vocabulary import EVENTS
from gatepost.store.read import select_rows
from gatepost.store.rows import RequestRow
from tests.rules.world import Client, World, steps_of
from tests.sign_in import checks
from tests.sign_in.browser import ATTEMPT, KNOWN, SESSION, Browser, landed
from tests.sign_in.checks import record_of
from tests.sign_in.openid_provider import CLIENT_SECRET, OpenIdProvider
from tests.sign_in.people import (
    PASSWORD,
    code_sent,
    link_sent,
    messages,
    person,
    redeem,
)
from tests.sign_in.saml_provider import MFA_CONTEXT, SamlProvider
from tests.sign_in.street import Street

PHONE = "+4915123456789"
Nowhere = Callable[..., Awaitable[None]]
RULE = {"authn_contexts": [MFA_CONTEXT]}


@pytest.fixture
async def okta(world: World) -> Client:
    client = await world.client()
    await client.user("ada@example.com", externalId="ada-1")
    return client


@pytest.fixture
async def saml(world: World, street: Street, okta: Client) -> SamlProvider:
    return await SamlProvider.opened(world, street, provider=okta.provider, mfa_rule=RULE)


@pytest.fixture
def nowhere(world: World, capsys: pytest.CaptureFixture[str]) -> Nowhere:
    """Checks that none of these is in any row or, unredacted as it is in a test, in the log."""
    logged = []

    async def check(*canaries: str) -> None:
        structlog.get_logger().info("the log is read here")
        logged.append("".join(capsys.readouterr()))
        assert "the log is read here" in logged[-1]
        assert [one for one in canaries for text in logged if one in text] == []
        await checks.nowhere(world, *canaries)

    return check


async def by_path(world: World) -> dict[str, RequestRow]:
    await world.house.recorder.flush()
    found = await select_rows(world.house.database, RequestRow, "ORDER BY t.request_id")
    return {f"{one.method} {one.path}": one for one in found}


async def test_r37_every_step_of_a_native_sign_in_leaves_a_record(
    world: World, browser: Browser
) -> None:
    grace = await person(world)
    landed(await grace.sign_in(browser))
    records = await by_path(world)
    for asked, kind in (
        ("POST /sign-in", "match"),
        ("POST /sign-in/password", "authenticate"),
        ("POST /sign-in/factor", "authenticate"),
    ):
        one = records[asked]
        assert (one.tenant_id, one.reason) == (world.tenant_id, "ok"), asked
        assert steps_of(one, kind), one.steps
        assert one.body is None
    assert records["POST /sign-in/factor"].subject_id == grace.user.user_id
    assert records["POST /sign-in"].subject_key == grace.name


async def test_r37_a_sign_in_through_a_provider_leaves_records_of_both_ways(
    world: World, saml: SamlProvider, browser: Browser
) -> None:
    answer = await saml.back(browser, "ada-1", context=MFA_CONTEXT)
    landed(await browser.follow(answer))
    records = await by_path(world)
    for path in (
        f"GET /saml/{saml.slug}/login",
        f"POST /saml/{saml.slug}/acs",
        "GET /sign-in/continue",
    ):
        assert records[path].reason == "ok", path
        assert records[path].tenant_id == world.tenant_id
    back = records[f"POST /saml/{saml.slug}/acs"]
    assert back.provider_id == saml.provider.provider_id
    assert back.subject_key == "ada-1"
    assert [one["kind"] for one in back.steps] == ["match", "mfa"]


async def test_r37_a_refusal_says_what_was_expected_and_what_came(
    world: World, saml: SamlProvider, browser: Browser
) -> None:
    answer = await saml.back(browser, "ada-1", destination="https://gatepost.example/acs")
    record = await record_of(world, answer)
    [step] = steps_of(record, "validate", result="refused")
    assert record.reason == step["code"] == "saml.destination"
    assert (step["expected"], step["received"]) == (saml.acs, "https://gatepost.example/acs")
    assert step["why"].endswith(".")
    assert record.duration_us >= 0


async def test_r36_each_effect_is_an_activity_of_type_sso(
    world: World, saml: SamlProvider, browser: Browser
) -> None:
    answer = await saml.sign_in(browser, "ada-1", context=MFA_CONTEXT)
    [activity] = await world.left_by(answer)
    assert (activity.type, activity.event) == ("SSO", "login.succeeded")
    assert activity.status_code == EVENTS["login.succeeded"].status_code
    assert (activity.subject_kind, activity.subject_name) == ("user", "ada@example.com")
    assert activity.data["through"] == saml.provider.name
    assert activity.at == world.clock.now()
    refused = await saml.back(Browser(world), "nobody@example.com")
    assert await world.left_by(refused) == [], "it is about nobody"
    await browser.open("/account")
    gone = await browser.submit("/sign-out")
    assert [one.event for one in await world.left_by(gone)] == ["login.signed_out"]


async def test_r37_every_reason_is_in_the_published_list(world: World, browser: Browser) -> None:
    grace = await person(world)
    await grace.at_password(browser)
    answers = [
        await browser.send("/sign-in/password", {"csrf": "x", "password": "x"}),
        await browser.submit("/sign-in/password", password="wrong wrong"),
        await browser.open("/sign-in/factor"),
        await Browser(world).open("/sign-in/continue"),
        await browser.open("/links/x"),
        await browser.open("/saml/none/login"),
        await browser.http.post("/sign-in", content=b"{}"),
    ]
    for answer in answers:
        assert answer.status_code >= 400
        assert (await record_of(world, answer)).reason in FIXES


async def test_r36_no_secret_of_a_native_sign_in_is_kept_in_clear(
    world: World, browser: Browser, nowhere: Nowhere
) -> None:
    """Neither what people know, nor what is sent to them, nor what their browsers keep."""
    grace = await person(world)
    code = grace.code
    landed(await grace.sign_in(browser))
    kept = [str(one.value) for one in browser.jar]
    other = Browser(world)
    await grace.at_factor(other)
    await other.submit("/sign-in/factor", kind="recovery", answer=grace.recovery_codes[0])
    tess = await world.local_user("tess@native.example", user_type="technician")
    link = await world.house.login.links.invite(world.writer, tess)
    third = Browser(world)
    await third.follow(await redeem(third, link.url))
    attempt = str(third.cookie(ATTEMPT))
    await third.submit("/sign-in/enrol", kind="sms", phone=PHONE)
    texted = await code_sent(world)
    await third.submit("/sign-in/enrol/prove", kind="sms", answer=texted)
    await Browser(world).send("/forgot", {"identifier": grace.name})
    reset = await link_sent(world, "reset")
    assert len(await messages(world)) > 3
    secrets = [
        PASSWORD, grace.secret, *grace.recovery_codes, PHONE, PHONE[3:], attempt, *kept,
        link.url.rpartition("/")[2], reset.rpartition("/")[2],
        *(str(third.cookie(one)) for one in (SESSION, KNOWN)),
    ]  # fmt: skip
    await nowhere(*secrets)
    short = [f"'{one}'" for one in (code, texted)] + [f'"{one}"' for one in (code, texted)]
    await nowhere(*short)


async def test_r36_a_phone_number_that_is_refused_is_not_repeated_in_the_record(
    world: World, browser: Browser, nowhere: Nowhere
) -> None:
    tess = await world.local_user("tess@native.example", user_type="technician")
    link = await world.house.login.links.invite(world.writer, tess)
    await browser.follow(await redeem(browser, link.url))
    token = browser.csrf
    for phone in ("+491512345", "+99912345678901", "+33612345678", "0151 23456789"):
        fields = {"csrf": token, "kind": "sms", "phone": phone}
        answer = await browser.send("/sign-in/enrol", fields)
        assert answer.status_code == 400
        await nowhere(phone)


async def test_r36_no_secret_of_a_saml_sign_in_is_kept_in_clear(
    world: World, saml: SamlProvider, browser: Browser, nowhere: Nowhere
) -> None:
    asked = await saml.begin(browser)
    way = [str(one.value) for one in browser.jar]
    sent: dict[str, Any] = {
        "mail": ["ada@example.com"],
        "telephoneNumber": [PHONE],
        "secret-question": ["canary-of-an-attribute"],
    }
    made = saml.response(asked, "ada-1", context=MFA_CONTEXT, attributes=sent)
    message = made.message.decode()
    wrong = saml.response(asked, "ada-1", audience_xml="", attributes=sent).message
    refused = await saml.arrive(browser, wrong, asked.relay_state)
    assert refused.status_code == 403
    answer = await saml.arrive(browser, made.message, asked.relay_state)
    attempt = str(browser.cookie(ATTEMPT))
    landed(await browser.follow(answer))
    keys = await world.house.single_sign_on.keys(saml.provider)
    assert keys
    await nowhere(message[:60], message[200:260], wrong.decode()[200:260], PHONE, attempt, *way,
        str(browser.cookie(SESSION)), "canary-of-an-attribute", "PRIVATE KEY",
    )  # fmt: skip


async def test_r36_no_secret_of_an_openid_sign_in_is_kept_in_clear(
    world: World, street: Street, okta: Client, browser: Browser, nowhere: Nowhere
) -> None:
    oidc = await OpenIdProvider.opened(
        world, street, provider=okta.provider, mfa_rule={"amr": ["mfa"]}
    )
    claims = {"amr": ["mfa"], "phone_number": PHONE, "custom": "canary-of-a-claim"}
    granted = oidc.grant(await oidc.begin(browser), "ada-1", **claims)
    way = [str(one.value) for one in browser.jar]
    answer = await browser.open(oidc.answer(granted), site="cross-site")
    assert (await record_of(world, answer)).path == f"/oidc/{oidc.slug}/callback"
    landed(await browser.follow(answer))
    other = Browser(world)
    failing = oidc.grant(await oidc.begin(other), "ada-1", nonce="canary-nonce", **claims)
    refused = await other.open(oidc.answer(failing), site="cross-site")
    assert (await record_of(world, refused)).reason == "oidc.nonce"
    [sent] = {
        re.findall(r"code_verifier=([^&]+)", (one.body or b"").decode())[0]
        for one in street.asked
        if (one.body or b"").find(granted.code.encode()) >= 0
    }
    await nowhere(granted.code, failing.code, granted.nonce, failing.nonce, "canary-nonce", sent,
        CLIENT_SECRET, "access-77-canary", PHONE, "canary-of-a-claim", *oidc.tokens, *way,
        *(one.split(".")[2] for one in oidc.tokens), str(browser.cookie(SESSION)),
    )  # fmt: skip


async def test_r36_the_result_of_a_test_keeps_no_phone_number_and_no_secret(
    world: World, street: Street, okta: Client, nowhere: Nowhere
) -> None:
    """A test connection shows what came; what is kept of it for an hour is no exception."""
    root = await person(world, "root@native.example", administrator=True)
    browser = Browser(world)
    landed(await root.sign_in(browser))
    oidc = await OpenIdProvider.opened(world, street, provider=okta.provider, on=False)
    sent = await browser.open(f"/console/providers/{oidc.slug}/test")
    asked = oidc.read(_target(sent))
    claims = {"phone_number": PHONE, "amr": ["mfa"]}
    granted = oidc.grant(asked, "ada-1", **claims)
    answer = await browser.open(oidc.answer(granted), site="cross-site")
    result = await browser.open(answer.headers["location"])
    assert result.status_code == 200
    assert PHONE not in result.text
    assert (await oidc.half()).tested_at
    await nowhere(PHONE, granted.nonce, granted.code, *oidc.tokens)


def _target(sent: httpx2.Response) -> str:
    if "location" in sent.headers:
        return str(sent.headers["location"])
    [found] = re.findall(r'content="0; url=([^"]+)"', sent.text)
    return found.replace("&amp;", "&")
