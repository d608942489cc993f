"""Taking an address to listen on, and being stopped: what is done before a server is built."""

import signal
import socket
from collections.abc import Iterator
from contextlib import contextmanager

from gatepost.base.launch import BACKLOG
from gatepost.base.settings import Settings


class AddressUnavailable(Exception):
    """The address to listen on cannot be had."""


def listen(settings: Settings) -> socket.socket:
    """Take the address to listen on; clients wait from now on instead of being refused.

    Raises:
        AddressUnavailable: another program has it, it is not this machine's, or not ours to take.
    """
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    try:
        return socket.create_server((settings.host, settings.port), family=family, backlog=BACKLOG)
    except OSError as error:
        reason = error.strerror or str(error)
        raise AddressUnavailable(f"{settings.host} port {settings.port}: {reason}") from error


@contextmanager
def stoppable() -> Iterator[None]:
    """Let SIGTERM interrupt as Ctrl-C does, so that what was made for the run is removed."""
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
