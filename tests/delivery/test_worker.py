import asyncio
from collections.abc import Callable, Sequence
from datetime import timedelta

import pytest
from structlog.testing import capture_logs

from gatepost.activity.outbox import EMAIL, SMS, Message
from gatepost.base.clock import FakeClock
from gatepost.base.sealing import Sealer
from gatepost.base.secrets import SystemSecrets
from gatepost.delivery.outbox import claimed, failed
from gatepost.delivery.senders import Sender, SendFailed
from gatepost.delivery.worker import Delivery
from gatepost.store import messages, passing
from gatepost.store.changes import Broken, Change
from gatepost.store.database import StoreUnavailable
from gatepost.store.login_rows import MessageRow
from gatepost.store.open import OpenDatabase
from gatepost.store.read import find_row
from gatepost.store.tables import MESSAGES
from tests.delivery.conftest import OpenMore
from tests.delivery.make import (
    PHONE,
    RECIPIENT,
    SECRET_TEXT,
    START,
    Street,
    a_clock,
    a_message,
    a_sealer,
    an_id,
    owed,
)


async def until(is_so: Callable[[], object]) -> None:
    async with asyncio.timeout(10):
        while not is_so():  # noqa: ASYNC110 - the worker has no event that a test could await
            await asyncio.sleep(0)


class Office:
    """A database with a worker on it, and the street behind."""

    def __init__(self, database: OpenDatabase) -> None:
        self.database = database
        self.clock = a_clock()
        self.sealer = a_sealer()
        self.street = Street()

    def worker(self, **senders: Sender) -> Delivery:
        return Delivery(
            self.database, self.clock, self.sealer, senders or {EMAIL: self.street}, deadline_s=30
        )

    async def owe(self, message: Message | None = None, *, lasts_s: float = 3600) -> None:
        change = owed(message or a_message(), self.sealer, lasts_s=lasts_s, at=self.clock.now())
        assert await self.database.commit([change]) is None

    async def row(self, number: int = 1) -> MessageRow:
        found = await find_row(self.database, MessageRow, tenant_id=1, message_id=an_id(number))
        assert found
        return found


@pytest.fixture
def office(database: OpenDatabase) -> Office:
    return Office(database)


def refusing(*, retry: bool = True, after_s: float | None = None) -> object:
    raise SendFailed("The mail server cannot be reached.", retry=retry, after_s=after_s)


async def test_message_is_sent_once_and_emptied(office: Office) -> None:
    message = a_message()
    await office.owe(message)
    assert await office.worker().deliver() == 1
    assert await office.worker().deliver() == 0
    assert office.street.got == [message]
    row = await office.row()
    assert (row.state, row.sealed, row.sent_at, row.attempts) == ("sent", b"", START, 1)


async def test_waiting_message_shows_neither_recipient_nor_text(office: Office) -> None:
    message = a_message()
    await office.owe(message)
    stored = repr(await office.row()).encode() + (await office.row()).sealed
    for secret in (RECIPIENT, SECRET_TEXT, message.subject):
        assert secret.encode() not in stored
        assert secret not in repr(message)


async def test_message_moved_to_another_row_is_not_sent(office: Office) -> None:
    """The seal is bound to the row, so nobody is sent another's link."""
    change = owed(a_message(1), office.sealer)
    assert isinstance(change.row, MessageRow)
    moved = owed(a_message(2), office.sealer)
    assert isinstance(moved.row, MessageRow)
    forged = MessageRow(
        **{name: getattr(moved.row, name) for name in moved.row.__struct_fields__}
        | {"sealed": change.row.sealed}
    )
    assert await office.database.commit([type(moved)(moved.table, forged)]) is None
    await office.worker().deliver()
    assert office.street.tries == 0
    assert (await office.row(2)).state == "failed"


async def test_message_waits_for_the_key_that_sealed_it(office: Office) -> None:
    await office.owe()
    old, office.sealer = office.sealer, a_sealer(b"n" * 32)
    await office.worker().deliver()
    assert "GATEPOST_SECRET_KEYS" in str((await office.row()).error)
    office.sealer = Sealer([b"n" * 32, b"k" * 32], SystemSecrets())
    office.clock.move(5)
    await office.worker().deliver()
    assert old.key_ids != office.sealer.key_ids
    assert (await office.row()).state == "sent"


async def test_failed_attempts_are_repeated_after_5_s_30_s_2_min_and_10_min(
    office: Office,
) -> None:
    office.street.does = refusing
    await office.owe()
    worker = office.worker()
    for attempt, delay_s in enumerate([5, 30, 120, 600], start=1):
        await worker.deliver()
        row = await office.row()
        assert (row.state, row.attempts) == ("waiting", attempt)
        assert row.next_at == office.clock.now() + timedelta(seconds=delay_s)
        assert row.error == "The mail server cannot be reached."
        office.clock.move(delay_s - 1)
        assert await worker.deliver() == 0
        office.clock.move(1)
    await worker.deliver()
    row = await office.row()
    assert (row.state, row.attempts, row.sealed) == ("failed", 5, b"")
    office.clock.move(3600)
    assert await worker.deliver() == 0


async def test_refusal_for_good_is_not_repeated(office: Office) -> None:
    office.street.does = lambda: refusing(retry=False)
    await office.owe()
    await office.worker().deliver()
    row = await office.row()
    assert (row.state, row.sealed, row.error) == (
        "failed",
        b"",
        "The mail server cannot be reached.",
    )


async def test_message_is_sent_at_a_later_attempt(office: Office) -> None:
    office.street.does = refusing
    await office.owe()
    await office.worker().deliver()
    office.street.does = lambda: None
    office.clock.move(5)
    await office.worker().deliver()
    row = await office.row()
    assert (row.state, row.attempts, row.error) == ("sent", 2, None)


async def test_attempt_waits_as_long_as_the_other_side_asks(office: Office) -> None:
    office.street.does = lambda: refusing(after_s=77)
    await office.owe()
    await office.worker().deliver()
    assert (await office.row()).next_at == START + timedelta(seconds=77)


async def test_other_side_cannot_shorten_the_wait(office: Office) -> None:
    office.street.does = lambda: refusing(after_s=0)
    await office.owe()
    await office.worker().deliver()
    assert (await office.row()).next_at == START + timedelta(seconds=5)


async def test_message_that_would_expire_before_the_next_attempt_has_failed(
    office: Office,
) -> None:
    office.street.does = refusing
    await office.owe(lasts_s=5)
    await office.worker().deliver()
    row = await office.row()
    assert (row.state, row.sealed) == ("failed", b"")


async def test_expired_message_is_never_sent(office: Office) -> None:
    await office.owe(lasts_s=300)
    office.clock.move(300)
    await office.worker().deliver()
    row = await office.row()
    assert (row.state, row.sealed, row.attempts) == ("failed", b"", 0)
    assert row.error == "It expired before it could be sent."
    assert office.street.tries == 0


async def test_workers_of_many_processes_send_once(open_more: OpenMore) -> None:
    offices = [Office(await open_more()) for _ in range(3)]
    for number in range(1, 31):
        await offices[0].owe(a_message(number))
    street = Street(lambda: asyncio.sleep(0))
    await asyncio.gather(*(office.worker(email=street).deliver() for office in offices))
    assert sorted(one.message_id for one in street.got) == [an_id(n) for n in range(1, 31)]


async def test_message_whose_process_died_is_sent_when_its_lease_is_over(office: Office) -> None:
    await office.owe()
    _, claim = claimed(await office.row(), office.clock.now(), 60)
    assert await office.database.commit([claim]) is None
    office.clock.move(59)
    assert await office.worker().deliver() == 0
    office.clock.move(1)
    assert await office.worker().deliver() == 1
    row = await office.row()
    assert (row.state, row.attempts) == ("sent", 2)


async def test_process_that_comes_back_late_changes_nothing(office: Office) -> None:
    """Its lease was over: what another process did meanwhile stands."""
    await office.owe()
    late, claim = claimed(await office.row(), office.clock.now(), 60)
    await office.database.commit([claim])
    office.clock.move(60)
    await office.worker().deliver()
    assert await office.database.commit([failed(late, "Too late.")]) is not None
    assert (await office.row()).state == "sent"


async def test_sender_that_hangs_is_given_up_and_tried_again(office: Office) -> None:
    office.street.does = lambda: asyncio.Event().wait()
    await office.owe()
    worker = Delivery(
        office.database, office.clock, office.sealer, {EMAIL: office.street}, deadline_s=0.05
    )
    await worker.deliver()
    row = await office.row()
    assert row.state == "waiting"
    assert row.error == "It was not taken over within 0.05 seconds."


async def test_one_channel_does_not_wait_for_the_other(office: Office) -> None:
    gate = asyncio.Event()
    mail, sms = Street(gate.wait), Street()
    for number in range(1, 12):
        await office.owe(a_message(number))
    await office.owe(a_message(99, channel=SMS, to=PHONE))
    worker = office.worker(email=mail, sms=sms)
    delivering = asyncio.create_task(worker.deliver())
    await until(lambda: sms.got)
    assert not mail.got
    gate.set()
    await delivering
    assert len(mail.got) == 11


async def test_channel_without_a_sender_fails_and_says_so(office: Office) -> None:
    await office.owe(a_message(channel=SMS, to=PHONE))
    await office.worker().deliver()
    row = await office.row()
    assert row.state == "failed"
    assert row.error == "No way to send sms messages is configured."


async def test_log_never_holds_recipient_text_or_subject(office: Office) -> None:
    message = a_message()
    await office.owe(message)
    faults: list[Exception] = [
        SendFailed("Away.", retry=True),
        ValueError(f"{RECIPIENT} is bad: {SECRET_TEXT}"),
    ]

    def fail() -> None:
        if faults:
            raise faults.pop()

    office.street.does = fail
    with capture_logs() as lines:
        for _ in range(3):
            await office.worker().deliver()
            office.clock.move(60)
    assert [line["event"] for line in lines] == [
        "sender failed",
        "message not sent",
        "message not sent",
        "message sent",
    ]
    for secret in (RECIPIENT, SECRET_TEXT, message.subject):
        assert secret not in repr(lines)


async def test_fault_of_a_sender_is_no_end_of_the_message(office: Office) -> None:
    office.street.does = lambda: {}["missing"]
    await office.owe()
    await office.worker().deliver()
    row = await office.row()
    assert (row.state, row.error) == ("waiting", "A fault on our side: KeyError.")


class GoesAway:
    """A database that is away for some commits, after the first few."""

    def __init__(
        self,
        database: OpenDatabase,
        times: int,
        *,
        first: int = 1,
        error: Exception | None = None,
    ) -> None:
        self._database = database
        self._away = range(first + 1, first + times + 1)
        self._error = error or StoreUnavailable("away")
        self._commits = 0
        self.dialect = database.dialect
        self.folding = database.folding
        self.rows = database.rows
        self.scan = database.scan
        self.ping = database.ping

    async def commit(self, changes: Sequence[Change]) -> Broken | None:
        self._commits += 1
        if self._commits in self._away:
            raise self._error
        return await self._database.commit(changes)


async def test_sent_message_is_written_down_when_the_database_is_back(office: Office) -> None:
    await office.owe()
    away = GoesAway(office.database, times=3)
    await Delivery(away, office.clock, office.sealer, {EMAIL: office.street}).deliver()
    assert (await office.row()).state == "sent"
    assert len(office.street.got) == 1


async def test_message_is_sent_again_when_its_sending_could_not_be_written_down(
    office: Office,
) -> None:
    """At least once: the other side sees the same id and can tell."""
    await office.owe()
    away = GoesAway(office.database, times=100)
    await Delivery(away, office.clock, office.sealer, {EMAIL: office.street}).deliver()
    assert (await office.row()).state == "waiting"
    office.clock.move(60)
    await office.worker().deliver()
    assert [one.message_id for one in office.street.got] == [an_id(1), an_id(1)]


@pytest.mark.parametrize(
    ("error", "level"), [(StoreUnavailable("away"), "warning"), (RuntimeError("a bug"), "error")]
)
async def test_message_that_could_not_be_claimed_is_not_sent_yet(
    office: Office, error: Exception, level: str
) -> None:
    await office.owe()
    away = GoesAway(office.database, times=1, first=0, error=error)
    with capture_logs() as lines:
        await Delivery(away, office.clock, office.sealer, {EMAIL: office.street}).deliver()
    assert [line["log_level"] for line in lines] == [level, "info"]
    assert len(office.street.got) == 1


class StillClock(FakeClock):
    """A clock whose sleepers wake only when they are let."""

    def __init__(self) -> None:
        super().__init__(START)
        self.ticks: asyncio.Queue[None] = asyncio.Queue()
        self.sleepers = 0

    async def sleep(self, seconds: float) -> None:
        self.sleepers += 1
        try:
            await self.ticks.get()
        finally:
            self.sleepers -= 1
        self.move(seconds)


@pytest.fixture
def still(office: Office) -> StillClock:
    office.clock = clock = StillClock()
    return clock


async def test_running_worker_looks_at_each_tick_and_when_woken(
    office: Office, still: StillClock
) -> None:
    worker = office.worker()
    worker.start()
    await until(lambda: still.sleepers)
    await office.owe(a_message(1))
    still.ticks.put_nowait(None)
    await until(lambda: len(office.street.got) == 1)
    await office.owe(a_message(2))
    worker.wake()
    await until(lambda: len(office.street.got) == 2)
    await worker.close()


async def test_worker_that_closes_finishes_what_it_is_sending(
    office: Office, still: StillClock
) -> None:
    gate = asyncio.Event()
    office.street.does = gate.wait
    await office.owe()
    worker = office.worker()
    worker.start()
    await until(lambda: office.street.tries and still.sleepers)
    closing = asyncio.create_task(worker.close())
    await asyncio.sleep(0)
    gate.set()
    await closing
    assert (await office.row()).state == "sent"


async def test_running_worker_outlives_a_database_that_is_away(
    office: Office, still: StillClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    failures: list[Exception] = [StoreUnavailable("away"), RuntimeError("a bug")]
    real = messages.due

    async def due(*args: object) -> object:
        if failures:
            raise failures.pop()
        return await real(*args)  # type: ignore[arg-type]

    monkeypatch.setattr(messages, "due", due)
    await office.owe()
    worker = office.worker()
    with capture_logs() as lines:
        worker.start()
        for _ in range(2):
            await until(lambda: still.sleepers)
            still.ticks.put_nowait(None)
            await until(still.ticks.empty)
        await until(lambda: office.street.got)
    await worker.close()
    assert [line["log_level"] for line in lines[:2]] == ["error", "warning"]


async def test_old_messages_are_purged_of_their_tenant_alone(office: Office) -> None:
    await office.owe(a_message(1))
    await office.owe(a_message(2, tenant_id=2))
    office.clock.move(100)
    await office.owe(a_message(3))
    before = START + timedelta(seconds=50)
    assert await passing.purge(office.database, 1, MESSAGES, "created_at", before) == 1
    assert await passing.purge(office.database, 1, MESSAGES, "created_at", before) == 0
    due = await messages.due(office.database, EMAIL, office.clock.now(), 10)
    assert {one.message_id for one in due} == {an_id(2), an_id(3)}
