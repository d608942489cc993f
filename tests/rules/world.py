"""A whole house in one process, as a test meets it: providers that send, and what they leave."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any

import httpx2
import msgspec

from gatepost.base.actor import Actor, ActorKind, command_line
from gatepost.base.clock import FakeClock
from gatepost.base.fetching import Fetcher
from gatepost.base.ids import Uuid7Ids
from gatepost.base.launch import Launch
from gatepost.base.secrets import SystemSecrets
from gatepost.base.settings import Settings
from gatepost.lifecycle.corridor import Writer
from gatepost.lifecycle.users import NewUser
from gatepost.scim.urns import GATEPOST_USER, GROUP, PATCH_OP, USER
from gatepost.store import activities, requests, tables, users
from gatepost.store.activities import ActivityListing
from gatepost.store.changes import Update
from gatepost.store.read import select_rows
from gatepost.store.rows import ActivityRow, ProviderRow, RequestRow, TenantRow, UserRow
from gatepost.store.tables import USERS
from gatepost.tenancy.tokens import NewToken
from gatepost.web.app import create_app
from gatepost.web.health import Health
from gatepost.wiring import House, open_house, page_doors, scim_door

Document = dict[str, Any]

START = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
PUBLIC_URL = "https://gatepost.test"
EXTENSION = GATEPOST_USER
SECRET_KEY = "c2VhbHMgd2hhdCB0ZXN0cyBrZWVwLCBhbmQgbm90aGk="
"""A key for what tests seal: every world of one database has the same."""


def a_user(user_name: str = "ada@example.com", **attributes: Any) -> Document:
    """Give the body of a POST or PUT of a user."""
    name = {"givenName": "Ada", "familyName": "Lovelace"}
    return {"schemas": [USER], "userName": user_name, "name": name, **attributes}


def a_group(display_name: str = "Support", members: list[str] | None = None) -> Document:
    """Give the body of a POST or PUT of a group."""
    body: Document = {"schemas": [GROUP], "displayName": display_name}
    return body if members is None else {**body, "members": [{"value": one} for one in members]}


def operations(*sent: Document) -> Document:
    """Give the body of a PATCH."""
    return {"schemas": [PATCH_OP], "Operations": list(sent)}


def replace(path: str, value: Any) -> Document:
    """Give a PATCH that replaces one attribute."""
    return operations({"op": "replace", "path": path, "value": value})


def extended(**attributes: Any) -> Document:
    """Give our extension, to be taken into a body."""
    return {EXTENSION: attributes}


class Client:
    """A provider's SCIM client with its token."""

    def __init__(self, world: "World", provider: ProviderRow, token: NewToken) -> None:
        self.world = world
        self.provider = provider
        self.token = token
        self.http = httpx2.AsyncClient(
            transport=httpx2.ASGITransport(app=world.app),
            base_url=f"{PUBLIC_URL}/scim/v2/{provider.slug}",
            headers={"Authorization": f"Bearer {token.secret}"},
        )

    async def send(
        self, method: str, path: str, body: Any = None, **headers: str
    ) -> httpx2.Response:
        """Send a request; `headers` have underscores for hyphens."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        if body is not None:
            named.setdefault("Content-Type", "application/scim+json")
        content = msgspec.json.encode(body) if body is not None else None
        return await self.http.request(method, path, content=content, headers=named)

    async def find(self, filter_text: str, endpoint: str = "/Users") -> list[Document]:
        """Look resources up by a filter."""
        answer = await self.http.get(endpoint, params={"filter": filter_text})
        assert answer.status_code == 200, answer.text
        resources: list[Document] = answer.json()["Resources"]
        assert answer.json()["totalResults"] == len(resources)
        return resources

    async def created(self, body: Document, endpoint: str = "/Users") -> Document:
        """Create a resource that nothing forbids."""
        answer = await self.send("POST", endpoint, body)
        assert answer.status_code == 201, answer.text
        resource: Document = answer.json()
        return resource

    async def user(self, user_name: str = "ada@example.com", **attributes: Any) -> str:
        """Create a user; gives the id."""
        return str((await self.created(a_user(user_name, **attributes)))["id"])

    async def group(self, display_name: str = "Support", members: list[str] | None = None) -> str:
        """Create a group; gives the id."""
        return str((await self.created(a_group(display_name, members), "/Groups"))["id"])

    async def members(self, group_id: str) -> set[str]:
        """Read who is in the group."""
        answer = await self.send("GET", f"/Groups/{group_id}")
        assert answer.status_code == 200, answer.text
        return {one["value"] for one in answer.json().get("members", [])}

    async def close(self) -> None:
        await self.http.aclose()


class World:
    """One tenant of a house, and the people of the test in it."""

    def __init__(self, house: House, tenant: TenantRow) -> None:
        self.house = house
        self.tenant = tenant
        self.tenant_id = tenant.tenant_id
        self.clients: list[Client] = []
        self.app = create_app(
            scim=scim_door(house),
            doors=page_doors(house),
            health=Health(house.database, metrics_token=None),
            with_metrics=False,
        )

    @property
    def clock(self) -> FakeClock:
        """The clock of the house, which the test moves."""
        assert isinstance(self.house.clock, FakeClock)
        return self.house.clock

    @property
    def writer(self) -> Writer:
        """An administrator at the command line."""
        return Writer(command_line(self.tenant_id, "Grace"))

    async def client(self, name: str = "Okta", **settings: Any) -> Client:
        """Make a provider with its SCIM on, and the client that speaks for it."""
        settings = {"domains": ["example.com"], "rate_limit": 0, **settings}
        made = await self.house.providers.create(self.writer, name, **settings)
        provider = await self.house.providers.update(self.writer, made, scim_enabled=True)
        token = await self.house.tokens.create(self.writer, provider)
        return self.attached(provider, token)

    def attached(self, provider: ProviderRow, token: NewToken) -> Client:
        """Make a client for a provider that exists."""
        client = Client(self, provider, token)
        self.clients.append(client)
        return client

    async def configured(self, client: Client, **settings: Any) -> None:
        """Change the settings of a client's provider."""
        client.provider = await self.house.providers.update(
            self.writer, client.provider, **settings
        )

    async def local_user(
        self, user_name: str = "ada@example.com", document: Document | None = None, **columns: Any
    ) -> UserRow:
        """Make a local account, as an administrator does; `columns` may be any of the row's."""
        emails = [{"value": user_name, "type": "work", "primary": True}]
        full = {"schemas": [USER], "userName": user_name, "active": True}
        full |= ({"emails": emails} if "@" in user_name else {}) | (document or {})
        schemas = await self.house.tenants.schemas(self.tenant_id)
        first = {"created_via": "console", "user_type": columns.pop("user_type", "end_user")}
        new = NewUser(document=full, columns=first)
        made = (await self.house.users.create(self.writer, new, schema=schemas.user)).user
        if columns:
            await self.set_user(made.user_id, **columns)
        return await self.row(made.user_id)

    async def set_user(self, user_id: str, **columns: Any) -> None:
        """Set columns that nobody may set from outside."""
        change = Update(USERS, (self.tenant_id, user_id), columns)
        assert await self.house.database.commit([change]) is None

    async def row(self, user_id: str) -> UserRow:
        """Read an account as it is stored."""
        found = await users.get(self.house.database, self.tenant_id, user_id)
        assert found is not None
        return found

    async def roles(self, user_id: str) -> set[tuple[str, str]]:
        """Read whom the account is: role names, each with its cause."""
        found = await self.house.roles.effective(await self.row(user_id))
        return {(one.name, one.cause) for one in found}

    async def activities(self, **listing: Any) -> list[ActivityRow]:
        """Read the log, oldest first."""
        found = await activities.page(
            self.house.database, self.tenant_id, ActivityListing(**listing), limit=10_000
        )
        return found[::-1]

    async def left_by(self, answer: httpx2.Response) -> list[ActivityRow]:
        """Read the activities that a request left."""
        return await self.activities(request_id=answer.headers["X-Request-Id"])

    async def events(self, answer: httpx2.Response) -> list[str]:
        """Read what a request did, by the names of the events."""
        return [one.event for one in await self.left_by(answer)]

    async def record(self, answer: httpx2.Response, tenant_id: int | None = None) -> RequestRow:
        """Read the record that a request left."""
        await self.house.recorder.flush()
        found = await requests.get(
            self.house.database,
            self.tenant_id if tenant_id is None else tenant_id,
            answer.headers["X-Request-Id"],
        )
        assert found is not None
        return found

    async def everything(self) -> list[str]:
        """Read every row of every table as text; a user's own phone number aside."""
        found = []
        for table in tables.ALL:
            for row in await select_rows(self.house.database, table.row, "", is_long=True):
                shown = row
                if isinstance(row, UserRow):
                    shown = msgspec.structs.replace(row, phone=None)
                found.append(repr(shown))
        return found

    async def close(self) -> None:
        for client in self.clients:
            await client.close()
        await self.house.close()


async def open_world(
    url: str, *, fetcher: Fetcher | None = None, launch: Launch | None = None, **settings: Any
) -> World:
    """Open a house on the database; its tenant is `default`."""
    clock = FakeClock(START)
    settings.setdefault("secret_keys", SECRET_KEY)
    house = await open_house(
        Settings(database_url=url, public_url=PUBLIC_URL, **settings),
        clock=clock,
        ids=Uuid7Ids(clock),
        secrets=SystemSecrets(),
        fetcher=fetcher,
        upgrade=True,
        launch=launch,
    )
    system = Actor(kind=ActorKind.SYSTEM, tenant_id=0, name="system")
    return World(house, await house.tenants.ensure_default(Writer(system)))


def refused(answer: httpx2.Response, status: int, scim_type: str | None, *words: str) -> None:
    """Check that the answer is a SCIM Error with that status and type, and that it says so."""
    assert answer.status_code == status, answer.text
    error = answer.json()
    assert error["schemas"] == ["urn:ietf:params:scim:api:messages:2.0:Error"]
    assert error["status"] == str(status)
    assert error.get("scimType") == scim_type
    for word in words:
        assert word in error["detail"], error["detail"]


def steps_of(record: RequestRow, kind: str, **facts: Any) -> list[Document]:
    """Give the steps of that kind that have these facts."""
    return [
        step
        for step in record.steps
        if step["kind"] == kind and all(step.get(key) == one for key, one in facts.items())
    ]


async def together(*work: Awaitable[Any]) -> list[Any]:
    """Await all at once."""
    return list(await asyncio.gather(*work))


OpenWorld = Callable[..., Awaitable[World]]
