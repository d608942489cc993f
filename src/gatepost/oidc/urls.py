"""URLs that are believed: absolute, https, and nothing hidden in them."""

import ipaddress
from collections.abc import Mapping
from typing import Final
from urllib.parse import SplitResult, urlencode, urlsplit

URL_CHARACTERS_MAX: Final = 2048


def is_endpoint(url: object, *, allow_http: bool = False) -> bool:
    """Tell whether it is an absolute https URL without user, fragment or blanks.

    With `allow_http`, plain http to this machine itself will do, for development.
    Whether the host may be asked at all is for who sends the request to decide.
    """
    return isinstance(url, str) and _split(url, allow_http=allow_http) is not None


def is_issuer(url: str, *, allow_http: bool = False) -> bool:
    """Tell whether it can be an issuer: an endpoint without a query (OIDC Discovery §3)."""
    return is_endpoint(url, allow_http=allow_http) and "?" not in url


def with_query(endpoint: str, parameters: Mapping[str, str]) -> str:
    """Give the endpoint with further parameters; those it has stay (RFC 6749 §3.1)."""
    return f"{endpoint}{'&' if '?' in endpoint else '?'}{urlencode(parameters)}"


def _split(url: str, *, allow_http: bool) -> SplitResult | None:
    if len(url) > URL_CHARACTERS_MAX or not url.isascii() or not url.isprintable():
        return None
    if any(character in url for character in ' #"<>\\^`{|}'):
        return None
    try:
        parts = urlsplit(url)
        well_formed = parts.hostname and parts.port != 0 and "@" not in parts.netloc
    except ValueError:
        return None
    if not well_formed:
        return None
    plain = parts.scheme == "http" and allow_http and _is_loopback(parts.hostname or "")
    return parts if parts.scheme == "https" or plain else None


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
