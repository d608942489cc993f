"""R30: which account the person is that a provider sends, and which it never is."""

from typing import Any

import httpx2
import pytest

from gatepost.base.actor import command_line
from gatepost.lifecycle.corridor import Writer
from gatepost.lifecycle.users import NewUser
from gatepost.store.login_rows import SubjectRow
from gatepost.store.read import select_rows
from gatepost.store.rows import UserRow
from tests.rules.world import Client, World, a_user, replace, steps_of, together
from tests.sign_in.browser import Browser, text_of
from tests.sign_in.checks import nobody_is_signed_in, record_of, refused, users_of
from tests.sign_in.openid_provider import OpenIdProvider
from tests.sign_in.saml_provider import EMAIL, UNSPECIFIED, SamlProvider
from tests.sign_in.street import Street


@pytest.fixture
async def okta(world: World) -> Client:
    return await world.client()


@pytest.fixture
async def saml(world: World, street: Street, okta: Client) -> SamlProvider:
    return await SamlProvider.opened(world, street, provider=okta.provider)


@pytest.fixture
async def oidc(world: World, street: Street, okta: Client) -> OpenIdProvider:
    return await OpenIdProvider.opened(world, street, provider=okta.provider)


async def matched(world: World, answer: httpx2.Response, by: str, user_id: str) -> None:
    """Check by what the person was found, and that it is that account."""
    assert answer.status_code == 303, text_of(answer)
    record = await record_of(world, answer)
    assert steps_of(record, "match", by=by), record.steps
    assert (record.subject_kind, record.subject_id) == ("user", user_id)


async def subjects(world: World) -> dict[str, str]:
    rows = await select_rows(world.house.database, SubjectRow, "")
    return {one.subject: one.user_id for one in rows}


async def test_r30_the_order_is_subject_external_id_user_name_email(
    world: World, okta: Client, saml: SamlProvider
) -> None:
    """Four accounts that one message could mean; what finds nobody leaves it to the next."""
    by_mail = await okta.user("m", emails=[{"value": "mail@example.com", "primary": True}])
    by_name = await okta.user("name@example.com")
    by_external = await okta.user("e", externalId="ext-1")
    linked = await okta.user("l", externalId="lasting-1")
    names = {"external_id": ["ext"], "user_name": ["login"]}
    await saml.configured(attributes=names)
    await matched(world, await saml.back(Browser(world), "lasting-1"), "externalId", linked)
    sent = {"ext": ["ext-1"], "login": ["name@example.com"]}
    send: dict[str, Any] = {"mail": "mail@example.com", "attributes": sent}
    await matched(world, await saml.back(Browser(world), "lasting-1", **send), "subject", linked)
    await matched(
        world, await saml.back(Browser(world), "new-1", **send), "externalId", by_external
    )
    sent["ext"] = ["ext-none"]
    await matched(world, await saml.back(Browser(world), "new-2", **send), "userName", by_name)
    sent["login"] = ["none@example.com"]
    await matched(world, await saml.back(Browser(world), "new-3", **send), "email", by_mail)
    assert await subjects(world) == {
        "lasting-1": linked, "new-1": by_external, "new-2": by_name, "new-3": by_mail,
    }  # fmt: skip


async def test_r30_r21_a_linked_person_stays_the_same_through_a_rename(
    world: World, okta: Client, saml: SamlProvider
) -> None:
    """And whoever gets the old name is not taken for them."""
    ada = await okta.user("ada@example.com", externalId="x-1")
    await saml.back(Browser(world), "sub-1", mail="ada@example.com")
    await okta.send("PATCH", f"/Users/{ada}", replace("userName", "ada.king@example.com"))
    newcomer = await okta.user("ada@example.com", externalId="x-2")
    again = await saml.back(Browser(world), "sub-1", mail="ada@example.com")
    await matched(world, again, "subject", ada)
    other = await saml.back(Browser(world), "sub-2", mail="ada@example.com")
    await matched(world, other, "userName", newcomer)
    assert (await subjects(world))["sub-2"] == newcomer


@pytest.mark.parametrize("name_format", [EMAIL, UNSPECIFIED])
async def test_r30_a_name_that_others_may_get_is_not_kept_as_a_subject(
    world: World, okta: Client, saml: SamlProvider, name_format: str
) -> None:
    ada = await okta.user("ada@example.com")
    answer = await saml.back(Browser(world), "ADA@example.com", name_format=name_format)
    await matched(world, answer, "userName", ada)
    assert await subjects(world) == {}


async def test_r30_an_immutable_attribute_can_be_the_subject(
    world: World, okta: Client, saml: SamlProvider
) -> None:
    ada = await okta.user("ada@example.com")
    await saml.configured(options={"subject_attribute": "oid"})
    sent: dict[str, Any] = {"attributes": {"oid": ["o-1"]}, "name_format": EMAIL}
    await matched(
        world, await saml.back(Browser(world), "ada@example.com", **sent), "userName", ada
    )
    await okta.send("PATCH", f"/Users/{ada}", replace("userName", "new@example.com"))
    await matched(world, await saml.back(Browser(world), "ada@example.com", **sent), "subject", ada)


async def test_r30_never_an_account_of_another_provider(
    world: World, okta: Client, saml: SamlProvider, street: Street
) -> None:
    """By no way: not its name, address, external id or the very subject the other one uses."""
    other = await world.client("Other", domains=["other.example"])
    theirs = await SamlProvider.opened(world, street, provider=other.provider)
    ada = await other.user("ada@example.com", externalId="x-1")
    await theirs.back(Browser(world), "sub-1", mail="ada@example.com")
    assert await subjects(world) == {"sub-1": ada}
    answer = await saml.back(Browser(world), "sub-1", mail="ada@example.com")
    record = await refused(world, answer, "sso.foreign_account")
    assert record.provider_id == okta.provider.provider_id
    await refused(world, await saml.back(Browser(world), "x-1", mail="no@example.com"),
                  "sso.not_provisioned")  # fmt: skip
    await nobody_is_signed_in(world)


async def test_r30_an_unmanaged_account_only_in_the_own_domains(
    world: World, saml: SamlProvider
) -> None:
    inside = await world.local_user("ada@example.com")
    for name in ("eve@elsewhere.example", "grace@sub.example.com", "root"):
        await world.local_user(name)
        answer = await saml.back(Browser(world), name)
        await refused(world, answer, "sso.foreign_account")
    await matched(
        world, await saml.back(Browser(world), "ada@example.com"), "userName", inside.user_id
    )


async def test_r30_an_unmanaged_account_whose_other_address_is_elsewhere_is_not_the_providers(
    world: World, saml: SamlProvider
) -> None:
    emails = [{"value": "ada@elsewhere.example", "primary": True}]
    await world.local_user("ada@example.com", {"emails": emails})
    await refused(world, await saml.back(Browser(world), "ada@example.com"), "sso.foreign_account")


async def test_r30_the_default_provider_reaches_unclaimed_domains_only(
    world: World, saml: SamlProvider, street: Street
) -> None:
    rest = await SamlProvider.opened(world, street, "Rest", domains=[], is_default=True)
    await world.local_user("ada@example.com")
    anywhere = await world.local_user("eve@anywhere.example")
    await refused(world, await rest.back(Browser(world), "ada@example.com"), "sso.foreign_account")
    found = await rest.back(Browser(world), "eve@anywhere.example")
    await matched(world, found, "userName", anywhere.user_id)
    assert saml.provider.domains == ["example.com"]


async def test_r30_an_address_that_two_accounts_have_is_nobodys(
    world: World, okta: Client, saml: SamlProvider
) -> None:
    emails = [{"value": "shared@example.com", "primary": True}]
    await okta.user("one", emails=emails)
    await okta.user("two", emails=emails)
    answer = await saml.back(Browser(world), "sub-9", mail="shared@example.com")
    await refused(world, answer, "sso.ambiguous")
    assert await subjects(world) == {}


async def test_r30_no_match_is_a_plain_page_with_a_reference_and_the_reason_in_the_record(
    world: World, saml: SamlProvider, browser: Browser
) -> None:
    answer = await saml.back(browser, "stranger@example.com")
    record = await refused(world, answer, "sso.not_provisioned")
    assert "stranger" not in answer.text
    assert record.subject_key == "stranger@example.com"
    assert record.provider_id == saml.provider.provider_id
    assert await users_of(world) == []


async def test_r30_openid_matches_by_sub_external_id_name_and_verified_email(
    world: World, okta: Client, oidc: OpenIdProvider
) -> None:
    first = await okta.user("one", externalId="248")
    second = await okta.user("two@example.com")
    third = await okta.user("three", emails=[{"value": "3@example.com", "primary": True}])
    back = oidc.back
    await matched(world, await back(Browser(world), "248"), "externalId", first)
    await matched(world, await back(Browser(world), "248"), "subject", first)
    by_name = await back(Browser(world), "s2", preferred_username="Two@example.com")
    await matched(world, by_name, "userName", second)
    by_mail = await back(Browser(world), "s3", email="3@example.com", email_verified=True)
    await matched(world, by_mail, "email", third)


async def test_r30_openid_asks_userinfo_for_the_address(
    world: World, okta: Client, oidc: OpenIdProvider
) -> None:
    ada = await okta.user("ada@example.com")
    oidc.userinfo = {"sub": "s1", "email": "ada@example.com", "email_verified": True}
    await matched(world, await oidc.back(Browser(world), "s1"), "userName", ada)


@pytest.mark.parametrize("verified", [False, "false", "False", 0, [], {"x": 1}, "no"], ids=repr)
async def test_r30_an_address_that_is_not_verified_matches_nobody(
    world: World, okta: Client, oidc: OpenIdProvider, verified: Any
) -> None:
    await okta.user("ada@example.com")
    answer = await oidc.back(Browser(world), "s1", email="ada@example.com", email_verified=verified)
    assert answer.status_code == 403
    assert (await record_of(world, answer)).reason in {"sso.not_provisioned", "oidc.claim"}
    oidc.userinfo = {"email": "ada@example.com", "email_verified": verified}
    await refused(world, await oidc.back(Browser(world), "s1"), "sso.not_provisioned")


async def test_r30_nor_does_it_by_another_claim_that_repeats_it(
    world: World, okta: Client, oidc: OpenIdProvider
) -> None:
    """Keycloak with the address as user name sends it as preferred_username too."""
    await okta.user("ada@example.com", externalId="ada@example.com")
    said = {"email": "ADA@example.com", "email_verified": False}
    again = {"preferred_username": "ada@example.com", "upn": "Ada@Example.com"}
    await refused(
        world, await oidc.back(Browser(world), "s1", **said, **again), "sso.not_provisioned"
    )
    await oidc.configured(attributes={"user_name": ["email"], "external_id": ["email"]})
    await refused(world, await oidc.back(Browser(world), "s1", **said), "sso.not_provisioned")


async def test_r30_just_in_time_creation_is_off_until_it_is_switched_on(
    world: World, street: Street, browser: Browser
) -> None:
    saml = await SamlProvider.opened(world, street)
    await refused(world, await saml.back(browser, "new@example.com"), "sso.not_provisioned")
    assert await users_of(world) == []


async def test_r30_just_in_time_goes_the_way_of_every_creation(
    world: World, street: Street, browser: Browser
) -> None:
    acme = await world.house.organizations.create(world.writer, "Acme")
    names = {"user_type": ["role"], "organizations": ["org"], "external_id": ["oid"]}
    saml = await SamlProvider.opened(world, street, just_in_time=True, attributes=names)
    sent = {"role": ["technician"], "givenName": ["Ada"], "sn": ["King"], "oid": ["o-1"],
            "org": [str(acme.organization_id)]}  # fmt: skip
    answer = await saml.back(browser, "sub-1", mail="ada@example.com", attributes=sent)
    assert answer.status_code == 303, text_of(answer)
    [user] = await select_rows(world.house.database, UserRow, "")
    assert (user.user_name, user.user_type, user.provider_id) == (
        "ada@example.com", "technician", saml.provider.provider_id,
    )  # fmt: skip
    assert (user.created_via, user.auth_type, user.email_verified) == ("sso", "sso", True)
    assert user.external_id == "o-1"
    record = await record_of(world, answer)
    assert steps_of(record, "apply", created="just in time")
    [created] = await world.activities(event="user.created")
    assert created.subject_id == user.user_id
    assert created.type == "SSO"
    again = await saml.back(Browser(world), "sub-1", mail="ada@example.com")
    await matched(world, again, "subject", user.user_id)
    assert await users_of(world) == ["ada@example.com"]


async def test_r30_scim_finds_the_person_that_came_just_in_time_and_makes_no_second_one(
    world: World, okta: Client, street: Street
) -> None:
    """A POST is told to look (409, as for every user of its own); what it finds is the same id."""
    saml = await SamlProvider.opened(world, street, provider=okta.provider, just_in_time=True)
    await saml.back(Browser(world), "sub-1", mail="ada@example.com")
    [user] = await select_rows(world.house.database, UserRow, "")
    body = a_user("ada@example.com", externalId="x-1")
    posted = await okta.send("POST", "/Users", body)
    assert (posted.status_code, posted.json()["scimType"]) == (409, "uniqueness")
    [found] = await okta.find('userName eq "ada@example.com"')
    assert found["id"] == user.user_id
    put = await okta.send("PUT", f"/Users/{user.user_id}", body)
    assert put.status_code == 200, put.text
    assert await users_of(world) == ["ada@example.com"]
    again = await saml.back(Browser(world), "sub-1", mail="ada@example.com")
    await matched(world, again, "subject", user.user_id)


async def test_r30_just_in_time_makes_end_users_with_their_organizations(
    world: World, street: Street
) -> None:
    acme = await world.house.organizations.create(world.writer, "Acme")
    names = {"organizations": ["org"]}
    oidc = await OpenIdProvider.opened(world, street, just_in_time=True, attributes=names)
    claims = {"email": "eve@example.com", "email_verified": True, "org": ["Acme"]}
    assert (await oidc.back(Browser(world), "s1", **claims)).status_code == 303
    [user] = await select_rows(world.house.database, UserRow, "")
    assert (user.user_type, user.organization_ids) == ("end_user", [acme.organization_id])
    wrong = {**claims, "email": "bob@example.com", "org": ["Nowhere"]}
    answer = await oidc.back(Browser(world), "s2", **wrong)
    assert answer.status_code != 303
    assert await users_of(world) == ["eve@example.com"]
    assert (await record_of(world, answer)).reason != "server.fault"


async def test_r30_just_in_time_takes_no_account_over(
    world: World, okta: Client, street: Street
) -> None:
    """Nobody whose name is taken elsewhere is created, adopted, or signed in."""
    other = await world.client("Other", domains=["other.example"])
    await other.user("taken@example.com")
    local = await world.local_user("local@elsewhere.example")
    saml = await SamlProvider.opened(world, street, provider=okta.provider, just_in_time=True)
    for mail in ("taken@example.com", "local@elsewhere.example"):
        answer = await saml.back(Browser(world), "opaque-1", mail=mail)
        assert answer.status_code in {403, 409}
        assert (await record_of(world, answer)).reason != "server.fault"
    assert (await world.row(local.user_id)).provider_id is None
    assert len(await users_of(world)) == 2
    await nobody_is_signed_in(world)


async def test_r30_just_in_time_does_not_adopt_by_a_user_name_that_is_nobodys_address(
    world: World, okta: Client, street: Street
) -> None:
    """The name is in the provider's domain, the person's address is not: it is not its account."""
    emails = [{"value": "ada@elsewhere.example", "primary": True}]
    local = await world.local_user("ada@example.com", {"emails": emails})
    saml = await SamlProvider.opened(world, street, provider=okta.provider, just_in_time=True)
    answer = await saml.back(Browser(world), "opaque-1", mail="ada@example.com")
    assert answer.status_code in {403, 409}
    assert (await world.row(local.user_id)).provider_id is None


async def test_r30_just_in_time_needs_a_name_for_the_person(world: World, street: Street) -> None:
    """A sub alone, or an address that is not verified, makes no account and no fault."""
    oidc = await OpenIdProvider.opened(world, street, just_in_time=True)
    for claims in ({}, {"email": "ada@example.com", "email_verified": False}):
        answer = await oidc.back(Browser(world), "s1", **claims)
        await refused(world, answer, "sso.not_provisioned")
    assert await users_of(world) == []


async def test_r30_people_who_come_at_the_same_moment_are_created_once(
    world: World, street: Street
) -> None:
    saml = await SamlProvider.opened(world, street, just_in_time=True)
    backs = [saml.back(Browser(world), "sub-1", mail="ada@example.com") for _ in range(6)]
    answers = await together(*backs)
    reasons = {(await record_of(world, one)).reason for one in answers}
    assert reasons == {"ok"}
    assert {one.status_code for one in answers} == {303}
    assert await users_of(world) == ["ada@example.com"]


async def test_r30_a_user_type_that_nobody_knows_is_refused_in_words(
    world: World, street: Street
) -> None:
    names = {"user_type": ["role"]}
    saml = await SamlProvider.opened(world, street, just_in_time=True, attributes=names)
    answer = await saml.back(Browser(world), "ada@example.com", attributes={"role": ["wizard"]})
    assert answer.status_code in {400, 403, 409}
    assert (await record_of(world, answer)).reason != "server.fault"
    assert await users_of(world) == []


async def test_r30_each_tenant_has_its_own_people(world: World, saml: SamlProvider) -> None:
    """An account of another tenant is nobody here, whatever its name."""
    other = await world.house.tenants.create(world.writer, "other")
    schemas = await world.house.tenants.schemas(other.tenant_id)
    new = NewUser(document=a_user("ada@example.com"), columns={"created_via": "console"})
    await world.house.users.create(
        Writer(command_line(other.tenant_id, "Grace")), new, schema=schemas.user
    )
    answer = await saml.back(Browser(world), "ada@example.com")
    await refused(world, answer, "sso.not_provisioned")
