"""Builds this door on the rooms behind it."""

from starlette.routing import Route

from gatepost.base.clock import Clock
from gatepost.login.rooms import LoginRooms
from gatepost.web.account.asked import SessionAnswers
from gatepost.web.account.entrance import Entrance
from gatepost.web.account.factors import FactorPages
from gatepost.web.account.overview import OverviewPages
from gatepost.web.account.password import PasswordPages
from gatepost.web.account.phone import PhonePages
from gatepost.web.account.rooms import AccountRooms
from gatepost.web.account.routes import AccountPages, routes
from gatepost.web.account.sessions import SessionPages
from gatepost.web.account.step_up import StepUpPages
from gatepost.web.pages.reception import Reception


def account_routes(
    reception: Reception, clock: Clock, rooms: AccountRooms, login: LoginRooms
) -> list[Route]:
    """Give the paths of the door with what answers them."""
    entrance, account = Entrance(reception, clock), login.account
    step_up, sessions = login.step_up, login.sessions
    factors = FactorPages(entrance, sessions, step_up, account)
    return routes(
        AccountPages(
            overview=OverviewPages(entrance, rooms, account),
            step_up=StepUpPages(entrance, sessions, step_up, account),
            factors=factors,
            password=PasswordPages(entrance, sessions, account),
            phone=PhonePages(entrance, sessions, step_up, account, factors),
            sessions=SessionPages(entrance, rooms, sessions, login.logout),
            asked=SessionAnswers(reception, rooms),
        )
    )
