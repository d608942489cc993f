"""TLS in front of a server, and a name of its own for it: what a reverse proxy is there for.

With a name that is not `localhost` the server and its identity providers are different sites,
as they are in the world: what a browser sends across is then what it would send there.
"""

import asyncio
import base64
import hashlib
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from cryptography.hazmat.primitives import serialization

from tests.saml.keys import pair

HOST = "sso.gatepost.test"
_CHUNK = 65_536
_OPENED_WITHIN_S = 10


def key_hash() -> str:
    """Give the digest of the key by which Chromium is told to trust its certificate."""
    public = pair("front").private.public_key()
    encoding, form = serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    return base64.b64encode(hashlib.sha256(public.public_bytes(encoding, form)).digest()).decode()


@contextmanager
def front(folder: Path, port: int, behind: int) -> Iterator[None]:
    """Take TLS connections on `port` and pass what they say on to `behind`."""
    file = folder / "front.pem"
    file.write_text(pair("front").pem.decode() + pair("front").certificate_pem)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(file)
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    passing: set[asyncio.Task[None]] = set()

    async def take(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task
        passing.add(task)
        task.add_done_callback(passing.discard)
        there, back = await asyncio.open_connection("127.0.0.1", behind)
        await asyncio.gather(_pass(reader, back), _pass(there, writer))

    async def close() -> None:
        server.close()
        for one in list(passing):
            one.cancel()
        await asyncio.gather(*passing, return_exceptions=True)

    opening = asyncio.start_server(take, "127.0.0.1", port, ssl=context)
    server = asyncio.run_coroutine_threadsafe(opening, loop).result(_OPENED_WITHIN_S)
    try:
        yield
    finally:
        asyncio.run_coroutine_threadsafe(close(), loop).result(_OPENED_WITHIN_S)
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


async def _pass(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while data := await reader.read(_CHUNK):
            writer.write(data)
            await writer.drain()
    except OSError:  # the browser has left
        pass
    finally:
        writer.close()
