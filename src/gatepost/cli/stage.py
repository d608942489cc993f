"""The demo's stage: what is there before its story begins, and what must be there at its end."""

import msgspec

from gatepost.base.actor import command_line
from gatepost.lifecycle.conflicts import Conflict
from gatepost.lifecycle.corridor import Writer
from gatepost.lifecycle.mappings import Impact, MappingChange
from gatepost.lifecycle.users import NewUser
from gatepost.scim.urns import USER
from gatepost.simulator.people import Company
from gatepost.simulator.story import ACME, GLOBEX, LOCAL_TECHNICIAN
from gatepost.store.rows import ProviderRow, UserRow
from gatepost.tenancy.provider_settings import NO_GROUPS
from gatepost.wiring import House

ADMINISTRATOR = "you@demo.example"
SUPPORT_ROLE = "Support Engineer"
MANUAL_ROLE = "On-call Lead"
PORTAL_ROLE = "Portal User"
_VENDORS = {ACME.name: "entra", GLOBEX.name: "okta"}


class Endpoint(msgspec.Struct, frozen=True, kw_only=True):
    """What an identity provider is configured with (R2)."""

    provider: ProviderRow
    base_url: str
    token: str


class Stage:
    """Furnishes a house for the story and looks at it afterwards."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.tenant_id = 0
        self.endpoints: dict[str, Endpoint] = {}
        self.console_url = ""

    async def furnish(self) -> None:
        """Make what is there before the story: a way in, roles, providers, a local technician."""
        house = self.house
        tenant = await house.tenants.ensure_default(Writer(command_line(1, "demo")))
        self.tenant_id = tenant.tenant_id
        await house.roles.create(self._writer, SUPPORT_ROLE, "technician")
        await house.roles.create(self._writer, MANUAL_ROLE, "technician")
        await house.roles.create(self._writer, PORTAL_ROLE, "end_user")
        for company in (ACME, GLOBEX):
            await house.organizations.create(self._writer, company.name)
            self.endpoints[company.name] = await self._endpoint(company)
        await self._local_technician()
        self.console_url = await self._console_url()

    async def map_group(self, company: str, group_id: str) -> Impact:
        """Map the group to the role of technicians; tells who gains it."""
        provider = self.endpoints[company].provider
        group = await self.house.groups.get(provider, group_id)
        role = await self.house.roles.get(self.tenant_id, SUPPORT_ROLE)
        change = MappingChange(group=group, role=role, is_added=True)
        return await self.house.mappings.apply(
            self._writer, provider, [change], no_groups=NO_GROUPS
        )

    async def local_technician(self) -> UserRow:
        """Read the account that the story adopts."""
        return await self.house.users.get(self.tenant_id, self._local_id, None)

    async def role_names(self, user: UserRow) -> list[str]:
        """Read the names of all roles that the user has, each with its cause."""
        found = await self.house.roles.effective(user)
        return sorted(
            f"{one.name} ({'through ' + one.group if one.group else 'granted by hand'})"
            for one in found
        )

    async def conflicts(self) -> list[Conflict]:
        """Read the open conflicts."""
        return await self.house.conflicts.open(self.tenant_id)

    async def surprises(self) -> list[str]:
        """Tell what is otherwise at the end than the story says; nothing if all is well."""
        lena, acme = await self.local_technician(), self.endpoints[ACME.name].provider
        roles = {one.name for one in await self.house.roles.effective(lena)}
        reasons = [one.row.reason for one in await self.conflicts()]
        counted = {
            name: await self.house.providers.users_count(one.provider)
            for name, one in self.endpoints.items()
        }
        checks = {
            "the local technician is not managed by Acme": lena.provider_id == acme.provider_id,
            "the local technician's phone number changed": lena.phone == LOCAL_TECHNICIAN.phone,
            "the role granted by hand was lost": MANUAL_ROLE in roles,
            f"conflicts are open: {reasons}": reasons == ["other_provider"],
            f"the providers manage {counted}": counted == _PEOPLE,
        }
        return [words for words, is_so in checks.items() if not is_so]

    @property
    def _writer(self) -> Writer:
        return Writer(command_line(self.tenant_id, "demo"))

    async def _console_url(self) -> str:
        """Make the demo's administrator, and the link that signs them in."""
        house, schemas = self.house, await self.house.tenants.schemas(self.tenant_id)
        made = await house.administrators.create(
            self._writer, ADMINISTRATOR, "Demo Administrator", schema=schemas.user
        )
        secret = await house.login.demo.new_link(self._writer, made)
        return f"{house.settings.public_url}/demo/{secret}"

    async def _endpoint(self, company: Company) -> Endpoint:
        provider = await self.house.providers.create(
            self._writer,
            company.name,
            vendor=_VENDORS[company.name],
            domains=[company.domain],
            scim_enabled=True,
        )
        token = await self.house.tokens.create(self._writer, provider, "demo")
        base_url = f"{self.house.settings.public_url}/scim/v2/{provider.slug}"
        return Endpoint(provider=provider, base_url=base_url, token=token.secret)

    async def _local_technician(self) -> None:
        person = LOCAL_TECHNICIAN
        document = {
            "schemas": [USER],
            "userName": person.user_name,
            "displayName": person.display_name,
            "name": {"givenName": person.given_name, "familyName": person.family_name},
            "emails": [{"value": person.email, "type": "work", "primary": True}],
        }
        columns = {"created_via": "console", "user_type": "technician", "phone": person.phone}
        schemas = await self.house.tenants.schemas(self.tenant_id)
        new = NewUser(document=document, columns=columns)
        created = await self.house.users.create(self._writer, new, schema=schemas.user)
        self._local_id = created.user.user_id
        await self.house.roles.grant(self._writer, self._local_id, MANUAL_ROLE)


_PEOPLE = {ACME.name: 14, GLOBEX.name: 12}
"""Who is managed at the end: at Acme the joiner and the adopted technician came to the twelve."""
