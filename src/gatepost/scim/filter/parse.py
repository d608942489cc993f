"""Reading a filter into its tree (RFC 7644 §3.4.2.2).

A recursive descent over the tokens, bounded in depth, so that no text can
exhaust the stack. What the grammar does not have but clients send (WIRE.md Q2)
goes through `Dialect.tolerate`, which refuses it in strict mode.
"""

import math
import re

from gatepost.scim.dialects.mode import Dialect
from gatepost.scim.errors import InvalidFilter
from gatepost.scim.filter.tokens import Kind, Token, read_string, tokenize
from gatepost.scim.filter.tree import (
    And,
    AttributePath,
    Comparison,
    Filter,
    Literal,
    Not,
    Operator,
    Or,
    ValuePath,
)

FILTER_LENGTH_MAX = 4096
DEPTH_MAX = 50
COMPARISONS_MAX = 100

_KEYWORDS: dict[str, Literal] = {"true": True, "false": False, "null": None}
_CONJUNCTIONS = frozenset({"and", "or"})
_CLOSING = frozenset({Kind.CLOSE, Kind.CLOSE_BRACKET, Kind.END})
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?")
_INTEGER_MAX = 2**63 - 1
_NAME = re.compile(r"[A-Za-z0-9_$-]+")
_STANDARD_NAME = re.compile(r"\$?[A-Za-z][A-Za-z0-9_-]*")
_URN_NAME = re.compile(r"[A-Za-z0-9_$.-]*[A-Za-z0-9_$-]")


def parse(text: str, dialect: Dialect) -> Filter:
    """Read a filter.

    Attributes are not looked up: what a name means is settled when the tree is
    matched against a schema.

    Raises:
        InvalidFilter: the text is no filter, or it is over a limit
            (RFC 7644 §3.4.2.2); it names the position and what was expected.
    """
    check_length(text)
    parser = FilterParser(tokenize(text), dialect)
    tree = parser.disjunction()
    parser.expect_end("`and`, `or` or the end")
    return tree


def check_length(text: str) -> None:
    """Refuse a text that is longer than a filter may be.

    Raises:
        InvalidFilter: it is.
    """
    if len(text) > FILTER_LENGTH_MAX:
        raise InvalidFilter(
            f"The filter has {len(text)} characters; at most {FILTER_LENGTH_MAX} are read."
        )


def read_attribute_path(text: str) -> AttributePath | None:
    """Read `name`, `name.sub` or either behind a URN and a colon (RFC 7644 §3.10).

    A URN is split off at its last colon. Where that is wrong, as in
    `urn:…:2.0:User.manager` (WIRE.md M5) or a bare URN, `path.resolve` sorts it
    out from the whole text, which `str` of the path gives back.
    """
    if text[:4].lower() == "urn:":
        urn, _, rest = text.rpartition(":")
        if len(urn) < len("urn:x") or not _URN_NAME.fullmatch(rest):
            return None
        name, dot, sub = rest.partition(".")
        return AttributePath(name, sub if dot else None, urn) if name else None
    name, dot, sub = text.partition(".")
    if not _NAME.fullmatch(name) or (dot and not _NAME.fullmatch(sub)):
        return None
    return AttributePath(name, sub if dot else None)


class FilterParser:
    """A place in the tokens of one filter; each method reads one rule of the grammar.

    Used by `parse`, and by `path.parse_path` for what stands in the brackets of
    a PATCH path.
    """

    def __init__(self, tokens: list[Token], dialect: Dialect) -> None:
        self._tokens = tokens
        self._dialect = dialect
        self._index = 0
        self._depth = 0
        self._comparisons = 0

    @property
    def token(self) -> Token:
        """The token to be read next."""
        return self._tokens[self._index]

    def advance(self) -> Token:
        """Give the token and step over it; never past the end."""
        token = self.token
        if token.kind is not Kind.END:
            self._index += 1
        return token

    def disjunction(self) -> Filter:
        """Read parts joined by `or`, the weakest operator."""
        parts = [self._conjunction()]
        while self._skip_word("or"):
            parts.append(self._conjunction())
        return parts[0] if len(parts) == 1 else Or(tuple(parts))

    def _conjunction(self) -> Filter:
        parts = [self._factor()]
        while self._skip_word("and"):
            parts.append(self._factor())
        return parts[0] if len(parts) == 1 else And(tuple(parts))

    def _factor(self) -> Filter:
        if self.token.kind is Kind.OPEN:
            return self._group()
        if self._skip_word("not"):
            self._deeper()
            part = self._negated()
            self._depth -= 1
            return Not(part)
        return self._expression(self.attribute_path())

    def _negated(self) -> Filter:
        if self.token.kind is Kind.OPEN:
            return self._group()
        self._tolerate("not without parentheses", "`(` after `not`")
        return self._factor()

    def _group(self) -> Filter:
        self.advance()
        self._deeper()
        tree = self.disjunction()
        self._depth -= 1
        self._expect(Kind.CLOSE, "`and`, `or` or `)`")
        return tree

    def attribute_path(self) -> AttributePath:
        """Read the name of an attribute (RFC 7644 §3.10, `attrPath`)."""
        path = read_attribute_path(self.token.text) if self.token.kind is Kind.WORD else None
        if path is None:
            raise self._unexpected("the name of an attribute")
        if path.urn is None and not _STANDARD_NAME.fullmatch(path.name):
            self._tolerate("attribute name that begins unlike one", "the name of an attribute")
        self.advance()
        return path

    def _expression(self, path: AttributePath) -> Filter:
        if self.token.kind is not Kind.OPEN_BRACKET:
            return self._comparison(path)
        inner = self.brackets()
        token = self.token
        if token.kind is Kind.WORD and token.text.startswith(".") and not token.follows_blank:
            return ValuePath(path, _both(inner, self._dotted()))
        if self._operator() is not None:
            self._tolerate("comparison of a value path", "`and`, `or` or the end")
            return ValuePath(path, _both(inner, self._comparison(AttributePath("value"))))
        return ValuePath(path, inner)

    def _dotted(self) -> Filter:
        """Read `.value eq "x"` behind brackets (WIRE.md Q2)."""
        name = self.token.text[1:]
        path = read_attribute_path(name)
        if path is None or path.urn is not None:
            raise self._unexpected("the name of a sub-attribute after the dot")
        self._tolerate("sub-attribute behind a value path", "`and`, `or` or the end")
        self.advance()
        if self.token.kind is not Kind.OPEN_BRACKET:
            return self._comparison(path)
        self._deeper()
        tree = self._expression(path)
        self._depth -= 1
        return tree

    def brackets(self) -> Filter:
        """Read `[filter]`, standing on the opening bracket (RFC 7644 §3.10, `valuePath`)."""
        self.advance()
        self._deeper()
        tree = self.disjunction()
        self._depth -= 1
        self._expect(Kind.CLOSE_BRACKET, "`and`, `or` or `]`")
        return tree

    def _comparison(self, path: AttributePath) -> Comparison:
        operator = self._operator()
        if operator is None:
            raise self._unexpected(f"an operator ({', '.join(Operator)})")
        self._comparisons += 1
        if self._comparisons > COMPARISONS_MAX:
            raise InvalidFilter(
                f"The filter has more than {COMPARISONS_MAX} comparisons: ask in several requests."
            )
        self.advance()
        if operator is Operator.PR:
            self._skip_operand()
            return Comparison(path, operator)
        return Comparison(path, operator, self._literal())

    def _skip_operand(self) -> None:
        """Leave out a value behind `pr`, which takes none; WSO2's test suite writes one."""
        token = self.token
        is_word = token.kind is Kind.WORD and token.text.lower() not in {*_CONJUNCTIONS, "not"}
        if (is_word or token.kind is Kind.STRING) and self._ends_after_operand():
            self._tolerate("value behind `pr`", "`and`, `or` or the end")
            self.advance()

    def _ends_after_operand(self) -> bool:
        following = self._tokens[self._index + 1]
        if following.kind is Kind.WORD:
            return following.text.lower() in _CONJUNCTIONS
        return following.kind in _CLOSING

    def _operator(self) -> Operator | None:
        token = self.token
        return _OPERATORS.get(token.text.lower()) if token.kind is Kind.WORD else None

    def _literal(self) -> Literal:
        token = self.token
        if token.kind is Kind.STRING:
            return read_string(self.advance())
        if token.kind is not Kind.WORD:
            raise self._unexpected('a value, e.g. "text", 1, true or null')
        if token.text in _KEYWORDS:
            return _KEYWORDS[self.advance().text]
        number = _read_number(token.text)
        if number is not None:
            self.advance()
            return number
        return self._bare_word()

    def _bare_word(self) -> str:
        """Read a string without its quotes (WIRE.md Q2)."""
        token = self.token
        if token.text.startswith("'"):
            raise self._unexpected("a string in double quotes")
        self._tolerate("string without quotes", "a string in double quotes")
        try:
            token.text.encode()
        except UnicodeEncodeError as error:
            raise self._unexpected("text without half of a surrogate pair") from error
        return self.advance().text

    def _skip_word(self, word: str) -> bool:
        found = self.token.kind is Kind.WORD and self.token.text.lower() == word
        if found:
            self.advance()
        return found

    def _expect(self, kind: Kind, expected: str) -> None:
        if self.token.kind is not kind:
            raise self._unexpected(expected)
        self.advance()

    def expect_end(self, expected: str) -> None:
        """Refuse anything that is left.

        Raises:
            InvalidFilter: something is; `expected` says what could have stood there.
        """
        self._expect(Kind.END, expected)

    def _deeper(self) -> None:
        self._depth += 1
        if self._depth > DEPTH_MAX:
            raise InvalidFilter(
                f"The filter is nested more than {DEPTH_MAX} levels deep at character "
                f"{self.token.position}: write it with fewer parentheses."
            )

    def _tolerate(self, example: str, expected: str) -> None:
        self._dialect.tolerate("Q2", example, self._unexpected(expected))

    def _unexpected(self, expected: str) -> InvalidFilter:
        token = self.token
        return InvalidFilter(
            f"The filter is not understood at character {token.position}: "
            f"expected {expected}, found {token}."
        )


_OPERATORS = {str(operator): operator for operator in Operator}


def _both(inner: Filter, further: Filter) -> And:
    return And((*inner.parts, further) if isinstance(inner, And) else (inner, further))


def _read_number(text: str) -> int | float | None:
    """Read a JSON number; nothing where it is none, or larger than is ever stored.

    Beyond 64 bits no database compares integers, beyond a double there is only
    infinity; such digits are an identifier somebody left unquoted.
    """
    found = _NUMBER.fullmatch(text)
    if found is None:
        return None
    if any(found.groups()):
        real = float(text)
        return None if math.isinf(real) else real
    integer = int(text)
    return integer if abs(integer) <= _INTEGER_MAX else None
