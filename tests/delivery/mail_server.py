"""A mail server on 127.0.0.1 that keeps what it takes, and refuses what a test wants refused."""

import asyncio
import base64
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import SMTP
from typing import cast


class MailServer:
    """Speaks as much SMTP as a client needs; `refuse` maps a command to the answer it gets."""

    def __init__(self, tls: ssl.SSLContext | None = None) -> None:
        self.port = 0
        self.tls = tls
        self.refuse: dict[str, str] = {}
        self.commands: list[str] = []
        self.mails: list[EmailMessage] = []
        self.login: str | None = None
        self.was_secure: list[bool] = []
        self.silent_at = ""
        self.serving: set[asyncio.Task[None]] = set()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task
        self.serving.add(task)
        try:
            if self.silent_at == "CONNECT":
                await asyncio.Event().wait()
            await self._say(writer, "220 street ESMTP")
            while line := (await reader.readline()).decode().strip():
                await self._answer(line, reader, writer)
        except (ConnectionError, ssl.SSLError, asyncio.CancelledError):
            pass  # the client is gone, or the test is over
        finally:
            self.serving.discard(task)
            writer.close()

    async def _answer(
        self, line: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        command = line.split(" ", 1)[0].upper()
        self.commands.append(line)
        is_secure = writer.get_extra_info("ssl_object") is not None
        if command == self.silent_at:
            await asyncio.Event().wait()
        if command in self.refuse:
            await self._say(writer, self.refuse[command])
        elif command == "EHLO":
            offers = ["250-street", "250-AUTH PLAIN"]
            offers += ["250-STARTTLS"] if self.tls and not is_secure else []
            await self._say(writer, *offers, "250 8BITMIME")
        elif command == "STARTTLS":
            await self._say(writer, "220 go on")
            assert self.tls
            await writer.start_tls(self.tls)
        elif command == "AUTH":
            self.login = base64.b64decode(line.rsplit(maxsplit=1)[-1]).decode()
            await self._say(writer, "235 welcome")
        elif command == "DATA":
            await self._say(writer, "354 go on")
            stuffed = (await reader.readuntil(b"\r\n.\r\n"))[:-3]
            raw = stuffed.replace(b"\r\n..", b"\r\n.")  # RFC 5321 §4.5.2
            self.mails.append(cast("EmailMessage", BytesParser(policy=SMTP).parsebytes(raw)))
            self.was_secure.append(is_secure)
            await self._say(writer, self.refuse.get("BODY", "250 taken"))
        else:
            await self._say(writer, "221 bye" if command == "QUIT" else "250 fine")

    async def _say(self, writer: asyncio.StreamWriter, *lines: str) -> None:
        writer.write("".join(f"{line}\r\n" for line in lines).encode())
        await writer.drain()


@asynccontextmanager
async def mail_server(
    tls: ssl.SSLContext | None = None, *, wrapped: bool = False
) -> AsyncIterator[MailServer]:
    """Serve with STARTTLS if there is a certificate, or wrapped in TLS from the start."""
    street = MailServer(None if wrapped else tls)
    server = await asyncio.start_server(street.serve, "127.0.0.1", 0, ssl=tls if wrapped else None)
    street.port = server.sockets[0].getsockname()[1]
    try:
        yield street
    finally:
        server.close()
        for task in list(street.serving):
            task.cancel()
        await asyncio.gather(*street.serving)
