"""The published list of reasons a request record gives (R37).

Refusals bring their own code; these are the reasons that are not refusals, those of
protocol errors, and those of a sign-in, whose pages never say why (R30 to R34).
docs/reference/reasons.md says for each what to do.
"""

from gatepost.oidc import fixes as openid
from gatepost.saml import fixes as saml

ACCEPTED = "ok"
UNCHANGED = "apply.no_change"
READ = "read"

PROVISIONING: dict[str, str] = {
    ACCEPTED: "Applied.",
    UNCHANGED: "Applied; everything was as sent already.",
    READ: "Answered.",
    "auth.missing": "The request carries no token. Enter the token in the identity provider.",
    "auth.token_unknown": "The token is not one of ours. Copy it again, whole, or make a new one.",
    "auth.token_expired": "The token has expired. Rotate it and enter the new one.",
    "auth.token_revoked": "The token was revoked. Make a new one and enter it.",
    "auth.wrong_provider": "The token belongs to another identity provider. Check URL and token.",
    "auth.basic_off": "Basic authentication is off for this provider. Send the token as Bearer.",
    "scim.switched_off": "SCIM is switched off for this provider. Switch it on in its settings.",
    "scope.paused": (
        "An administrator paused SCIM for this provider: nothing was applied. Resume it on the "
        "provider's page; the identity provider sends again by itself."
    ),
    "rate.limited": "Too many requests. The identity provider comes back by itself.",
    "parse.invalid": "The body is not what the request needs; the answer says what is wrong.",
    "parse.too_large": "The request is over a limit; the answer names it.",
    "filter.invalid": "The filter is not understood; the answer says where.",
    "patch.no_target": "The path of an operation selects nothing.",
    "patch.path": "The path of an operation names no attribute.",
    "patch.read_only": "An operation wants to change what the server alone may change.",
    "validate.value": "A value is missing or not allowed; the answer names it.",
    "match.none": "There is no such user or group, for this provider.",
    "cursor.invalid": "The cursor is not one of ours, or too old. Begin with the first page.",
    "route.none": "There is no such endpoint. Check the base URL.",
    "version.mismatch": "The resource has changed since the client read it.",
    "server.fault": "A fault on our side. The reference id finds it in the log.",
    "server.unavailable": "The database did not answer. The provider comes back by itself.",
}

SIGN_IN: dict[str, str] = {
    "sso.not_provisioned": (
        "No account fits what the provider sent; the record names it. Provision the person, or "
        "let the provider send the same userName, externalId or address as SCIM does."
    ),
    "sso.other_subject": (
        "The provider has sent this account's person under another lasting name before. If it is "
        "the same person, made anew there, forget the link: gatepost user unlink."
    ),
    "sso.ambiguous": (
        "Several accounts have the address that the provider sent. Let it send userName or "
        "externalId, or make the addresses differ."
    ),
    "sso.user_inactive": (
        "The account is inactive. Activate it in the identity provider that manages it, or here "
        "if it is a local account."
    ),
    "sso.foreign_account": (
        "The account belongs to another provider, or its address to no domain of this one. Give "
        "this provider the domain, or let the other one sign the person in."
    ),
    "sso.protected_account": (
        "A break-glass account signs in by password only. Lift the mark if that is not wanted."
    ),
    "sso.switched_off": (
        "Sign-in through this provider is off, or the address is of the other protocol. Switch it "
        "on, and compare the address that the provider has."
    ),
    "sso.refused": "The provider's answer was not believed; the record's last step says why.",
    "sso.replayed": (
        "The provider's message was used before: somebody went back or reloaded, which is "
        "harmless, or a message was copied. Begin the sign-in again."
    ),
    "sso.trust_unreadable": (
        "The provider's metadata, discovery or keys cannot be had or used; the provider's page "
        "says why. What was read before stays in use."
    ),
    "sso.not_set_up": "Sign-in through this provider is not set up yet.",
    "sso.untested": "Test the connection; only what was tested can be switched on.",
    "login.attempt_gone": (
        "The sign-in took longer than ten minutes, is finished, or its cookie is not there. Begin "
        "again; where it repeats, does the browser take cookies?"
    ),
    "login.stage": "The page is of another step: several windows, or a step back. Begin again.",
    "login.other_browser": (
        "The provider's answer came to another browser than the one that began. Begin and finish "
        "in one; when it repeats, somebody may be handing out sign-ins of their own."
    ),
    "login.proof_wrong": (
        "Password, code or passkey were wrong; which, only the person knows. An administrator can "
        "help: gatepost user reset-password, gatepost user reset-mfa."
    ),
    "login.throttled": (
        "Too many attempts failed of late, for the account or from the address. It passes by "
        "itself; when it goes on, somebody is guessing."
    ),
    "login.password_unacceptable": "The new password is too short, common or known from a breach.",
    "login.session_gone": "The session has ended. Sign in again.",
    "login.step_up_required": "The action asks for the second factor anew. Confirm and repeat it.",
    "login.not_allowed": "The person's role is too small for that page. Grant the role it needs.",
    "login.link_unusable": (
        "The link was used, is older than 24 hours, or a newer one was made. Make another: "
        "gatepost user invite, gatepost user reset-password."
    ),
    "login.no_factor": "The person has no such second factor.",
    "login.last_factor": "The last second factor stays until there is another.",
    "login.phone_unacceptable": (
        "The phone number is none, or of a country that texts are not sent to (sms_countries)."
    ),
    "login.messages_off": "No mail or no texts are sent here: set mail_url or sms_url.",
    "login.not_native": (
        "The account signs in through its provider and has no password here, or is inactive."
    ),
    "login.passkeys_off": "Passkeys need a public URL with a host name and https.",
    "login.factor_taken": "The passkey is enrolled already.",
}
"""Refusals of signing in, for an administrator who reads the record."""

FETCHING: dict[str, str] = {
    "fetch.url": "The address is no URL. Write it whole, with https://.",
    "fetch.scheme": "The address has to begin with https://.",
    "fetch.address": (
        "The host is inside a private network. If this server may speak to it, add the network "
        "to outbound_networks."
    ),
    "fetch.redirect": "The address redirects to another host. Enter the address it leads to.",
    "fetch.redirects": "The address redirects too often. Enter the last of them.",
    "fetch.timeout": "The host did not answer in time. Is it up, and is a firewall in between?",
    "fetch.too_large": "The answer is larger than it may be. Is it the right address?",
    "fetch.name": "There is no such host, or the name server did not answer.",
    "fetch.refused": "The host refuses connections on that port.",
    "fetch.unreachable": "There is no way from here to the host. Check network and firewall.",
    "fetch.certificate": (
        "The host's certificate is not trusted. Its operator has to send the whole chain, or the "
        "operator of this server has to trust the authority."
    ),
    "fetch.tls": "The host does not speak TLS as it should. Is the port right?",
    "fetch.connection": "The connection was lost. It is tried again by itself.",
    "fetch.answer": "The host's answer is not HTTP, or was cut short.",
    "fetch.encoding": "The host compresses its answer in a way that is not read here.",
    "fetch.status": "The host answered, but not with 200. Check the address.",
}
"""Why something of a provider could not be fetched."""

FIXES: dict[str, str] = {**PROVISIONING, **SIGN_IN, **FETCHING, **saml.FIXES, **openid.FIXES}
"""Every reason there is, but for the refusals of provisioning, and what to do."""

BY_SCIM_TYPE: dict[str, str] = {
    "invalidFilter": "filter.invalid",
    "tooMany": "filter.invalid",
    "uniqueness": "validate.duplicate",
    "mutability": "patch.read_only",
    "invalidSyntax": "parse.invalid",
    "invalidPath": "patch.path",
    "noTarget": "patch.no_target",
    "invalidValue": "validate.value",
    "invalidCursor": "cursor.invalid",
    "expiredCursor": "cursor.invalid",
    "invalidCount": "cursor.invalid",
}
BY_STATUS: dict[int, str] = {
    400: "parse.invalid",
    404: "route.none",
    405: "route.none",
    412: "version.mismatch",
    413: "parse.too_large",
    415: "parse.invalid",
    429: "rate.limited",
    500: "server.fault",
    501: "route.none",
    503: "server.unavailable",
}


def of_error(status: int, scim_type: str | None) -> str:
    """Give the reason of a protocol error that no refusal stands behind."""
    if scim_type in BY_SCIM_TYPE:
        return BY_SCIM_TYPE[scim_type]
    return BY_STATUS.get(status, "parse.invalid")
