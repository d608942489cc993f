"""A guide as parts of a page: text with the values in it, and fields to be copied.

Placeholders are resolved in the parsed text, never in the source: a value is text or code
whatever it holds, and the renderer escapes it.
"""

import copy
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any, Literal

import msgspec
from markdown_it.token import Token
from markupsafe import Markup

from gatepost.web.console.guides.source import markdown, tokens_of
from gatepost.web.console.guides.values import NAME, TOKEN, href_of

PLACEHOLDER = re.compile(r"\{\{ ([a-z_.]+) \}\}")
FIELD = re.compile(r"^([^{}\n]+): \{\{ ([a-z_.]+) \}\}$")
"""A line that is a label and one value, and nothing else."""

SEEN_HERE = "seen here"
_CONSOLE = "console://"
_WORD = re.compile(r"[^a-z0-9]+")
_TABLE = '<div class="table-responsive" role="region" aria-label="Table: {}" tabindex="0">'


class Surroundings(msgspec.Struct, frozen=True):
    """What a text is drawn with: the placeholders' values, and the provider's own page.

    `marked`: words in code that are said to have been seen here. `shut`: what is named but not
    linked, since it would only turn the reader away.
    """

    values: Mapping[str, str]
    path: str
    marked: Collection[str] = ()
    shut: Collection[str] = ()


class Part(msgspec.Struct, frozen=True, kw_only=True):
    """A piece of a section: `text` (html), `field` (label and value), or `token` (label).

    `id` tells fields of one page apart.
    """

    kind: Literal["text", "field", "token"]
    id: str = ""
    html: Markup = Markup()
    label: str = ""
    value: str = ""


def parts_of(text: str, around: Surroundings, title: str) -> list[Part]:
    """Draw a text of a guide; `title` is the section's, and names its tables and fields.

    Raises:
        KeyError: a placeholder or link is none of ours.
    """
    found: list[Part] = []
    rest: list[Token] = []
    for block in _blocks(tokens_of(text)):
        field = FIELD.match(block[1].content) if _is_paragraph(block) else None
        if field is None:
            rest.extend(_filled(one, around) for one in block)
            continue
        found.extend(_drawn(rest, title))
        rest = []
        id_ = f"{_WORD.sub('-', title.lower())}-{len(found)}"
        found.append(_field(id_, field.group(1), field.group(2), around.values))
    return [*found, *_drawn(rest, title)]


def _field(id_: str, label: str, name: str, values: Mapping[str, str]) -> Part:
    if name == TOKEN:
        return Part(kind="token", id=id_, label=label)
    return Part(kind="field", id=id_, label=label, value=values[name])


def _blocks(tokens: Sequence[Token]) -> Iterator[list[Token]]:
    """Give the tokens of each block of the outermost level together."""
    block: list[Token] = []
    level = 0
    for one in tokens:
        block.append(one)
        level += one.nesting
        if level == 0:
            yield block
            block = []


def _is_paragraph(block: list[Token]) -> bool:
    return [one.type for one in block] == ["paragraph_open", "inline", "paragraph_close"]


def _filled(token: Token, around: Surroundings) -> Token:
    """Give a copy of the token with the values in it."""
    filled = copy.copy(token)
    if filled.type == "fence":
        filled.content = _in_code(filled.content, around)
    elif filled.type == "th_open":
        filled.attrs = {**filled.attrs, "scope": "col"}
    elif filled.children:
        filled.children = [
            one
            for child in _linked(filled.children, around.shut)
            for one in _filled_inline(child, around)
        ]
    return filled


def _linked(children: list[Token], shut: Collection[str]) -> Iterator[Token]:
    """Give the tokens without the links that lead nowhere; links do not nest."""
    is_shut = False
    for one in children:
        if one.type == "link_open":
            is_shut = str(one.attrs["href"]).removeprefix(_CONSOLE) in shut
        if not (is_shut and one.type in {"link_open", "link_close"}):
            yield one


def _filled_inline(child: Token, around: Surroundings) -> Iterator[Token]:
    if child.type == "code_inline":
        yield _with(child, content=_in_code(child.content, around))
        if child.content in around.marked:
            yield from _mark(child)
    elif child.type == "link_open":
        yield _with(child, attrs=_link(str(child.attrs["href"]), around.path))
    elif child.type == "text":
        yield from _in_text(child, around.values)
    else:
        yield child


def _in_code(text: str, around: Surroundings) -> str:
    return PLACEHOLDER.sub(lambda found: around.values[found.group(1)], text)


def _in_text(child: Token, values: Mapping[str, str]) -> Iterator[Token]:
    for place, piece in enumerate(PLACEHOLDER.split(child.content)):
        if piece == NAME and place % 2:
            yield _with(child, content=values[NAME])
        elif place % 2:
            yield Token("code_inline", "code", 0, content=values[piece], markup="`")
        elif piece:
            yield _with(child, content=piece)


def _mark(child: Token) -> Iterator[Token]:
    yield _with(child, type="text", tag="", content=" ")
    yield Token("strong_open", "strong", 1)
    yield _with(child, type="text", tag="", content=SEEN_HERE)
    yield Token("strong_close", "strong", -1)


def _link(href: str, path: str) -> dict[str, str | int | float]:
    if href.startswith(_CONSOLE):
        name = href.removeprefix(_CONSOLE)
        # The test leaves for the provider; the guide stays open, and sees how it went.
        return {"href": href_of(name, path), **({"target": "_blank"} if name == "test" else {})}
    return {"href": href, "rel": "noreferrer"}


def _with(token: Token, **changed: Any) -> Token:  # noqa: ANN401 - fields of a token
    made = copy.copy(token)
    for name, value in changed.items():
        setattr(made, name, value)
    return made


def _drawn(tokens: list[Token], title: str) -> list[Part]:
    if not tokens:
        return []
    parser = markdown()
    html = parser.renderer.render(tokens, parser.options, {})
    opened = _TABLE.format(Markup.escape(title)) + '<table class="table table-vcenter">'
    html = html.replace("<table>", opened).replace("</table>", "</table></div>")
    # Drawn from a source of ours with HTML off; values went in as text and are escaped.
    return [Part(kind="text", html=Markup(html))]  # noqa: S704
