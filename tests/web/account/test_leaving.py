"""Signing out goes on to the provider that somebody came from, where it has a sign-out."""

import html
from urllib.parse import parse_qs, urlsplit

import msgspec
import pytest

from gatepost.oidc.keys import KeySet
from gatepost.oidc.parties import OpenIdProvider
from gatepost.saml import certificate
from gatepost.store.changes import Insert
from gatepost.store.login_rows import SsoRow
from gatepost.store.tables import SSO
from tests.rules.world import Client, World
from tests.saml.keys import pair
from tests.web.account.visitor import COOKIE, Visitor, text_of

REDIRECT = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect"
POST = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST"
METADATA = """<EntityDescriptor xmlns="urn:oasis:names:tc:SAML:2.0:metadata"
  entityID="https://idp.example/saml">
  <IDPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol">
    <KeyDescriptor use="signing"><KeyInfo xmlns="http://www.w3.org/2000/09/xmldsig#"><X509Data>
      <X509Certificate>{certificate}</X509Certificate></X509Data></KeyInfo></KeyDescriptor>
    <SingleLogoutService Binding="{binding}" Location="https://idp.example/logout"/>
    <SingleSignOnService Binding="{binding}" Location="https://idp.example/login"/>
  </IDPSSODescriptor>
</EntityDescriptor>"""


@pytest.fixture
async def okta(world: World) -> Client:
    return await world.client()


async def signed_in_by_saml(
    okta: Client, visitor: Visitor, binding: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Be signed in through a SAML provider with a sign-out of that binding."""
    world, key = okta.world, pair("idp.example")
    monkeypatch.setattr(certificate, "new_key_pem", lambda: key.pem)
    text = METADATA.format(certificate=key.certificate, binding=binding)
    await world.house.single_sign_on.set_up_saml(
        world.writer, okta.provider, metadata=text.encode()
    )
    row = await world.row(await okta.user("eve@example.com"))
    named = {"value": "eve@example.com"}
    await visitor.sent_by_provider(row, okta.provider.provider_id, name_id=named)


async def test_who_came_by_saml_is_led_to_its_logout(
    okta: Client, anonymous: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    await signed_in_by_saml(okta, anonymous, REDIRECT, monkeypatch)
    left = await anonymous.submit("/sign-out")
    assert left.status_code == 200
    assert "Continue to Okta" in text_of(left)
    assert "https://idp.example/logout?SAMLRequest=" in html.unescape(left.text)
    assert await anonymous.signed() is None
    assert any(one.startswith(f'{COOKIE}=""') for one in left.headers.get_list("set-cookie"))


async def test_who_came_by_saml_posts_its_logout_where_the_provider_wants_that(
    okta: Client, anonymous: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    await signed_in_by_saml(okta, anonymous, POST, monkeypatch)
    left = await anonymous.submit("/sign-out")
    assert 'action="https://idp.example/logout"' in left.text
    assert 'name="SAMLRequest"' in left.text
    policy = left.headers["content-security-policy"]
    assert "form-action 'self' https://idp.example;" in policy
    assert await anonymous.signed() is None


async def test_ending_this_session_leads_there_too(
    okta: Client, anonymous: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    await signed_in_by_saml(okta, anonymous, REDIRECT, monkeypatch)
    left = await anonymous.submit(f"/account/sessions/{await anonymous.session_id()}/end")
    assert "Continue to Okta" in text_of(left)


async def test_who_came_by_openid_connect_is_led_to_end_session(
    okta: Client, anonymous: Visitor
) -> None:
    """OIDC RP-Initiated Logout §2."""
    world = okta.world
    issuer = "https://op.example"
    provider = OpenIdProvider(
        issuer=issuer,
        authorization_endpoint=f"{issuer}/authorize",
        token_endpoint=f"{issuer}/token",
        jwks_uri=f"{issuer}/jwks",
        end_session_endpoint=f"{issuer}/logout",
    )
    half = SsoRow(
        tenant_id=world.tenant_id,
        provider_id=okta.provider.provider_id,
        protocol="oidc",
        enabled=True,
        trust={
            "provider": msgspec.to_builtins(provider),
            "keys": msgspec.to_builtins(KeySet(keys=())),
        },
        options={"client_id": "gatepost"},
        created_at=world.clock.now(),
        modified_at=world.clock.now(),
    )
    assert await world.house.database.commit([Insert(SSO, half)]) is None
    row = await world.row(await okta.user("eve@example.com"))
    await anonymous.sent_by_provider(row, okta.provider.provider_id)
    left = html.unescape((await anonymous.submit("/sign-out")).text)
    url = left.partition("url=")[2].partition('"')[0]
    assert url.startswith(f"{issuer}/logout?")
    sent = parse_qs(urlsplit(url).query)
    assert sent["post_logout_redirect_uri"] == ["https://gatepost.test/signed-out"]
    assert await anonymous.signed() is None


async def test_a_provider_without_a_sign_out_is_not_visited(
    okta: Client, anonymous: Visitor
) -> None:
    row = await okta.world.row(await okta.user("eve@example.com"))
    await anonymous.sent_by_provider(row, okta.provider.provider_id)
    left = await anonymous.submit("/sign-out")
    assert left.headers["location"] == "/signed-out"
