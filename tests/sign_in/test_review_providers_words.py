"""What a provider says, or whoever sends its message on, is kept without what looks secret."""

from pathlib import Path
from urllib.parse import urlencode

import pytest

from tests.rules.world import World
from tests.sign_in.browser import Browser
from tests.sign_in.checks import nowhere, record_of
from tests.sign_in.openid_provider import OpenIdProvider
from tests.sign_in.saml_provider import SamlProvider

PHONE, TOKEN = "+4915177777777", "eyJhbGciOiJub25lIn0.eyJzdWIiOiJhIn0.c2lnbmF0dXJl"
SAID = f"Text to {PHONE} failed for Bearer abcdef0123456789 and {TOKEN}"


@pytest.fixture
def database_url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'gatepost.db'}"


async def test_an_errors_description_in_the_callback(
    world: World, oidc: OpenIdProvider, browser: Browser
) -> None:
    asked = await oidc.begin(browser)
    sent = {"state": asked["state"], "error": "access_denied", "error_description": SAID}
    url = f"{oidc.callback}?{urlencode({**sent, 'iss': oidc.issuer})}"
    answer = await browser.open(url, site="cross-site")
    assert (await record_of(world, answer)).reason == "oidc.provider_refused"
    await nowhere(world, PHONE, TOKEN, "abcdef0123456789")


async def test_an_errors_description_at_the_token_endpoint(
    world: World, oidc: OpenIdProvider, browser: Browser
) -> None:
    body = f'{{"error": "invalid_grant", "error_description": "{SAID}"}}'.encode()
    oidc.street.pages[f"{oidc.issuer}/token"] = lambda _: (400, "application/json", body)
    answer = await oidc.back(browser, "ada-1", email="ada@example.org")
    record = await record_of(world, answer)
    assert "failed for" in str(record.steps)
    await nowhere(world, PHONE, TOKEN, "abcdef0123456789")


async def test_what_a_response_says_in_place_of_what_is_expected(
    world: World, saml: SamlProvider, browser: Browser
) -> None:
    asked = await saml.begin(browser)
    said = f"<saml:Issuer>{SAID}</saml:Issuer>"
    made = saml.response(asked, "ada@example.com", assertion_issuer_xml=said)
    answer = await saml.arrive(browser, made.message, asked.relay_state)
    assert (await record_of(world, answer)).reason == "saml.issuer"
    await nowhere(world, PHONE, TOKEN, "abcdef0123456789")
