"""The scenarios: what is asked of a SCIM server, and which answers are right."""

from collections.abc import Callable, Iterator
from typing import Any, TypeAlias
from urllib.parse import quote

import msgspec

from bench.load import person

_STEP = 7_919
"""A prime: steps of it visit a list in no order that a cache would like."""
_PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp"


class Asked(msgspec.Struct, frozen=True):
    """A request below the base URL; a right answer has one of `statuses` and holds `holding`."""

    method: str
    path: str
    body: bytes = b""
    statuses: tuple[int, ...] = (200,)
    holding: bytes = b""


Scenario: TypeAlias = Callable[..., Iterator[Asked]]


def create(*, first: int) -> Iterator[Asked]:
    """Create one person after the other, from number `first` on."""
    for number in _from(first):
        yield Asked("POST", "/Users", person.as_sent(number), (201,), b'"id"')


def get(*, ids: list[str], first: int = 0) -> Iterator[Asked]:
    """Get users by id."""
    for one in _scattered(ids, first):
        yield Asked("GET", f"/Users/{one}", holding=b'"userName"')


def user_name_eq(*, numbers: list[int], first: int = 0) -> Iterator[Asked]:
    """Look people up by userName."""
    for number in _scattered(numbers, first):
        text = f'userName eq "{person.user_name(number)}"'
        yield _lookup(text)


def email_eq(*, numbers: list[int], first: int = 0) -> Iterator[Asked]:
    """Look people up by an address that is not their userName."""
    for number in _scattered(numbers, first):
        yield _lookup(f'emails.value eq "{person.second_email(number)}"')


def page(*, queries: list[str], first: int = 0) -> Iterator[Asked]:
    """Read pages of users, named by their queries."""
    for query in _scattered(queries, first):
        yield Asked("GET", f"/Users?{query}", holding=b"Resources")


def patch_active(*, ids: list[str], first: int = 0) -> Iterator[Asked]:
    """Deactivate users and reactivate them at the next visit."""
    for place, one in enumerate(_scattered(ids, first), first):
        value = place // len(ids) % 2 == 1
        yield _patched(f"/Users/{one}", {"op": "replace", "path": "active", "value": value})


def patch_title(*, ids: list[str], first: int = 0) -> Iterator[Asked]:
    """Give users another title each time."""
    for place, one in enumerate(_scattered(ids, first), first):
        value = f"Engineer {place}"
        yield _patched(f"/Users/{one}", {"op": "replace", "path": "title", "value": value})


def member_add(*, group_id: str, ids: list[str], first: int = 0) -> Iterator[Asked]:
    """Add members one by one that the group does not have."""
    for one in ids[first:]:
        value = [{"value": one}]
        yield _patched(f"/Groups/{group_id}", {"op": "add", "path": "members", "value": value})


def member_remove(*, group_id: str, ids: list[str], first: int = 0) -> Iterator[Asked]:
    """Remove members one by one that the group has."""
    for one in ids[first:]:
        path = f'members[value eq "{one}"]'
        yield _patched(f"/Groups/{group_id}", {"op": "remove", "path": path})


def group(*, group_id: str, query: str = "", first: int = 0) -> Iterator[Asked]:
    """Get one group again and again."""
    for _ in _from(first):
        yield Asked("GET", f"/Groups/{group_id}{query}", holding=b'"displayName"')


def echo(*, path: str, body: str = "", first: int = 0) -> Iterator[Asked]:
    """Ask a server that answers anything."""
    for _ in _from(first):
        yield Asked("POST" if body else "GET", path, body.encode(), (200, 201))


SCENARIOS: dict[str, Scenario] = {
    one.__name__: one
    for one in (
        create,
        get,
        user_name_eq,
        email_eq,
        page,
        patch_active,
        patch_title,
        member_add,
        member_remove,
        group,
        echo,
    )
}


def as_bytes(asked: Asked, *, base_path: str, host: str, headers: dict[str, str]) -> bytes:
    """Write a request as it goes over the wire."""
    lines = [f"{asked.method} {base_path}{asked.path} HTTP/1.1", f"Host: {host}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    if asked.body:
        lines += ["Content-Type: application/scim+json", f"Content-Length: {len(asked.body)}"]
    return "\r\n".join([*lines, "", ""]).encode() + asked.body


def _lookup(text: str) -> Asked:
    # Servers differ in blanks: the number alone is looked for.
    return Asked("GET", f"/Users?filter={quote(text)}", holding=b'"userName"')


def _patched(path: str, operation: dict[str, Any]) -> Asked:
    body = msgspec.json.encode({"schemas": [_PATCH], "Operations": [operation]})
    return Asked("PATCH", path, body, (200, 204))


def _scattered(among: list[Any], first: int) -> Iterator[Any]:
    for number in _from(first):
        yield among[number * _STEP % len(among)]


def _from(first: int) -> Iterator[int]:
    number = first
    while True:
        yield number
        number += 1
