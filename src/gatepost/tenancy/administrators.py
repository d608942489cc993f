"""The people who run the installation: the first by a one-time link, more by one another."""

from datetime import datetime, timedelta
from typing import Any

import msgspec

from gatepost.base.secrets import Secrets, digest
from gatepost.lifecycle.account import is_address
from gatepost.lifecycle.corridor import Corridor, Writer
from gatepost.lifecycle.plan import Plan
from gatepost.lifecycle.users import NewUser, Users
from gatepost.scim.schema.resource_schema import ResourceSchema
from gatepost.scim.urns import USER
from gatepost.store import activities, links, logins, users
from gatepost.store.activities import ActivityListing
from gatepost.store.changes import Insert, Update
from gatepost.store.rows import LinkRow, UserRow
from gatepost.store.tables import LINKS
from gatepost.tenancy.refusals import LinkSpent, SettingInvalid

FIRST_ADMINISTRATOR = "first_administrator"
LINK_MINUTES = 30
NOBODY = "00000000-0000-0000-0000-000000000000"


class StaffMember(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody of the staff, and how they prove who they are here; `factors` are kinds."""

    user: UserRow
    factors: list[str]
    has_password: bool
    last_sign_in_at: datetime | None


class Administrators:
    """Makes administrators and support staff, lists them, and makes the link for the first one."""

    def __init__(self, corridor: Corridor, accounts: Users, secrets: Secrets) -> None:
        self._corridor = corridor
        self._database = corridor.database
        self._accounts = accounts
        self._secrets = secrets

    async def is_needed(self, tenant_id: int) -> bool:
        """Tell whether the tenant has no active administrator yet."""
        return not await users.count_active_administrators(self._database, tenant_id, NOBODY)

    async def staff(self, tenant_id: int) -> list[StaffMember]:
        """Read the staff and the break-glass accounts: administrators first, then by name."""
        found = await users.staff(self._database, tenant_id)
        found.sort(key=lambda one: (not one.administrator, not one.support, one.user_name_folded))
        return [await self.member(one) for one in found]

    async def member(self, user: UserRow) -> StaffMember:
        """Read how somebody proves who they are here, and when they last did."""
        tenant_id, user_id = user.tenant_id, user.user_id
        factors = await logins.factors(self._database, tenant_id, user_id)
        password = await logins.find_password(self._database, tenant_id, user_id)
        listing = ActivityListing(subject_id=user_id, event="login.succeeded")
        last = await activities.page(self._database, tenant_id, listing, limit=1)
        return StaffMember(
            user=user,
            factors=[one.kind for one in factors],
            has_password=password is not None,
            last_sign_in_at=last[0].at if last else None,
        )

    async def create(
        self,
        writer: Writer,
        email: str,
        name: str | None,
        *,
        schema: ResourceSchema,
        mark: str = "administrator",
    ) -> UserRow:
        """Create a local technician who is an administrator, or has the mark `support`.

        Raises:
            SettingInvalid: the address is none.
            UserNameTaken: somebody has it as userName.
        """
        email = email.strip()
        _check_address(email)
        document: dict[str, Any] = {"schemas": [USER], "userName": email}
        if name and name.strip():
            document["displayName"] = name.strip()
        document["emails"] = [{"value": email, "type": "work", "primary": True}]
        columns = {"created_via": "console", "user_type": "technician", mark: True}
        new = NewUser(document=document, columns=columns)
        return (await self._accounts.create(writer, new, schema=schema)).user

    async def new_link(self, writer: Writer) -> str:
        """Make the secret of a one-time link for the first administrator; 30 minutes."""
        secret = self._secrets.new_link_secret()

        async def load() -> None:
            return None

        def decide(_loaded: None, at: datetime) -> Plan:
            row = LinkRow(
                tenant_id=writer.actor.tenant_id,
                digest=digest(secret),
                purpose=FIRST_ADMINISTRATOR,
                created_at=at,
                expires_at=at + timedelta(minutes=LINK_MINUTES),
            )
            return Plan((Insert(LINKS, row),))

        await self._corridor.run(writer, load, decide)
        return secret

    async def find_link(self, secret: str) -> LinkRow:
        """Find a link that can still be redeemed; looking does not spend it.

        Raises:
            LinkSpent: unknown, used, expired, or there is an administrator already.
        """
        link = await links.find(self._database, digest(secret))
        now = self._corridor.clock.now()
        if link is None or link.purpose != FIRST_ADMINISTRATOR:
            raise LinkSpent
        if link.used_at or link.expires_at <= now:
            raise LinkSpent
        if not await self.is_needed(link.tenant_id):
            raise LinkSpent
        return link

    async def redeem(
        self, writer: Writer, secret: str, email: str, name: str | None, *, schema: ResourceSchema
    ) -> UserRow:
        """Spend the link and create the first administrator.

        Raises:
            LinkSpent: unknown, used, expired, or there is an administrator already.
            SettingInvalid: the address is none; the link stays good.
            UserNameTaken: somebody has it as userName; a new link is needed.
        """
        _check_address(email)

        async def load() -> LinkRow:
            return await self.find_link(secret)

        def decide(link: LinkRow, at: datetime) -> Plan:
            key = (link.tenant_id, link.digest)
            return Plan((Update(LINKS, key, {"used_at": at}, {"used_at": None}),))

        await self._corridor.run(writer, load, decide)
        return await self.create(writer, email, name, schema=schema)


def _check_address(email: str) -> None:
    if not is_address(email.strip()):
        raise SettingInvalid(setting="email", value=email, why="it looks like ada@example.com")
