"""Native sign-in in Chromium: from the invitation to the account, by each second factor (R33)."""

from typing import Any

from tests.browser.conftest import Seat, TakeSeat
from tests.e2e.installation import Installation
from tests.e2e.visitor import App

PASSWORD = "correct horse battery"


def accept_invitation(seat: Seat, here: Installation, name: str) -> None:
    """Open the link that an administrator sent, and choose a password."""
    seat.open(here.invitation(here.local_user(f"{name}@example.com")))
    seat.fill("New password", PASSWORD)
    seat.fill("New password again", PASSWORD)
    seat.press("Set the password")
    seat.at("/sign-in/enrol")


def set_up_app(seat: Seat) -> App:
    """Set up an authenticator app, and keep the recovery codes."""
    seat.press("Set up an app")
    app = App(seat.page.get_by_label("Secret", exact=True).input_value())
    seat.fill("Code from the app", app.code())
    seat.press("Confirm")
    seat.heading("Keep these recovery codes")
    return app


def authenticator(seat: Seat) -> tuple[Any, dict[str, str]]:
    """Plug a virtual authenticator in, as the screen lock of a laptop is."""
    session = seat.context.new_cdp_session(seat.page)
    session.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    added = session.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    return session, {"authenticatorId": added["authenticatorId"]}


def give_password(seat: Seat, name: str) -> None:
    seat.open("/sign-in")
    seat.fill("Email address or user name", f"{name}@example.com")
    seat.press("Continue")
    seat.fill("Password", PASSWORD)
    seat.press("Continue")
    seat.page.wait_for_url("**/sign-in/factor*")


def sign_out(seat: Seat) -> None:
    seat.press("Sign out")
    seat.at("/signed-out")


def test_invited_person_sets_up_a_passkey_and_signs_in_with_it(
    here: Installation, seats: TakeSeat
) -> None:
    seat = seats()
    seat.expected = ("status of 400",)  # the wrong password below
    authenticator(seat)
    seat.open(here.invitation(here.local_user("ada@example.com")))
    seat.heading("Welcome")
    seat.judge("invitation")
    seat.fill("New password", PASSWORD)
    seat.fill("New password again", PASSWORD)
    seat.press("Set the password")
    seat.at("/sign-in/enrol")
    seat.judge("enrol")
    seat.press("Set up a passkey")
    seat.heading("Set up a passkey")
    seat.judge("enrol-passkey")
    seat.fill("Name (optional)", "Ada's laptop")
    seat.press("Set up the passkey")
    seat.heading("Keep these recovery codes")
    seat.judge("recovery-codes")
    codes = seat.page.get_by_role("list", name="Recovery codes").get_by_role("listitem")
    assert codes.count() == 10
    code = codes.first.text_content()
    assert code
    seat.page.get_by_role("link", name="I have kept them").click()
    seat.at("/account")
    seat.page.get_by_text("Ada's laptop").wait_for()
    (cookie,) = [one for one in seat.context.cookies() if one["name"] == "__Host-gatepost"]
    assert (cookie["secure"], cookie["httpOnly"], cookie["sameSite"]) == (True, True, "Lax")
    sign_out(seat)
    use_passkey(seat)
    sign_out(seat)
    use_recovery_code(seat, code)


def use_passkey(seat: Seat) -> None:
    """Sign in as Ada with the passkey, after a wrong password."""
    seat.open("/sign-in")
    seat.judge("address")
    seat.fill("Email address or user name", "Ada@Example.com")
    seat.press("Continue")
    seat.at("/sign-in/password")
    seat.judge("password")
    seat.fill("Password", "correct horse staple")
    seat.press("Continue")
    seat.page.get_by_text("do not belong together").first.wait_for()
    seat.judge("password-wrong")
    seat.fill("Password", PASSWORD)
    seat.press("Continue")
    seat.at("/sign-in/factor")
    seat.judge("factor-passkey")
    seat.press("Use your passkey")
    seat.at("/account")


def use_recovery_code(seat: Seat, code: str) -> None:
    """Sign in as Ada with a recovery code, which counts once."""
    give_password(seat, "ada")
    seat.page.get_by_role("link", name="Recovery code").click()
    seat.at("/sign-in/factor?kind=recovery")
    seat.judge("factor-recovery")
    seat.fill("Recovery code", code)
    seat.press("Confirm")
    seat.at("/account")
    sign_out(seat)
    give_password(seat, "ada")
    seat.page.get_by_role("link", name="Recovery code").click()
    seat.fill("Recovery code", code)
    seat.press("Confirm")
    seat.page.get_by_text("no longer good").first.wait_for()
    seat.judge("factor-wrong")


def test_passkey_that_is_not_given_leaves_the_other_ways(
    here: Installation, seats: TakeSeat
) -> None:
    """The device has no passkey of ours, or the person cancels: the page says so and stays."""
    seat = seats()
    session, key = authenticator(seat)
    accept_invitation(seat, here, "edsger")
    seat.press("Set up a passkey")
    seat.press("Set up the passkey")
    seat.heading("Keep these recovery codes")
    seat.page.get_by_role("link", name="I have kept them").click()
    sign_out(seat)
    session.send("WebAuthn.clearCredentials", key)
    give_password(seat, "edsger")
    seat.press("Use your passkey")
    seat.page.get_by_text("It was cancelled, or took too long").wait_for()
    seat.page.get_by_role("link", name="Recovery code").click()
    seat.at("/sign-in/factor?kind=recovery")


def test_whole_way_works_without_a_script(here: Installation, seats: TakeSeat) -> None:
    seat = seats(script=False)
    accept_invitation(seat, here, "grace")
    app = set_up_app(seat)
    seat.page.get_by_role("link", name="I have kept them").click()
    seat.at("/account")
    sign_out(seat)
    give_password(seat, "grace")
    seat.fill("Code from your authenticator app", app.code())
    seat.press("Confirm")
    seat.at("/account")


def test_whole_way_works_with_the_keyboard_alone(here: Installation, seats: TakeSeat) -> None:
    """WCAG 2.2, 2.1.1: nothing is clicked; fields that are asked for have the focus."""
    seat = seats()
    keyboard = seat.page.keyboard
    seat.open(here.invitation(here.local_user("alan@example.com")))
    tab_to(seat, "New password")
    keyboard.type(PASSWORD)
    tab_to(seat, "New password again")
    keyboard.type(PASSWORD)
    keyboard.press("Enter")
    seat.at("/sign-in/enrol")
    tab_to(seat, "Set up an app")
    keyboard.press("Enter")
    seat.heading("Set up your app")
    seat.judge("enrol-app")
    app = App(seat.page.get_by_label("Secret", exact=True).input_value())
    tab_to(seat, "Code from the app")
    keyboard.type(app.code())
    keyboard.press("Enter")
    seat.heading("Keep these recovery codes")
    tab_to(seat, "I have kept them")
    keyboard.press("Enter")
    seat.at("/account")
    tab_to(seat, "Sign out")
    keyboard.press("Enter")
    seat.at("/signed-out")
    seat.open("/sign-in")
    keyboard.type("alan@example.com")
    keyboard.press("Enter")
    seat.at("/sign-in/password")
    keyboard.type(PASSWORD)
    keyboard.press("Enter")
    seat.at("/sign-in/factor")
    seat.judge("factor-app")
    keyboard.type(app.code())
    keyboard.press("Enter")
    seat.at("/account")


def test_pages_beside_the_way_are_accessible(seats: TakeSeat) -> None:
    seat = seats()
    seat.expected = ("status of 4",)
    seat.open("/forgot")
    seat.judge("forgot")
    seat.open("/links/of-nobody")
    seat.heading("This link is spent")
    seat.judge("link-spent")
    seat.open("/sign-in/factor")
    seat.heading("This sign-in is over")
    seat.judge("over")
    seat.open("/sign-in?way=password")
    seat.judge("address-password")
    seat.open("/signed-out")
    seat.judge("signed-out")


def tab_to(seat: Seat, name: str) -> None:
    """Press Tab until what has that name has the focus."""
    told = """() => { const on = document.activeElement;
      return (on.labels?.[0]?.innerText ?? on.innerText ?? "").trim() }"""
    for _ in range(30):
        seat.page.keyboard.press("Tab")
        if str(seat.page.evaluate(told)).startswith(name):
            return
    raise AssertionError(f"the keyboard does not come to {name}")
