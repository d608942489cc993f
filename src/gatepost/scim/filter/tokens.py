"""The words and marks of a filter (RFC 7644 §3.4.2.2, figure 1)."""

import json
import re
from enum import Enum

import msgspec

from gatepost.scim.errors import InvalidFilter


class Kind(Enum):
    """What a token is, in the words an error message uses."""

    WORD = "a word"
    STRING = "a string"
    OPEN = "("
    CLOSE = ")"
    OPEN_BRACKET = "["
    CLOSE_BRACKET = "]"
    END = "the end"


class Token(msgspec.Struct, frozen=True):
    """A token with its text as sent; `position` counts characters from one."""

    kind: Kind
    text: str
    position: int
    follows_blank: bool = True

    def __str__(self) -> str:
        """Name the token for an error message, cut to a length that fits one."""
        if self.kind is Kind.END:
            return "the end"
        return f"`{self.text[:_SHOWN_LENGTH]}`" + ("…" if len(self.text) > _SHOWN_LENGTH else "")


_SHOWN_LENGTH = 40

# Possessive, so that a hostile text costs one pass; each kind has its own first character.
_TOKEN = re.compile(
    r"""(?P<blank>[ \t\r\n]++)
      | (?P<string>"(?:[^"\\]|\\.)*+")
      | (?P<mark>[()\[\]])
      | (?P<word>[^ \t\r\n"()\[\]]++)""",
    re.VERBOSE | re.DOTALL,
)
_MARKS = {
    "(": Kind.OPEN,
    ")": Kind.CLOSE,
    "[": Kind.OPEN_BRACKET,
    "]": Kind.CLOSE_BRACKET,
}


def tokenize(text: str) -> list[Token]:
    """Split the text; the last token is always of kind END.

    Raises:
        InvalidFilter: a string is not closed.
    """
    tokens: list[Token] = []
    position, follows_blank = 0, True
    while position < len(text):
        found = _TOKEN.match(text, position)
        if found is None:
            raise InvalidFilter(
                f"The string that begins at character {position + 1} is not closed: "
                "a double quote is missing at its end."
            )
        if found.lastgroup != "blank":
            tokens.append(_token(found, follows_blank=follows_blank))
        follows_blank = found.lastgroup == "blank"
        position = found.end()
    tokens.append(Token(Kind.END, "", len(text) + 1, follows_blank))
    return tokens


def _token(found: re.Match[str], *, follows_blank: bool) -> Token:
    text = found.group()
    if found.lastgroup == "mark":
        kind = _MARKS[text]
    else:
        kind = Kind.STRING if found.lastgroup == "string" else Kind.WORD
    return Token(kind, text, found.start() + 1, follows_blank)


def read_string(token: Token) -> str:
    r"""Give the value of a STRING token: a JSON string (RFC 7644 §3.4.2.2, RFC 8259 §7).

    Control characters may stand in it unescaped, since a URL has escaped them
    already. A NUL is let through; no stored value has one.

    Raises:
        InvalidFilter: an escape JSON does not know, or half a surrogate pair.
    """
    try:
        value: str = json.loads(token.text, strict=False)
        value.encode()
    except json.JSONDecodeError as error:
        raise InvalidFilter(
            f"The string {token} at character {token.position} is not a JSON string: "
            r"a backslash in it is written as \\ and a double quote as \"."
        ) from error
    except UnicodeEncodeError as error:
        raise InvalidFilter(
            f"The string at character {token.position} has half of a surrogate pair: "
            r"a character beyond U+FFFF is written as itself or as two \u escapes."
        ) from error
    return value
