"""Instants as SAML writes them (saml-core §1.3.3)."""

import re
from datetime import UTC, datetime, timedelta

import msgspec

from gatepost.saml.errors import Expired, Instant, NotYetValid, SamlError, Stale

# UTC is prescribed; an offset is read too, and none is UTC.
_INSTANT = re.compile(
    r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,12}))?(Z|[+-]\d\d:\d\d)?", re.ASCII
)
_LAST = datetime.max.replace(tzinfo=UTC)


def read_instant(text: str | None, where: str) -> datetime:
    """Give the instant in UTC; digits beyond microseconds are cut off.

    Raises:
        Instant: the text is missing or no xs:dateTime; `where` names its place.
    """
    found = _INSTANT.fullmatch(text or "")
    if found is None:
        raise Instant(f"{where} must be a time such as 2025-01-31T12:00:00Z.", received=text)
    seconds, fraction, offset = found.groups("")
    offset = "+00:00" if offset in ("", "Z") else offset
    try:
        moment = datetime.fromisoformat(f"{seconds}.{fraction[:6]:0<6}{offset}")
        return moment.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise Instant(f"{where} is no time that exists.", received=text) from error


def write_instant(moment: datetime) -> str:
    """Write an instant in UTC to the millisecond, which is all SAML may rely on."""
    shown = moment.astimezone(UTC).isoformat(timespec="milliseconds")
    return shown.replace("+00:00", "Z")


def later(moment: datetime, by_s: float) -> datetime:
    """Give the instant so many seconds later, or the last one there is."""
    try:
        return moment + timedelta(seconds=by_s)
    except OverflowError:
        return _LAST


class Window(msgspec.Struct, frozen=True):
    """Now, give or take what the clocks of two parties may differ by."""

    now: datetime
    skew_s: float

    def check_not_before(self, moment: datetime, where: str) -> None:
        """Refuse a moment that is still to come.

        Raises:
            NotYetValid: it is, even allowing for the clocks.
        """
        if moment > later(self.now, self.skew_s):
            raise NotYetValid(
                f"{where} lies in the future; compare the clocks of both servers.",
                received=write_instant(moment),
                now=write_instant(self.now),
            )

    def check_not_on_or_after(
        self, moment: datetime, where: str, refusal: type[SamlError] = Expired
    ) -> None:
        """Refuse a moment that has come.

        Raises:
            Expired, or the `refusal`: it has, even allowing for the clocks.
        """
        if later(moment, self.skew_s) <= self.now:
            raise refusal(
                f"{where} has passed; compare the clocks of both servers, and sign in again.",
                received=write_instant(moment),
                now=write_instant(self.now),
            )

    def check_fresh(self, moment: datetime, where: str, age_s_max: float) -> None:
        """Refuse an instant of issue that is to come, or is long ago.

        Raises:
            NotYetValid, Stale: it is.
        """
        self.check_not_before(moment, where)
        if later(moment, age_s_max + self.skew_s) < self.now:
            raise Stale(
                f"{where} is more than {age_s_max:g} seconds ago.",
                received=write_instant(moment),
                now=write_instant(self.now),
            )
