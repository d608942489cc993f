"""Texts of the reference pages that list what the code publishes."""

import inspect

from gatepost.activity.reasons import FETCHING, PROVISIONING, SIGN_IN
from gatepost.activity.vocabulary import EVENTS
from gatepost.base.refusal import Refusal
from gatepost.cli import words as command_line
from gatepost.login import refusals as login
from gatepost.oidc import fixes as openid
from gatepost.saml import fixes as saml
from gatepost.scim import errors
from gatepost.scim.dialects.rules import RULES
from gatepost.web.scim.errors import WORDS


def events() -> str:
    """List the events of the activity log (R36)."""
    rows = "\n".join(
        f"| `{one.name}` | `{one.status_code}` | {one.sentence} |" for one in EVENTS.values()
    )
    return f"""# Events

Every activity has the type `SSO`, one of these names, and its status code. Activities are written
in the transaction of their effect and are never changed. Secrets and phone numbers are never in
them.

| event | status code | sentence |
|---|---|---|
{rows}
"""


def reasons() -> str:
    """List the reasons a request record gives (R37)."""
    parts = "\n".join(f"## {title}\n\n{_fixes(fixes)}\n" for title, fixes in _REASONS.items())
    return f"""# Reasons

Every request record has a reason: one of these, or the code of a [refusal](refusals.md).
`gatepost explain --code CODE` says the same. A page never says why a sign-in failed: it shows a
reference id, and `gatepost explain --request ID` gives the reason behind it.

{parts}"""


_REASONS = {
    "Provisioning, and requests of every kind": PROVISIONING,
    "Signing in": SIGN_IN,
    "Fetching metadata, keys and tokens": FETCHING,
    "SAML": saml.FIXES,
    "OpenID Connect": openid.FIXES,
}


def _fixes(fixes: dict[str, str]) -> str:
    rows = "\n".join(f"| `{code}` | {text} |" for code, text in fixes.items())
    return f"| reason | what to do |\n|---|---|\n{rows}"


def refusals() -> str:
    """List the refusals of the rules with the answer of each door."""
    ours = {one for one in vars(login).values() if inspect.isclass(one)}
    ordered = sorted(WORDS.items(), key=lambda pair: pair[0].code)
    scim = [_refused(one, f"{_answer(kind)} | ") for one, (kind, _) in ordered if one not in ours]
    sign_in = [_refused(one, "") for one, _ in ordered if one in ours]
    provisioning, signing_in = "\n".join(scim), "\n".join(sign_in)
    return f"""# Refusals

What the rules refuse. A refused request changes nothing, and leaves a record with the code. The
last column is the exit code of a command that is refused so.

## Provisioning and administration

| code | what is so | SCIM answer | exit code |
|---|---|---|---|
{provisioning}

## Signing in

No SCIM request meets these. A page shows a safe sentence and a reference id.

| code | what is so | exit code |
|---|---|---|
{signing_in}
"""


def _refused(refusal: type[Refusal], answer: str) -> str:
    said = (inspect.getdoc(refusal) or "").splitlines()[0].partition(" Facts:")[0]
    code = int(command_line.WORDS[refusal.code].exit_code)
    return f"| `{refusal.code}` | {said} | {answer}{code} |"


def _answer(kind: type[errors.ScimError]) -> str:
    return f"{kind.status} `{kind.scim_type}`" if kind.scim_type else str(kind.status)


def status_codes() -> str:
    """List the errors of the SCIM door."""
    kinds = [one for one in vars(errors).values() if inspect.isclass(one)]
    kinds = [one for one in kinds if issubclass(one, errors.ScimError) and one.status != 500]  # noqa: PLR2004
    rows = []
    for kind in sorted(kinds, key=lambda one: (one.status, one.scim_type or "")):
        if kind is errors.ScimError:
            continue
        said = (inspect.getdoc(kind) or "").splitlines()[0]
        rows.append(
            f"| {kind.status} | {f'`{kind.scim_type}`' if kind.scim_type else ''} | {said} |"
        )
    listed = "\n".join(rows)
    return f"""# Status codes

Every error below `/scim/v2` is a SCIM Error (RFC 7644 §3.12): `status` as a string, `scimType`
where there is one, and a `detail` written for the IT administrator who reads it in the identity
provider's log.

| status | scimType | meaning |
|---|---|---|
{listed}
| 500 | | A fault on our side; the detail has a reference that finds it in the log. |

429 and 503 carry `Retry-After` in whole seconds, 401 carries `WWW-Authenticate`, 405 carries
`Allow`. What the client may not know of is 404, never 403.
"""


def deviations() -> str:
    """List the deviations that a tolerant provider lets pass (R39)."""
    rows = "\n".join(
        f"| `{one.number}` | {one.title} | {one.tolerated} | {', '.join(one.needed_by)} |"
        for one in RULES.values()
    )
    return f"""# Deviations

What `tolerant` understands, `report` counts (`gatepost provider show`), and `strict` refuses.

| rule | deviation | what is done | needed by |
|---|---|---|---|
{rows}
"""
