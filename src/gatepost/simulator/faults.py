"""What goes wrong at a client, on purpose: each fault asks the server for one decision."""

from collections.abc import Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager

import msgspec

from gatepost.scim.urns import PATCH_OP
from gatepost.simulator import requests
from gatepost.simulator.client import Account, ScimClient
from gatepost.simulator.people import Company, Team
from gatepost.simulator.requests import Member, Request

_NOBODY = "01890000-0000-7000-8000-000000000000"
_BURST_OF = 2
"""Of how many people a burst deactivates one."""


class Scene(msgspec.Struct, frozen=True, kw_only=True):
    """Who is there when a fault happens.

    `stranger` gives a client with a token that nobody made, `late` one whose token was revoked.
    """

    client: ScimClient
    company: Company
    accounts: Sequence[Account]
    stranger: Callable[[], AbstractAsyncContextManager[ScimClient]]
    late: Callable[[], AbstractAsyncContextManager[ScimClient]]


class Fault(msgspec.Struct, frozen=True, kw_only=True):
    """A fault that can be switched on; `expects`: what the server should make of it."""

    name: str
    title: str
    expects: str
    happen: Callable[[Scene], Awaitable[None]]
    needs_groups: bool = False


async def _wrong_token(scene: Scene) -> None:
    async with scene.stranger() as client:
        await client.probe(scene.company.guid("probe"))


async def _revoked_token(scene: Scene) -> None:
    async with scene.late() as client:
        await client.probe(scene.company.guid("probe"))


async def _duplicate_user(scene: Scene) -> None:
    for account in scene.accounts[:1]:
        twin = msgspec.structs.replace(account.person, guid=scene.company.guid("twin"))
        name = twin.display_name
        request = requests.create_user(scene.client.profile, twin)
        await scene.client.say(request, f"{name} created twice", f"{name} not created twice")


async def _missing_attribute(scene: Scene) -> None:
    person = scene.company.person(_number(scene))
    request = requests.create_user(scene.client.profile, person)
    body = {name: value for name, value in request.body.items() if name != "userName"}
    nameless = Request(request.method, request.path, body)
    name = person.display_name
    await scene.client.say(
        nameless, f"{name} created without userName", f"{name} not created: no userName was sent"
    )


async def _unknown_type(scene: Scene) -> None:
    person = msgspec.structs.replace(scene.company.person(_number(scene)), user_type="Manager")
    await scene.client.provision(person)


async def _unknown_path(scene: Scene) -> None:
    for account in scene.accounts[:1]:
        operation = {"op": "replace", "path": "shoe[size", "value": "44"}
        body = {"schemas": [PATCH_OP], "Operations": [operation]}
        request = Request("PATCH", f"/Users/{account.id}", body)
        name = account.person.display_name
        await scene.client.say(
            request, f"{name} changed by a broken path", f"{name} not changed: the path is broken"
        )


async def _group_first(scene: Scene) -> None:
    name = f"{scene.company.name} Early Birds"
    group = await scene.client.push_group(Team(display_name=name, guid=scene.company.guid(name)))
    if group:
        await scene.client.change_members(group, added=[Member(_NOBODY, "not.here@yet.example")])


async def _burst(scene: Scene) -> None:
    for account in scene.accounts[::_BURST_OF]:
        await scene.client.set_active(account, active=False)


FAULTS: tuple[Fault, ...] = (
    Fault(
        name="wrong-token",
        title="Wrong token",
        expects="401, recorded as an unknown token",
        happen=_wrong_token,
    ),
    Fault(
        name="revoked-token",
        title="Revoked token",
        expects="401, recorded as revoked and not as unknown",
        happen=_revoked_token,
    ),
    Fault(
        name="duplicate-user",
        title="Duplicate user",
        expects="409 uniqueness: somebody has the userName",
        happen=_duplicate_user,
    ),
    Fault(
        name="missing-attribute",
        title="Missing attribute",
        expects="400: a user without userName",
        happen=_missing_attribute,
    ),
    Fault(
        name="unknown-type",
        title="Unknown user type",
        expects="400: the type is neither Technician nor endUser",
        happen=_unknown_type,
    ),
    Fault(
        name="broken-path",
        title="Broken PATCH path",
        expects="400: the path cannot be read",
        happen=_unknown_path,
    ),
    Fault(
        name="group-first",
        title="Group before its user",
        expects="a group whose member nobody has sent yet",
        happen=_group_first,
        needs_groups=True,
    ),
    Fault(
        name="deletion-burst",
        title="Deactivation burst",
        expects="every second person leaves at once",
        happen=_burst,
    ),
)


def _number(scene: Scene) -> int:
    """Give the number of a person whom nobody pushed."""
    return max((one.person.number for one in scene.accounts), default=-1) + 1
