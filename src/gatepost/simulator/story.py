"""The demo's story: two companies, joiners, movers, leavers, and what goes wrong on purpose.

Told over HTTP alone, in one order with one seed, so that documents, screenshots
and tests show the same people. What no SCIM client can do (map a group to a
role) is asked of the host.
"""

from collections.abc import Sequence
from typing import Protocol

from msgspec.structs import replace

from gatepost.simulator.client import Account, PushedGroup, ScimClient
from gatepost.simulator.people import TECHNICIAN, Company, Person, Team

ACME = Company(name="Acme", domain="acme.example", seed=8400)
GLOBEX = Company(name="Globex", domain="globex.example", seed=8400)
PROFILES = {ACME.name: "entra", GLOBEX.name: "okta"}
"""The profile that each company's client must have."""

LOCAL_TECHNICIAN = Person(
    number=900,
    given_name="Lena",
    family_name="Hoffmann",
    user_name="lena.hoffmann@acme.example",
    email="lena.hoffmann@acme.example",
    guid=ACME.guid("user 900"),
    department="IT Support",
    title="Head of Support",
    locale="de-DE",
    user_type=TECHNICIAN,
    phone="+12025550199",
)
"""Has a local account before the story begins, with a phone number of her own."""

PEOPLE_EACH = 12
SUPPORT_ROLE_GROUPS = ("Acme IT Support", "Globex IT Support")
"""The groups that the host maps to a role of technicians."""


class Host(Protocol):
    """Where the story is told; prepared with organizations `Acme` and `Globex`.

    Each company has an identity provider that owns its email domain.
    """

    def scene(self, title: str) -> None:
        """Show the heading of what comes now."""
        ...

    async def map_group(self, group_id: str, display_name: str) -> None:
        """Map a pushed group of `SUPPORT_ROLE_GROUPS` to a role."""
        ...

    async def pause(self, seconds: float) -> None:
        """Let the audience read."""
        ...


class _Teller:
    """Tells the scenes; remembers what came out otherwise than the story says."""

    def __init__(self, acme: ScimClient, globex: ScimClient, host: Host) -> None:
        self.acme = acme
        self.globex = globex
        self.host = host
        self.surprises: list[str] = []

    async def scene(self, title: str) -> None:
        await self.host.pause(1.0)
        self.host.scene(title)

    def expect(self, what: str, *, so: bool) -> None:
        if not so:
            self.surprises.append(what)


async def tell(acme: ScimClient, globex: ScimClient, host: Host) -> Sequence[str]:
    """Tell the whole story; gives what came out otherwise than it says, nothing if all is well."""
    teller = _Teller(acme, globex, host)
    if not await _connection_tests(teller):
        return teller.surprises
    at_acme = await _initial_cycle(teller, acme, ACME)
    at_globex = await _initial_cycle(teller, globex, GLOBEX)
    support, finance = await _groups(teller, acme, ACME, at_acme)
    await _groups(teller, globex, GLOBEX, at_globex)
    if not (support and finance and len(at_acme) == len(at_globex) == PEOPLE_EACH):
        return teller.surprises
    await _joiner(teller, support)
    await _mover(teller, at_acme[1], support, finance)
    await _adoption(teller)
    await _phone_number(teller, at_acme[4])
    leaver = await _leaver(teller, at_globex[3])
    await _unknown_user_type(teller)
    await _foreign_account(teller, at_globex[4].person)
    await _returners(teller, leaver, at_acme[5])
    return teller.surprises


async def _connection_tests(teller: _Teller) -> bool:
    await teller.scene("Acme (Entra) and Globex (Okta) test their connections")
    answered = []
    for client, company in ((teller.acme, ACME), (teller.globex, GLOBEX)):
        exchange = await client.probe(company.guid("probe"))
        teller.expect(f"{company.name}: {exchange.detail}", so=exchange.is_success)
        answered.append(exchange.is_success)
    return all(answered)


async def _initial_cycle(
    teller: _Teller, client: ScimClient, company: Company
) -> Sequence[Account]:
    await teller.scene(f"{company.name}: the initial cycle, {PEOPLE_EACH} people")
    accounts = []
    for person in company.people(PEOPLE_EACH):
        scope = () if person.user_type == TECHNICIAN else (company.name,)
        account = await client.provision(replace(person, organizations=scope))
        teller.expect(f"{person.display_name} was not created", so=account is not None)
        accounts += [account] if account else []
        await teller.host.pause(0.1)
    return accounts


async def _groups(
    teller: _Teller, client: ScimClient, company: Company, accounts: Sequence[Account]
) -> Sequence[PushedGroup | None]:
    await teller.scene(f"{company.name}: groups are pushed, one of them is mapped to a role")
    groups: list[PushedGroup | None] = []
    technicians = [a.member for a in accounts if a.person.user_type == TECHNICIAN]
    others = [a.member for a in accounts if a.person.user_type != TECHNICIAN]
    for department, members in (("IT Support", technicians), ("Finance", others[:4])):
        name = f"{company.name} {department}"
        team = Team(display_name=name, guid=company.guid(f"group {name}"))
        group = await client.push_group(team)
        teller.expect(f"group {name} was not created", so=group is not None)
        if group and name in SUPPORT_ROLE_GROUPS:
            await teller.host.map_group(group.id, name)
        if group and members:
            group = await client.change_members(group, added=members)
            teller.expect(f"{name} has no members", so=bool(group.members))
        groups.append(group)
    return groups


async def _joiner(teller: _Teller, support: PushedGroup) -> None:
    await teller.scene("A joiner: a technician, in the group that is mapped to a role")
    person = replace(ACME.person(PEOPLE_EACH), user_type=TECHNICIAN, department="IT Support")
    account = await teller.acme.provision(person)
    teller.expect(f"{person.display_name} did not join", so=account is not None)
    if account:
        changed = await teller.acme.change_members(support, added=[account.member])
        teller.expect("the joiner is in no group", so=account.member in changed.members)


async def _mover(
    teller: _Teller, account: Account, support: PushedGroup, finance: PushedGroup
) -> None:
    await teller.scene("A mover: another name, another department, another group")
    person = replace(
        account.person,
        family_name=f"{account.person.family_name}-Berg",
        department="IT Support",
        user_type=TECHNICIAN,
        organizations=(),
    )
    moved = await teller.acme.update(account, person, "moved to IT Support")
    teller.expect("the mover did not move", so=moved.person == person)
    left = await teller.acme.change_members(finance, removed=[account.member])
    teller.expect("the mover did not leave", so=account.member not in left.members)
    await teller.acme.change_members(support, added=[account.member])


async def _adoption(teller: _Teller) -> None:
    await teller.scene(
        "A local technician is assigned in Entra: the account is adopted, not doubled"
    )
    account = await teller.acme.provision(LOCAL_TECHNICIAN)
    teller.expect("the local technician was not adopted", so=bool(account and account.was_found))


async def _phone_number(teller: _Teller, account: Account) -> None:
    await teller.scene("A phone number is sent: the request is accepted, the number is ignored")
    person = replace(account.person, phone="+12025550142", title="Team Lead")
    changed = await teller.acme.update(account, person, "changed (title; the phone is ignored)")
    teller.expect("the phone number was an error", so=changed.person == person)


async def _leaver(teller: _Teller, account: Account) -> Account:
    await teller.scene("A leaver: deactivated, at once")
    left = await teller.globex.set_active(account, active=False)
    teller.expect("the leaver is still active", so=not left.person.active)
    return left


async def _unknown_user_type(teller: _Teller) -> None:
    await teller.scene("A mistake: a user type that nobody knows is refused with 400")
    person = replace(ACME.person(PEOPLE_EACH + 1), user_type="Manager")
    account = await teller.acme.provision(person)
    teller.expect("an unknown user type was accepted", so=account is None)


async def _foreign_account(teller: _Teller, theirs: Person) -> None:
    await teller.scene("A mistake: Acme claims an account of Globex, which is refused with 409")
    account = await teller.acme.provision(replace(theirs, guid=ACME.guid("user foreign")))
    teller.expect("Acme took an account of Globex", so=account is None)


async def _returners(teller: _Teller, leaver: Account, deleted: Account) -> None:
    await teller.scene("Returners: the same accounts, the same ids")
    back = await teller.globex.set_active(leaver, active=True)
    teller.expect("the leaver did not return", so=back.person.active)
    teller.expect("a user was not deleted", so=await teller.acme.delete_user(deleted))
    again = await teller.acme.provision(deleted.person)
    teller.expect("a returner got another id", so=bool(again and again.id == deleted.id))
