"""Messages that are owed to people: queued in the transaction of their cause, sent by `delivery`.

A message holds links and codes, so it is stored sealed and emptied once it is sent.
"""

from datetime import datetime
from typing import Final

import msgspec

from gatepost.base.sealing import Sealer
from gatepost.store.changes import Insert
from gatepost.store.login_rows import MessageRow
from gatepost.store.tables import MESSAGES

EMAIL: Final = "email"
SMS: Final = "sms"
CHANNELS: Final = (EMAIL, SMS)


class Message(msgspec.Struct, frozen=True, kw_only=True):
    """Who gets to read what. `to` is a mail address or a number in E.164; SMS have no subject.

    `purpose` says what it is for, such as `invitation` or `mfa_code`; it may be logged.
    """

    tenant_id: int
    message_id: str
    channel: str
    purpose: str
    to: str
    subject: str = ""
    text: str
    user_id: str | None = None

    def __repr__(self) -> str:
        """Name the message without its recipient and text, which no log may hold."""
        return f"Message({self.channel} {self.purpose} {self.message_id})"


class _Content(msgspec.Struct, frozen=True):
    """What is sealed."""

    to: str
    subject: str
    text: str


def queued(message: Message, sealer: Sealer, *, at: datetime, expires_at: datetime) -> Insert:
    """Give the change that owes the message from now on; it is never sent after `expires_at`."""
    content = _Content(message.to, message.subject, message.text)
    row = MessageRow(
        tenant_id=message.tenant_id,
        message_id=message.message_id,
        channel=message.channel,
        purpose=message.purpose,
        user_id=message.user_id,
        sealed=b"",
        next_at=at,
        created_at=at,
        expires_at=expires_at,
    )
    sealed = sealer.seal(msgspec.json.encode(content), message_context(row))
    return Insert(MESSAGES, msgspec.structs.replace(row, sealed=sealed))


def opened(row: MessageRow, sealer: Sealer) -> Message:
    """Read a message that still waits.

    Raises:
        SealError: it does not open.
    """
    plain = sealer.open(row.sealed, message_context(row))
    content = msgspec.json.decode(plain, type=_Content)
    return Message(
        tenant_id=row.tenant_id,
        message_id=row.message_id,
        channel=row.channel,
        purpose=row.purpose,
        to=content.to,
        subject=content.subject,
        text=content.text,
        user_id=row.user_id,
    )


def message_context(row: MessageRow) -> str:
    """Name the place that a message is sealed for."""
    return f"messages:{row.tenant_id}:{row.message_id}"
