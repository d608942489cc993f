"""Who we are to a passkey: the host of the public URL, never what a request's Host says."""

import hashlib
import ipaddress
from typing import Final
from urllib.parse import urlsplit

import msgspec

_DEFAULT_PORTS: Final = {"https": 443, "http": 80}


class RelyingPartyIdentity(msgspec.Struct, frozen=True):
    """The id that passkeys are bound to, the name that is shown, the origins that may use them."""

    id: str
    name: str
    origins: tuple[str, ...]

    @property
    def id_hash(self) -> bytes:
        """Give the SHA-256 of the id, as authenticators send it (WebAuthn §6.1)."""
        return hashlib.sha256(self.id.encode()).digest()

    @staticmethod
    def of(public_url: str, name: str) -> "RelyingPartyIdentity":
        """Read it from the public URL of the installation.

        Raises:
            ValueError: passkeys cannot work there; ask `is_possible` first.
        """
        identity = _read(public_url, name)
        if identity is None:
            raise ValueError(
                f"Passkeys do not work at {public_url!r}: browsers offer them under https and a "
                "host name, or at localhost, and not at an IP address."
            )
        return identity

    @staticmethod
    def is_possible(public_url: str) -> bool:
        """Tell whether browsers offer passkeys there: a secure context with a domain."""
        return _read(public_url, "") is not None


def _read(public_url: str, name: str) -> RelyingPartyIdentity | None:
    try:
        parts = urlsplit(public_url)
        host, port = _ascii(parts.hostname or ""), parts.port
    except ValueError:  # no port, an unclosed bracket, a label that is none
        return None
    if parts.scheme not in _DEFAULT_PORTS or not host or _is_address(host):
        return None
    is_local = host == "localhost" or host.endswith(".localhost")
    if parts.scheme == "http" and not is_local:
        return None
    is_default = port is None or port == _DEFAULT_PORTS[parts.scheme]
    origin = f"{parts.scheme}://{host}" + ("" if is_default else f":{port}")
    return RelyingPartyIdentity(host, name, (origin,))


def _ascii(host: str) -> str:
    """Give the host as a browser writes it into an origin."""
    return host if host.isascii() else host.encode("idna").decode()


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True
