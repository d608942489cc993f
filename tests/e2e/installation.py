"""An installation as its operator has it: a server in a process, set up beside it."""

import asyncio
import base64
import json
import re
import ssl
from collections.abc import Awaitable, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any, TypeVar

import httpx2

from gatepost.base.actor import command_line
from gatepost.base.settings import Settings
from gatepost.lifecycle.corridor import Writer
from gatepost.lifecycle.users import NewUser
from gatepost.scim.urns import PATCH_OP, USER
from gatepost.store import requests, sessions, users
from gatepost.store.changes import Update
from gatepost.store.login_rows import SessionRow
from gatepost.store.rows import ProviderRow, RequestRow, UserRow
from gatepost.store.tables import SSO
from gatepost.tenancy.sso_parties import signing_key
from gatepost.wiring import House, open_house
from tests.e2e.identity_providers import Nanoidp, free_port
from tests.e2e.processes import run, running

Made = TypeVar("Made")
Work = Callable[[House, Writer], Awaitable[Made]]
LOCAL = "127.0.0.0/8,::1/128"
REFERENCE = re.compile(r"Reference <code>([^<]+)")


class Installation:
    """A server's public URL, and the rooms of its default tenant."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.url = settings.public_url
        self.pid = 0

    def do(self, work: Work[Made]) -> Made:
        """Work in the rooms, as a command beside the server does."""

        async def worked() -> Made:
            house = await open_house(self.settings, upgrade=True)
            try:
                tenant = await house.tenants.ensure_default(Writer(command_line(1, "test")))
                return await work(house, Writer(command_line(tenant.tenant_id, "test")))
            finally:
                await house.close()

        with ThreadPoolExecutor(1) as thread:  # the caller may be in an event loop
            return thread.submit(lambda: asyncio.run(worked())).result()

    def provider(self, name: str, **settings: Any) -> ProviderRow:
        return self.do(lambda house, writer: house.providers.create(writer, name, **settings))

    def scim(self, provider: ProviderRow) -> httpx2.Client:
        """Switch on SCIM; gives a client with a token, as the provider has one."""

        async def work(house: House, writer: Writer) -> str:
            on = await house.providers.update(writer, provider, scim_enabled=True)
            return (await house.tokens.create(writer, on)).secret

        secret = self.do(work)
        return httpx2.Client(
            # Beside the server: its public name may be known to a browser alone.
            base_url=f"http://127.0.0.1:{self.settings.port}/scim/v2/{provider.slug}",
            headers={"Authorization": f"Bearer {secret}"},
            timeout=30,
        )

    def saml(self, provider: ProviderRow, theirs: Nanoidp, **settings: Any) -> str:
        """Set up SAML by nanoidp's metadata URL and switch it on; gives our certificate (PEM)."""

        async def work(house: House, writer: Writer) -> str:
            await house.single_sign_on.set_up_saml(writer, provider, url=theirs.metadata_url)
            await _switched_on(house, writer, provider, settings)
            key = signing_key(await house.single_sign_on.keys(provider))
            assert key
            return ssl.DER_cert_to_PEM_cert(base64.b64decode(key.certificate))

        return self.do(work)

    def oidc(
        self, provider: ProviderRow, issuer: str, client_id: str, secret: str, **settings: Any
    ) -> None:
        """Set up OpenID Connect by the issuer's discovery document and switch it on."""

        async def work(house: House, writer: Writer) -> None:
            await house.single_sign_on.set_up_oidc(
                writer, provider, issuer, client_id=client_id, client_secret=secret
            )
            await _switched_on(house, writer, provider, settings)

        self.do(work)

    def local_user(self, user_name: str, **columns: Any) -> UserRow:
        """Make a local account, as an administrator does."""
        document = {
            "schemas": [USER],
            "userName": user_name,
            "active": True,
            "emails": [{"value": user_name, "type": "work", "primary": True}],
        }

        async def work(house: House, writer: Writer) -> UserRow:
            schemas = await house.tenants.schemas(writer.actor.tenant_id)
            first = {"created_via": "console", "user_type": "end_user"} | columns
            new = NewUser(document=document, columns=first)
            return (await house.users.create(writer, new, schema=schemas.user)).user

        return self.do(work)

    def invitation(self, user: UserRow) -> str:
        """Invite somebody; gives the link, since no mail is sent here."""

        async def work(house: House, writer: Writer) -> str:
            return (await house.login.links.invite(writer, user)).url

        return self.do(work)

    def user(self, user_id: str) -> UserRow:
        async def work(house: House, writer: Writer) -> UserRow:
            found = await users.get(house.database, writer.actor.tenant_id, user_id)
            assert found
            return found

        return self.do(work)

    def sessions(self, user_id: str) -> list[SessionRow]:
        async def work(house: House, writer: Writer) -> list[SessionRow]:
            return await sessions.of_user(house.database, writer.actor.tenant_id, user_id)

        return self.do(work)

    def record(self, request_id: str) -> RequestRow:
        """Read the record of a request, by the reference that a page shows."""

        async def work(house: House, writer: Writer) -> RequestRow | None:
            return await requests.get(house.database, writer.actor.tenant_id, request_id)

        found = self.do(work)
        assert found, f"no request has the id {request_id}"
        return found

    def read_long_ago(self, provider: ProviderRow) -> None:
        """Let the last look at the provider's metadata or keys be an hour ago."""

        async def work(house: House, _writer: Writer) -> None:
            key = (provider.tenant_id, provider.provider_id)
            at = house.clock.now() - timedelta(hours=1)
            assert await house.database.commit([Update(SSO, key, {"trust_at": at})]) is None

        self.do(work)

    def refused_as(self, page: httpx2.Response) -> str:
        """Give the reason of the refusal that a page refers to."""
        return self.record(reference_of(page)).reason

    def cli(self, *arguments: str, **variables: str) -> Any:
        """Run a command beside the server; gives what it prints as JSON."""
        done = run("--json", *arguments, **(self.variables() | variables))
        assert done.returncode == 0, f"{arguments}: {done.stderr}"
        return json.loads(done.stdout) if done.stdout else None

    def variables(self) -> dict[str, str]:
        """Give the environment that an operator gives every command."""
        settings = self.settings
        given = {
            "DATA_DIR": str(settings.data_dir),
            "DATABASE_URL": settings.database_url,
            "PORT": str(settings.port),
            "PUBLIC_URL": settings.public_url,
            "OUTBOUND_HTTP": str(settings.outbound_http).lower(),
            "OUTBOUND_NETWORKS": ",".join(settings.outbound_networks),
        }
        if settings.secret_keys:
            given["SECRET_KEYS"] = settings.secret_keys
        return {f"GATEPOST_{name}": value for name, value in given.items()}


async def _switched_on(
    house: House, writer: Writer, provider: ProviderRow, settings: dict[str, Any]
) -> None:
    """Switch SSO on as though a test of the connection had held."""
    sso = house.single_sign_on
    row = await sso.configure(writer, provider, **settings) if settings else await sso.get(provider)
    key = (row.tenant_id, row.provider_id)
    tested = Update(SSO, key, {"tested_at": house.clock.now()}, {"version": row.version})
    assert await house.database.commit([tested]) is None
    await sso.switch(writer, provider, on=True)


def settings_of(folder: Path, database_url: str | None = None, **settings: Any) -> Settings:
    """Give the settings of a server at `localhost` that may reach others on this machine."""
    data_dir = folder / "data"
    data_dir.mkdir(parents=True, exist_ok=True)
    port = settings.pop("port", None) or free_port()
    values: dict[str, Any] = {
        "data_dir": data_dir,
        "port": port,
        "public_url": f"http://localhost:{port}",
        "outbound_http": True,
        "outbound_networks": LOCAL,
    }
    if database_url:
        values["database_url"] = database_url
    return Settings(**(values | settings))


@contextmanager
def installed(folder: Path, settings: Settings, *arguments: str) -> Iterator[Installation]:
    """Run `gatepost serve` with the settings."""
    opened = Installation(settings)
    opened.do(_nothing)
    with running(folder, "serve", "--json", *arguments, **opened.variables()) as server:
        opened.pid = server.process.pid
        yield opened


async def _nothing(_house: House, _writer: Writer) -> None:
    """The database is brought up to date by being opened."""


def reference_of(page: httpx2.Response) -> str:
    """Give the reference that a refusal's page shows."""
    assert page.status_code >= 400, page.text
    found = REFERENCE.search(page.text)
    assert found, page.text
    return found[1]


def provision(scim: httpx2.Client, name: str) -> str:
    """Create a person of example.com by SCIM, as their provider does; gives the id."""
    address = f"{name}@example.com"
    body = {"schemas": [USER], "userName": address, "emails": [{"value": address}]}
    answer = scim.post("/Users", json=body)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


def activate(scim: httpx2.Client, user_id: str, *, is_active: bool) -> None:
    """Make a person active or inactive by SCIM."""
    operation = {"op": "replace", "path": "active", "value": is_active}
    body = {"schemas": [PATCH_OP], "Operations": [operation]}
    answer = scim.patch(f"/Users/{user_id}", json=body)
    assert answer.is_success, answer.text
