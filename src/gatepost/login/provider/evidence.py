"""R33: does the provider's signed word stand for multi-factor authentication?"""

from datetime import datetime, timedelta

import msgspec

from gatepost.login.provider.identity import Identity
from gatepost.tenancy.sso_options import MfaRule

_SKEW = timedelta(seconds=60)

_CLASSES: dict[str, str] = {
    **dict.fromkeys(("pwd", "pin", "kba"), "knowledge"),
    **dict.fromkeys(("otp", "hwk", "swk", "sms", "tel", "sc", "pop"), "possession"),
    **dict.fromkeys(("fpt", "face", "iris", "vbm", "retina"), "inherence"),
}
"""The kinds of the methods of RFC 8176 §2 that say of which kind they are."""


class Evidence(msgspec.Struct, frozen=True):
    """What was looked at: `satisfied_by` is the value that stood for MFA, None if none did."""

    satisfied_by: str | None
    why: str


def judge(identity: Identity, rule: MfaRule, at: datetime) -> Evidence:
    """Judge the evidence by the provider's rule; absent, unknown or stale evidence is none.

    What we asked the provider for proves nothing: only what came back is looked at.
    """
    if rule.is_empty:
        return Evidence(None, "the provider has no MFA rule")
    found = _found(identity, rule)
    if found is None:
        return Evidence(None, "nothing that the provider sent satisfies the rule")
    if identity.authenticated_at is None:
        return Evidence(None, "the provider does not say when the person authenticated")
    age = at - identity.authenticated_at
    if age > timedelta(seconds=rule.max_age_s) + _SKEW:
        return Evidence(None, "the person authenticated too long ago")
    if age < -_SKEW:
        return Evidence(None, "the provider says that the person authenticates in the future")
    return Evidence(found, "the provider's rule is satisfied")


def _found(identity: Identity, rule: MfaRule) -> str | None:
    if identity.authn_context and identity.authn_context in rule.authn_contexts:
        return f"AuthnContextClassRef {identity.authn_context}"
    if rule.attribute:
        for value in identity.signed.get(rule.attribute, ()):
            if value in rule.attribute_values:
                return f"{rule.attribute} {value}"
    if identity.acr and identity.acr in rule.acr:
        return f"acr {identity.acr}"
    for value in identity.amr:
        if value in rule.amr:
            return f"amr {value}"
    if rule.amr_two_classes:
        return _two_classes(identity.amr)
    return None


def _two_classes(methods: tuple[str, ...]) -> str | None:
    known = [one for one in methods if one in _CLASSES]
    if len({_CLASSES[one] for one in known}) > 1:
        return f"amr {' + '.join(known)}"
    return None
