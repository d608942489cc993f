"""Parameters of a statement that is being put together, and the words of each database."""

import re
from typing import Any

from gatepost.store.codec import codec_of
from gatepost.store.database import Database
from gatepost.store.tables import Kind

_MARK = re.compile("«([0-9]+)»")


class Builder:
    """Collects parameters for statements, in whose texts each is a mark at first.

    A statement is rendered at last, with those parameters that it has come to use.
    """

    def __init__(self, database: Database) -> None:
        self.codec = codec_of(database)
        self.is_sqlite = database.dialect == "sqlite"
        self._values: list[Any] = []
        self._folding = database.folding
        self._aliases = 0

    def add(self, value: Any) -> str:  # noqa: ANN401 - encoded
        """Take an encoded parameter; give its mark."""
        self._values.append(value)
        return f"«{len(self._values) - 1}»"

    def render(self, statement: str) -> tuple[str, list[Any]]:
        """Give the statement with `$1 … $n` for its marks, and the values of those."""
        places: dict[str, int] = {}

        def place(mark: re.Match[str]) -> str:
            return f"${places.setdefault(mark[1], len(places) + 1)}"

        text = _MARK.sub(place, statement)
        return text, [self._values[int(mark)] for mark in places]

    def text(self, value: str) -> str:
        """Take a text; give its mark, with its type."""
        if self.is_sqlite:
            return self.add(value)
        # PostgreSQL's text has no NUL. U+0001 sorts beside it and is stored as little
        # (`_UNSTORABLE` in scim.resource.values), so it compares with every stored
        # value as the NUL would.
        place = self.add(value.replace("\x00", "\x01"))
        return f'CAST({place} AS text) COLLATE "C"'

    def number(self, value: float) -> str:
        """Take a number; give its mark, with its type, exact on both databases."""
        if self.is_sqlite:
            return self.add(value)
        return f"CAST(CAST({self.add(str(value))} AS text) AS numeric)"

    def integer(self, value: int) -> str:
        """Take an integer; give its mark, with its type."""
        place = self.add(value)
        return place if self.is_sqlite else f"CAST({place} AS bigint)"

    def id(self, value: str) -> str:
        """Take an id; give its mark."""
        place = self.add(self.codec.encode(Kind.ID, value))
        return place if self.is_sqlite else f"CAST({place} AS uuid)"

    def folded(self, expression: str) -> str:
        """Give the expression as `scim.fold.fold` would fold it."""
        return self._folding.format(expression)

    def alias(self) -> str:
        """Give a name that the statement does not have yet."""
        self._aliases += 1
        return f"e{self._aliases}"

    def id_as_text(self, column: str) -> str:
        """Give the id in the column in its written form."""
        if not self.is_sqlite:
            return f'CAST({column} AS text) COLLATE "C"'
        digits = f"lower(hex({column}))"
        cuts = [f"substr({digits}, {start}, {length})" for start, length in _ID_CUTS]
        return f"({' || '.join(_joined(cuts))})"

    def instant_as_text(self, column: str) -> str:
        """Give the instant in the column as `base.clock.as_rfc3339` writes it, folded."""
        seconds, rest = f"{column} / 1000000", f"({column} / 1000) % 1000"
        if self.is_sqlite:
            moment = f"strftime('%Y-%m-%dt%H:%M:%S', {seconds}, 'unixepoch')"
            return f"({moment} || printf('.%03dz', {rest}))"
        moment = f"to_char(to_timestamp({seconds}) AT TIME ZONE 'UTC', '{_TO_CHAR}')"
        return f"({moment} || lpad(CAST({rest} AS text), 3, '0') || 'z') COLLATE \"C\""

    def contains(self, text: str, literal: str) -> str:
        """Give the condition that the text has the literal in it."""
        name = "instr" if self.is_sqlite else "strpos"
        return f"{name}({text}, {literal}) > 0"

    def starts(self, text: str, literal: str) -> str:
        """Give the condition that the text begins with the literal."""
        if self.is_sqlite:
            return f"substr({text}, 1, length({literal})) = {literal}"
        return f"starts_with({text}, {literal})"

    def ends(self, text: str, literal: str) -> str:
        """Give the condition that the text ends with the literal, which is not empty."""
        if self.is_sqlite:
            return f"substr({text}, -length({literal})) = {literal}"
        return f"right({text}, length({literal})) = {literal}"


_ID_CUTS = ((1, 8), (9, 4), (13, 4), (17, 4), (21, 12))
_TO_CHAR = 'YYYY-MM-DD"t"HH24:MI:SS"."'


def _joined(cuts: list[str]) -> list[str]:
    return [cuts[0], *(part for cut in cuts[1:] for part in ("'-'", cut))]
