"""Findings on signing in: keys, senders, certificates, who gets in."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from gatepost.base.sealing_keys import SealingKeysError, key_file, load_keys
from gatepost.base.secrets import SystemSecrets
from gatepost.base.settings import Settings
from gatepost.tenancy.doctor.diagnosis import Diagnosis
from gatepost.tenancy.doctor.finding import BAD, OK, WARNING, Finding
from gatepost.tenancy.doctor.sign_in_diagnosis import Keeper, SsoHealth

_OTHERS = 0o077
_STALE = timedelta(hours=48)
_SOON = 30


def sign_in_findings(
    settings: Settings, found: Diagnosis, *, has_passkeys: bool
) -> Iterator[Finding]:
    """Tell whether people can sign in, and what will keep them from it."""
    yield from _keys(settings)
    yield from _senders(settings)
    yield from _public_url(settings, found, has_passkeys=has_passkeys)
    for one in found.sign_in.halves:
        yield from _half(one, found.now)
    if found.dialect:
        yield from _keepers(found.sign_in.administrators)


def _keys(settings: Settings) -> Iterator[Finding]:
    file = key_file(settings.data_dir)
    if settings.secret_keys is None and not file.exists():
        fix = "gatepost serve makes it, or supply GATEPOST_SECRET_KEYS."
        yield Finding("secret_keys", WARNING, f"{file} is not there yet.", fix)
        return
    try:
        load_keys(settings.data_dir, settings.secret_keys, SystemSecrets())
    except SealingKeysError as error:
        yield Finding("secret_keys", BAD, str(error), "See docs/how-to/keys-and-rotation.md.")
        return
    if settings.secret_keys is not None:
        yield Finding("secret_keys", OK, "They come from GATEPOST_SECRET_KEYS.")
        return
    mode = file.stat().st_mode & 0o777
    if mode & _OTHERS:
        says = f"{file} has the mode {mode:03o}: others can read the key of all secrets."
        yield Finding("secret_keys", BAD, says, f"chmod 600 {file}")
        return
    says = f"{file} is private. Is it backed up, apart from the database?"
    yield Finding("secret_keys", OK, says)


def _senders(settings: Settings) -> Iterator[Finding]:
    if settings.mail_url is None:
        says = (
            "No mail is sent: invitations and links are shown to who makes them, warnings are not."
        )
        yield Finding("mail", WARNING, says, "Set GATEPOST_MAIL_URL.")
    elif settings.mail_url.startswith("log:"):
        says = "Mail goes to the log, links and all: that is for development."
        yield Finding("mail", WARNING, says, "Set GATEPOST_MAIL_URL to a mail server.")
    else:
        yield Finding("mail", OK, f"Mail is sent as {settings.mail_from}.")
    if settings.sms_url is None:
        yield Finding("sms", OK, "No text messages are sent: there are no codes by SMS.")
    elif settings.sms_url.startswith("log:"):
        says = "Text messages go to the log, codes and all: that is for development."
        yield Finding("sms", WARNING, says, "Set GATEPOST_SMS_URL to a gateway.")
    else:
        yield Finding("sms", OK, f"Text messages go to {', '.join(settings.sms_countries)}.")


def _public_url(settings: Settings, found: Diagnosis, *, has_passkeys: bool) -> Iterator[Finding]:
    url = settings.public_url
    if not has_passkeys:
        says = f"Passkeys cannot be bound to {url}."
        yield Finding("passkeys", WARNING, says, "Set GATEPOST_PUBLIC_URL=https://a.host.name")
    by_saml = any(one.is_on and one.protocol == "saml" for one in found.sign_in.halves)
    if by_saml and not url.startswith("https://"):
        says = "A SAML answer from another site comes without its cookie over plain http."
        yield Finding("sso_cookies", WARNING, says, "Set GATEPOST_PUBLIC_URL=https://…")


def _half(one: SsoHealth, now: datetime) -> Iterator[Finding]:
    if not one.is_on:
        return
    at = f"{one.provider} --tenant {one.tenant}"
    before = True
    for finding in (*_certificates(one, at, now), *_trust(one, at, now)):
        before = False
        yield finding
    if before:
        yield Finding("sso", OK, f"Sign-in through {one.provider} is on.")


def _certificates(one: SsoHealth, at: str, now: datetime) -> Iterator[Finding]:
    if one.ends_at and (left := (one.ends_at - now) // timedelta(days=1)) <= _SOON:
        says = f"The newest certificate of {one.provider} {_ends(left)}."
        fix = f"gatepost sso refresh {at}; see docs/how-to/certificate-rollover.md"
        # What it signs is believed after that day too (SECURITY.md, SAML 6).
        yield Finding("sso_certificate", WARNING, says, fix)
    if one.our_ends_at and (left := (one.our_ends_at - now) // timedelta(days=1)) <= _SOON:
        says = f"Our certificate towards {one.provider} {_ends(left)}."
        step = "switch" if one.is_announced else "announce"
        yield Finding("sso_key", WARNING, says, f"gatepost sso key {step} {at}")


def _trust(one: SsoHealth, at: str, now: datetime) -> Iterator[Finding]:
    if one.trust_error:
        says = f"What {one.provider} says of itself could not be read again: {one.trust_error}"
        yield Finding("sso_metadata", WARNING, says, f"gatepost sso refresh {at}")
    elif one.trust_url and one.trust_at and now - one.trust_at > _STALE:
        says = f"What {one.provider} says of itself was last read on {one.trust_at:%Y-%m-%d}."
        fix = f"Does the server run? It reads daily. Now: gatepost sso refresh {at}"
        yield Finding("sso_metadata", WARNING, says, fix)


def _keepers(known: list[Keeper]) -> Iterator[Finding]:
    for one in known:
        if one.is_break_glass and not (one.gets_in and one.has_factor):
            lacks = "password" if not one.has_password else "second factor"
            says = f"The break-glass account {one.user_name} has no {lacks}: it opens nothing."
            fix = f"gatepost user invite {one.user_name} --tenant {one.tenant}"
            yield Finding("break_glass", WARNING, says, fix)
    tenants = sorted({one.tenant for one in known})
    for tenant in tenants:
        if any(one.gets_in for one in known if one.tenant == tenant):
            continue
        says = f"No administrator of {tenant} has a password: who gets in when SSO fails?"
        fix = f"gatepost user invite USER --tenant {tenant}"
        yield Finding("administrators", WARNING, says, fix)
    if not known:
        yield Finding("administrators", WARNING, "There is none yet.", "gatepost admin link")


def _ends(days: int) -> str:
    return f"ended {-days} days ago" if days < 0 else f"ends in {days} days"
