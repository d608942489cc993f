"""The port that both databases implement."""

from collections.abc import Sequence
from typing import Any, Protocol

from gatepost.store.changes import Broken, Change


class StoreUnavailable(Exception):
    """The database does not answer; what was asked may be asked again later."""


class Database(Protocol):
    """A database: point reads, scans, and commits of changes.

    Statements are one text for both databases, with `$1 … $n` in order of first
    appearance. Values and results are encoded by the database: callers pass and
    get Python values only through the codecs of `store.codec`.
    """

    dialect: str
    """`sqlite` or `postgresql`."""

    folding: str
    """An expression that folds the text in the place of `{}` as `scim.fold.fold` does."""

    async def rows(self, statement: str, *values: Any) -> Sequence[tuple[Any, ...]]:  # noqa: ANN401
        """Read a few rows by an index; runs at once.

        Raises:
            StoreUnavailable: the database does not answer.
        """
        ...

    async def scan(self, statement: str, *values: Any) -> Sequence[tuple[Any, ...]]:  # noqa: ANN401
        """Read what may take long, aside from point reads; stopped at the deadline.

        Raises:
            StoreUnavailable: the database does not answer.
            ScanTooLong: the scan took longer than the configured deadline.
        """
        ...

    async def commit(self, changes: Sequence[Change]) -> Broken | None:
        """Apply the changes whole and durably, or not at all.

        Several calls share one transaction and one flush to disk, each atomic by
        itself; returns after the commit. Gives the change that was broken, if one was.

        Raises:
            StoreUnavailable: the database does not answer; nothing is known to be written.
        """
        ...

    async def ping(self) -> None:
        """Ask the database whether it answers.

        Raises:
            StoreUnavailable: it does not.
        """
        ...


class Snapshot(Protocol):
    """The database as it was at one moment."""

    async def rows(self, statement: str, *values: Any) -> Sequence[tuple[Any, ...]]:  # noqa: ANN401
        """Read rows, as many as the statement asks for and without a deadline.

        Raises:
            StoreUnavailable: the database does not answer.
        """
        ...


class ScanTooLong(Exception):
    """A read ran into its deadline and was stopped."""
