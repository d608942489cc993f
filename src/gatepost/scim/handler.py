"""The port a server implements: what the protocol asks of whoever keeps the resources."""

from collections.abc import AsyncIterator, Callable
from typing import Any, Protocol

import msgspec

from gatepost.scim.patch.members import MembershipChange
from gatepost.scim.query.request import SearchRequest
from gatepost.scim.schema.resource_schema import ResourceSchema

Document = dict[str, Any]
Change = Callable[[Document], Document]


class Stored(msgspec.Struct, frozen=True, kw_only=True):
    """A resource as it is kept.

    `doc` is its canonical JSON with `schemas` and `id`, without `meta`, `groups`
    and `members`. Instants are RFC 3339 (RFC 7643 §2.3.5).
    """

    id: str
    doc: bytes
    version: int
    created: str
    modified: str
    groups: list[dict[str, str]] | None = None


class Found(msgspec.Struct, frozen=True):
    """A page of resources; `total` counts all that match, `has_more` what comes after."""

    resources: list[Stored]
    total: int
    has_more: bool


class Handler(Protocol):
    """What a SCIM service provider needs from its server, for one client's requests.

    Every method may raise `ScimError`s; refusals of rules are the server's own
    and pass through to its door.
    """

    async def create_user(self, document: Document) -> Stored:
        """Create a user (RFC 7644 §3.3)."""
        ...

    async def change_user(self, user_id: str, change: Change, if_match: str | None) -> Stored:
        """Make the user's document a new one; `change` is pure and may run again."""
        ...

    async def delete_user(self, user_id: str, if_match: str | None) -> None:
        """Delete a user (RFC 7644 §3.6)."""
        ...

    async def get_user(self, user_id: str, *, with_groups: bool) -> Stored:
        """Get a user (RFC 7644 §3.4.1)."""
        ...

    async def create_group(self, document: Document, members: list[str]) -> Stored:
        """Create a group with its members."""
        ...

    async def change_group(
        self,
        group_id: str,
        change: Change | None,
        members: MembershipChange | None,
        if_match: str | None,
    ) -> Stored:
        """Change the group's document, its members, or both, as one."""
        ...

    async def delete_group(self, group_id: str, if_match: str | None) -> None:
        """Delete a group."""
        ...

    async def get_group(self, group_id: str) -> Stored:
        """Get a group without its members."""
        ...

    def members(self, group_id: str) -> AsyncIterator[list[dict[str, str]]]:
        """Read a group's members in pages, as `value`, `display` and `type`."""
        ...

    async def few_members(self, group_id: str, most: int) -> list[dict[str, str]] | None:
        """Read a group's members if there are no more than `most`."""
        ...

    async def search(
        self,
        resource: ResourceSchema,
        request: SearchRequest,
        *,
        offset: int,
        after_id: str | None,
        limit: int,
        with_groups: bool,
    ) -> Found:
        """Find resources of a type (RFC 7644 §3.4.2); `after_id` begins behind that id."""
        ...
