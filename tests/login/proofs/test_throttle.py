"""Guesses are slowed and nobody is locked out: attackers and an owner, simulated."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatepost.login.proofs import throttle
from gatepost.login.proofs.throttle import ACCOUNT, ADDRESS, PAIR, Policy, after_failure, wait_s
from gatepost.store.login_rows import ThrottleRow

START = datetime(2026, 7, 1, 9, tzinfo=UTC)
DAY_S = 86_400.0
ADA = "01900000-0000-7000-8000-00000000ada0"
HOME = "198.51.100.7"
EVIL = "203.0.113.66"


class Door:
    """The sign-in form as the door text of `throttle` tells the flow to use it."""

    def __init__(self) -> None:
        self.rows: dict[str, ThrottleRow] = {}
        self.guesses = 0

    def refused_s(self, account: str, address: str, at: datetime, browser: str = "") -> float:
        """Give for how long it refuses; a known browser has a counter in place of the pair's."""
        return wait_s(self._known(*self._names(account, address, browser)), at)

    def slowed_s(self, account: str, at: datetime) -> float:
        """Give by how much an answer is late."""
        return wait_s(self._known(throttle.account_name(account)), at)

    def guess(self, account: str, address: str, at: datetime) -> None:
        self.guesses += 1
        for name, policy in (
            (throttle.pair_name(account, address), PAIR),
            (throttle.address_name(address), ADDRESS),
            (throttle.account_name(account), ACCOUNT),
        ):
            self.rows[name] = after_failure(
                self.rows.get(name), tenant_id=1, name=name, at=at, policy=policy
            )

    def guess_all(
        self, account: str, address: str, begin: datetime, seconds: float, pause_s: float = 0.05
    ) -> None:
        """Guess as soon as it is let, for that long."""
        at, end = begin, begin + timedelta(seconds=seconds)
        while at < end:
            wait = self.refused_s(account, address, at)
            if wait:
                at += timedelta(seconds=wait)
                continue
            self.guess(account, address, at)
            at += timedelta(seconds=pause_s)

    def _names(self, account: str, address: str, browser: str) -> tuple[str, ...]:
        own = throttle.pair_name(account, address)
        if browser:
            own = throttle.browser_name(account, browser)
        return own, throttle.address_name(address)

    def _known(self, *names: str) -> list[ThrottleRow]:
        return [self.rows[name] for name in names if name in self.rows]


def after(seconds: float) -> datetime:
    return START + timedelta(seconds=seconds)


def test_attacker_at_one_address_gets_some_forty_guesses_a_day() -> None:
    door = Door()
    door.guess_all(ADA, EVIL, START, DAY_S)
    assert 30 <= door.guesses <= 45
    first = door.guesses
    door.guess_all(ADA, EVIL, after(DAY_S), DAY_S)
    assert door.guesses - first <= 25


def test_owner_elsewhere_is_never_refused_while_one_address_attacks() -> None:
    door = Door()
    for hour in range(24):
        door.guess_all(ADA, EVIL, after(hour * 3600), 3600)
        now = after((hour + 1) * 3600)
        assert door.refused_s(ADA, HOME, now) == 0
        assert door.slowed_s(ADA, now) <= 4


def test_thousand_addresses_get_a_thousand_times_as_much_and_no_more() -> None:
    """40 a day and network; what is left is the password's length and the second factor."""
    door = Door()
    for number in range(1000):
        door.guess_all(ADA, f"203.0.{number // 250}.{number % 250}", START, DAY_S)
    assert door.guesses <= 45_000


def test_owner_is_only_slowed_while_a_thousand_addresses_attack() -> None:
    """However fast they guess, in whatever order, at the very instant the owner comes."""
    door, slowed = Door(), 0.0
    for second in range(600):
        now = after(second)
        for number in range(second % 50, 1000, 50):
            address = f"203.0.{number // 250}.{number % 250}"
            if not door.refused_s(ADA, address, now):
                door.guess(ADA, address, now)
        assert door.refused_s(ADA, HOME, now) == 0
        slowed = max(slowed, door.slowed_s(ADA, now))
    assert slowed == 4


def test_owners_own_mistakes_cost_little_and_are_forgotten() -> None:
    door = Door()
    for second in range(5):
        door.guess(ADA, HOME, after(second))
    assert door.refused_s(ADA, HOME, after(5)) == 0
    door.guess(ADA, HOME, after(5))
    assert door.refused_s(ADA, HOME, after(5)) == 2
    door.guess(ADA, HOME, after(7))
    assert door.refused_s(ADA, HOME, after(7)) == 4
    door.guess(ADA, HOME, after(2 * 3600))
    assert door.refused_s(ADA, HOME, after(2 * 3600)) == 2
    door.guess(ADA, HOME, after(48 * 3600))
    assert door.refused_s(ADA, HOME, after(48 * 3600)) == 0


def test_owner_behind_the_attackers_address_gets_in_by_a_known_browser() -> None:
    door = Door()
    door.guess_all(ADA, HOME, START, 3600)
    now = after(3600)
    assert door.refused_s(ADA, HOME, now) > ADDRESS.most_s
    assert door.refused_s(ADA, HOME, now, browser="5e1f") <= ADDRESS.most_s


def test_known_browser_that_was_stolen_guesses_no_faster() -> None:
    name = throttle.browser_name(ADA, "5e1f")
    row = None
    for _ in range(17):
        row = after_failure(row, tenant_id=1, name=name, at=START, policy=PAIR)
    assert row is not None
    assert wait_s([row], START) == 3600


def test_one_address_trying_many_accounts_is_slowed() -> None:
    """Password spraying: no pair fails twice, the network does."""
    door = Door()
    at = START
    while at < after(3600):
        wait = door.refused_s(f"user {door.guesses}", EVIL, at)
        if not wait:
            door.guess(f"user {door.guesses}", EVIL, at)
        at += timedelta(seconds=wait or 0.05)
    assert door.guesses <= 30 + 6 + 3600 / 16


def test_office_that_mistypes_now_and_then_is_not_slowed() -> None:
    """Two hundred people behind one address, each wrong once in a morning and a half."""
    door = Door()
    for minute in range(240):
        now = after(minute * 60)
        assert door.refused_s(f"user {minute}", HOME, now) == 0
        door.guess(f"user {minute}", HOME, now)


def test_victim_of_a_night_is_free_within_hours() -> None:
    """Failures are counted no further than they cost, so they are soon forgotten."""
    door = Door()
    door.guess_all(ADA, EVIL, START, 10 * 3600)
    row = door.rows[throttle.account_name(ADA)]
    assert row.failures <= ACCOUNT.counted_max
    assert door.slowed_s(ADA, after(10 * 3600 + 4)) == 0


@pytest.mark.parametrize("policy", [PAIR, ADDRESS, ACCOUNT])
def test_delay_doubles_from_the_first_to_the_most(policy: Policy) -> None:
    delays = [policy.delay_s(failures) for failures in range(policy.counted_max + 5)]
    assert delays[: policy.free + 2] == [0.0] * (policy.free + 1) + [policy.first_s]
    assert delays[policy.free + 2] == min(2 * policy.first_s, policy.most_s)
    assert delays == sorted(delays)
    assert delays[policy.counted_max :] == [policy.most_s] * 5
    assert delays[policy.counted_max - 1] < policy.most_s


@pytest.mark.parametrize("policy", [PAIR, ADDRESS, ACCOUNT])
def test_row_that_is_old_enough_matters_no_more(policy: Policy) -> None:
    row = None
    for _ in range(policy.counted_max + 3):
        row = after_failure(row, tenant_id=1, name="x", at=START, policy=policy)
    assert row is not None
    later = after(policy.kept_s)
    fresh = after_failure(None, tenant_id=1, name="x", at=later, policy=policy)
    assert after_failure(row, tenant_id=1, name="x", at=later, policy=policy) == fresh
    assert policy.kept_s <= throttle.KEPT_S
    assert wait_s([row], later) == 0


@given(st.lists(st.floats(0, 5000), max_size=60))
def test_waiting_never_buys_more_than_one_guess_a_period(pauses: list[float]) -> None:
    """However the guesses are spread: free ones, the doubling ones, one a period."""
    at, row, made = START, None, 0
    for pause in pauses:
        at += timedelta(seconds=pause)
        if row is None or not wait_s([row], at):
            row = after_failure(row, tenant_id=1, name="x", at=at, policy=PAIR)
            made += 1
    periods = (at - START).total_seconds() / PAIR.forget_after_s
    assert made <= PAIR.counted_max + periods + 1


def test_part_of_a_period_is_not_lost() -> None:
    """Failures that come faster than they are forgotten must not keep each other alive."""
    policy = Policy(free=1, first_s=1, most_s=8, forget_after_s=10)
    row = None
    for at in (0, 6, 12, 18, 24):
        row = after_failure(row, tenant_id=1, name="x", at=after(at), policy=policy)
    assert row is not None
    assert (row.failures, row.seen_at) == (3, after(20))


def test_clock_that_goes_back_forgets_and_frees_nothing() -> None:
    row = None
    for _ in range(8):
        row = after_failure(row, tenant_id=1, name="x", at=START, policy=PAIR)
    assert row is not None
    again = after_failure(row, tenant_id=1, name="x", at=after(-60), policy=PAIR)
    assert again.failures == 9
    assert again.blocked_until_at >= row.blocked_until_at


def test_right_try_alone_leaves_the_counter_as_it_was() -> None:
    before = failed(None, 3)
    counted = failed(before, 1)
    assert throttle.taken_back(counted, before=before, counted=counted) == before
    first = failed(None, 1)
    assert throttle.taken_back(first, before=None, counted=first) is None


def test_right_try_takes_back_only_itself() -> None:
    """An account of one's own must not wash away what was tried at others meanwhile."""
    before = failed(None, 3)
    counted = failed(before, 1)
    now = failed(counted, 20)
    left = throttle.taken_back(now, before=before, counted=counted)
    assert left is not None
    assert left.failures == 23
    assert left.blocked_until_at == now.blocked_until_at


def test_counter_that_is_gone_stays_gone() -> None:
    counted = failed(None, 1)
    assert throttle.taken_back(None, before=None, counted=counted) is None


def failed(row: ThrottleRow | None, times: int) -> ThrottleRow:
    for _ in range(times):
        row = after_failure(row, tenant_id=1, name="x", at=START, policy=ADDRESS)
    assert row is not None
    return row


def test_longest_wait_counts_and_none_is_zero() -> None:
    rows = [
        after_failure(None, tenant_id=1, name=str(most), at=START, policy=Policy(0, most, most, 60))
        for most in (3.0, 7.0)
    ]
    assert wait_s(rows, START) == 7
    assert wait_s(rows, after(5)) == 2
    assert wait_s(rows, after(8)) == 0
    assert wait_s([], START) == 0


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("203.0.113.66", "203.0.113.66/32"),
        ("::ffff:203.0.113.66", "203.0.113.66/32"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:DB8:1:2::ffff", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("unix:", "unknown"),
        ("", "unknown"),
    ],
)
def test_network_is_what_one_subscriber_has(address: str, network: str) -> None:
    assert throttle.network_of(address) == network


def test_names_tell_apart_what_is_counted() -> None:
    assert throttle.account_name(ADA) == f"account:{ADA}"
    assert throttle.address_name("2001:db8::1") == "address:2001:db8::/64"
    assert throttle.pair_name(ADA, HOME) == f"pair:{HOME}/32:{ADA}"
    assert throttle.browser_name(ADA, "5e1f") == f"browser:5e1f:{ADA}"
