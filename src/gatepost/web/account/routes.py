"""The paths of this door."""

import msgspec
from starlette.routing import Route

from gatepost.web.account.asked import SessionAnswers
from gatepost.web.account.factors import FactorPages
from gatepost.web.account.overview import OverviewPages
from gatepost.web.account.password import PasswordPages
from gatepost.web.account.phone import PhonePages
from gatepost.web.account.sessions import SessionPages
from gatepost.web.account.step_up import StepUpPages


class AccountPages(msgspec.Struct, frozen=True, kw_only=True):
    """All of this door."""

    overview: OverviewPages
    step_up: StepUpPages
    factors: FactorPages
    password: PasswordPages
    phone: PhonePages
    sessions: SessionPages
    asked: SessionAnswers


def routes(pages: AccountPages) -> list[Route]:
    """Put the pages behind their paths."""
    factors, sessions, step_up = pages.factors, pages.sessions, pages.step_up
    return [
        Route("/", pages.overview.front, methods=["GET"]),
        Route("/account", pages.overview.show, methods=["GET"]),
        Route("/account/profile", pages.overview.keep_profile, methods=["POST"]),
        Route("/account/step-up", step_up.show, methods=["GET"]),
        Route("/account/step-up", step_up.prove, methods=["POST"]),
        Route("/account/step-up/send", step_up.send, methods=["POST"]),
        Route("/account/factors", factors.begin, methods=["POST"]),
        Route("/account/factors/new", factors.show, methods=["GET"]),
        Route("/account/factors/prove", factors.prove, methods=["POST"]),
        Route("/account/factors/{factor_id}/remove", factors.show_removal, methods=["GET"]),
        Route("/account/factors/{factor_id}/remove", factors.remove, methods=["POST"]),
        Route("/account/recovery-codes", factors.show_codes, methods=["GET"]),
        Route("/account/recovery-codes", factors.make_codes, methods=["POST"]),
        Route("/account/password", pages.password.show, methods=["GET"]),
        Route("/account/password", pages.password.change, methods=["POST"]),
        Route("/account/phone", pages.phone.show, methods=["GET"]),
        Route("/account/phone", pages.phone.change, methods=["POST"]),
        Route("/account/sessions/end-others", sessions.end_others, methods=["POST"]),
        Route("/account/sessions/{session_id}/end", sessions.end, methods=["POST"]),
        Route("/sign-out", sessions.sign_out, methods=["POST"]),
        Route("/signed-out", sessions.signed_out, methods=["GET"]),
        Route("/session", pages.asked.answer, methods=["GET"]),
        Route("/session/t/{tenant}", pages.asked.answer, methods=["GET"]),
    ]
