"""R35: a provider changes its keys, and nobody is locked out meanwhile."""

import httpx2
import pytest

from tests.oidc import make
from tests.rules.world import Client, World, together
from tests.saml.keys import Pair, pair
from tests.sign_in.browser import Browser, text_of
from tests.sign_in.checks import refused
from tests.sign_in.openid_provider import OpenIdProvider
from tests.sign_in.saml_provider import SamlProvider
from tests.sign_in.street import Street

NEW, STRANGER = pair("okta new"), pair("a stranger")


@pytest.fixture
async def okta(world: World) -> Client:
    client = await world.client()
    await client.user("ada@example.com", externalId="ada-1")
    return client


@pytest.fixture
async def saml(world: World, street: Street, okta: Client) -> SamlProvider:
    made = await SamlProvider.opened(world, street, provider=okta.provider)
    world.clock.move(120)
    return made


@pytest.fixture
async def oidc(world: World, street: Street, okta: Client) -> OpenIdProvider:
    made = await OpenIdProvider.opened(world, street, provider=okta.provider)
    world.clock.move(120)
    return made


async def back(saml: SamlProvider, key: Pair) -> httpx2.Response:
    return await saml.back(Browser(saml.world), "ada-1", key=key)


def is_let_in(answer: httpx2.Response) -> None:
    assert answer.headers.get("location") == "/sign-in/enrol", text_of(answer)


async def test_r35_an_unknown_signature_has_the_metadata_read_anew_once(
    saml: SamlProvider, street: Street
) -> None:
    before = street.count(saml.metadata_url)
    saml.keys = (NEW,)
    is_let_in(await back(saml, NEW))
    is_let_in(await back(saml, NEW))
    assert street.count(saml.metadata_url) == before + 1
    half = await saml.half()
    assert half.trust["certificates"] == [NEW.certificate]
    assert (half.enabled, half.tested_at is None) == (True, False)
    [told] = await saml.world.activities(event="provider.sso_refreshed")
    assert told.actor_name == "metadata refresh"


async def test_r35_both_certificates_count_while_both_are_listed(saml: SamlProvider) -> None:
    old = saml.keys[0]
    saml.keys = (old, NEW)
    is_let_in(await back(saml, NEW))
    is_let_in(await back(saml, old))
    saml.keys = (NEW,)
    await saml.world.house.single_sign_on.refresh(saml.world.writer, saml.provider)
    is_let_in(await back(saml, NEW))
    await refused(saml.world, await back(saml, old), "saml.signature_invalid")


async def test_r35_at_most_one_look_a_minute(saml: SamlProvider, street: Street) -> None:
    """Anybody can send a bad signature."""
    before, clock = street.count(saml.metadata_url), saml.world.clock
    for _ in range(3):
        await refused(saml.world, await back(saml, STRANGER), "saml.signature_invalid")
    assert street.count(saml.metadata_url) == before + 1
    clock.move(59)
    await back(saml, STRANGER)
    assert street.count(saml.metadata_url) == before + 1
    clock.move(1)
    await back(saml, STRANGER)
    assert street.count(saml.metadata_url) == before + 2


async def test_r35_bad_signatures_at_once_are_one_look(saml: SamlProvider, street: Street) -> None:
    before = street.count(saml.metadata_url)
    await together(*(back(saml, STRANGER) for _ in range(6)))
    assert street.count(saml.metadata_url) == before + 1


async def test_r35_all_who_come_with_the_new_key_at_once_get_in(
    saml: SamlProvider, street: Street
) -> None:
    """Also those for whom another is reading the metadata."""
    before = street.count(saml.metadata_url)
    saml.keys = (NEW,)
    for answer in await together(*(back(saml, NEW) for _ in range(5))):
        is_let_in(answer)
    assert street.count(saml.metadata_url) == before + 1


async def test_r35_a_failed_refresh_keeps_the_old_and_is_noted(
    saml: SamlProvider, street: Street
) -> None:
    old, trust = saml.keys[0], (await saml.half()).trust
    street.is_away = True
    await refused(saml.world, await back(saml, NEW), "saml.signature_invalid")
    half = await saml.half()
    assert (half.trust, half.enabled) == (trust, True)
    assert "does not answer" in str(half.trust_error)
    is_let_in(await back(saml, old))
    street.is_away = False
    saml.world.clock.move(120)
    saml.keys = (NEW,)
    is_let_in(await back(saml, NEW))
    assert (await saml.half()).trust_error is None


@pytest.mark.parametrize("document", [b"", b"<html>Sign in</html>", b"\xff\xfe", b"<!DOCTYPE x>"])
async def test_r35_what_is_no_metadata_replaces_nothing(
    saml: SamlProvider, street: Street, document: bytes
) -> None:
    old = saml.keys[0]
    street.put(saml.metadata_url, document)
    await refused(saml.world, await back(saml, NEW), "saml.signature_invalid")
    assert (await saml.half()).trust_error
    is_let_in(await back(saml, old))


async def test_r35_metadata_of_somebody_else_replaces_nothing(
    saml: SamlProvider, street: Street
) -> None:
    other = saml.metadata().replace(saml.entity_id.encode(), b"https://evil.example/idp")
    other = other.replace(saml.keys[0].certificate.encode(), STRANGER.certificate.encode())
    street.put(saml.metadata_url, other)
    await refused(saml.world, await back(saml, STRANGER), "saml.signature_invalid")
    half = await saml.half()
    assert half.trust["entity_id"] == saml.entity_id
    assert half.trust_error


async def test_r35_pasted_metadata_is_read_nowhere(world: World, street: Street) -> None:
    saml = await SamlProvider.opened(world, street, by_url=False)
    world.clock.move(120)
    await refused(world, await back(saml, NEW), "saml.signature_invalid")
    assert street.count(saml.metadata_url) == 0


async def test_r35_new_keys_of_an_openid_provider_are_read_once(
    oidc: OpenIdProvider, street: Street
) -> None:
    before = street.count(oidc.jwks_url)
    oidc.key, oidc.key_id, oidc.algorithm = make.EC, "two", "ES256"
    oidc.published = [(make.EC, "two")]
    for _ in range(2):
        is_let_in(await oidc.back(Browser(oidc.world), "ada-1"))
    assert street.count(oidc.jwks_url) == before + 1


async def test_r35_unknown_key_ids_are_looked_for_once_a_minute(
    oidc: OpenIdProvider, street: Street
) -> None:
    before = street.count(oidc.jwks_url)
    oidc.key_id = "nobody-has-this"
    for _ in range(2):
        answer = await oidc.back(Browser(oidc.world), "ada-1")
        await refused(oidc.world, answer, "oidc.unknown_key")
    await together(*(oidc.back(Browser(oidc.world), "ada-1") for _ in range(3)))
    assert street.count(oidc.jwks_url) == before + 1
