"""Why somebody is not here or not as they should be: from the name to the reason."""

import html
import re

import httpx2

from gatepost.store.rows import ProviderRow
from tests.rules.world import World, a_user, extended
from tests.sign_in.street import Street
from tests.web.console.conftest import SignIn
from tests.web.console.failures import failed
from tests.web.console.visitor import Visitor, page_of, said

_ASK = re.compile(r'href="(/console/why\?[^"]+)"')
_PERSON = re.compile(r'<th scope="row"><a href="(/console/users/[^"]+)"')


async def reached(admin: Visitor, name: str) -> httpx2.Response:
    """Type the name into the list, then go where one click leads."""
    listed = await admin.http.get("/console/users", params={"q": name})
    people = _PERSON.findall(listed.text)
    to = people[0] if people else html.unescape(_ASK.findall(listed.text)[0])
    return await admin.http.get(to)


async def test_every_usual_failure_is_told_one_click_from_the_name(
    world: World, street: Street, admin: Visitor
) -> None:
    """Support answers "why did this user not sync?" in one look (UX §2.5)."""
    failures = await failed(world, street)
    assert len(failures) >= 12
    missing = {}
    for one in failures:
        page = await reached(admin, one.name)
        assert page.status_code == 200
        if one.reason not in said(page):
            missing[one.what] = said(page)
    assert missing == {}


async def test_a_refused_sign_in_stands_in_the_timeline(
    world: World, street: Street, admin: Visitor
) -> None:
    await failed(world, street)
    ivy = (await reached(admin, "ivy@portal.test")).url.path
    words = said(await admin.http.get(f"{ivy}/timeline"))
    assert "sso.user_inactive" in words
    assert "Portal created ivy@portal.test." in words


async def test_who_is_known_by_the_word_has_their_own_page(
    world: World, admin: Visitor, okta: ProviderRow
) -> None:
    ada = await world.local_user("ada@example.com")
    await world.client("Other", domains=["other.test"])
    to = await admin.http.get("/console/why?q=ADA@example.com")
    assert to.headers["location"] == page_of(ada)
    asked = await admin.http.get(f"/console/why?q=ada@example.com&provider={okta.slug}")
    assert "Why is there no ada@example.com?" in said(asked)
    assert f'value="{okta.slug}" selected' in asked.text


async def test_a_word_that_means_several_offers_each(world: World, admin: Visitor) -> None:
    shared = {"emails": [{"value": "team@example.com", "type": "work", "primary": True}]}
    for name in ("one", "two"):
        await world.local_user(name, shared)
    words = said(await admin.http.get("/console/why?q=team@example.com"))
    assert "The word means several people: one , two" in words


async def test_what_is_ours_to_mend_is_not_asked_of_the_customer(
    admin: Visitor, okta: ProviderRow
) -> None:
    page = await admin.http.get("/console/why?q=eve@example.com")
    assert "SCIM is switched off for Okta" in said(page)
    assert "What is in the way is mended here, not at the customer's." in said(page)
    assert f'href="/console/providers/{okta.slug}"' in page.text
    assert 'id="f-letter"' not in page.text


async def test_support_staff_reads_every_tab_and_is_offered_no_change(
    world: World, visit: SignIn
) -> None:
    client = await world.client()
    user = await world.row(
        str((await client.created({**a_user(), **extended(userType="Technician")}))["id"])
    )
    sue = await world.local_user("sue@example.com", user_type="technician", support=True)
    support = await visit(sue)
    for tab in ("", "/timeline", "/profile", "/access", "/sessions", "/raw"):
        page = await support.http.get(f"{page_of(user)}{tab}")
        assert page.status_code == 200
        assert 'method="post" action="/console' not in page.text
        for change in ("/release", "/grant", "/edit", "/phone", "/deactivate"):
            assert f'href="{page_of(user)}{change}"' not in page.text
    listed = await support.http.get("/console/users?type=technician")
    for change in ("/console/new-user", "/console/import", "/console/deactivate-users"):
        assert change not in listed.text
