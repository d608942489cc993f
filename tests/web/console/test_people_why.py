"""Why somebody is not here or not as they should be: from the name to the reason."""

import html
import re

import httpx2

from tests.rules.world import World
from tests.sign_in.street import Street
from tests.web.console.failures import failed
from tests.web.console.visitor import Visitor, said

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
