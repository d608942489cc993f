"""What needs attention, in a sentence with its numbers, and where the button leads. Pure."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import msgspec

from gatepost.tenancy.health import Concern, Counted, Finding
from gatepost.tenancy.health.rule import DOWN, NOTICE
from gatepost.web.console.charted import activity_link
from gatepost.web.console.errors import fix_of

Facts = dict[str, Any]
_PROVIDERS = "/console/providers"


class Button(msgspec.Struct, frozen=True):
    """Where to go on; a form is for administrators only, others go to `page` instead."""

    text: str
    href: str
    page: str | None = None


class Item(msgspec.Struct, frozen=True, kw_only=True):
    """A line of the list; `kind` is the badge's: fail, skip or info.

    `when` stands before `at`, which is when it began or when something ends.
    """

    kind: str
    level: str
    said: str
    more: str | None
    when: str
    at: datetime | None
    button: Button


def item_of(concern: Concern, now: datetime) -> Item:
    """Say what is wrong, since when, and what to do."""
    finding = concern.finding
    said, more = _sentence(concern)
    kind, level = _LEVELS.get(finding.severity, ("skip", "Warning"))
    return Item(
        kind=kind,
        level=level,
        said=said,
        more=more,
        when=_when(finding, now),
        at=finding.ends_at or finding.since_at,
        button=_button(concern),
    )


def _when(finding: Finding, now: datetime) -> str:
    if finding.ends_at:
        return "Ended" if finding.ends_at <= now else "Ends"
    return _BEGAN.get(finding.code, "Began")


_BEGAN = {
    "scim.silent": "Last heard of",
    "scim.never_used": "Made",
    "provider.unconnected": "Added",
    "scim.paused": "Paused",
    "token.all_expired": "Ended",
    "sso.trust_error": "Last read",
    "sso.metadata_ended": "Ended",
    "conflict.open": "The oldest came",
}
_LEVELS = {DOWN: ("fail", "Down"), NOTICE: ("info", "Notice")}

_SHARE = "{failures} of {total} SCIM requests of {name} were refused in 24 hours: {percent} %."
_SENTENCES: dict[str, str] = {
    "scim.all_refused": "The last {count} SCIM requests of {name} were refused.",
    "scim.quarantine": _SHARE,
    "scim.failures": _SHARE,
    "scim.warned": "{count} SCIM requests were done with a warning in 24 hours.",
    "scim.paused": "SCIM is paused for {name}.",
    "scim.silent": "{name} has sent nothing, though its SCIM is on.",
    "scim.never_used": "{name} has a SCIM token and has never used it.",
    "provider.unconnected": "{name} is not connected: it signs nobody in and sends nobody.",
    "token.none": "{name} has SCIM on and no token.",
    "token.all_expired": "Every SCIM token of {name} has expired: all its requests are refused.",
    "token.ending": "The SCIM token {token} of {name} is its last.",
    "token.still_used": "{name} still uses the SCIM token {token}, though there is a newer one.",
    "sso.trust_error": "What {name} says of its keys cannot be read again.",
    "sso.failures": "{failures} of {total} sign-ins through {name} were refused in 24 hours.",
    "sso.our_certificate": "Our own certificate towards {name} ends.",
    "sso.metadata_ended": "The metadata of {name} has ended: nobody signs in through it.",
    "sso.metadata_ending": "The metadata of {name} ends, and nobody signs in after that.",
    "sso.certificate": "The last certificate of {name} ends.",
    "conflict.open": "{count} conflicts are open: providers want accounts they may not have.",
    "role.without": "{count} technicians have no role: they can sign in and do nothing.",
    "role.none_mapped": "{count} groups are pushed, and none is mapped to a role.",
    "administrator.last": "There is only one active administrator: nobody can help them back in.",
}  # fmt: skip
_STOPS = {
    "entra": "From 40 % on, Entra stops the job for hours or days (quarantine).",
}
"""What a vendor does when too much fails."""

_ONE: dict[str, str] = {
    "scim.all_refused": "The last SCIM request of {name} was refused.",
    "scim.warned": "One SCIM request was done with a warning in 24 hours.",
    "conflict.open": "One conflict is open: a provider wants an account that it may not have.",
    "role.without": "One technician has no role and can sign in and do nothing.",
    "role.none_mapped": "One group is pushed, and not mapped to a role.",
}
_MORE: dict[str, str] = {
    "scim.warned": "Somebody may be without an organization, an address or a role.",
    "scim.silent": "Is provisioning still switched on there? A job in quarantine is silent too.",
    "scim.never_used": "Enter URL and token at the provider; its guide says where.",
    "role.none_mapped": "Their members gain nothing by them.",
    "sso.metadata_ending": "It was pasted, so nobody reads it again: give a URL, or a new copy.",
    "token.ending": "Make a new one now: both work until this one ends.",
    "token.still_used": "Enter the newer one at the provider before this one ends.",
    "administrator.last": "Make a second one, on another device and another address.",
}  # fmt: skip


def _sentence(concern: Concern) -> tuple[str, str | None]:
    finding = concern.finding
    facts = {name: _shown(one) for name, one in finding.facts.items()}
    facts["name"] = concern.provider.name if concern.provider else ""
    known = _ONE if facts.get("count") == "1" and finding.code in _ONE else _SENTENCES
    return known[finding.code].format_map(facts), _more(concern)


def _more(concern: Concern) -> str | None:
    finding = concern.finding
    if finding.code == "scim.all_refused":
        good = finding.facts["good_at"]
        last = f" Last success: {good.day} {good:%B}, after {good:%H:%M} UTC." if good else ""
        return f"{fix_of(str(finding.facts['reason'])) or ''}{last}".strip()
    if finding.code == "sso.trust_error":
        return str(finding.facts["why"])
    if finding.code == "scim.quarantine" and concern.provider:
        return _STOPS.get(concern.provider.vendor)
    return _MORE.get(finding.code)


def _shown(value: Any) -> Any:  # noqa: ANN401 - facts differ by code
    if isinstance(value, Counted):
        return f"{value.number:,}{'+' if value.is_more else ''}"
    return f"{value:,}" if isinstance(value, int) else value


def _button(concern: Concern) -> Button:
    if concern.provider is None:
        return _TENANT_BUTTONS[concern.finding.code]
    page = f"{_PROVIDERS}/{concern.provider.slug}"
    return _BUTTONS.get(concern.finding.code, _look)(page, concern.provider.slug, concern.finding)


def _look(page: str, _slug: str, _finding: Finding) -> Button:
    return Button("Look at the provider", page)


def _new_token(page: str, _slug: str, _finding: Finding) -> Button:
    return Button("Make a token", f"{page}/tokens/new", page)


def _rotate(page: str, _slug: str, finding: Finding) -> Button:
    return Button("Rotate the token", f"{page}/tokens/{finding.facts['id']}/rotate", page)


def _resume(page: str, _slug: str, _finding: Finding) -> Button:
    return Button("Resume SCIM", page)


def _refusals(_page: str, slug: str, finding: Finding) -> Button:
    more = {} if finding.since_at else {"range": "24h"}
    href = activity_link(finding.since_at, None, slug, result="refused,failed", **more)
    return Button("See the refusals", href)


def _warnings(_page: str, slug: str, _finding: Finding) -> Button:
    return Button("See the warnings", activity_link(None, None, slug, result="warned", range="24h"))


def _guide(page: str, _slug: str, _finding: Finding) -> Button:
    return Button("Open its guides", f"{page}/guides")


_BUTTONS: dict[str, Callable[[str, str, Finding], Button]] = {
    "scim.all_refused": _refusals,
    "scim.quarantine": _refusals,
    "scim.failures": _refusals,
    "scim.warned": _warnings,
    "scim.never_used": _guide,
    "provider.unconnected": _guide,
    "scim.paused": _resume,
    "sso.failures": _refusals,
    "token.none": _new_token,
    "token.all_expired": _new_token,
    "token.ending": _rotate,
}
_TENANT_BUTTONS = {
    "scim.warned": Button(
        "See the warnings", activity_link(None, None, result="warned", range="24h")
    ),
    "role.without": Button("See who they are", "/console/roles/without"),
    "conflict.open": Button("Settle them", "/console/conflicts"),
    "role.none_mapped": Button("Map groups to roles", "/console/mapping"),
    "administrator.last": Button("Appoint another", "/console/system/staff"),
}
