"""What a browser calls itself, in words: enough to know one's own, no more."""

from typing import Final

_BROWSERS: Final = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser/", "Samsung Internet"),
    ("FxiOS/", "Firefox"),
    ("Firefox/", "Firefox"),
    ("CriOS/", "Chrome"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)
_SYSTEMS: Final = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("CrOS", "ChromeOS"),
    ("Macintosh", "macOS"),
    ("Linux", "Linux"),
)
"""In this order: each of the first also calls itself by the names of some that follow."""


def browser_in_words(user_agent: str | None) -> str:
    """Name the browser and the system, such as `Firefox on Windows` (RFC 9110 §10.1.5).

    It is what the browser says; a program can say anything.
    """
    said = user_agent or ""
    browser, system = _first(_BROWSERS, said), _first(_SYSTEMS, said)
    if browser and system:
        return f"{browser} on {system}"
    if browser or system:
        return browser or f"A program on {system}"
    return "An unknown browser"


def _first(names: tuple[tuple[str, str], ...], said: str) -> str | None:
    return next((word for mark, word in names if mark in said), None)
