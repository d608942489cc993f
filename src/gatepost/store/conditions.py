"""Conditions of a list that is put together from what is asked for."""

from typing import Any

from gatepost.store.codec import Codec
from gatepost.store.tables import Kind

LAST_LETTER = "\U0010ffff"


class Conditions:
    """Collects conditions joined by AND, with their parameters; what is None is not asked."""

    def __init__(self, codec: Codec, values: list[Any] | None = None) -> None:
        """`values`: parameters of conditions that stand before these in the statement."""
        self._codec = codec
        self._texts: list[str] = []
        self.values: list[Any] = values if values is not None else []

    @property
    def where(self) -> str:
        """The conditions as a WHERE clause."""
        return f"WHERE {' AND '.join(self._texts)}"

    def further(self) -> "Conditions":
        """Give conditions of their own that stand behind these in the same statement."""
        return Conditions(self._codec, self.values)

    def equal(self, column: str, kind: Kind, value: Any) -> None:  # noqa: ANN401 - any column
        """Ask that the column has the value."""
        self.compare(column, "=", kind, value)

    def compare(
        self,
        column: str,
        operator: str,
        kind: Kind,
        value: Any,  # noqa: ANN401 - any column
    ) -> None:
        """Ask that the column compares so with the value."""
        if value is not None:
            self.values.append(self._codec.encode(kind, value))
            self._texts.append(f"{column} {operator} ${len(self.values)}")

    def begins(self, column: str, text: str | None) -> None:
        """Ask that the column begins with the text, as a range that an index answers."""
        if text is not None:
            self.compare(column, ">=", Kind.TEXT, text)
            self.compare(column, "<", Kind.TEXT, text + LAST_LETTER)

    def plain(self, text: str) -> None:
        """Ask for something without a parameter."""
        self._texts.append(text)
