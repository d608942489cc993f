"""The port of a channel: what takes a message to where a person reads it."""

from typing import Protocol

from gatepost.activity.outbox import Message


class SendFailed(Exception):
    """A message was not sent; the sentence names neither the recipient nor the text.

    `retry`: it may go better later, after `after_s` seconds at the earliest if they are given.
    """

    def __init__(self, sentence: str, *, retry: bool, after_s: float | None = None) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.retry = retry
        self.after_s = after_s


class Sender(Protocol):
    """Sends messages of one channel."""

    async def send(self, message: Message) -> None:
        """Send the message; returns when the other side has taken it over.

        Raises:
            SendFailed: the other side did not.
        """
        ...
