"""What pages say for every refusal: a few safe sentences; the reason stays in the record.

A person who cannot sign in learns what to do, not what we know: whether an account exists,
which of two things was wrong, what a provider's message lacked (STYLE.md, errors).
"""

from collections.abc import Callable
from typing import Any

import msgspec

from gatepost.base.refusal import Refusal
from gatepost.lifecycle import refusals as rules
from gatepost.login import refusals as login
from gatepost.tenancy import refusals as tenancy

Facts = dict[str, Any]
Sentence = str | Callable[[Facts], str]


class Words(msgspec.Struct, frozen=True):
    """A page's words for a refusal."""

    status: int
    title: str
    sentence: str
    fix: str | None = None
    back: tuple[str, str] | None = None


class _Row(msgspec.Struct, frozen=True):
    status: int
    title: str
    sentence: Sentence
    fix: str | None = None
    back: tuple[str, str] | None = None


_AGAIN = ("/sign-in", "Sign in again")
_ACCOUNT = ("/account", "Back to your account")
_NOT_SIGNED_IN = _Row(
    403,
    "You were not signed in",
    "Your organization's sign-in worked, but there is no account here for you to use.",
    "Ask your administrator, and give the reference below.",
    _AGAIN,
)
_NOT_ACCEPTED = _Row(
    403,
    "You were not signed in",
    "The answer of your organization's sign-in was not accepted.",
    "Try again. If it stays so, give your administrator the reference below.",
    _AGAIN,
)
_OVER = _Row(
    410,
    "This sign-in is over",
    "It took too long, was finished already, or was begun in another window.",
    None,
    _AGAIN,
)
_PROOF = _Row(400, "That was not right", "Check what you entered and try again.", None, _AGAIN)


def _throttled(facts: Facts) -> str:
    return f"Too many attempts failed. Wait {facts['wait_s']} seconds, then try again."


TABLE: dict[type[Refusal], _Row] = {
    login.SubjectUnknown: _NOT_SIGNED_IN,
    login.SubjectAmbiguous: _NOT_SIGNED_IN,
    login.SubjectMismatch: _NOT_SIGNED_IN,
    login.AccountInactive: _NOT_SIGNED_IN,
    login.AccountNotTheProviders: _NOT_SIGNED_IN,
    login.AccountProtected: _NOT_SIGNED_IN,
    login.SsoSwitchedOff: _Row(
        404, "No sign-in here", "There is no sign-in under this address.", None, _AGAIN
    ),
    login.ProviderRefused: _NOT_ACCEPTED,
    login.MessageReplayed: _OVER,
    login.AttemptGone: _OVER,
    login.StageMismatch: _OVER,
    login.BrowserMismatch: _NOT_ACCEPTED,
    login.ProofWrong: _PROOF,
    login.Throttled: _Row(429, "Too many attempts", _throttled, None, _AGAIN),
    login.PasswordUnacceptable: _Row(400, "Choose another password", lambda facts: facts["why"]),
    login.SessionGone: _Row(
        401, "You are not signed in", "Your session has ended.", None, ("/sign-in", "Sign in")
    ),
    login.StepUpRequired: _Row(
        403,
        "Confirm that it is you",
        "This needs your second factor once more. If you have none here, sign out and in again.",
        None,
        ("/account/step-up", "Confirm"),
    ),
    login.NotAllowed: _Row(
        403, "Not allowed", "Your account may not see or do this.", None, _ACCOUNT
    ),
    login.LinkUnusable: _Row(
        404,
        "This link is spent",
        "It was used, is older than 24 hours, or a newer one was sent.",
        "Ask for a new one, or ask your administrator.",
        ("/forgot", "Ask for a new link"),
    ),
    login.FactorNotFound: _Row(
        404, "No such method", "Your account has no such method.", None, _ACCOUNT
    ),
    login.FactorTaken: _Row(
        409, "Already there", "This passkey is set up already.", None, _ACCOUNT
    ),
    login.LastFactor: _Row(
        409,
        "This one has to stay",
        "It is your last second factor. Add another one first.",
        None,
        _ACCOUNT,
    ),
    login.PhoneUnacceptable: _Row(400, "Check the phone number", lambda facts: facts["why"]),
    login.MessagesOff: _Row(
        409, "No messages here", "Messages cannot be sent here. Ask your administrator for help."
    ),
    login.PasskeysOff: _Row(409, "No passkeys here", "Passkeys cannot be used at this address."),
    login.NativeSignInOff: _Row(
        409, "No password here", "This account signs in through its organization.", None, _ACCOUNT
    ),
    tenancy.TenantNotFound: _Row(
        404, "No sign-in here", "There is no sign-in under this address.", None, _AGAIN
    ),
    tenancy.OrganizationNotFound: _Row(404, "Not found", "There is no such organization."),
    tenancy.ProviderNotFound: _Row(404, "Not found", "There is no such identity provider."),
    tenancy.TokenNotFound: _Row(404, "Not found", "There is no such live token."),
    tenancy.TokenLifetimeInvalid: _Row(
        400,
        "Choose another lifetime",
        lambda facts: f"A token lives {facts['least']} to {facts['most']} days.",
    ),
    tenancy.TrustUnreadable: _Row(400, "The metadata cannot be used", lambda facts: facts["why"]),
    tenancy.SettingInvalid: _Row(
        400,
        "A setting is not acceptable",
        lambda facts: f"{facts['setting']}: {facts['why']}.",
    ),
    tenancy.SsoUntested: _Row(
        409,
        "Test it first",
        "Nobody has come back from this provider with these settings yet. "
        "Test the connection, then switch it on.",
    ),
    tenancy.SsoNotSetUp: _Row(
        409, "Not set up", "Sign-in through this provider is not set up yet."
    ),
    rules.UserNotFound: _Row(404, "Not found", "There is no such user."),
    rules.UploadGone: _Row(404, "Not found", "The file was imported already, or is a day old."),
    rules.JobNotFound: _Row(404, "Not found", "There is no such work."),
    rules.GroupNotFound: _Row(404, "Not found", "There is no such group."),
    rules.RoleNotFound: _Row(404, "Not found", "There is no such role."),
    rules.ConflictNotFound: _Row(404, "Not found", "There is no such conflict."),
    rules.ManagedByProvider: _Row(
        409,
        "The provider owns this",
        lambda facts: f"{facts['provider']} manages {facts['fields']}. Change it there.",
    ),
    rules.Contended: _Row(503, "Try again", "Too much changed at once. Try again in a moment."),
}
_OTHER = _Row(409, "That did not work", "The request was refused.", None, _AGAIN)


def words_of(refusal: Refusal) -> Words:
    """Give the page's words for the refusal."""
    row = TABLE.get(type(refusal), _OTHER)
    sentence = row.sentence if isinstance(row.sentence, str) else row.sentence(refusal.facts)
    return Words(row.status, row.title, sentence, row.fix, row.back)


def said_of(refusal: Refusal) -> tuple[int, bytes]:
    """Give the status and the sentence that the request's record keeps."""
    words = words_of(refusal)
    return words.status, msgspec.json.encode({"said": words.sentence})
