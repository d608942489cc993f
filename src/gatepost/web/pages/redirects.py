"""Where a visitor may be sent back to: a path of ours, whatever the request asks for."""

import re
from typing import Final

_LENGTH_MAX: Final = 2_000
# Visible ASCII without the backslash: browsers read that as a slash, and drop tabs and line ends.
_VISIBLE: Final = re.compile(r"[!-\[\]-~]*")
# What a proxy in front of us might decode before it passes the path on.
_HIDDEN: Final = re.compile(r"%(?:2f|5c|[01][0-9a-f]|7f)", re.IGNORECASE)


def safe_path(text: str | None, default: str) -> str:
    """Give the text if it is a path on this server, else the default.

    For `return_to` and RelayState, which anybody may write. Does not check that
    the path exists or that the visitor may see it.
    """
    if text is None or not 0 < len(text) <= _LENGTH_MAX or not _VISIBLE.fullmatch(text):
        return default
    path = re.split(r"[?#]", text, maxsplit=1)[0]
    if not path.startswith("/") or "//" in path or _HIDDEN.search(path):
        return default
    if any(segment in {".", ".."} for segment in path.lower().replace("%2e", ".").split("/")):
        return default
    return text
