"""What every refused sign-in has in common, and what nobody may find anywhere."""

import re

import httpx2

from gatepost.activity.reasons import FIXES
from gatepost.oidc.errors import FIXES as OIDC_FIXES
from gatepost.saml.errors import FIXES as SAML_FIXES
from gatepost.store import requests
from gatepost.store.login_rows import SessionRow
from gatepost.store.read import select_rows
from gatepost.store.rows import RequestRow, UserRow
from tests.rules.world import World
from tests.sign_in.browser import SESSION, text_of

_REFERENCE = re.compile(r'class="reference">Reference <code>([^<]+)</code>')
_KNOWN = {*FIXES, *SAML_FIXES, *OIDC_FIXES}


async def record_of(world: World, answer: httpx2.Response) -> RequestRow:
    """Read the record of a request; one that came to no tenant's provider belongs to none."""
    await world.house.recorder.flush()
    for tenant_id in (world.tenant_id, 0):
        found = await requests.get(world.house.database, tenant_id, answer.headers["X-Request-Id"])
        if found:
            return found
    raise AssertionError(f"no record: {answer.request.method} {answer.request.url}")


async def refused(
    world: World, answer: httpx2.Response, reason: str, status: int | None = 403
) -> RequestRow:
    """Check that a sign-in was refused for that reason, which the page does not tell.

    The page is plain, has the reference id of the record, and opens nothing.
    """
    if status is not None:
        assert answer.status_code == status, text_of(answer)
    record = await record_of(world, answer)
    assert record.reason == reason, (record.reason, record.steps)
    assert record.status == answer.status_code
    assert _REFERENCE.findall(answer.text) == [answer.headers["X-Request-Id"]]
    assert reason not in answer.text
    assert len(answer.content) < 10_000
    assert answer.headers["Cache-Control"] == "no-store"
    assert not any(one.startswith(SESSION) for one in answer.headers.get_list("set-cookie"))
    return record


async def nobody_is_signed_in(world: World) -> None:
    """Check that there is no session at all."""
    assert await select_rows(world.house.database, SessionRow, "") == []


async def users_of(world: World) -> list[str]:
    """Read the names of all accounts."""
    found = await select_rows(world.house.database, UserRow, "")
    return sorted(one.user_name for one in found)


async def nowhere(world: World, *canaries: str) -> None:
    """Check that none of these is in any row of any table in clear."""
    await world.house.recorder.flush()
    rows = await world.everything()
    assert len(rows) > 3
    found = [(one, row[:300]) for one in canaries for row in rows if one in row]
    assert found == []
