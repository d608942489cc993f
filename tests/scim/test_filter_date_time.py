"""Reading dateTime values (RFC 7643 §2.3.5)."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatepost.scim.date_time import read_instant

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
DAY = 24 * 3600 * 10**6


@given(st.integers(-719_000 * DAY, 2_932_000 * DAY))
def test_what_python_writes_is_read_to_the_microsecond(microseconds: int) -> None:
    instant = EPOCH + timedelta(microseconds=microseconds)
    assert read_instant(instant.isoformat()) == microseconds


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("2026-01-31T12:00:00Z", "2026-01-31T13:00:00+01:00"),
        ("2026-01-31T12:00:00Z", "2026-01-31T04:30:00-07:30"),
        ("2026-01-31T12:00:00Z", "2026-01-31t12:00:00.000z"),
        ("2026-01-31T12:00:00Z", "2026-01-31 12:00:00"),
        ("2026-01-31T12:00:00Z", "2026-01-31T13:00:00 01:00"),
        ("2026-01-31T12:00:00Z", "2026-01-31T12:00Z"),
        ("2026-01-31T12:00:00.1234567Z", "2026-01-31T12:00:00.123456Z"),
        ("2026-01-31T12:00:00.5Z", "2026-01-31T12:00:00.500000Z"),
        ("2026-01-01T00:00:00Z", "2026-01"),
        ("2026-01-31T00:00:00Z", "2026-01-31"),
        ("2026-02-01T00:00:00Z", "2026-01-31T24:00:00Z"),
        ("2017-01-01T00:00:00Z", "2016-12-31T23:59:60Z"),
    ],
)
def test_spellings_of_one_instant_are_equal(one: str, other: str) -> None:
    assert read_instant(one) == read_instant(other) is not None


def test_the_first_year_is_read() -> None:
    """WIRE.md Q2: Entra asks `meta.lastModified ge "0001-01-03T00:00:00.0000000Z"`."""
    first, second = read_instant("0001-01-01T00:00:00+14:00"), read_instant("0001-01-03")
    assert first is not None
    assert second is not None
    assert first < second < 0


@pytest.mark.parametrize(
    "text",
    [
        *("", "yesterday", "2026", "2026-13-01", "2026-02-30", "2026-00-01", "2026-01-00"),
        *("0000-01-01", "2026-01-31T25:00Z", "2026-01-31T12:60Z", "2026-01-31T12:00:61Z"),
        *("2026-W01-1", "2026-01-31T12:00:00.Z", "٢٠٢٦-01-01", "2026-01-31Z\n", "12026-01-01"),
    ],
)
def test_what_is_no_date_time_is_not_read(text: str) -> None:
    assert read_instant(text) is None
