"""The headers of a page: what a browser may do with it, and who may keep it."""

import re
from collections.abc import Iterable
from typing import Final
from urllib.parse import urlsplit

_HSTS_S: Final = 31_536_000
_HOST: Final = re.compile(r"[a-z0-9_-]+(?:\.[a-z0-9_-]+)*\.?|[0-9a-f:]+")
_DEFAULT_PORTS: Final = {"http": 80, "https": 443}


def page_headers(
    public_url: str, *, form_targets: Iterable[str] = (), holds_secret: bool = False
) -> dict[str, str]:
    """Give the headers of a page.

    `form_targets` are URLs elsewhere to which a form of this page leads, by its action
    or by the redirect that answers it: browsers hold `form-action` against both.
    `holds_secret` says that the page's own URL must not be told to the next page.
    """
    headers = {
        "Content-Security-Policy": content_security_policy(form_targets),
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "no-referrer" if holds_secret else "same-origin",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cache-Control": "no-store",
    }
    if public_url.startswith("https:"):
        headers["Strict-Transport-Security"] = f"max-age={_HSTS_S}"
    return headers


def content_security_policy(form_targets: Iterable[str] = ()) -> str:
    """Give the policy of a page: everything of our own, nothing inline, no frames.

    Raises:
        ValueError: a target is no http or https URL.
    """
    targets = " ".join(dict.fromkeys(["'self'", *(origin(url) for url in form_targets)]))
    return (
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; "
        f"font-src 'self'; connect-src 'self'; form-action {targets}; base-uri 'none'; "
        "frame-ancestors 'none'"
    )


def origin(url: str) -> str:
    """Give the origin of a URL as browsers write it: lower case, no default port.

    Raises:
        ValueError: it is no http or https URL with a plain host name.
    """
    parts = urlsplit(url)
    host = parts.hostname or ""
    if parts.scheme not in _DEFAULT_PORTS or not _HOST.fullmatch(host):
        raise ValueError("A URL with http or https and a host name is needed.")
    shown = f"[{host}]" if ":" in host else host
    if parts.port in {None, _DEFAULT_PORTS[parts.scheme]}:
        return f"{parts.scheme}://{shown}"
    return f"{parts.scheme}://{shown}:{parts.port}"
