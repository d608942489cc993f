"""What people are told: links, codes, and that something of theirs was changed."""

from datetime import datetime, timedelta
from typing import Any

from gatepost.activity.outbox import EMAIL, SMS, Message, queued
from gatepost.login.equipment import Equipment
from gatepost.store.changes import Change
from gatepost.store.rows import UserRow

_NOTICE_LIFETIME = timedelta(days=2)

_TEXTS: dict[str, tuple[str, str]] = {
    "invitation": (
        "Set up your account with {name}",
        (
            "An administrator made an account for you, {user}.\n\n"
            "Choose a password and set up a second factor here, within 24 hours:\n{link}\n\n"
            "If you did not expect this, do nothing: without you the account stays closed."
        ),
    ),
    "reset": (
        "Choose a new password for {name}",
        (
            "Somebody asked for a new password for {user}. If it was you, choose one here, within "
            "24 hours:\n{link}\n\nIf it was not you, do nothing: the password stays as it is."
        ),
    ),
    "password_changed": (
        "Your password for {name} was changed",
        "The password of {user} was changed at {at}. All other sessions were ended.\n\n{warning}",
    ),
    "factor_added": (
        "A second factor was added to your account with {name}",
        "{what} was added to {user} at {at}.\n\n{warning}",
    ),
    "factor_removed": (
        "A second factor was removed from your account with {name}",
        "{what} was removed from {user} at {at}.\n\n{warning}",
    ),
    "factors_reset": (
        "Your second factors for {name} were reset",
        (
            "An administrator removed all second factors of {user} at {at}. You set up a new one "
            "when you next sign in.\n\n{warning}"
        ),
    ),
    "recovery_code_used": (
        "A recovery code was used to sign in to {name}",
        "A recovery code of {user} was used at {at}; {left} are left.\n\n{warning}",
    ),
    "certificate_ends": (
        "Sign-in through {provider}: its certificate or metadata ends on {ends}",
        (
            "People sign in to {name} through {provider}, whose certificate or pasted metadata "
            "ends on {ends}. After that day an old certificate is still accepted, old metadata is "
            "not. Give {name} the provider's new metadata: by its URL, which is then read by "
            "itself, or by pasting it."
        ),
    ),
    "phone_changed": (
        "Your phone number with {name} was changed",
        "The phone number of {user} was changed at {at}.\n\n{warning}",
    ),
}
_WARNING = "If it was not you, tell your administrator at once."


def mail(
    equipment: Equipment,
    user: UserRow,
    purpose: str,
    at: datetime,
    *,
    expires_at: datetime | None = None,
    **facts: Any,  # noqa: ANN401 - what the text names
) -> list[Change]:
    """Owe the person a mail; nothing where no mail is sent or the person has no address."""
    if not equipment.channels.email or not user.email:
        return []
    subject, text = _TEXTS[purpose]
    shown = {
        "name": equipment.display_name,
        "user": user.user_name,
        "at": at.strftime("%Y-%m-%d %H:%M UTC"),
        "warning": _WARNING,
        **facts,
    }
    message = Message(
        tenant_id=user.tenant_id,
        message_id=equipment.new_id(),
        channel=EMAIL,
        purpose=purpose,
        to=user.email,
        subject=subject.format_map(shown),
        text=text.format_map(shown),
        user_id=user.user_id,
    )
    ends = expires_at or at + _NOTICE_LIFETIME
    return [queued(message, equipment.sealer, at=at, expires_at=ends)]


def text_message(
    equipment: Equipment, user: UserRow, phone: str, text: str, *, at: datetime, ends: datetime
) -> Change:
    """Owe that number a text message; a code is `text` of `proofs.sms`."""
    message = Message(
        tenant_id=user.tenant_id,
        message_id=equipment.new_id(),
        channel=SMS,
        purpose="mfa",
        to=phone,
        text=text,
        user_id=user.user_id,
    )
    return queued(message, equipment.sealer, at=at, expires_at=ends)


def old_number(equipment: Equipment, user: UserRow, at: datetime) -> list[Change]:
    """Owe the number that is replaced a word of it; nothing where no texts are sent."""
    if not equipment.channels.sms or not user.phone:
        return []
    name = equipment.display_name
    text = f"{name}: this is no longer the phone number of your account. {_WARNING}"
    ends = at + _NOTICE_LIFETIME
    return [text_message(equipment, user, user.phone, text, at=at, ends=ends)]
