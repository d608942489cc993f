"""What a provider's page shows, made from its rows. Pure."""

from datetime import datetime
from typing import Any

import msgspec

from gatepost.saml import certificate as certificates
from gatepost.saml.errors import CertificateUnreadable
from gatepost.saml.parties import HTTP_POST, Endpoint
from gatepost.store.login_rows import SsoKeyRow, SsoRow
from gatepost.store.rows import ProviderRow
from gatepost.tenancy import sso_parties

SOON_DAYS = 30
"""A certificate that ends within so many days is warned of."""

_YEARS_FROM_DAYS = 2 * 365

VENDORS = {
    "entra": "Microsoft Entra ID",
    "okta": "Okta",
    "onelogin": "OneLogin",
    "jumpcloud": "JumpCloud",
    "google": "Google Workspace",
    "ping": "PingOne",
    "rippling": "Rippling",
    "cyberark": "CyberArk",
    "sailpoint": "SailPoint",
    "authentik": "authentik",
    "keycloak": "Keycloak",
    "wso2": "WSO2 Identity Server",
    "generic": "Another product",
    "generic-no-groups": "Another product, without groups",
}
MODES = {
    "tolerant": "Tolerant: known habits of clients are understood",
    "report": "Report: as tolerant, and what was tolerated is counted",
    "strict": "Strict: what departs from the standard is refused",
}
ADOPTION = {
    "automatic": "Automatic: an existing local account becomes managed at the first write to it",
    "review": "Review: an administrator decides about each, under Conflicts",
    "never": "Never: existing local accounts stay local",
}
PROTOCOLS = {"saml": "SAML", "oidc": "OpenID Connect"}

Facts = list[tuple[str, str]]


class Certificate(msgspec.Struct, frozen=True, kw_only=True):
    """A certificate as it is shown; `kind` is the badge's: ok, skip (warn) or fail."""

    subject: str
    fingerprint: str
    key: str
    ends_at: datetime | None
    kind: str
    said: str


class Copied(msgspec.Struct, frozen=True):
    """A value of ours to be entered at the provider."""

    label: str
    name: str
    value: str
    hint: str | None = None


class State(msgspec.Struct, frozen=True):
    """How the SSO half stands, in words."""

    kind: str
    said: str


def state_of(sso: SsoRow | None) -> State:
    """Say whether people can sign in through the provider."""
    if sso is None:
        return State("plain", "Not set up")
    name = PROTOCOLS[sso.protocol]
    if sso.enabled:
        return State("ok", f"On, {name}")
    if sso.tested_at:
        return State("info", f"Off, {name}, tested")
    return State("skip", f"Off, {name}, not tested yet")


def certificates_of(sso: SsoRow, now: datetime) -> list[Certificate]:
    """Describe the provider's certificates; an OpenID provider has none."""
    if sso.protocol != "saml":
        return []
    return [certificate_of(one, now) for one in sso_parties.identity_provider(sso).certificates]


def newest_of(sso: SsoRow | None, now: datetime) -> Certificate | None:
    """Give the certificate that ends last: with it the provider's sign-in would have to end."""
    found = certificates_of(sso, now) if sso else []
    known = [one for one in found if one.ends_at]
    return max(known, key=lambda one: one.ends_at or now) if known else None


def certificate_of(text: str, now: datetime) -> Certificate:
    """Describe one certificate, given as base64."""
    try:
        found = certificates.describe(text)
    except CertificateUnreadable:
        return Certificate(
            subject="cannot be read", fingerprint="-", key="-", ends_at=None, kind="fail", said="?"
        )
    kind, said = ending(found.not_after, now)
    key = f"{found.key_kind} {found.key_bits}" if found.key_bits else found.key_kind
    if not found.is_accepted:
        kind, said = "fail", f"{said}; its key is too weak to be accepted"
    return Certificate(
        subject=found.subject or "no name",
        fingerprint=found.sha256,
        key=key,
        ends_at=found.not_after,
        kind=kind,
        said=said,
    )


def ending(at: datetime, now: datetime) -> tuple[str, str]:
    """Say how long something is still valid: the badge's kind, and the words."""
    days = (at - now).days
    if at <= now:
        gone = (now - at).days
        return "fail", "expired today" if gone == 0 else f"expired {_days(gone)} ago"
    if days <= SOON_DAYS:
        return "skip", f"{_days(days)} left" if days else "ends within a day"
    if days > _YEARS_FROM_DAYS:
        return "ok", f"{days // 365} years left"
    return "ok", f"{_days(days)} left"


def theirs(sso: SsoRow) -> Facts:
    """Say who the other side is."""
    if sso.protocol == "saml":
        party = sso_parties.identity_provider(sso)
        return [
            ("Entity ID of the provider", party.entity_id),
            *(("Signs in at", _endpoint(one)) for one in party.sso),
            *(("Signs out at", _endpoint(one)) for one in party.slo),
            ("Wants signed requests", "yes" if party.wants_signed_requests else "no"),
        ]
    provider = sso_parties.openid_provider(sso)
    keys = len(sso_parties.openid_keys(sso).keys)
    shown = [
        ("Issuer", provider.issuer),
        ("Signs in at", provider.authorization_endpoint),
        ("Gives tokens at", provider.token_endpoint),
        ("Keys at", provider.jwks_uri),
        ("Keys", f"{keys} fit to verify with"),
        ("UserInfo at", provider.userinfo_endpoint or "none"),
        ("Signs out at", provider.end_session_endpoint or "none"),
    ]
    logout = "yes" if provider.backchannel_logout_supported else "it does not say so"
    return [*shown, ("Back-channel logout", logout)]


def ours(provider: ProviderRow, protocol: str, public_url: str) -> list[Copied]:
    """Give the values to enter at the provider, under the names that providers give them."""
    made = sso_parties.endpoints(provider, public_url)
    if protocol == "saml":
        return [
            Copied(
                "Our metadata URL",
                "our_metadata",
                made.entity_id,
                "Providers that read metadata take all the rest from it.",
            ),
            Copied("Entity ID", "our_entity_id", made.entity_id, "Also: Identifier, Audience URI."),
            Copied(
                "ACS URL",
                "our_acs",
                made.acs_url,
                "Also: Reply URL, Single sign-on URL, Recipient.",
            ),
            Copied(
                "Logout URL", "our_slo", made.slo_url, "Also: SLO URL. Leave it out if you like."
            ),
        ]
    return [
        Copied("Redirect URI", "our_redirect", made.redirect_uri, "Also: Callback, Sign-in URI."),
        Copied(
            "Back-channel logout URI",
            "our_backchannel",
            made.backchannel_logout_uri,
            "With it, signing out at the provider ends the sessions here.",
        ),
        Copied(
            "Post-logout redirect URI", "our_post_logout", made.post_logout_redirect_uri,
            "Also: Sign-out redirect.",
        ),
        Copied(
            "JWKS URI", "our_jwks", made.jwks_uri,
            "Only for client authentication by private key (private_key_jwt).",
        ),
    ]  # fmt: skip


def keys_of(keys: list[SsoKeyRow], now: datetime) -> dict[str, dict[str, Any]]:
    """Describe our key pairs by their state: current, next, retired."""
    found = {}
    for one in keys:
        kind, said = ending(one.ends_at, now)
        found[one.state] = {"row": one, "kind": kind, "said": said}
    return found


def _endpoint(one: Endpoint) -> str:
    return f"{one.location} ({'POST' if one.binding == HTTP_POST else 'redirect'})"


def _days(count: int) -> str:
    return f"{count} day{'s' if count != 1 else ''}"
