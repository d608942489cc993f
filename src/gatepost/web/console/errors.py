"""What the console says for every refusal: to an administrator, who may know the reason."""

from collections.abc import Mapping
from typing import Any

from gatepost.base.refusal import Refusal
from gatepost.lifecycle import explain_words
from gatepost.oidc.fixes import FIXES as OIDC_FIXES
from gatepost.saml.fixes import FIXES as SAML_FIXES
from gatepost.web.pages.refusals import words_of

FIXES: Mapping[str, str] = {
    **SAML_FIXES,
    **OIDC_FIXES,
    "login.other_browser": (
        "The answer came to another browser than the one that began. Begin and end the test in "
        "the same one, with cookies allowed."
    ),
    "login.attempt_gone": "It took longer than ten minutes. Test again.",
    "sso.replayed": "The same answer was sent twice. Test again, and do not reload the page.",
    "fetch.status": (
        "Open the address in a browser: it must give the document itself, without signing in."
    ),
}
"""Reason code → what to do, published in the reference."""

_WORDS: Mapping[str, str] = {
    "validate.provider_duplicate": "Another identity provider is called {slug}.",
    "validate.domain_claimed": (
        "{provider} serves the email domain {domain} already. Take it from there first, or leave "
        "it out here."
    ),
    "validate.token_made": (
        "This token was made already and was shown once: {hint}. Nothing was made now. Where it "
        "was not copied, revoke it and make another one."
    ),
    "validate.token_lifetime": "A token lives {least} to {most} days, or never expires.",
    "match.no_token": "There is no such live token: it was revoked, or never was.",
    "guard.provider_in_use": "{provider} still manages {count} users. Release them first.",
    "guard.scim_on": "SCIM is on for {provider}. Pause it or switch it off first.",
    "scim.switched_off": "SCIM is off for {provider}. Switch it on first.",
    "preview.stale": "Something changed since the preview. Look at it again.",
    "validate.setting": "{setting}: {why}.",
    "sso.trust_unreadable": "{why}",
    "sso.untested": (
        "Test the connection first: nobody has come back from {provider} with these settings yet."
    ),
    "sso.not_set_up": "Set up SAML or OpenID Connect first.",
    "guard.managed": "{provider} manages {user_name}: change {fields} there, or release the user.",
    "roles.misfit": "{role} is for the type {role_type}; {user} is of another type.",
    "validate.duplicate": "Somebody is called {user_name} already.",
    "roles.groups_unsupported": (
        "{provider} cannot push groups, so none is mapped. Use its default roles, or give roles "
        "by hand."
    ),
    "match.no_group": "That group is not there any more: its identity provider took it away.",
    "validate.role_duplicate": "There is a role {name} already.",
    "validate.role_name_missing": "A role needs a name, of 100 characters at most.",
    "validate.organization_duplicate": "There is an organization with that name or id already.",
    "match.no_conflict": "That conflict is settled already.",
    "match.no_role": "That role is not there any more.",
    "login.not_native": (
        "{user_name} is inactive or signs in through an identity provider: no password here."
    ),
    "login.phone_unacceptable": "{why}.",
    "login.session_gone": "That session has ended already.",
    "guard.not_managed": "{user_name} is a local account already: there is nothing to release.",
    "validate.user_name_missing": "Enter a user name: without one nobody can sign in.",
    "validate.user_type": "{value} is no user type.",
    "validate.organization": "There is no organization {value}.",
    "version.mismatch": "Somebody changed it meanwhile. Look at it again.",
}
_LIMITS: Mapping[str, str] = {
    "last_administrator": "This is the last active administrator. Make another one first.",
    "break_glass": "This account is kept for emergencies and stays active; lift that mark first.",
}

Errors = dict[str, str]
"""Sentences by the name of the field they are about; `""` for what is about none."""


def errors_of(
    refusal: Refusal,
    fields: Mapping[str, str] | None = None,
    by_code: Mapping[str, str] | None = None,
) -> Errors:
    """Say the refusal, beside the field that it is about if the form has one.

    `fields` gives for a setting's own name the name of its field, `by_code` for the code of
    a refusal that names no setting.
    """
    if by_code and refusal.code in by_code:
        return {by_code[refusal.code]: sentence_of(refusal)}
    setting = str(refusal.facts.get("setting", ""))
    return {(fields or {}).get(setting, ""): sentence_of(refusal)}


def fix_of(code: str) -> str | None:
    """Say what to do about a reason's code, without a command to type; None if it needs nothing."""
    fix = explain_words.fix_of(code)
    return explain_words.without_command(fix) if fix else None


def sentence_of(refusal: Refusal) -> str:
    """Say the refusal in a sentence, with what to do where that is known."""
    facts = {name: _shown(value) for name, value in refusal.facts.items()}
    facts["setting"] = facts.get("setting", "").replace("_", " ")
    if refusal.code == "guard.protected_account":
        return _LIMITS.get(facts.get("limit", ""), "This account is protected and stays active.")
    words = _WORDS.get(refusal.code)
    said = words.format_map(_Facts(facts)) if words else words_of(refusal).sentence
    if refusal.code == "validate.setting":
        said = said[:1].upper() + said[1:]
    fix = FIXES.get(facts.get("reason", ""))
    return f"{said} {fix}" if fix else said


def status_of(refusal: Refusal) -> int:
    """Give the status of the page that says the refusal."""
    return words_of(refusal).status


class _Facts(dict[str, str]):
    def __missing__(self, name: str) -> str:
        return "?"


def _shown(value: Any) -> str:  # noqa: ANN401 - facts differ by refusal
    return ", ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)
