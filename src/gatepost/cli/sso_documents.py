"""What is shown of the SSO half of an identity provider."""

from datetime import datetime, timedelta
from typing import Any

import click

from gatepost.cli.desk import Desk, instant
from gatepost.cli.output import Output
from gatepost.cli.sso_settings import whole
from gatepost.saml.certificate import describe
from gatepost.store.login_rows import SsoKeyRow, SsoRow
from gatepost.store.rows import ProviderRow
from gatepost.tenancy.sso_options import OPTIONS, AttributeNames, MfaRule
from gatepost.tenancy.sso_parties import endpoints, identity_provider, openid_keys, openid_provider

_SOON_DAYS = 30
_STALE = timedelta(hours=48)
_CERTIFICATES = ("subject", "not_after", "days_left", "key", "sha256")
_KEYS = ("state", "ends_at", "days_left", "sha256", "id")


async def shown(desk: Desk, provider: ProviderRow) -> dict[str, Any]:
    """Give all that is known; where nothing is set up, what to enter at the provider."""
    sso = await desk.house.single_sign_on.find(provider)
    document: dict[str, Any] = {
        "provider": provider.slug,
        "name": provider.name,
        "protocol": sso.protocol if sso else None,
        "state": state_of(sso),
        "enter_at_the_provider": entered(desk, provider, sso.protocol if sso else None),
    }
    if sso is None:
        return document
    keys = await desk.house.single_sign_on.keys(provider)
    signed_in = await desk.house.single_sign_on.signed_in(provider)
    document |= {
        "tested_at": instant(sso.tested_at),
        "sessions": signed_in.sessions,
        "trust": trust_of(sso),
        "certificates": certificates(sso, desk.now),
        "our_certificates": [key_document(one, desk.now) for one in keys],
        "options": whole(OPTIONS[sso.protocol], sso.options),
        "client_secret": sso.client_secret is not None,
        "attributes": whole(AttributeNames, sso.attributes),
        "mfa_rule": whole(MfaRule, sso.mfa_rule),
        "just_in_time": sso.just_in_time,
    }
    return document | {"warnings": _warnings(sso, document, desk.now)}


def state_of(sso: SsoRow | None) -> str:
    """Say in a word how far sign-in through a provider is."""
    if sso is None:
        return "not set up"
    if sso.enabled:
        return "on"
    return "off" if sso.tested_at else "untested"


def entered(desk: Desk, provider: ProviderRow, protocol: str | None) -> dict[str, str]:
    """Give what is entered at the provider: of its protocol, or of both where none is chosen."""
    url = desk.house.settings.public_url
    ours = endpoints(provider, url)
    saml = {
        "entity_id": ours.entity_id,
        "acs_url": ours.acs_url,
        "slo_url": ours.slo_url,
        "metadata_url": ours.entity_id,
        "sign_in_url": f"{url}/saml/{provider.slug}/login",
    }
    oidc = {
        "redirect_uri": ours.redirect_uri,
        "post_logout_redirect_uri": ours.post_logout_redirect_uri,
        "backchannel_logout_uri": ours.backchannel_logout_uri,
        "jwks_uri": ours.jwks_uri,
        "initiate_login_uri": f"{url}/oidc/{provider.slug}/login",
    }
    if protocol is None:
        return saml | oidc
    return saml if protocol == "saml" else oidc


def trust_of(sso: SsoRow) -> dict[str, Any]:
    """Give what we know of the other side, but for its keys themselves."""
    read = {"from": sso.trust_url or "pasted", "at": instant(sso.trust_at)}
    failed = {"error": sso.trust_error} if sso.trust_error else {}
    if sso.protocol == "saml":
        idp = identity_provider(sso)
        said: dict[str, Any] = {
            "entity_id": idp.entity_id,
            "sign_in_urls": [one.location for one in idp.sso],
            "sign_out_urls": [one.location for one in idp.slo],
            "wants_signed_requests": idp.wants_signed_requests,
        }
    else:
        provider = openid_provider(sso)
        said = {
            "issuer": provider.issuer,
            "authorization_endpoint": provider.authorization_endpoint,
            "token_endpoint": provider.token_endpoint,
            "end_session_endpoint": provider.end_session_endpoint,
            "keys": [one.kid or one.kty for one in openid_keys(sso).keys],
        }
    return {**said, **read, **failed}


def certificates(sso: SsoRow, now: datetime) -> list[dict[str, Any]]:
    """Give the provider's certificates with the days that are left of each."""
    if sso.protocol != "saml":
        return []
    facts = [describe(one) for one in identity_provider(sso).certificates]
    return [
        {
            "subject": one.subject,
            "not_after": instant(one.not_after),
            "days_left": _days(one.not_after, now),
            "key": f"{one.key_kind} {one.key_bits}",
            "sha256": one.sha256,
        }
        for one in facts
    ]


def key_document(key: SsoKeyRow, now: datetime) -> dict[str, Any]:
    """Give one of our certificates."""
    return {
        "id": key.key_id,
        "state": key.state,
        "sha256": describe(key.certificate).sha256,
        "ends_at": instant(key.ends_at),
        "days_left": _days(key.ends_at, now),
    }


def show(output: Output, document: dict[str, Any]) -> None:
    """Print all that is known of an SSO half."""
    if output.as_json:
        output.data(document)
        return
    parts = {name: document[name] for name in document if isinstance(document[name], dict)}
    tables = {"certificates": _CERTIFICATES, "our_certificates": _KEYS}
    apart = {*parts, *tables, "warnings"}
    output.data({name: value for name, value in document.items() if name not in apart})
    for name, part in parts.items():
        click.echo(f"\n{_title(name)}")
        output.data(part)
    for name, columns in tables.items():
        if document.get(name):
            click.echo(f"\n{_title(name)}")
            output.rows(document[name], columns)
    for warning in document.get("warnings", ()):
        click.echo(f"! {warning}")


def _title(name: str) -> str:
    words = name.replace("_", " ")
    return {"mfa rule": "MFA rule"}.get(words, words.capitalize())


def _warnings(sso: SsoRow, document: dict[str, Any], now: datetime) -> list[str]:
    found = []
    if sso.tested_at is None:
        found.append("Nobody came back from it with these settings yet: `gatepost sso test`.")
    if sso.trust_error:
        found.append(f"What it says of itself could not be read again: {sso.trust_error}")
    elif sso.trust_url and sso.trust_at and now - sso.trust_at > _STALE:
        found.append("What it says of itself was not read for two days: does the server run?")
    left = [one["days_left"] for one in document["certificates"]]
    if left and max(left) <= _SOON_DAYS:
        found.append(f"Its newest certificate ends in {max(left)} days; is it rolled over soon?")
    ours = [one["days_left"] for one in document["our_certificates"] if one["state"] == "current"]
    if ours and ours[0] <= _SOON_DAYS:
        found.append(f"Our certificate ends in {ours[0]} days: `gatepost sso key announce`.")
    if not sso.mfa_rule:
        found.append("There is no MFA rule: everybody is asked for a second factor here.")
    return found


def _days(ends: datetime, now: datetime) -> int:
    return (ends - now) // timedelta(days=1)
