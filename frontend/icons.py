"""The icons of the pages, one sprite of symbols."""

import re

NAMES = (
    "arrow-left", "building-2", "check", "chevron-right", "circle-alert", "circle-check",
    "circle-question-mark", "circle-x", "clock", "copy", "download", "external-link",
    "fingerprint-pattern", "info", "key-round", "laptop", "lock", "log-in", "log-out", "mail",
    "monitor", "moon", "phone", "plus", "printer", "qr-code", "refresh-cw", "search",
    "settings", "shield-alert", "shield-check", "smartphone", "sun", "trash-2",
    "triangle-alert", "user", "users", "x",
)  # fmt: skip
"""Lucide's names for them; a new one is added here and drawn by `ui.icon`."""

_DRAWING = re.compile(r"<svg[^>]*>(.*)</svg>", re.DOTALL)
_BETWEEN = re.compile(r">\s+<")


def sprite(drawings: dict[str, str]) -> str:
    """Give one SVG with a symbol for each icon, from Lucide's files by name.

    Colour, width and caps of the strokes are the referring page's affair.
    """
    symbols = "".join(_symbol(name, text) for name, text in drawings.items())
    return f'<svg xmlns="http://www.w3.org/2000/svg">{symbols}</svg>\n'


def _symbol(name: str, text: str) -> str:
    drawing = _DRAWING.search(text)
    if drawing is None:
        raise ValueError(f"The icon {name} is no SVG as Lucide draws them.")
    inside = _BETWEEN.sub("><", drawing.group(1).strip())
    return f'<symbol id="{name}" viewBox="0 0 24 24">{inside}</symbol>'
