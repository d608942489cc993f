"""A provider's settings in the console: options, names, MFA rule, keys, on and off."""

from datetime import timedelta

import pytest

from gatepost.store.login_rows import SsoRow
from gatepost.store.rows import ProviderRow
from gatepost.tenancy.sso_options import (
    AttributeNames,
    MfaRule,
    OidcOptions,
    SamlOptions,
    mfa_preset,
    read,
)
from gatepost.web.console.providers import facts, forms
from tests.rules.world import World
from tests.saml.keys import pair
from tests.sign_in.openid_provider import CLIENT_SECRET, OpenIdProvider
from tests.sign_in.saml_provider import SamlProvider
from tests.sign_in.street import Street
from tests.web.console import seeds
from tests.web.console.visitor import NO_FILE, Visitor, said

PAGE = "/console/providers/okta"


@pytest.fixture
async def saml(world: World, street: Street, okta: ProviderRow) -> SamlProvider:
    """Okta, by SAML from a URL; on."""
    return await SamlProvider.opened(world, street, provider=okta)


async def half(world: World, provider: ProviderRow) -> SsoRow:
    return await world.house.single_sign_on.get(provider)


@pytest.mark.parametrize(
    "options",
    [
        SamlOptions(),
        SamlOptions(
            sign_requests=False,
            request_binding="post",
            name_id_format="urn:x",
            force_authn=True,
            authn_contexts=("urn:a", "urn:b c"),
            idp_initiated=True,
            subject_attribute="employee",
            allow_unsigned_cbc=True,
        ),
    ],
)
def test_saml_options_come_back_from_their_form(options: SamlOptions) -> None:
    assert read(SamlOptions, forms.saml_options(forms.saml_form(options))) == options


@pytest.mark.parametrize(
    "options",
    [
        OidcOptions(client_id="g", algorithms=("ES256", "EdDSA", "PS256", "RS256")),
        OidcOptions(
            client_id="g",
            auth_method="private_key_jwt",
            algorithms=("ES512",),
            scopes=("openid", "groups"),
            acr_values=("urn:a", "2"),
            max_age_s=0,
            allow_missing_logout_typ=True,
        ),
    ],
)
def test_openid_options_come_back_from_their_form(options: OidcOptions) -> None:
    assert read(OidcOptions, forms.oidc_options(forms.oidc_form(options))) == options


def test_names_of_attributes_come_back_from_their_form() -> None:
    names = AttributeNames(user_name=("uid",), email=())
    assert read(AttributeNames, forms.attribute_names(forms.attributes_form(names))) == names


@pytest.mark.parametrize("vendor", facts.VENDORS)
@pytest.mark.parametrize("protocol", facts.PROTOCOLS)
def test_every_usual_rule_comes_back_from_its_form(vendor: str, protocol: str) -> None:
    """R33: what is offered is what would be saved."""
    rule = mfa_preset(vendor, protocol)
    assert read(MfaRule, forms.mfa_rule(forms.mfa_form(rule), protocol)) == rule


async def test_options_are_changed_and_ask_for_a_new_test(
    world: World, admin: Visitor, saml: SamlProvider
) -> None:
    form = forms.saml_form(SamlOptions(idp_initiated=True))
    answer = await admin.change(f"{PAGE}/options", form)
    assert answer.headers["location"] == f"{PAGE}?done=saved-untested"
    row = await half(world, saml.provider)
    assert (row.options, row.tested_at, row.enabled) == ({"idp_initiated": True}, None, True)
    page = said(await admin.http.get(answer.headers["location"]))
    assert "What was changed asks for a new test" in page


@pytest.mark.usefixtures("saml")
async def test_an_option_that_is_none_is_said_at_its_field(admin: Visitor) -> None:
    answer = await admin.change(
        f"{PAGE}/options", {"request_binding": "pigeon", "force_authn": "x"}
    )
    assert answer.status_code == 400
    assert 'href="#f-request_binding"' in answer.text
    assert 'name="force_authn" value="yes" checked' in answer.text


async def test_a_client_secret_is_kept_replaced_or_forgotten(
    world: World, street: Street, admin: Visitor, okta: ProviderRow
) -> None:
    await OpenIdProvider.opened(world, street, provider=okta, on=False)
    form = forms.oidc_form(OidcOptions(client_id="gatepost"))
    before = (await half(world, okta)).client_secret
    await admin.change(f"{PAGE}/options", {**form, "client_secret": ""})
    assert (await half(world, okta)).client_secret == before
    await admin.change(f"{PAGE}/options", {**form, "client_secret": f"new-{CLIENT_SECRET}"})
    replaced = (await half(world, okta)).client_secret
    assert replaced not in {before, None}
    await admin.change(f"{PAGE}/options", {**form, "forget_secret": "yes"})
    assert (await half(world, okta)).client_secret is None


@pytest.mark.parametrize(
    ("form", "words"),
    [
        ({"client_id": ""}, "enter the client ID"),
        ({"max_age_s": "an hour"}, "a whole number from 0 up"),
        ({"max_age_s": "9" * 40}, "a whole number from 0 up"),
    ],
)
async def test_openid_options_that_are_none_are_said(
    world: World, street: Street, admin: Visitor, okta: ProviderRow,
    form: dict[str, str], words: str,
) -> None:  # fmt: skip
    await OpenIdProvider.opened(world, street, provider=okta, on=False)
    known = forms.oidc_form(OidcOptions(client_id="gatepost"))
    answer = await admin.change(f"{PAGE}/options", known | form)
    assert (answer.status_code, words in said(answer)) == (400, True)


async def test_no_signature_at_all_cannot_be_chosen(
    world: World, street: Street, admin: Visitor, okta: ProviderRow
) -> None:
    """SECURITY.md, OIDC: algorithms."""
    await OpenIdProvider.opened(world, street, provider=okta, on=False)
    form = {
        "client_id": "g",
        "auth_method": "none",
        "algorithm_none": "yes",
        "algorithm_HS256": "x",
    }
    answer = await admin.change(f"{PAGE}/options", form)
    assert (answer.status_code, "choose at least one" in said(answer)) == (400, True)


async def test_names_of_attributes_are_changed(
    world: World, admin: Visitor, saml: SamlProvider
) -> None:
    form = forms.attributes_form(AttributeNames(user_name=("uid", "login")))
    await admin.change(f"{PAGE}/attributes", form)
    assert (await half(world, saml.provider)).attributes == {"user_name": ["uid", "login"]}


async def test_the_usual_rule_is_offered_and_never_taken_by_itself(
    world: World, admin: Visitor, saml: SamlProvider
) -> None:
    """R33."""
    plain = await admin.http.get(f"{PAGE}/mfa")
    assert "Use the usual rule of Okta" in said(plain)
    assert "refeds" not in plain.text
    usual = await admin.http.get(f"{PAGE}/mfa?usual=yes")
    assert "not saved yet" in said(usual)
    assert "https://refeds.org/profile/mfa" in usual.text
    assert (await half(world, saml.provider)).mfa_rule == {}
    rule = mfa_preset("okta", "saml")
    await admin.change(f"{PAGE}/mfa", forms.mfa_form(rule))
    row = await half(world, saml.provider)
    assert read(MfaRule, row.mfa_rule) == rule
    assert row.tested_at is not None


@pytest.mark.usefixtures("saml")
async def test_an_age_that_is_none_is_said_at_its_field(admin: Visitor) -> None:
    answer = await admin.change(f"{PAGE}/mfa", {"max_age_minutes": "-1", "authn_contexts": "urn:x"})
    assert answer.status_code == 400
    assert 'href="#f-max_age_minutes"' in answer.text
    assert "urn:x</textarea>" in answer.text


async def test_unknown_people_are_created_only_after_a_warning(
    world: World, admin: Visitor, saml: SamlProvider
) -> None:
    """R30."""
    page = said(await admin.http.get(PAGE))
    assert "nobody takes it away when they leave" in page
    await admin.change(f"{PAGE}/just-in-time", {"on": "yes"})
    assert (await half(world, saml.provider)).just_in_time
    await admin.change(f"{PAGE}/just-in-time", {"on": ""})
    assert not (await half(world, saml.provider)).just_in_time


async def test_metadata_is_read_again_and_a_failure_is_kept(
    world: World, street: Street, admin: Visitor, saml: SamlProvider
) -> None:
    """R35."""
    world.clock.move(60)
    done = await admin.change(f"{PAGE}/refresh")
    assert done.headers["location"] == f"{PAGE}?done=read"
    assert (await half(world, saml.provider)).trust_at == world.clock.now()
    street.is_away = True
    failed = await admin.change(f"{PAGE}/refresh")
    assert (failed.status_code, "does not answer" in said(failed)) == (400, True)
    page = said(await admin.http.get(PAGE))
    assert "The last reading failed; what was read before still counts" in page
    assert "Failed" in said(await admin.http.get("/console/providers"))


async def test_our_certificate_is_published_before_it_signs(
    world: World, admin: Visitor, saml: SamlProvider
) -> None:
    async def states() -> list[str]:
        return [one.state for one in await world.house.single_sign_on.keys(saml.provider)]

    early = await admin.change(f"{PAGE}/key/switch")
    assert (early.status_code, "no next key was announced" in said(early)) == (400, True)
    assert (await admin.change(f"{PAGE}/key/publish")).status_code == 303
    assert await states() == ["current", "next"]
    assert "Next, published already" in said(await admin.http.get(PAGE))
    assert (await admin.change(f"{PAGE}/key/switch")).status_code == 303
    assert await states() == ["retired", "current"]


@pytest.mark.parametrize("path", ["on", "off", "refresh", "key/publish", "just-in-time"])
@pytest.mark.usefixtures("okta")
async def test_nothing_can_be_done_before_anything_is_set_up(admin: Visitor, path: str) -> None:
    answer = await admin.change(f"{PAGE}/{path}")
    assert answer.status_code == 409
    assert "Set up SAML or OpenID Connect first." in said(answer)


@pytest.mark.parametrize("path", ["options", "attributes", "mfa", "off", "test"])
@pytest.mark.usefixtures("okta")
async def test_no_form_is_shown_before_anything_is_set_up(admin: Visitor, path: str) -> None:
    assert (await admin.http.get(f"{PAGE}/{path}")).status_code == 409


async def test_who_is_signed_out_is_shown_before_it_is_switched_off(
    world: World, admin: Visitor, saml: SamlProvider
) -> None:
    """R4."""
    ada = await world.local_user("ada@example.com")
    for number in range(2):
        await seeds.session(world, ada, f"s{number}", provider_id=saml.provider.provider_id)
    away = await seeds.session(world, ada, "native")
    page = said(await admin.http.get(f"{PAGE}/off"))
    assert "1 person is signed in through it, with 2 sessions" in page
    assert "Switch off and end 2 sessions" in page
    assert "People with a local account at example.com" in page
    assert (await half(world, saml.provider)).enabled
    done = await admin.change(f"{PAGE}/off")
    assert done.headers["location"] == f"{PAGE}?done=switched-off"
    left = await world.house.login.sessions.of_user(world.tenant_id, ada.user_id)
    assert [one.session_id for one in left] == [away.session_id]
    assert "its sessions have ended" in said(await admin.http.get(done.headers["location"]))


async def test_what_an_administrator_did_is_said_in_their_name(
    world: World, admin: Visitor, saml: SamlProvider
) -> None:
    """R36."""
    answer = await admin.change(f"{PAGE}/off")
    [left] = await world.left_by(answer)
    assert (left.event, left.actor_kind, left.actor_name) == (
        "provider.sso_disabled", "administrator", "grace@gatepost.test",
    )  # fmt: skip
    assert left.subject_id == saml.provider.provider_id


async def test_ends_of_certificates_are_warned_of(
    world: World, admin: Visitor, okta: ProviderRow
) -> None:
    """R35: 30 days before, and after."""
    now = world.clock.now()
    old = pair("console-old", until=now - timedelta(days=3)).certificate
    soon = pair("console-soon", until=now + timedelta(days=30)).certificate
    text = seeds.metadata("https://idp.example", old, soon)
    await admin.change(f"{PAGE}/saml", {"pasted": text}, files=NO_FILE)
    page = said(await admin.http.get(PAGE))
    assert "expired 3 days ago" in page
    assert "30 days left" in page
    assert "30 days left" in said(await admin.http.get("/console/providers"))
    assert [one.kind for one in facts.certificates_of(await half(world, okta), now)] == [
        "fail", "skip",
    ]  # fmt: skip


async def test_words_in_the_url_are_said_only_if_they_are_ours(
    admin: Visitor, saml: SamlProvider
) -> None:
    page = await admin.http.get(f"/console/providers/{saml.slug}?done=You+won")
    assert "You won" not in page.text
