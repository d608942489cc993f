"""SMS by a webhook of the operator's: a POST signed as Standard Webhooks has it."""

import base64
import binascii
import hmac
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Final

import msgspec

from gatepost.activity.outbox import Message
from gatepost.base.clock import Clock
from gatepost.base.fetch_errors import FetchError, FetchRefused
from gatepost.base.fetching import Fetched, Fetcher, Outbound
from gatepost.delivery.senders import SendFailed

_PREFIX: Final = "whsec_"
_SECRET_BYTES_MIN: Final = 24
_TRY_AGAIN: Final = frozenset({408, 425, 429})
_SERVER_ERROR: Final = 500
_TIMEOUT_S: Final = 15.0


class SmsWebhook:
    """Posts `{"to", "text", "id"}` to the URL; any 2xx means that it was taken over.

    `webhook-id` is the message's, the same at every attempt, so that the receiver
    can leave out a repetition.
    """

    def __init__(self, url: str, secret: str, fetcher: Fetcher, clock: Clock) -> None:
        self._url = url
        self._key = read_webhook_secret(secret)
        self._fetcher = fetcher
        self._clock = clock

    async def send(self, message: Message) -> None:
        """Post the message.

        Raises:
            SendFailed: the receiver is away, or does not take it over.
        """
        sms = {"to": message.to, "text": message.text, "id": message.message_id}
        body = msgspec.json.encode(sms)
        headers = signed(body, message.message_id, self._clock.now(), self._key)
        request = Outbound(
            method="POST",
            url=self._url,
            headers={"Content-Type": "application/json", **headers},
            body=body,
            timeout_s=_TIMEOUT_S,
        )
        try:
            answer = await self._fetcher.fetch(request)
        except FetchError as error:
            raise SendFailed(str(error), retry=not isinstance(error, FetchRefused)) from error
        if not 200 <= answer.status < 300:  # noqa: PLR2004 - HTTP's classes
            raise self._refused(answer)

    def _refused(self, answer: Fetched) -> SendFailed:
        return SendFailed(
            f"The receiver of GATEPOST_SMS_URL answered {answer.status}.",
            retry=answer.status in _TRY_AGAIN or answer.status >= _SERVER_ERROR,
            after_s=self._after_s(answer.headers.get("retry-after", "")),
        )

    def _after_s(self, written: str) -> float | None:
        """Read `Retry-After`: seconds, or a date (RFC 9110 §10.2.3)."""
        if written.isascii() and written.isdigit():
            return float(written[:9])
        try:
            at = parsedate_to_datetime(written)
        except ValueError:
            return None
        aware = at if at.tzinfo else at.replace(tzinfo=UTC)
        return max(0.0, (aware - self._clock.now()).total_seconds())


def read_webhook_secret(written: str) -> bytes:
    """Read a secret `whsec_` + base64.

    Raises:
        ValueError: it is none; the text does not repeat it.
    """
    try:
        key = base64.b64decode(written.removeprefix(_PREFIX), validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if not written.startswith(_PREFIX) or len(key) < _SECRET_BYTES_MIN:
        raise ValueError(
            "it is whsec_ and base64 of 24 bytes or more; the receiver needs the same. Make one "
            'with: echo "whsec_$(openssl rand -base64 32)"'
        )
    return key


def signed(body: bytes, webhook_id: str, at: datetime, key: bytes) -> dict[str, str]:
    """Give the headers that sign the body (Standard Webhooks, "Signature scheme")."""
    timestamp = str(int(at.timestamp()))
    covered = b".".join((webhook_id.encode(), timestamp.encode(), body))
    signature = base64.b64encode(hmac.digest(key, covered, "sha256")).decode()
    return {
        "webhook-id": webhook_id,
        "webhook-timestamp": timestamp,
        "webhook-signature": f"v1,{signature}",
    }
