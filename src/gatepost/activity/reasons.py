"""The published list of reasons a request record gives (R37).

Refusals bring their own code; these are the reasons that are not refusals, and
those of protocol errors. docs/reference/reasons.md says for each who can fix it.
"""

ACCEPTED = "ok"
UNCHANGED = "apply.no_change"
READ = "read"

FIXES: dict[str, str] = {
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
