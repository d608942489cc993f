"""R33: a second factor is asked for, unless a provider's signed word of now stands for it."""

from typing import Any

import httpx2
import pytest

from gatepost.tenancy.sso_options import AUTHN_METHODS, mfa_preset, write
from gatepost.web.pages.reception import csrf_of
from tests.rules.world import Client, World, steps_of
from tests.sign_in.browser import ATTEMPT, Browser, landed, text_of
from tests.sign_in.checks import nobody_is_signed_in, record_of, refused
from tests.sign_in.openid_provider import OpenIdProvider
from tests.sign_in.people import enrol_app, enrol_passkey, options_of, person
from tests.sign_in.saml_provider import (
    MFA_CONTEXT,
    PASSWORD_CONTEXT,
    SamlProvider,
    context_xml,
)
from tests.sign_in.street import Street

MULTIPLE = "http://schemas.microsoft.com/claims/multipleauthn"
READY, OURS = "/sign-in/continue", "/sign-in/enrol"


@pytest.fixture
async def okta(world: World) -> Client:
    client = await world.client()
    await client.user("ada@example.com", externalId="ada-1")
    return client


@pytest.fixture
async def saml(world: World, street: Street, okta: Client) -> SamlProvider:
    return await SamlProvider.opened(world, street, provider=okta.provider)


@pytest.fixture
async def oidc(world: World, street: Street, okta: Client) -> OpenIdProvider:
    return await OpenIdProvider.opened(world, street, provider=okta.provider)


def goes(answer: httpx2.Response, to: str) -> None:
    assert answer.headers.get("location") == to, text_of(answer)


@pytest.mark.parametrize("user_type", ["technician", "end_user"])
async def test_r33_every_native_sign_in_asks(
    world: World, browser: Browser, user_type: str
) -> None:
    grace = await person(world, user_type=user_type)
    page = await grace.at_factor(browser)
    assert "authenticator app" in text_of(page)
    assert not await browser.is_signed_in()
    landed(await browser.submit("/sign-in/factor", kind="totp", answer=grace.code))


async def test_r33_natively_there_is_no_way_around_the_factor(
    world: World, browser: Browser
) -> None:
    grace = await person(world)
    await grace.at_factor(browser)
    assert (await browser.open("/sign-in/continue")).headers["location"] == "/sign-in/factor"
    token = csrf_of(str(browser.cookie(ATTEMPT)))
    for path, fields in (
        ("/sign-in/enrol", {"kind": "totp"}),
        ("/sign-in/enrol/prove", {"kind": "totp", "answer": grace.code}),
        ("/sign-in/confirm", {}),
        ("/sign-in/password", {"password": grace.password}),
    ):
        answer = await browser.send(path, {"csrf": token, **fields})
        await refused(world, answer, "login.stage", 410)
    for kind in ("", "none", "pwd", "totp_enrolment", "passkey", "sms"):
        await browser.open("/sign-in/factor")
        answer = await browser.submit("/sign-in/factor", kind=kind, answer=grace.password)
        assert answer.status_code in {400, 403, 410, 429}
    assert not await browser.is_signed_in()


async def test_r33_natively_without_a_factor_one_is_set_up_first(
    world: World, browser: Browser
) -> None:
    grace = await person(world)
    await world.house.login.account.reset_factors(world.writer, grace.user)
    page = await grace.at_factor(browser)
    assert "Set up a second factor" in text_of(page)
    assert not await browser.is_signed_in()
    await enrol_passkey(browser)
    assert await browser.is_signed_in()


async def test_r33_a_new_provider_has_no_rule_so_ours_is_asked(
    saml: SamlProvider, oidc_too: OpenIdProvider, browser: Browser
) -> None:
    goes(await saml.back(browser, "ada-1", context=MFA_CONTEXT), OURS)
    assert (await saml.half()).mfa_rule == {}
    assert (await oidc_too.half()).mfa_rule == {}


@pytest.fixture
async def oidc_too(world: World, street: Street) -> OpenIdProvider:
    return await OpenIdProvider.opened(world, street, "Another", domains=["example.net"])


@pytest.mark.parametrize(
    ("rule", "sent"),
    [
        ({"authn_contexts": [MFA_CONTEXT]}, {"context": MFA_CONTEXT}),
        (
            {"attribute": AUTHN_METHODS, "attribute_values": [MULTIPLE]},
            {"attributes": {AUTHN_METHODS: ["http://x/password", MULTIPLE]}},
        ),
        ({"attribute": "amr", "attribute_values": ["mfa"]}, {"attributes": {"amr": ["mfa"]}}),
    ],
    ids=["AuthnContextClassRef", "authnmethodsreferences", "amr"],
)
async def test_r33_saml_evidence_stands_for_ours(
    world: World, saml: SamlProvider, browser: Browser, rule: Any, sent: Any
) -> None:
    await saml.configured(mfa_rule=rule)
    answer = await saml.back(browser, "ada-1", **sent)
    goes(answer, READY)
    [step] = steps_of(await record_of(world, answer), "mfa")
    assert step["satisfied_by"]
    landed(await browser.follow(answer))
    [succeeded] = await world.activities(event="login.succeeded")
    assert succeeded.data["evidence"] == step["satisfied_by"]
    assert succeeded.data["methods"] == ["sso", "mfa"]


@pytest.mark.parametrize(
    ("rule", "claims"),
    [
        ({"amr": ["mfa"]}, {"amr": ["pwd", "mfa"]}),
        ({"acr": ["urn:strong"]}, {"acr": "urn:strong"}),
        ({"amr_two_classes": True}, {"amr": ["pwd", "otp"]}),
        ({"attribute": "groups", "attribute_values": ["strong"]}, {"groups": ["strong"]}),
    ],
    ids=["amr", "acr", "two classes", "attribute"],
)
async def test_r33_openid_evidence_stands_for_ours(
    oidc: OpenIdProvider, browser: Browser, rule: Any, claims: Any
) -> None:
    await oidc.configured(mfa_rule=rule)
    answer = await oidc.back(browser, "ada-1", **claims)
    goes(answer, READY)
    landed(await browser.follow(answer))


@pytest.mark.parametrize(
    "sent",
    [
        {},
        {"context": "HTTPS://refeds.org/profile/mfa"},
        {"context": f"{MFA_CONTEXT}/"},
        {"context": MFA_CONTEXT, "authenticated_s_ago": 8 * 3600 + 120},
        {"attributes": {"amr": ["mfa"]}},
        {"attributes": {MFA_CONTEXT: [MFA_CONTEXT]}},
    ],
    ids=["absent", "in other letters", "prefix", "stale", "of another kind", "as an attribute"],
)
async def test_r33_other_saml_evidence_is_none(
    saml: SamlProvider, browser: Browser, sent: Any
) -> None:
    await saml.configured(mfa_rule={"authn_contexts": [MFA_CONTEXT]})
    goes(await saml.back(browser, "ada-1", **sent), OURS)


@pytest.mark.parametrize(
    "claims",
    [
        {},
        {"amr": ["pwd"]},
        {"amr": "mfa"},
        {"amr": ["MFA"]},
        {"amr": ["pwd", "pin"]},
        {"amr": ["otp", "sms"]},
        {"amr": ["mfa"], "auth_time": ...},
        {"acr": "mfa"},
    ],
    ids=["absent", "password", "no list", "letters", "twice known", "twice had", "when?", "acr"],
)
async def test_r33_other_openid_evidence_is_none(
    world: World, oidc: OpenIdProvider, browser: Browser, claims: Any
) -> None:
    await oidc.configured(mfa_rule={"amr": ["mfa"], "amr_two_classes": True})
    answer = await oidc.back(browser, "ada-1", **claims)
    if answer.status_code == 403:  # malformed, or without what was asked: refused as a whole
        reason = (await record_of(world, answer)).reason
        assert reason in {"oidc.claim", "oidc.auth_time_missing"}
    else:
        goes(answer, OURS)
    await nobody_is_signed_in(world)


async def test_r33_stale_openid_evidence_is_none(
    world: World, oidc: OpenIdProvider, browser: Browser
) -> None:
    await oidc.configured(mfa_rule={"amr": ["mfa"], "max_age_s": 600})
    ago = int(world.clock.now().timestamp()) - 700
    answer = await oidc.back(browser, "ada-1", amr=["mfa"], auth_time=ago)
    assert answer.headers.get("location") != READY
    await nobody_is_signed_in(world)


async def test_r33_what_userinfo_says_is_no_evidence(
    oidc: OpenIdProvider, browser: Browser
) -> None:
    """It comes over the connection, but nobody signed it."""
    rule = {"amr": ["mfa"], "acr": ["x"], "attribute": "strength", "attribute_values": ["mfa"]}
    await oidc.configured(mfa_rule=rule)
    now = int(oidc.world.clock.now().timestamp())
    oidc.userinfo = {"amr": ["mfa"], "acr": "x", "strength": "mfa", "auth_time": now}
    goes(await oidc.back(browser, "ada-1"), OURS)


async def test_r33_what_was_asked_for_proves_nothing(
    world: World, saml: SamlProvider, browser: Browser
) -> None:
    """Asked for and not given it is refused, never taken for given."""
    await saml.configured(
        options={"authn_contexts": [MFA_CONTEXT]}, mfa_rule={"authn_contexts": [MFA_CONTEXT]}
    )
    asked = await saml.begin(browser)
    assert asked.contexts == (MFA_CONTEXT,)
    made = saml.response(asked, "ada-1")
    answer = await saml.arrive(browser, made.message, asked.relay_state)
    await refused(world, answer, "saml.authn_context")


async def test_r33_evidence_outside_what_is_signed_is_not_read(
    world: World, saml: SamlProvider, browser: Browser
) -> None:
    """Put into the assertion after it was signed, or in front of it."""
    await saml.configured(mfa_rule={"authn_contexts": [MFA_CONTEXT]})
    asked = await saml.begin(browser)
    made = saml.response(asked, "ada-1")
    message = made.text((PASSWORD_CONTEXT, MFA_CONTEXT))
    answer = await saml.arrive(browser, message, asked.relay_state)
    await refused(world, answer, "saml.signature_invalid")


async def test_r33_two_statements_are_no_evidence(
    world: World, saml: SamlProvider, browser: Browser
) -> None:
    await saml.configured(mfa_rule={"authn_contexts": [MFA_CONTEXT]})
    asked = await saml.begin(browser)
    parts = saml.parts(asked, "ada-1")
    two = parts.authn() + parts.authn().replace(parts.context_xml, context_xml(MFA_CONTEXT))
    made = saml.response(asked, "ada-1", authn_xml=two)
    answer = await saml.arrive(browser, made.message, asked.relay_state)
    assert answer.headers.get("location") != READY
    await nobody_is_signed_in(world)


async def test_r33_a_person_with_a_factor_of_ours_proves_that_one(
    world: World, saml: SamlProvider, browser: Browser
) -> None:
    await browser.follow(await saml.back(browser, "ada-1"))
    device, _ = await enrol_passkey(browser)
    other = Browser(world)
    page = await saml.sign_in(other, "ada-1")
    answer = await other.submit(
        "/sign-in/factor", kind="passkey", answer=device.get(options_of(page))
    )
    landed(answer)
    [first, *_] = await world.activities(event="login.succeeded")
    assert first.data["methods"] == ["sso", "hwk", "mfa"]


def test_r33_presets_are_offered_by_vendor_and_protocol() -> None:
    entra = mfa_preset("entra", "saml")
    assert (entra.attribute, entra.attribute_values) == (AUTHN_METHODS, (MULTIPLE,))
    assert "mfa" in mfa_preset("okta", "oidc").amr
    assert MFA_CONTEXT in mfa_preset("generic", "saml").authn_contexts
    assert not any(
        mfa_preset(one, two).is_empty for one in ("x", "ping") for two in ("saml", "oidc")
    )


async def test_r33_a_preset_works_as_it_is_offered(saml: SamlProvider, browser: Browser) -> None:
    await saml.configured(mfa_rule=write(mfa_preset("entra", "saml")))
    sent = {AUTHN_METHODS: [MULTIPLE]}
    goes(await saml.back(browser, "ada-1", attributes=sent), READY)


async def test_r33_an_administrator_who_is_not_the_providers_always_proves_here(
    world: World, saml: SamlProvider, browser: Browser
) -> None:
    """Else whoever runs the provider could sign in as one."""
    await saml.configured(mfa_rule={"authn_contexts": [MFA_CONTEXT]})
    root = await person(world, "root@example.com", administrator=True)
    answer = await saml.back(browser, root.name, context=MFA_CONTEXT)
    goes(answer, "/sign-in/factor")
    await browser.open("/sign-in/factor")
    landed(await browser.submit("/sign-in/factor", kind="totp", answer=root.code))


async def test_r33_and_sets_no_factor_up_on_the_word_of_a_provider(
    world: World, saml: SamlProvider, browser: Browser
) -> None:
    await world.local_user("root@example.com", administrator=True)
    await saml.configured(mfa_rule={"authn_contexts": [MFA_CONTEXT]})
    page = await saml.sign_in(browser, "root@example.com", context=MFA_CONTEXT)
    assert "cannot be set up on the word of a provider alone" in text_of(page)
    token = browser.cookie(ATTEMPT)
    for path in ("/sign-in/enrol", "/sign-in/enrol/prove"):
        for kind in ("totp", "passkey", "sms"):
            fields = {"csrf": csrf_of(str(token)), "kind": kind, "answer": "000000"}
            await refused(world, await browser.send(path, fields), "login.stage", 410)
    await nobody_is_signed_in(world)


async def test_r33_a_break_glass_account_never_comes_through_a_provider(
    world: World, saml: SamlProvider, browser: Browser
) -> None:
    glass = await person(world, "glass@example.com", administrator=True, break_glass=True)
    answer = await saml.back(browser, glass.name, context=MFA_CONTEXT)
    await refused(world, answer, "sso.protected_account")
    landed(await glass_natively(browser, glass))


async def glass_natively(browser: Browser, glass: Any) -> httpx2.Response:
    await browser.send("/sign-in", {"identifier": glass.name, "way": "password"})
    await browser.open("/sign-in/password")
    await browser.follow(await browser.submit("/sign-in/password", password=glass.password))
    return await browser.submit("/sign-in/factor", kind="totp", answer=glass.code)


async def test_r33_a_factor_that_is_set_up_counts_from_then_on(
    world: World, saml: SamlProvider, browser: Browser
) -> None:
    await browser.follow(await saml.back(browser, "ada-1"))
    _, done = await enrol_app(browser)
    assert "recovery codes" in text_of(done)
    goes(await saml.back(Browser(world), "ada-1"), "/sign-in/factor")
