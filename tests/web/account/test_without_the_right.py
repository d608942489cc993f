"""Every route without a session, without the token, and with what is another person's."""

from typing import Any
from urllib.parse import quote

import pytest
from starlette.routing import Route

from gatepost.store.login_rows import FactorRow, SessionRow
from gatepost.store.read import select_rows
from gatepost.web.account.routes import AccountPages, routes
from tests.rules.world import World
from tests.web.account.visitor import Visitor, text_of

NOBODY = "01890000-0000-7000-8000-000000000000"
PAGES = [
    "/account",
    "/account/step-up",
    "/account/factors/new",
    f"/account/factors/{NOBODY}/remove",
    "/account/recovery-codes",
    "/account/password",
    "/account/phone",
]
FORMS = [
    "/account/profile",
    "/account/step-up",
    "/account/step-up/send",
    "/account/factors",
    "/account/factors/prove",
    f"/account/factors/{NOBODY}/remove",
    "/account/recovery-codes",
    "/account/password",
    "/account/phone",
    "/account/sessions/end-others",
    f"/account/sessions/{NOBODY}/end",
]
OPEN = [
    ("/", "GET"),
    ("/signed-out", "GET"),
    ("/session", "GET"),
    ("/session/t/{tenant}", "GET"),
    ("/sign-out", "POST"),
]
"""What answers without a session: tests of their own say how."""


class _Anything:
    def __getattr__(self, name: str) -> Any:
        return _Anything()

    async def __call__(self) -> None: ...


def _known() -> set[tuple[str, str]]:
    fields = AccountPages.__struct_fields__
    pages = AccountPages(**{name: _Anything() for name in fields})  # type: ignore[arg-type]
    return {_of(route, method) for route in routes(pages) for method in route.methods or ()}


def _of(route: Route, method: str) -> tuple[str, str]:
    return route.path.replace("{factor_id}", NOBODY).replace("{session_id}", NOBODY), method


async def everything(world: World) -> list[str]:
    """Read all that could be changed of how people sign in."""
    database = world.house.database
    found: list[Any] = [
        *await select_rows(database, FactorRow, ""),
        *await select_rows(database, SessionRow, ""),
    ]
    return sorted(repr(one) for one in found)


def test_every_route_of_the_door_is_tried() -> None:
    tried = [(one, "GET") for one in PAGES] + [(one, "POST") for one in FORMS]
    assert {one for one in _known() if one[1] != "HEAD"} == {*tried, *OPEN}


@pytest.mark.parametrize("path", PAGES)
async def test_a_page_sends_whoever_is_not_signed_in_to_sign_in(
    anonymous: Visitor, path: str
) -> None:
    answer = await anonymous.get(f"{path}?a=b")
    assert answer.status_code == 303
    assert answer.headers["location"] == f"/sign-in?return_to={quote(f'{path}?a=b', safe='')}"


@pytest.mark.parametrize("path", FORMS)
async def test_a_form_without_a_session_is_refused(anonymous: Visitor, path: str) -> None:
    answer = await anonymous.send(path, csrf="0" * 64)
    assert answer.status_code == 401
    assert "Your session has ended" in text_of(answer)


@pytest.mark.parametrize("path", [*FORMS, "/sign-out"])
async def test_a_form_without_the_sessions_token_is_refused(ada: Visitor, path: str) -> None:
    before = await everything(ada.world)
    for fields in ({"other": "x"}, {"csrf": ""}, {"csrf": "0" * 64}):
        answer = await ada.send(path, **fields)
        assert answer.status_code == 403, path
    assert await everything(ada.world) == before


@pytest.mark.parametrize("path", [*FORMS, "/sign-out"])
async def test_a_form_from_another_site_is_refused_whatever_token_it_has(
    ada: Visitor, path: str
) -> None:
    page = await ada.get("/account")
    token = page.text.partition('name="csrf" value="')[2][:64]
    before = await everything(ada.world)
    for site in ("cross-site", "same-site"):
        assert (await ada.send(path, site=site, csrf=token)).status_code == 403
    assert await everything(ada.world) == before


async def test_the_token_of_another_session_is_refused(ada: Visitor, bob: Visitor) -> None:
    page = await bob.get("/account")
    token = page.text.partition('name="csrf" value="')[2][:64]
    answer = await ada.send("/account/sessions/end-others", csrf=token)
    assert answer.status_code == 403


async def test_another_persons_session_is_not_ended(ada: Visitor, bob: Visitor) -> None:
    before = await everything(ada.world)
    answer = await ada.submit(f"/account/sessions/{await bob.session_id()}/end")
    assert answer.headers["location"] == "/account"
    assert "had ended already" in text_of(await ada.get("/account"))
    assert await everything(ada.world) == before


async def test_another_persons_factor_is_not_found(ada: Visitor, bob: Visitor) -> None:
    assert bob.user is not None
    proofs = await ada.world.house.login.account.overview(bob.user)
    path = f"/account/factors/{proofs.factors[0].factor_id}/remove"
    before = await everything(ada.world)
    assert (await ada.get(path)).status_code == 404
    assert (await ada.submit(path)).status_code == 404
    assert await everything(ada.world) == before


@pytest.mark.parametrize("session_id", [NOBODY, "x", "%00", "..%2f"])
async def test_what_is_no_session_of_the_persons_ends_nothing(
    ada: Visitor, session_id: str
) -> None:
    answer = await ada.submit(f"/account/sessions/{session_id}/end")
    assert answer.status_code in {303, 404}
    assert await ada.signed() is not None
