"""The senders that the settings name."""

from typing import Final

from gatepost.activity.outbox import EMAIL, SMS
from gatepost.base.clock import Clock
from gatepost.base.fetching import Fetcher
from gatepost.base.settings import Settings
from gatepost.delivery.log_sender import LogSender
from gatepost.delivery.senders import Sender
from gatepost.delivery.sms_webhook import SmsWebhook
from gatepost.delivery.smtp import SmtpSender, read_mail_url

LOG: Final = "log:"


class SenderMisconfigured(Exception):
    """A setting cannot be used; the text names it and says what to write."""


def senders_of(settings: Settings, fetcher: Fetcher, clock: Clock) -> dict[str, Sender]:
    """Build the sender of each channel that is configured; the others are left out.

    Raises:
        SenderMisconfigured: a setting is not what it should be.
    """
    mail, sms = _mail(settings, clock), _sms(settings, fetcher, clock)
    found = ((EMAIL, mail), (SMS, sms))
    return {channel: sender for channel, sender in found if sender}


def _mail(settings: Settings, clock: Clock) -> Sender | None:
    if settings.mail_url in {None, ""}:
        return None
    if settings.mail_url == LOG:
        return LogSender()
    try:
        server = read_mail_url(str(settings.mail_url))
    except ValueError as error:
        raise SenderMisconfigured(f"GATEPOST_MAIL_URL cannot be read: {error}.") from error
    try:
        return SmtpSender(server, settings.mail_from, clock)
    except ValueError as error:
        raise SenderMisconfigured(f"GATEPOST_MAIL_FROM cannot be read: {error}.") from error


def _sms(settings: Settings, fetcher: Fetcher, clock: Clock) -> Sender | None:
    if settings.sms_url in {None, ""}:
        return None
    if settings.sms_url == LOG:
        return LogSender()
    if settings.sms_secret is None:
        raise SenderMisconfigured("GATEPOST_SMS_URL needs GATEPOST_SMS_SECRET, to sign with.")
    try:
        return SmsWebhook(str(settings.sms_url), settings.sms_secret, fetcher, clock)
    except ValueError as error:
        raise SenderMisconfigured(f"GATEPOST_SMS_SECRET cannot be read: {error}.") from error
