from datetime import UTC, datetime, timedelta, timezone

import pytest

from gatepost.web.pages import formats

NOW = datetime(2026, 11, 4, 10, 0, tzinfo=UTC)


def test_instants_are_written_in_utc() -> None:
    at = datetime(2026, 11, 4, 1, 30, tzinfo=timezone(timedelta(hours=2)))
    assert formats.machine_instant(at) == "2026-11-03T23:30:00Z"
    assert formats.instant_in_words(at) == "3 November 2026, 23:30 UTC"


@pytest.mark.parametrize(
    ("away", "words"),
    [
        (timedelta(seconds=-20), "just now"),
        (timedelta(0), "just now"),
        (timedelta(seconds=20), "in less than a minute"),
        (timedelta(minutes=-1), "1 minute ago"),
        (timedelta(minutes=-59, seconds=-59), "59 minutes ago"),
        (timedelta(hours=3), "in 3 hours"),
        (timedelta(days=-30), "30 days ago"),
        (timedelta(days=-31), "4 October 2026, 10:00 UTC"),
    ],
)
def test_distance_is_said_in_its_largest_unit(away: timedelta, words: str) -> None:
    assert formats.distance_in_words(NOW + away, NOW) == words
