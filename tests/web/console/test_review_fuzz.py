"""Every route of the console with hostile values everywhere: never a fault (SECURITY.md)."""

import html
import re
from collections.abc import AsyncIterator, Iterator
from itertools import cycle, islice
from urllib.parse import quote, urlencode

import pytest

from gatepost.web.pages.reception import csrf_of
from tests.rules.conftest import database_url, open_worlds, shared_postgres_database
from tests.rules.world import OpenWorld, World
from tests.sign_in.browser import SESSION
from tests.sign_in.street import Street
from tests.web.console import seeds
from tests.web.console.test_access import WITH_FILE, console
from tests.web.console.visitor import NO_FILE, Visitor

__all__ = ["database_url", "open_worlds", "shared_postgres_database"]

_QUERY = (
    "after", "before", "break_glass", "cursor", "done", "event", "format", "kind", "lacks",
    "managed", "mapped", "mark", "method", "n", "name", "own", "provider", "q", "range", "reason",
    "result", "role", "since", "slow", "span", "staff", "state", "status", "subject", "tab",
    "type", "until", "usual",
)  # fmt: skip
"""Whatever any page of the console reads from its URL."""
_MARK = "\1"
_ID = "0190b8a0-0000-7000-8000-000000000000"
_FORM = re.compile(r'<form[^>]*action="([^"]+)"[^>]*>(.*?)</form>', re.DOTALL)
_FIELD = re.compile(r'<(?:input|select|textarea|button)[^>]*\bname="([^"]+)"')
_VALUE = re.compile(r'\bvalue="([^"]*)"')


def hostile() -> list[str]:
    """Give values that somebody may have forgotten: two hundred of them."""
    texts = [
        "", " ", "\0", "a\0b", "%", "_", "%%%%", "\\", "\\%", "'", '"', "''; DROP TABLE users; --",
        "../..", "..%2f", "//evil.example", "\r\nSet-Cookie: a=b", "\t", "\x7f", "\x1b[2J",
        "\ufeff", "\u202e", "\u2028", "\ud7ff", "\U0010ffff", "İ", "ß", "\u017f", "ﬃ" * 100,
        "\U0001d49c" * 200, "é" * 300,
        "a" * 300, "a" * 5_000, "%" * 500, "{}", "{0}", "{slug}", "%s", "%(x)s", "{{7*7}}", "${x}",
        "null", "None", "true", "[]", "[[]]", '{"a":1}', "{", "[" * 500, "NaN", "Infinity", "-",
        "=cmd|' /C calc'!A0", "<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "&amp;",
        "javascript:alert(1)", "urn:", "urn:a:b", "a.b", "a.", ".", "..", "a,b", ",", ";", "/", "?",
        "#", "a@b", "@", "a@b@c", "+49 30 901820", "+", "all", "All", "ok,refused", "ok,,", "never",
        "technician", "csv", "yes", "on", "x y", "é@ü.example",
    ]  # fmt: skip
    digits = [
        "0", "-0", "1", "-1", "+1", "00", "1.5", "1e9", "1_000", "0x10", "٣", "²", "①", "999999999",
        "2147483647", "2147483648", "-2147483649", "4294967296", "9223372036854775807",
        "9223372036854775808", "-9223372036854775809", "9" * 20, "9" * 400, "9" * 5_000,
        "0" * 13 + "9" * 13, "0" * 5_000, "3.10", "0.0", "99999.99999", "1.٣", "-1.-1",
    ]  # fmt: skip
    times = [
        "2026-11-23T09:00:00Z", "2026-11-23", "2026-11-23 09:00", "2026-11-23T09:00:00+23:59",
        "0001-01-01T00:00:00Z", "0001-01-01T00:00:00+14:00", "1970-01-01T00:00:00Z", "1999-12-31",
        "2000-01-01T00:00:00+23:59", "2199-12-31T23:59:59-23:59", "2200-01-01", "9999-12-31",
        "9999-12-31T23:59:59-14:00", "2026-02-30", "2026-W01", "2026-W01-1T00", "20261123T090000Z",
        "2026-11-23T24:00:00Z", "2026-11-23T09:00:60Z", "2026-11-23T09:00:00.123456789Z", "T", "1h",
        "24h", "7d", "-1d", "2026-11-23T09:00:00Z/2026-11-24T09:00:00Z", "10000-01-01", "now",
    ]  # fmt: skip
    ids = [
        _ID, _ID.upper(), _ID[:-1], f"{_ID}0", f"{_ID} ", f"{{{_ID}}}", _ID.replace("-", ""),
        "f" * 8 + "-ffff-ffff-ffff-" + "f" * 12, "z" * 8 + "-zzzz-zzzz-zzzz-" + "z" * 12,
        f"{_ID}\0", f"{_ID}a\0b", f"{_ID}{'x' * 3_000}", f"{_ID}:{_ID}", f"+{_ID}:{_ID}",
        f"-{_ID}:{_ID}",
        f"+{_ID}", f"{_ID} {_ID}", f"urn:uuid:{_ID}", "0190b8a0\u06600000-7000-8000-0000-00000000",
        "0-0", "1-1", f"{'9' * 20}-0", f"{_ID}.{_ID}", f"1.{_ID}", f"{_ID}|{_ID}", "1|2", "1:2",
        "0:0:0", f"0:{_ID}", "9" * 30 + ":" + "9" * 30, "AAAA", "AA==", "eyJ9", "////",
    ]  # fmt: skip
    made = [*texts, *digits, *times, *ids]
    return [*made, *(f"{one}\U0001f600{one}" for one in made[: 200 - len(made)])]


@pytest.fixture
async def world(open_worlds: OpenWorld) -> World:
    return await open_worlds(fetcher=Street())


@pytest.fixture
async def looked(world: World) -> AsyncIterator[tuple[Visitor, list[str]]]:
    """An administrator among everything there is, and the pages that show it."""
    found = await seeds.seeded(world)
    world.house.live.end()
    visitor = Visitor(world)
    visitor.keep(found.secret)
    yield visitor, found.paths
    await visitor.http.aclose()


@pytest.fixture
def values() -> Iterator[str]:
    return cycle(hostile())


EACH = 2
"""Values tried at each place; the places go on through the list where the last one ended."""


def test_there_are_two_hundred_values() -> None:
    assert len(set(hostile())) >= 195


async def test_no_path_and_no_query_makes_a_fault(
    world: World, looked: tuple[Visitor, list[str]], values: Iterator[str]
) -> None:
    visitor, pages = looked
    tried = [url for path in _paths(world) for url in _filled(path, values)]
    tried += [url for page in _pages(world, pages) for url in _asked(page, values)]
    for url in tried:
        got = await visitor.http.get(url)
        assert got.status_code < 500, (url[:300], said(got.text))


async def test_no_field_of_a_form_makes_a_fault(
    looked: tuple[Visitor, list[str]], values: Iterator[str]
) -> None:
    visitor, pages = looked
    csrf = csrf_of(visitor.cookie(SESSION) or "")
    for action, base in (await _forms(visitor, pages)).items():
        for name in base:
            form = {**base, name: next(values), "csrf": csrf}
            got = await visitor.change(action, form, files=_file(action))
            assert got.status_code < 500, (action, name, form[name][:100], said(got.text))


async def test_no_path_of_a_form_makes_a_fault(
    world: World, looked: tuple[Visitor, list[str]], values: Iterator[str]
) -> None:
    visitor, _ = looked
    for method, path in console(world):
        for place in re.findall(r"\{\w+\}", path) if method == "POST" else []:
            for one in islice(values, EACH):
                rest = path.replace(place, quote(one, safe=""))
                action = re.sub(r"\{\w+\}", lambda found: _known(found[0]), rest)
                got = await visitor.change(action, files=_file(path))
                assert got.status_code < 500, (action[:300], said(got.text))


def _paths(world: World) -> list[str]:
    """Give every path of a page with a mark where a value goes, one at a time."""
    return [
        re.sub(r"\{\w+\}", lambda one: _known(one[0]), path.replace(place, _MARK))
        for method, path in console(world)
        for place in re.findall(r"\{\w+\}", path)
        if method == "GET"
    ]


def _pages(world: World, pages: list[str]) -> list[str]:
    """Give every page there is to be seen, without its question."""
    bare = [path for method, path in console(world) if method == "GET" and "{" not in path]
    bare += [page.partition("?")[0] for page in pages if "sso-test" not in page]
    return list(dict.fromkeys(bare))


def _filled(place: str, values: Iterator[str]) -> list[str]:
    return [place.replace(_MARK, quote(one, safe="")) for one in islice(values, EACH)]


def _asked(page: str, values: Iterator[str]) -> list[str]:
    """Ask a page everything that any page is asked, each time with other values."""
    return [
        f"{page}?{urlencode(list(zip(_QUERY, islice(values, len(_QUERY)), strict=True)))}"
        for _ in range(EACH)
    ]


def _known(name: str) -> str:
    return {"{slug}": "okta", "{guide}": "okta-scim", "{organization_id}": "1"}.get(name, _ID)


async def _forms(visitor: Visitor, pages: list[str]) -> dict[str, dict[str, str]]:
    """Read the forms of the pages: where each goes, and what it sends."""
    found: dict[str, dict[str, str]] = {}
    for page in pages:
        got = await visitor.http.get(page)
        for action, inner in _FORM.findall(got.text):
            if not action.startswith("/console"):
                continue
            fields = {}
            for field in re.finditer(r"<(?:input|select|textarea|button)[^>]*>", inner):
                name = _FIELD.match(field[0])
                if name and name[1] != "csrf":
                    value = _VALUE.search(field[0])
                    fields[html.unescape(name[1])] = html.unescape(value[1]) if value else ""
            found.setdefault(html.unescape(action), fields)
    return found


def _file(path: str) -> dict[str, tuple[str, bytes, str]] | None:
    return NO_FILE if path.endswith(WITH_FILE) else None


def said(text: str) -> str:
    return re.sub(r"<[^>]+>", " ", text)[-300:]
