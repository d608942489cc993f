"""What a client sends for each thing it wants: profile and facts in, requests out. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import Any
from urllib.parse import quote

import msgspec

from gatepost.scim.urns import PATCH_OP
from gatepost.simulator.people import Person, Team
from gatepost.simulator.profile import GroupHabits, MemberRemoval, Profile, UpdateForm
from gatepost.simulator.template import facts_of, fill, write

_ECHOED = ("schemas", "id", "meta", "groups")


class GroupsNotPushed(Exception):
    """The client named does not push groups."""


class Request(msgspec.Struct, frozen=True):
    """A request, its path relative to the SCIM base URL and ready for the wire."""

    method: str
    path: str
    body: Any = None


class Member(msgspec.Struct, frozen=True):
    """A user as a group's member: the id we were given for it, and its name."""

    id: str
    user_name: str


def probes(profile: Profile, guid: str) -> Iterator[Request]:
    """Give the requests of the connection test."""
    for probe in profile.probes:
        yield Request("GET", _path(profile, probe.path, probe.query, {"guid": guid}))


def find_user(profile: Profile, person: Person) -> Request:
    """Look a user up by the attribute that the client matches on."""
    query = _joined(f"filter={profile.user.lookup}", profile.user.lookup_query)
    return Request("GET", _path(profile, "/Users", query, facts_of(person)))


def create_user(profile: Profile, person: Person) -> Request:
    """Create a user from the client's template."""
    return Request("POST", _path(profile, "/Users"), _user(profile, person))


def get_user(profile: Profile, user_id: str) -> Request:
    """Read a user by id."""
    return Request("GET", _path(profile, f"/Users/{user_id}"))


def update_user(
    profile: Profile,
    user_id: str,
    person: Person,
    *,
    before: Person | None,
    read: Mapping[str, Any] | None = None,
) -> Request | None:
    """Change a user to what the directory says, or give `None` when nothing differs.

    `before` is what was pushed last, if anything; `read` the resource as the server
    gave it, for clients that send everything back.
    """
    habits = profile.user
    if habits.update is UpdateForm.PUT:
        return _put_user(profile, user_id, person, read)
    facts, old = facts_of(person), facts_of(before) if before else {}
    changed = {
        path: _value(profile, facts[name])
        for name, path in habits.paths.items()
        if facts[name] is not None and facts[name] != old.get(name)
    }
    return _patch(profile, f"/Users/{user_id}", _operations(profile, habits.update, changed))


def set_status(
    profile: Profile, user_id: str, person: Person, read: Mapping[str, Any] | None = None
) -> Request:
    """Deactivate or reactivate a user, as `person.active` says."""
    if profile.user.status is UpdateForm.PUT:
        return _put_user(profile, user_id, person, read)
    active = {"active": _value(profile, person.active)}
    operations = _operations(profile, profile.user.status, active)
    return Request("PATCH", _path(profile, f"/Users/{user_id}"), _message(operations))


def delete(profile: Profile, path: str) -> Request:
    """Delete a user or a group by its path."""
    return Request("DELETE", _path(profile, path))


def find_group(profile: Profile, team: Team) -> Request:
    """Look a group up by its displayName."""
    habits = _groups(profile)
    query = _joined(f"filter={habits.lookup}", habits.lookup_query)
    return Request("GET", _path(profile, "/Groups", query, _team_facts(team)))


def create_group(profile: Profile, team: Team) -> Request:
    """Create a group, without members as every client does."""
    return Request("POST", _path(profile, "/Groups"), _group(profile, team))


def rename_group(
    profile: Profile, group_id: str, team: Team, members: Sequence[Member] = ()
) -> Request:
    """Rename a group; a client that PUTs sends its members along."""
    habits = _groups(profile)
    if habits.update is UpdateForm.PUT:
        return _put_group(profile, group_id, team, members)
    names: dict[str, Any] = {"displayName": team.display_name}
    if habits.update is UpdateForm.PATCH_WITHOUT_PATH:
        names["id"] = group_id
    operations = _operations(profile, habits.update, names)
    return Request("PATCH", _path(profile, f"/Groups/{group_id}"), _message(operations))


def change_members(
    profile: Profile,
    group_id: str,
    team: Team,
    *,
    added: Sequence[Member] = (),
    removed: Sequence[Member] = (),
    members: Sequence[Member] = (),
) -> Iterator[Request]:
    """Add and remove members; a client that PUTs sends `members`, the whole list after it."""
    habits = _groups(profile)
    if habits.update is UpdateForm.PUT:
        yield _put_group(profile, group_id, team, members)
        return
    if habits.rename_before_members:
        yield rename_group(profile, group_id, team)
    path = _path(profile, f"/Groups/{group_id}")
    remaining = iter(removed)
    while chunk := list(islice(remaining, habits.members_per_operation)):
        yield Request("PATCH", path, _message(list(_removals(profile, chunk))))
    remaining = iter(added)
    while chunk := list(islice(remaining, habits.members_per_operation)):
        value = [_member(profile, member) for member in chunk]
        operation = {"op": _spelt(profile, "add"), "path": "members", "value": value}
        yield Request("PATCH", path, _message([operation]))


def _removals(profile: Profile, members: Sequence[Member]) -> Iterator[dict[str, Any]]:
    removal, op = _groups(profile).removal, _spelt(profile, "remove")
    if removal is MemberRemoval.BY_VALUES:
        value = [_member(profile, member) for member in members]
        yield {"op": op, "path": "members", "value": value}
        return
    for member in members:
        operation: dict[str, Any] = {"op": op, "path": f'members[value eq "{member.id}"]'}
        if removal is MemberRemoval.BY_FILTER_AND_VALUES:
            operation["value"] = [{"value": member.id}]
        yield operation


def _operations(
    profile: Profile, form: UpdateForm, changed: Mapping[str, Any]
) -> list[dict[str, Any]]:
    op = _spelt(profile, "replace")
    if form is UpdateForm.PATCH:
        return [{"op": op, "path": path, "value": value} for path, value in changed.items()]
    # A filter cannot be a key of the object, so such paths keep operations of their own.
    filtered = {path: value for path, value in changed.items() if "[" in path}
    plain = {path: value for path, value in changed.items() if path not in filtered}
    operations: list[dict[str, Any]] = [
        {"op": op, "path": path, "value": value} for path, value in filtered.items()
    ]
    return [*operations, {"op": op, "value": plain}] if plain else operations


def _patch(profile: Profile, path: str, operations: list[dict[str, Any]]) -> Request | None:
    if not operations:
        return None
    return Request("PATCH", _path(profile, path), _message(operations))


def _put_user(
    profile: Profile, user_id: str, person: Person, read: Mapping[str, Any] | None
) -> Request:
    body = {**(read or {}), **_user(profile, person)}
    body.pop("password", None)
    if read:
        body |= {name: read[name] for name in _ECHOED if name in read}
    path = _path(profile, f"/Users/{user_id}") + profile.transport.path_end_on_put
    return Request("PUT", path, body)


def _put_group(profile: Profile, group_id: str, team: Team, members: Sequence[Member]) -> Request:
    body = _group(profile, team)
    body |= {"id": group_id, "members": [_member(profile, member) for member in members]}
    return Request("PUT", _path(profile, f"/Groups/{group_id}"), body)


def _user(profile: Profile, person: Person) -> dict[str, Any]:
    body: dict[str, Any] = fill(profile.user.template, facts_of(person), profile.user.absent)
    return body


def _group(profile: Profile, team: Team) -> dict[str, Any]:
    habits = _groups(profile)
    body: dict[str, Any] = fill(habits.template, _team_facts(team), profile.user.absent)
    return body


def _member(profile: Profile, member: Member) -> dict[str, Any]:
    facts = {"id": member.id, "userName": member.user_name}
    written: dict[str, Any] = fill(_groups(profile).member, facts, profile.user.absent)
    return written


def _team_facts(team: Team) -> dict[str, Any]:
    return {"displayName": team.display_name, "guid": team.guid}


def _message(operations: list[dict[str, Any]]) -> dict[str, Any]:
    return {"schemas": [PATCH_OP], "Operations": operations}


def _spelt(profile: Profile, op: str) -> str:
    return op.capitalize() if profile.patch.capital_operations else op


def _value(profile: Profile, value: Any) -> Any:  # noqa: ANN401 - JSON
    is_text = isinstance(value, bool) and profile.patch.booleans_as_text
    return str(value) if is_text else value


def _groups(profile: Profile) -> GroupHabits:
    if profile.group is None:
        raise GroupsNotPushed(profile.title)
    return profile.group


def _joined(*queries: str) -> str:
    return "&".join(query for query in queries if query)


def _path(
    profile: Profile, path: str, query: str = "", facts: Mapping[str, Any] | None = None
) -> str:
    transport = profile.transport
    query = _joined(query, transport.query_appended)
    if not query:
        return path
    # Parted before facts are written in: an ampersand in a value is no separator.
    parts = (part.partition("=") for part in query.split("&"))
    written = "&".join(
        f"{name}{mark}{_quoted(write(value, facts or {}), transport.blank)}"
        for name, mark, value in parts
    )
    return f"{path}?{written}{transport.query_end}"


def _quoted(value: str, blank: str) -> str:
    return quote(value, safe="").replace("%20", blank)
