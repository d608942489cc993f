"""Setting a provider up in the console: SAML by URL, file or text, OpenID Connect by issuer."""

import pytest
from markupsafe import escape

from gatepost.saml.metadata_writer import write
from gatepost.store.login_rows import SsoRow
from gatepost.store.rows import ProviderRow
from tests.rules.world import World
from tests.saml.keys import pair
from tests.saml.maker import SERVICE_PROVIDER
from tests.sign_in.openid_provider import CLIENT_SECRET, OpenIdProvider
from tests.sign_in.street import Street
from tests.web.console import seeds
from tests.web.console.seeds import HOSTILE, metadata
from tests.web.console.visitor import NO_FILE, Visitor, said

PAGE = "/console/providers/okta"
SAML = f"{PAGE}/saml"
OIDC = f"{PAGE}/oidc"


async def half(world: World, provider: ProviderRow) -> SsoRow:
    return await world.house.single_sign_on.get(provider)


async def test_a_provider_is_added_and_listed(admin: Visitor) -> None:
    form = {"name": "Contoso", "vendor": "entra", "domains": "contoso.com\nexample.org"}
    made = await admin.change("/console/new-provider", form)
    assert made.headers["location"] == "/console/providers/contoso?done=created"
    page = said(await admin.http.get(made.headers["location"]))
    assert "The identity provider was added." in page
    listed = said(await admin.http.get("/console/providers"))
    assert "Contoso Microsoft Entra ID Off contoso.com, example.org Not set up Off" in listed


async def test_an_empty_list_says_what_to_do(admin: Visitor) -> None:
    page = said(await admin.http.get("/console/providers"))
    assert "No identity providers yet" in page
    assert "Add a provider" in page


@pytest.mark.parametrize(
    ("form", "status", "words"),
    [
        ({"name": ""}, 400, "a name has 1 to 100 characters"),
        ({"name": "okta"}, 409, "Another identity provider is called"),
        ({"name": "New", "domains": "example.com"}, 409, "Okta serves the email domain"),
        ({"name": "New", "domains": "no domain"}, 400, "a domain looks like example.com"),
        ({"name": "New", "vendor": "acme"}, 400, "one of entra"),
    ],
)
@pytest.mark.usefixtures("okta")
async def test_what_cannot_be_added_is_said_and_nothing_typed_is_lost(
    admin: Visitor, form: dict[str, str], status: int, words: str
) -> None:
    sent = {"vendor": "ping", "is_default": "yes", **form}
    answer = await admin.change("/console/new-provider", sent)
    assert answer.status_code == status
    assert words in said(answer)
    assert f'value="{form["name"]}"' in answer.text or not form["name"]
    assert form.get("domains", "") in answer.text
    assert 'name="is_default" value="yes" checked' in answer.text


@pytest.mark.usefixtures("okta")
async def test_our_values_are_shown_before_anything_is_set_up(admin: Visitor) -> None:
    saml, oidc = await admin.http.get(SAML), await admin.http.get(OIDC)
    at = "https://gatepost.test"
    for path in ("metadata", "acs", "slo"):
        assert f'value="{at}/saml/okta/{path}"' in saml.text
    for path in ("callback", "backchannel-logout", "jwks"):
        assert f'value="{at}/oidc/okta/{path}"' in oidc.text
    assert f'value="{at}/signed-out"' in oidc.text


@pytest.mark.parametrize("way", ["url", "file", "pasted"])
async def test_saml_is_set_up_by_each_of_three_ways(
    world: World, street: Street, admin: Visitor, okta: ProviderRow, way: str
) -> None:
    street.put("https://idp.example/md", metadata().encode())
    form = {"url": "", "pasted": "", "entity_id": ""}
    if way != "file":
        form[way] = {"url": " https://idp.example/md ", "pasted": f"\n{metadata()}\n"}[way]
    files = {"file": ("idp.xml", metadata().encode(), "text/xml")} if way == "file" else NO_FILE
    answer = await admin.change(SAML, form, files=files)
    assert answer.headers["location"] == f"{PAGE}?done=set-up"
    row = await half(world, okta)
    assert row.trust["entity_id"] == "https://idp.example/metadata"
    assert row.trust_url == ("https://idp.example/md" if way == "url" else None)
    assert not row.enabled
    page = said(await admin.http.get(answer.headers["location"]))
    assert "Off, SAML, not tested yet" in page
    assert pair("idp").fingerprint in page


@pytest.mark.usefixtures("okta")
async def test_metadata_larger_than_forms_are_is_taken(admin: Visitor) -> None:
    padded = metadata().replace("<md:IDPSSO", " " * 200_000 + "<md:IDPSSO")
    answer = await admin.change(SAML, {"pasted": padded}, files=NO_FILE)
    assert answer.status_code == 303


@pytest.mark.parametrize(
    ("document", "words"),
    [
        (b"<!DOCTYPE html><title>Sign in</title>", "This is a web page"),
        (write(SERVICE_PROVIDER, certificates=[]), "This is a service provider's metadata"),
        (b"<a>" * 200_000, "more elements"),
        (b" " * (2 * 1024 * 1024 + 1), "2 MB"),
        (b"\xff\xfe<\x00", "UTF-8"),
        (b"not xml", "not well-formed"),
    ],
)
async def test_what_is_no_metadata_is_said_at_its_field(
    world: World, admin: Visitor, okta: ProviderRow, document: bytes, words: str
) -> None:
    """SECURITY.md, SAML: the gate of XML."""
    files = {"file": ("idp.xml", document, "text/xml")}
    answer = await admin.change(SAML, {"url": "", "pasted": "", "entity_id": ""}, files=files)
    assert answer.status_code == 400
    assert words in said(answer)
    assert 'href="#f-file"' in answer.text
    assert await world.house.single_sign_on.find(okta) is None
    assert (await world.record(answer)).reason.startswith("saml.")


@pytest.mark.usefixtures("okta")
async def test_nothing_typed_is_lost_and_nothing_of_it_is_a_tag(admin: Visitor) -> None:
    form = {"url": "", "pasted": f"</textarea>{HOSTILE}", "entity_id": HOSTILE}
    answer = await admin.change(SAML, form, files=NO_FILE)
    assert answer.status_code == 400
    assert f'value="{escape(HOSTILE)}"' in answer.text
    assert f"{escape('</textarea>' + HOSTILE)}</textarea>" in answer.text
    assert "<script>alert" not in answer.text


@pytest.mark.usefixtures("okta")
async def test_a_url_that_does_not_answer_is_said_at_its_field(admin: Visitor) -> None:
    form = {"url": "https://away.example/md", "pasted": ""}
    answer = await admin.change(SAML, form, files=NO_FILE)
    assert answer.status_code == 400
    assert "away.example does not answer" in said(answer)
    assert 'href="#f-url"' in answer.text
    assert 'value="https://away.example/md"' in answer.text


@pytest.mark.parametrize("form", [{}, {"url": "https://idp.example/md", "pasted": "<x/>"}])
@pytest.mark.usefixtures("okta")
async def test_one_of_the_three_ways_is_asked_for(admin: Visitor, form: dict[str, str]) -> None:
    answer = await admin.change(SAML, form, files=NO_FILE)
    assert answer.status_code == 400
    assert "give one of the three" in said(answer)
    assert form.get("url", "") in answer.text


@pytest.mark.usefixtures("okta")
async def test_a_form_that_is_too_large_is_not_read(admin: Visitor) -> None:
    files = {"file": ("idp.xml", b" " * (8 * 1024 * 1024), "text/xml")}
    assert (await admin.change(SAML, files=files)).status_code == 413


async def test_another_entity_id_switches_off_and_asks_for_a_new_test(
    world: World, admin: Visitor, okta: ProviderRow
) -> None:
    await admin.change(SAML, {"pasted": metadata()}, files=NO_FILE)
    await seeds.tested(world, okta)
    await admin.change(f"{PAGE}/on")
    assert (await half(world, okta)).enabled
    await admin.change(SAML, {"pasted": metadata("https://other.example/idp")}, files=NO_FILE)
    row = await half(world, okta)
    assert (row.enabled, row.tested_at) == (False, None)


async def openid(world: World, street: Street, provider: ProviderRow) -> OpenIdProvider:
    """Put an OpenID provider up in the street, not set up here yet."""
    made = OpenIdProvider(world, street, provider, f"{provider.slug}.example")
    made._put_up()
    return made


async def test_openid_connect_is_set_up_by_its_issuer(
    world: World, street: Street, admin: Visitor, okta: ProviderRow
) -> None:
    issuer = (await openid(world, street, okta)).issuer
    form = {
        "issuer": f" {issuer} ",
        "client_id": " gatepost ",
        "client_secret": CLIENT_SECRET,
        "auth_method": "client_secret_post",
    }
    answer = await admin.change(OIDC, form)
    assert answer.headers["location"] == f"{PAGE}?done=set-up"
    row = await half(world, okta)
    assert row.options == {"client_id": "gatepost", "auth_method": "client_secret_post"}
    assert row.client_secret
    assert CLIENT_SECRET.encode() not in row.client_secret


async def test_the_client_secret_is_never_shown_again(
    world: World, street: Street, admin: Visitor, okta: ProviderRow
) -> None:
    issuer = (await openid(world, street, okta)).issuer
    wrong = {"issuer": "https://away.example", "client_id": "g", "client_secret": CLIENT_SECRET}
    right = {"issuer": issuer, "client_id": "g", "client_secret": CLIENT_SECRET}
    method = {"auth_method": "client_secret_basic"}
    seen = [await admin.change(OIDC, wrong | method), await admin.change(OIDC, right | method)]
    seen += [await admin.http.get(f"{PAGE}{path}") for path in ("", "/oidc", "/options")]
    seen.append(
        await admin.change(f"{PAGE}/options", {"client_secret": CLIENT_SECRET, "client_id": ""})
    )
    assert [one.status_code for one in seen] == [400, 303, 200, 200, 200, 400]
    assert not [one for one in seen if CLIENT_SECRET in one.text]
    assert not [one for one in await world.everything() if CLIENT_SECRET in one]


async def test_setting_up_again_keeps_the_secret_and_the_options(
    world: World, street: Street, admin: Visitor, okta: ProviderRow
) -> None:
    issuer = (await openid(world, street, okta)).issuer
    form = {"issuer": issuer, "client_id": "g", "auth_method": "client_secret_basic"}
    await admin.change(OIDC, {**form, "client_secret": CLIENT_SECRET})
    await world.house.single_sign_on.configure(
        world.writer, okta, options={"client_id": "g", "scopes": ["openid", "groups"]}
    )
    before = await half(world, okta)
    await admin.change(OIDC, {**form, "client_id": "h", "client_secret": ""})
    after = await half(world, okta)
    assert after.client_secret == before.client_secret
    assert after.options == {"client_id": "h", "scopes": ["openid", "groups"]}


@pytest.mark.usefixtures("okta")
async def test_an_issuer_that_is_none_is_said_at_its_field(admin: Visitor) -> None:
    form = {"issuer": "http://x", "client_id": "kept", "auth_method": "none"}
    answer = await admin.change(OIDC, form)
    assert answer.status_code == 400
    assert 'href="#f-issuer"' in answer.text
    assert 'value="kept"' in answer.text
    assert '<option value="none" selected>' in answer.text
