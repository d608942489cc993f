"""Mail by SMTP: one plain-text message per connection, over TLS unless the operator says not."""

import re
import socket
import ssl
from email.errors import HeaderParseError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr
from ipaddress import ip_address
from typing import Final
from urllib.parse import parse_qs, unquote, urlsplit

import aiosmtplib
import msgspec

from gatepost.activity.outbox import Message
from gatepost.base.clock import Clock
from gatepost.delivery.senders import SendFailed

_PORTS: Final = {"smtp": 587, "smtps": 465}
_SUBJECT_CHARACTERS_MAX: Final = 200
_PERMANENT: Final = 500
_ENHANCED: Final = re.compile(r"^[245]\.\d{1,3}\.\d{1,3}(?=\s|$)")


class MailServer(msgspec.Struct, frozen=True, kw_only=True):
    """Where mail goes in. `tls`: `wrapped` from the start, `starttls`, or `off`."""

    host: str
    port: int
    tls: str
    user: str | None = None
    password: str | None = None


def read_mail_url(url: str) -> MailServer:
    """Read `smtp://user:password@host:587?starttls=on|off` or `smtps://user:password@host:465`.

    STARTTLS is demanded but of a server on this machine, unless the URL says otherwise.

    Raises:
        ValueError: it is no such URL; the text does not repeat it.
    """
    parts = urlsplit(url)
    query = parse_qs(parts.query, keep_blank_values=True)
    starttls = query.pop("starttls", [None])[-1]
    if parts.scheme not in _PORTS or not parts.hostname:
        raise ValueError("it starts with smtp:// or smtps:// and names a host")
    if query or parts.path not in {"", "/"} or starttls not in {None, "on", "off"}:
        raise ValueError("behind the host only ?starttls=on or ?starttls=off may stand")
    if parts.scheme == "smtps":
        tls = "wrapped"
    elif starttls == "off" or (starttls is None and _is_loopback(parts.hostname)):
        tls = "off"
    else:
        tls = "starttls"
    return MailServer(
        host=parts.hostname,
        port=parts.port or _PORTS[parts.scheme],
        tls=tls,
        user=unquote(parts.username) if parts.username else None,
        password=unquote(parts.password) if parts.password else None,
    )


class SmtpSender:
    """Hands mail to a server; `sender` is an address, or a name and an address."""

    def __init__(
        self,
        server: MailServer,
        sender: str,
        clock: Clock,
        *,
        tls: ssl.SSLContext | None = None,
        timeout_s: float = 20.0,
    ) -> None:
        self._server = server
        self._sender = read_sender(sender)
        self._clock = clock
        self._tls = tls
        self._timeout_s = timeout_s

    async def send(self, message: Message) -> None:
        """Hand the message to the server.

        Raises:
            SendFailed: the server is away, or refuses the message or its recipient.
        """
        mail = self._written(message)
        try:
            await self._handed_over(mail)
        # What servers say names the recipient: no cause goes along, for a log to print.
        except aiosmtplib.SMTPException as error:
            raise _failure(error) from None
        except (OSError, ssl.SSLError):
            raise _unreachable() from None
        except ValueError:
            raise _no_address() from None

    async def _handed_over(self, mail: EmailMessage) -> None:
        server = self._server
        self._tls = self._tls or ssl.create_default_context()
        await aiosmtplib.send(
            mail,
            hostname=server.host,
            port=server.port,
            username=server.user,
            password=server.password,
            local_hostname=_own_name(),
            timeout=self._timeout_s,
            use_tls=server.tls == "wrapped",
            start_tls=server.tls == "starttls",
            tls_context=self._tls,
        )

    def _written(self, message: Message) -> EmailMessage:
        mail = EmailMessage(policy=SMTP)
        try:
            mail["To"] = _address(message.to)
        except ValueError:
            raise _no_address() from None
        mail["From"] = self._sender
        mail["Subject"] = " ".join(message.subject.split())[:_SUBJECT_CHARACTERS_MAX]
        mail["Date"] = format_datetime(self._clock.now())
        # The same at every attempt, so that a mailbox can tell a repetition.
        mail["Message-ID"] = f"<{message.message_id}@{self._sender.domain}>"
        mail["Auto-Submitted"] = "auto-generated"  # RFC 3834 §5
        mail["X-Auto-Response-Suppress"] = "All"
        mail.set_content(message.text)
        return mail


def read_sender(written: str) -> Address:
    """Read the address that mail comes from, such as `Gatepost <no-reply@example.com>`.

    Raises:
        ValueError: it is none.
    """
    name, address = parseaddr(written)
    try:
        return _address(address, name)
    except ValueError as error:
        raise ValueError("it is an address, or a name and an address in <>") from error


def _address(written: str, name: str = "") -> Address:
    local, _, domain = written.rpartition("@")
    try:
        # A domain with other letters goes by its ASCII form, which every server takes.
        return Address(name, addr_spec=f"{local}@{domain.encode('idna').decode()}")
    except (HeaderParseError, IndexError) as error:  # what the parser raises beside ValueError
        raise ValueError("not an address") from error


_REFUSED: Final = (
    (aiosmtplib.SMTPRecipientRefused, "the recipient", False),
    (aiosmtplib.SMTPDataError, "the message", False),
    (aiosmtplib.SMTPSenderRefused, "the sender's address of GATEPOST_MAIL_FROM", True),
    (aiosmtplib.SMTPAuthenticationError, "user name and password of GATEPOST_MAIL_URL", True),
    (aiosmtplib.SMTPResponseException, "the connection", True),
)
"""What an answer of the server refuses, and whether the operator can put that right."""


def _failure(error: aiosmtplib.SMTPException) -> SendFailed:
    if isinstance(error, aiosmtplib.SMTPRecipientsRefused):
        return _refused(error.recipients[0])
    if isinstance(error, ConnectionError):
        return _unreachable()
    if isinstance(error, aiosmtplib.SMTPResponseException):
        return _refused(error)
    if isinstance(error, aiosmtplib.SMTPTimeoutError):
        return SendFailed("The mail server did not answer in time.", retry=True)
    if isinstance(error, aiosmtplib.SMTPNotSupported):
        return SendFailed("The mail server cannot take an address with such letters.", retry=False)
    return SendFailed(
        "The mail server does not offer what GATEPOST_MAIL_URL asks for: STARTTLS, or a way to "
        "sign in.",
        retry=True,
    )


def _refused(error: aiosmtplib.SMTPResponseException) -> SendFailed:
    """Say what the server refused: its code, and none of its words.

    What the operator can put right is tried again, whatever the code.
    """
    what, is_ours = next((what, ours) for kind, what, ours in _REFUSED if isinstance(error, kind))
    found = _ENHANCED.match(error.message)
    code = f"{error.code} {found[0]}" if found else str(error.code)
    return SendFailed(
        f"The mail server refused {what} ({code}).", retry=is_ours or error.code < _PERMANENT
    )


def _unreachable() -> SendFailed:
    return SendFailed(
        "The mail server cannot be reached, or its certificate is not trusted. Check "
        "GATEPOST_MAIL_URL.",
        retry=True,
    )


def _no_address() -> SendFailed:
    return SendFailed("The recipient's address is none that mail can be sent to.", retry=False)


def _own_name() -> str:
    """Give the name for EHLO without asking a name server, which would hold everything up."""
    name = socket.gethostname()
    return name if "." in name else "[127.0.0.1]"  # RFC 5321 §4.1.4


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
