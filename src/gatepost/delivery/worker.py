"""The worker that sends what is due; every process runs one, and none sends what another does."""

import asyncio
import contextlib
import traceback
from collections import defaultdict
from collections.abc import Mapping

import structlog

from gatepost.activity.outbox import CHANNELS, opened
from gatepost.base.clock import Clock
from gatepost.base.sealing import Sealer, SealError, SealKeyMissing
from gatepost.delivery import outbox
from gatepost.delivery.senders import Sender, SendFailed
from gatepost.store import messages
from gatepost.store.changes import Update
from gatepost.store.database import Database, StoreUnavailable
from gatepost.store.login_rows import MessageRow

_EVERY_S = 0.5
_AT_ONCE_MAX = 8
_LEASE_BEYOND_DEADLINE_S = 30.0
_SETTLE_TRIES = 20
_SETTLE_EVERY_S = 1.0
_CLOSING_S = 5.0


class Delivery:
    """Sends the messages that are due, each channel by its sender and beside the others.

    At least once: a process that dies between sending and writing it down leaves
    a message that is sent again, under the same id, when its lease has run out.
    """

    def __init__(
        self,
        database: Database,
        clock: Clock,
        sealer: Sealer,
        senders: Mapping[str, Sender],
        *,
        deadline_s: float = 30.0,
    ) -> None:
        self._database = database
        self._clock = clock
        self._sealer = sealer
        self._senders = senders
        self._deadline_s = deadline_s
        self._lease_s = deadline_s + _LEASE_BEYOND_DEADLINE_S
        self._busy: dict[str, dict[str, asyncio.Task[None]]] = defaultdict(dict)
        self._woken = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin to send; call once in a running event loop."""
        self._task = asyncio.create_task(self._run(), name="gatepost-delivery")

    async def close(self) -> None:
        """Stop; what is being sent has some seconds to be sent to its end."""
        if self._task:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task
        sending = [task for busy in self._busy.values() for task in busy.values()]
        if sending:
            _, late = await asyncio.wait(sending, timeout=_CLOSING_S)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)

    def wake(self) -> None:
        """Look at once: a message has been queued."""
        self._woken.set()

    async def deliver(self) -> int:
        """Try all that is due, to the end; gives how many messages were tried.

        Raises:
            StoreUnavailable: the database is away.
        """
        tried: set[str] = set()
        while begun := await self._begin():
            await asyncio.gather(*begun)
            names = {task.get_name() for task in begun}
            if names <= tried:  # what could not be claimed is due still: not in a circle
                break
            tried |= names
        return len(tried)

    async def _run(self) -> None:
        while True:
            try:
                await self._begin()
            except StoreUnavailable as error:
                structlog.get_logger().warning("messages wait for the database", cause=str(error))
            except Exception:  # noqa: BLE001 - the worker's loop: one fault must not stop all mail
                structlog.get_logger().exception("messages were not looked for")
            await self._pause()

    async def _pause(self) -> None:
        waits = {
            asyncio.ensure_future(self._clock.sleep(_EVERY_S)),
            asyncio.ensure_future(self._woken.wait()),
        }
        try:
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for one in waits:
                one.cancel()
        self._woken.clear()

    async def _begin(self) -> list[asyncio.Task[None]]:
        """Begin to send what is due, as much as each channel has room for."""
        begun = []
        for channel in CHANNELS:
            busy = self._busy[channel]
            room = _AT_ONCE_MAX - len(busy)
            now = self._clock.now()
            due = await messages.due(self._database, channel, now, _AT_ONCE_MAX) if room else []
            for row in [one for one in due if one.message_id not in busy][:room]:
                task = asyncio.create_task(self._attempt_safely(row), name=row.message_id)
                busy[row.message_id] = task
                begun.append(task)
        return begun

    async def _attempt_safely(self, row: MessageRow) -> None:
        try:
            await self._attempt(row)
        except StoreUnavailable as error:
            structlog.get_logger().warning("message waits for the database", cause=str(error))
        except Exception:  # noqa: BLE001 - the worker's loop: nobody awaits this task
            structlog.get_logger().exception("message not tried", message_id=row.message_id)
        finally:
            self._busy[row.channel].pop(row.message_id, None)

    async def _attempt(self, row: MessageRow) -> None:
        now = self._clock.now()
        if row.expires_at <= now:
            _log(row, outbox.failed(row, outbox.EXPIRED))
            await self._database.commit([outbox.failed(row, outbox.EXPIRED)])
            return
        mine, claim = outbox.claimed(row, now, self._lease_s)
        if await self._database.commit([claim]) is None:  # else another process was first
            change = await self._sent(mine)
            _log(mine, change)
            await self._settle(change)

    async def _sent(self, row: MessageRow) -> Update:
        """Send the message; gives what becomes of its row."""
        try:
            await self._send(row)
        except SendFailed as failure:
            return outbox.missed(row, failure, self._clock.now())
        return outbox.sent(row, self._clock.now())

    async def _send(self, row: MessageRow) -> None:
        sender = self._senders.get(row.channel)
        if sender is None:
            raise SendFailed(f"No way to send {row.channel} messages is configured.", retry=False)
        try:
            message = opened(row, self._sealer)
            async with asyncio.timeout(self._deadline_s):
                await sender.send(message)
        except SealError as error:
            raise SendFailed(str(error), retry=isinstance(error, SealKeyMissing)) from error
        except TimeoutError as error:
            sentence = f"It was not taken over within {self._deadline_s:g} seconds."
            raise SendFailed(sentence, retry=True) from error
        except SendFailed:
            raise
        except Exception as error:
            # Its text may hold what no log may; where it came from cannot.
            frames = "".join(traceback.format_tb(error.__traceback__))
            name = type(error).__name__
            structlog.get_logger().error("sender failed", error=name, frames=frames)
            raise SendFailed(f"A fault on our side: {name}.", retry=True) from error

    async def _settle(self, change: Update) -> None:
        """Write down what became of a message; a database that is away for moments is awaited.

        Gives up well within the lease: the message is tried again then.
        """
        for _ in range(_SETTLE_TRIES):
            with contextlib.suppress(StoreUnavailable):
                await self._database.commit([change])
                return
            await self._clock.sleep(_SETTLE_EVERY_S)
        structlog.get_logger().error("what became of a message is not written down", key=change.key)


def _log(row: MessageRow, change: Update) -> None:
    """Log what became of the message, without what is in it."""
    facts = {
        "tenant_id": row.tenant_id,
        "message_id": row.message_id,
        "channel": row.channel,
        "purpose": row.purpose,
        "attempt": row.attempts,
    }
    state, cause = change.values.get("state", "waiting"), change.values.get("error")
    if state == "sent":
        structlog.get_logger().info("message sent", **facts)
    else:
        structlog.get_logger().warning(
            "message not sent", **facts, cause=cause, tried_again=state == "waiting"
        )
