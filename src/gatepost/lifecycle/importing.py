"""Importing local accounts from a file: everything is checked first, then all is written at once.

An import makes accounts; it never changes one that is there, and never makes an
administrator. The users are local: an identity provider may adopt them later (R11).
"""

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any

import msgspec

from gatepost.activity.entry import Entry, as_insert
from gatepost.lifecycle import contact, user_decisions
from gatepost.lifecycle.account import is_address
from gatepost.lifecycle.corridor import Corridor, Writer
from gatepost.lifecycle.draft import Facts, UserDraft
from gatepost.lifecycle.import_file import Row, split_cell
from gatepost.lifecycle.plan import Plan
from gatepost.lifecycle.rules.organizations import ALL
from gatepost.lifecycle.user_facts import find_organizations
from gatepost.lifecycle.users import NewUser
from gatepost.scim.fold import fold
from gatepost.scim.schema.resource_schema import ResourceSchema
from gatepost.scim.urns import USER
from gatepost.store import roles, users
from gatepost.store.changes import Change, Insert
from gatepost.store.rows import OrganizationRow, RoleGrantRow, RoleRow
from gatepost.store.tables import ROLE_GRANTS

Advance = Callable[[int, int], None]
Pause = Callable[[int], Awaitable[None]]
"""Lets others have their turn after so many rows; what it raises ends the import."""

_USER_TYPES = {"": "end_user", "technician": "technician", "enduser": "end_user"}
_ACTIVE = {"": True, "yes": True, "true": True, "1": True, "no": False, "false": False, "0": False}
_CONTACT = {"phone": contact.phone, "language": contact.language, "time_zone": contact.time_zone}


class Known(msgspec.Struct, frozen=True):
    """What rows may name: organizations by folded id or name, roles by folded name."""

    organizations: dict[str, OrganizationRow]
    roles: dict[str, RoleRow]


class Person(msgspec.Struct, frozen=True):
    """A row that can be imported: the account to be, and its roles."""

    row: Row
    new: NewUser
    roles: list[RoleRow]


class BadRow(msgspec.Struct, frozen=True):
    """A row that cannot be imported, with everything that is wrong with it."""

    row: Row
    reasons: list[str]


class Checked(msgspec.Struct, frozen=True):
    """What an import would do; nothing is written yet."""

    good: list[Person]
    bad: list[BadRow]


class Importing:
    """Checks rows, and makes accounts of those that are good."""

    def __init__(self, corridor: Corridor) -> None:
        self._corridor = corridor
        self._database = corridor.database

    async def check(
        self,
        tenant_id: int,
        rows: list[Row],
        advance: Advance | None = None,
        *,
        pause: Pause | None = None,
    ) -> Checked:
        """Check every row, each against the rules, the other rows and the tenant."""
        known = await self._known(tenant_id, rows)
        lines: dict[str, int] = {}
        good: list[Person] = []
        bad: list[BadRow] = []
        for done, row in enumerate(rows, 1):
            person, reasons = person_of(row, known)
            name = fold(row.cells.get("user_name", ""))
            if name and name in lines:
                reasons.append(f"the user_name stands in line {lines[name]} already")
            elif name and await users.find_by_user_name(self._database, tenant_id, name):
                reasons.append("the user_name belongs to an account of the tenant")
            lines.setdefault(name, row.line)
            if reasons:
                bad.append(BadRow(row, reasons))
            else:
                good.append(person)
            if advance:
                advance(done, len(bad))
            if pause:
                await pause(done)
        return Checked(good, bad)

    async def apply(
        self,
        writer: Writer,
        people: list[Person],
        *,
        schema: ResourceSchema,
        pause: Pause | None = None,
        also: Callable[[], Awaitable[Change]] | None = None,
    ) -> int:
        """Make all the accounts in one transaction; gives how many.

        The plan is put together person by person, so that others have their turn meanwhile;
        `also` gives a change that joins it.

        Raises:
            Refusal: a userName was taken since the check; nothing is written.
        """
        tenant_id = writer.actor.tenant_id
        ids = [self._corridor.ids.new() for _ in people]

        async def load() -> Plan:
            at = self._corridor.clock.now()
            joined: list[Change] = [await also()] if also else []
            for number, (person, user_id) in enumerate(zip(people, ids, strict=True), 1):
                name = fold(str(person.new.document["userName"]))
                rival = await users.find_by_user_name(self._database, tenant_id, name)
                plan = _plan(
                    writer, person, Facts(rival=rival), schema=schema, at=at, user_id=user_id
                )
                if plan.refusal:
                    return Plan(refusal=plan.refusal)
                joined += plan.changes
                # Not left to the corridor, which would make them all without a pause.
                joined += (self._logged(one, writer, at) for one in plan.entries)
                if pause:
                    await pause(number)
            return Plan(tuple(joined), outcome=len(people))

        def decide(plan: Plan, _at: datetime) -> Plan:
            return plan

        count: int = await self._corridor.run(writer, load, decide)
        return count

    def _logged(self, entry: Entry, writer: Writer, at: datetime) -> Change:
        request_id = writer.inbound.request_id if writer.inbound else None
        activity_id = self._corridor.ids.new()
        return as_insert(entry, writer.actor, at=at, activity_id=activity_id, request_id=request_id)

    async def _known(self, tenant_id: int, rows: list[Row]) -> Known:
        words = {word for row in rows for word in split_cell(row.cells.get("organizations", ""))}
        found = await find_organizations(self._database, tenant_id, sorted(words))
        present = await roles.all(self._database, tenant_id)
        return Known(found, {one.name_folded: one for one in present})


def person_of(row: Row, known: Known) -> tuple[Person, list[str]]:
    """Make the account of a row, with all that is wrong with the row by itself."""
    reasons: list[str] = []
    cells = row.cells
    if cells.get(""):
        reasons.append("the row has more cells than the header")
    if not cells.get("user_name"):
        reasons.append("the user_name is missing")
    columns: dict[str, Any] = {"created_via": "import"}
    columns["user_type"] = _user_type(cells.get("user_type", ""), reasons)
    columns |= _contact(cells, reasons)
    columns |= _organizations(split_cell(cells.get("organizations", "")), known, reasons)
    granted = _roles(split_cell(cells.get("roles", "")), columns["user_type"], known, reasons)
    new = NewUser(document=_document(cells, reasons), columns=columns)
    return Person(row, new, granted), reasons


def _document(cells: dict[str, str], reasons: list[str]) -> dict[str, Any]:
    document: dict[str, Any] = {"schemas": [USER], "userName": cells.get("user_name", "")}
    name = {"givenName": cells.get("given_name"), "familyName": cells.get("family_name")}
    if any(name.values()):
        document["name"] = {key: value for key, value in name.items() if value}
    if cells.get("display_name"):
        document["displayName"] = cells["display_name"]
    if email := cells.get("email"):
        if not is_address(email):
            reasons.append(f"{email!r} is not an email address")
        document["emails"] = [{"value": email, "type": "work", "primary": True}]
    active = _ACTIVE.get(cells.get("active", "").lower())
    if active is None:
        reasons.append(f"active is {cells['active']!r}, which is neither yes nor no")
    document["active"] = active is not False
    return document


def _user_type(cell: str, reasons: list[str]) -> str:
    found = _USER_TYPES.get("".join(letter for letter in cell.lower() if letter.isalnum()))
    if found is None:
        reasons.append(f"the user_type {cell!r} is neither technician nor end_user")
    return found or "end_user"


def _contact(cells: dict[str, str], reasons: list[str]) -> dict[str, str]:
    found = {}
    for column, read in _CONTACT.items():
        if cell := cells.get(column):
            try:
                found[column] = read(cell)
            except ValueError as error:
                reasons.append(str(error))
    return found


def _organizations(words: list[str], known: Known, reasons: list[str]) -> dict[str, Any]:
    if any(fold(word) == fold(ALL) for word in words):
        return {"organization_scope": "all", "organization_ids": []}
    ids = []
    for word in words:
        found = known.organizations.get(fold(word))
        if found is None:
            reasons.append(f"there is no organization {word!r}")
        else:
            ids.append(found.organization_id)
    return {"organization_scope": "some" if ids else "none", "organization_ids": sorted(set(ids))}


def _roles(words: list[str], user_type: str, known: Known, reasons: list[str]) -> list[RoleRow]:
    found: dict[str, RoleRow] = {}
    for word in words:
        role = known.roles.get(fold(word))
        if role is None:
            reasons.append(f"there is no role {word!r}")
        elif role.user_type != user_type:
            kind = "technicians" if role.user_type == "technician" else "end users"
            reasons.append(f"the role {role.name!r} is for {kind}")
        else:
            found[role.role_id] = role
    return list(found.values())


def _plan(
    writer: Writer,
    person: Person,
    facts: Facts,
    *,
    schema: ResourceSchema,
    at: datetime,
    user_id: str,
) -> Plan:
    draft = UserDraft(
        facts=facts,
        actor=writer.actor,
        schema=schema,
        at=at,
        user_id=user_id,
        conflict_id="",
        old=None,
        document=dict(person.new.document),
    )
    draft.set(**person.new.columns)
    plan = user_decisions.decide(draft, user_decisions.create)
    grants: list[Change] = []
    entries: list[Entry] = []
    for role in person.roles:
        row = RoleGrantRow(
            tenant_id=writer.actor.tenant_id,
            user_id=user_id,
            role_id=role.role_id,
            granted_at=at,
            granted_by=writer.actor.name,
        )
        grants.append(Insert(ROLE_GRANTS, row))
        entries.append(Entry("role.granted", draft.subject, {"role": role.name, "cause": "import"}))
    return msgspec.structs.replace(
        plan, changes=(*plan.changes, *grants), entries=(*plan.entries, *entries)
    )
