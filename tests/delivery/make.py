"""Messages, and senders that a test can look into."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from gatepost.activity.outbox import EMAIL, Message, queued
from gatepost.base.clock import FakeClock
from gatepost.base.sealing import Sealer
from gatepost.base.secrets import SystemSecrets
from gatepost.store.changes import Insert

START = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
SECRET_TEXT = "https://gatepost.test/reset/link-1"
RECIPIENT = "ada@example.com"
PHONE = "+4915112345678"


def a_clock() -> FakeClock:
    return FakeClock(START)


def a_sealer(key: bytes = b"k" * 32) -> Sealer:
    return Sealer([key], SystemSecrets())


def an_id(number: int) -> str:
    return f"00000000-0000-7000-8000-{number:012x}"


def a_message(number: int = 1, **fields: object) -> Message:
    given = {
        "tenant_id": 1,
        "message_id": an_id(number),
        "channel": EMAIL,
        "purpose": "reset",
        "to": RECIPIENT,
        "subject": "Reset your password",
        "text": f"Follow this link:\n\n{SECRET_TEXT}\n",
    }
    return Message(**{**given, **fields})  # type: ignore[arg-type]


def owed(
    message: Message, sealer: Sealer, *, lasts_s: float = 3600, at: datetime = START
) -> Insert:
    return queued(message, sealer, at=at, expires_at=at + timedelta(seconds=lasts_s))


class Street:
    """A sender that keeps what it gets; `does` may fail or wait first."""

    def __init__(self, does: Callable[[], object] = lambda: None) -> None:
        self.got: list[Message] = []
        self.tries = 0
        self.does = does

    async def send(self, message: Message) -> None:
        self.tries += 1
        done = self.does()
        if asyncio.iscoroutine(done):
            await done
        self.got.append(message)
