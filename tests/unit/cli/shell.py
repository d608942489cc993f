"""A shell on an installation of its own, and what a test needs to put into it."""

import asyncio
import contextlib
import json
import threading
from collections.abc import Awaitable, Callable, Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Protocol, TypeVar

from gatepost.base.secrets import digest
from gatepost.base.settings import Settings
from gatepost.store.changes import Insert
from gatepost.store.login_rows import SessionRow
from gatepost.store.tables import SESSIONS
from gatepost.wiring import House, open_house
from tests.oidc import make

Found = TypeVar("Found")


class Shell(Protocol):
    """Runs a command with --json; gives its object, its lines, or the error's."""

    def __call__(self, *words: str, code: int = 0) -> Any: ...


def in_house(folder: Path, work: Callable[[House], Awaitable[Found]], **settings: Any) -> Found:
    """Do something that no command does, in the installation of that data directory."""

    async def run() -> Found:
        house = await open_house(Settings(data_dir=folder, **settings))
        try:
            return await work(house)
        finally:
            await house.close()

    return asyncio.run(run())


def signed_in(folder: Path, user_id: str, provider_id: str | None = None) -> None:
    """Have somebody be signed in."""
    at = datetime.now(UTC)  # noqa: TID251 - the commands go by the machine's own clock

    async def work(house: House) -> None:
        row = SessionRow(
            tenant_id=1,
            session_id=house.ids.new(),
            digest=digest(house.ids.new()),
            user_id=user_id,
            provider_id=provider_id,
            created_at=at,
            authenticated_at=at,
            seen_at=at,
            expires_at=at + timedelta(hours=1),
        )
        assert await house.database.commit([Insert(SESSIONS, row)]) is None

    in_house(folder, work)


def saml_metadata(*certificates: str, entity_id: str = "https://idp.example") -> bytes:
    """Write the metadata of a SAML identity provider."""
    keys = "".join(
        '<md:KeyDescriptor use="signing"><ds:KeyInfo><ds:X509Data><ds:X509Certificate>'
        f"{one}</ds:X509Certificate></ds:X509Data></ds:KeyInfo></md:KeyDescriptor>"
        for one in certificates
    )
    return (
        '<md:EntityDescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata" '
        f'xmlns:ds="http://www.w3.org/2000/09/xmldsig#" entityID="{entity_id}">'
        '<md:IDPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol">'
        f'{keys}<md:SingleSignOnService Location="https://idp.example/sso" '
        'Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect"/>'
        "</md:IDPSSODescriptor></md:EntityDescriptor>"
    ).encode()


@contextlib.contextmanager
def openid_provider() -> Iterator[str]:
    """Publish discovery and keys of an OpenID provider on this machine; gives its issuer."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = json.dumps(documents[self.path]).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_words: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    issuer = f"http://127.0.0.1:{server.server_port}"
    documents: dict[str, Any] = {
        "/.well-known/openid-configuration": {
            "issuer": issuer,
            "authorization_endpoint": f"{issuer}/authorize",
            "token_endpoint": f"{issuer}/token",
            "jwks_uri": f"{issuer}/keys",
            "response_types_supported": ["code"],
            "subject_types_supported": ["public"],
            "code_challenge_methods_supported": ["S256"],
        },
        "/keys": {"keys": [make.jwk(make.RSA, "one")]},
    }
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield issuer
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
