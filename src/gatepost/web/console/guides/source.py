"""A guide's source: one Markdown file, read into its steps.

Front matter says whom it is for; each `##` heading begins a section. A section is a step if a
line `seen: …` follows its heading: the observations that turn it green, or `by_hand` where
nothing of it can be seen from here.
"""

import re
from datetime import date
from functools import cache
from importlib.resources import files

import msgspec
from markdown_it import MarkdownIt
from markdown_it.token import Token

BY_HAND = "by_hand"
PROTOCOLS = ("scim", "saml", "oidc")

_FRONT = re.compile(r"\A---\n(.*?)\n---\n", re.DOTALL)
_SEEN = re.compile(r"^seen: ([a-z_]+(?:, [a-z_]+)*)$", re.MULTILINE)
_SECTION = re.compile(r"^## (.+)$", re.MULTILINE)
_WORD = re.compile(r"[^a-z0-9]+")


class GuideInvalid(ValueError):
    """A source is not written as a guide; the sentence says where."""


class Section(msgspec.Struct, frozen=True):
    """A part of a guide under one heading; a step if `seen` names anything."""

    title: str
    anchor: str
    seen: tuple[str, ...]
    text: str

    @property
    def is_step(self) -> bool:
        """Tell whether there is something to do."""
        return bool(self.seen)


class Guide(msgspec.Struct, frozen=True, kw_only=True):
    """A guide: for which product and protocol, when it was last checked, and what it says.

    `needs`: what one has to have at the product. `intro` stands before the first heading.
    """

    id: str
    title: str
    vendor: str
    protocol: str
    verified: date
    needs: str
    sources: tuple[str, ...]
    intro: str
    sections: tuple[Section, ...]

    @property
    def what(self) -> str:
        """What it sets up, in the title's own words, without the product."""
        said = self.title.rpartition(": ")[2]
        return said[:1].upper() + said[1:]

    @property
    def month(self) -> str:
        """When it was last checked, in words."""
        return f"{self.verified:%B %Y}"

    @property
    def steps(self) -> list[Section]:
        """What is to be done, in order."""
        return [one for one in self.sections if one.is_step]


def read(id: str, source: str) -> Guide:  # noqa: A002 - the file's name
    """Read a guide.

    Raises:
        GuideInvalid: it has no front matter, or lacks a field of it.
    """
    found = _FRONT.match(source)
    if found is None:
        raise GuideInvalid(f"{id} does not begin with front matter")
    fields, sources = _front(found.group(1))
    body = source[found.end() :].strip()
    first = _SECTION.search(body)
    try:
        return Guide(
            id=id,
            title=fields["title"],
            vendor=fields["vendor"],
            protocol=fields["protocol"],
            verified=date.fromisoformat(f"{fields['verified']}-01"),
            needs=fields["needs"],
            sources=tuple(sources),
            intro=body[: first.start()].strip() if first else body,
            sections=tuple(_sections(body[first.start() :] if first else "")),
        )
    except (KeyError, ValueError) as error:
        raise GuideInvalid(f"the front matter of {id} is not complete: {error}") from error


def _front(text: str) -> tuple[dict[str, str], list[str]]:
    fields, sources = {}, []
    for line in text.splitlines():
        if line.startswith("- "):
            sources.append(line.removeprefix("- ").strip())
        else:
            name, _, value = line.partition(":")
            fields[name.strip()] = value.strip()
    return fields, sources


def _sections(body: str) -> list[Section]:
    parts = _SECTION.split(body)[1:]
    return [_section(title, text) for title, text in zip(parts[::2], parts[1::2], strict=True)]


def _section(title: str, text: str) -> Section:
    text = text.strip()
    found = _SEEN.match(text)
    seen = tuple(found.group(1).split(", ")) if found else ()
    rest = text[found.end() :].strip() if found else text
    return Section(title, _WORD.sub("-", title.lower()).strip("-"), seen, rest)


@cache
def markdown() -> MarkdownIt:
    """Give the parser: CommonMark with tables; HTML of the source is text."""
    return MarkdownIt("commonmark", {"html": False}).enable("table")


@cache
def tokens_of(text: str) -> tuple[Token, ...]:
    """Parse a text of a guide; the tokens are shared, so nobody changes them."""
    return tuple(markdown().parse(text))


@cache
def guides() -> dict[str, Guide]:
    """Give every guide that comes with this release, by its id."""
    folder = files("gatepost.web.console.guides") / "texts"
    found = sorted(one.name for one in folder.iterdir() if one.name.endswith(".md"))
    read_all = [
        read(name.removesuffix(".md"), (folder / name).read_text("utf-8")) for name in found
    ]
    return {one.id: one for one in sorted(read_all, key=_order)}


def _order(guide: Guide) -> tuple[str, int]:
    return guide.vendor, PROTOCOLS.index(guide.protocol)


def of_vendor(vendor: str) -> list[Guide]:
    """Give the guides for a provider of that kind; those for any product where it has none."""
    own = [one for one in guides().values() if one.vendor == vendor]
    return own or [one for one in guides().values() if one.vendor == "generic"]
