"""The service provider: a method per verb (RFC 7644 §3); the only caller of a handler."""

from gatepost.scim.answers import Answer, Renderer
from gatepost.scim.dialects.mode import Dialect
from gatepost.scim.errors import NotImplementedByServer
from gatepost.scim.filter.check import check
from gatepost.scim.handler import Change, Document, Handler, Stored
from gatepost.scim.pages import Pages
from gatepost.scim.patch.apply import apply
from gatepost.scim.patch.members import MembershipChange, split
from gatepost.scim.patch.request import Operation, read_patch
from gatepost.scim.profile import Profile
from gatepost.scim.query.request import SearchRequest, from_body, from_query
from gatepost.scim.request import Request, body_of, only
from gatepost.scim.resource.read import read
from gatepost.scim.resource.replace import replace
from gatepost.scim.resource.version import etag, matches
from gatepost.scim.resource.write import Projection, read_projection, wants
from gatepost.scim.schema.resource_schema import ResourceSchema
from gatepost.scim.self_description import describe

_MEMBERS_SHOWN_MAX = 100


class ServiceProvider:
    """Answers requests of one identity provider's SCIM client."""

    def __init__(self, profile: Profile) -> None:
        self.profile = profile
        self._types = {"users": profile.user, "groups": profile.group}
        self._renderer = Renderer(profile.base_url)
        self._pages = Pages(profile.limits, profile.cursor_key, self._renderer)

    async def answer(
        self, request: Request, handler: Handler, dialect: Dialect, now_s: int
    ) -> Answer:
        """Answer anything but Bulk, which `bulk_run` takes apart into requests like this.

        Raises:
            ScimError: as the standard says.
        """
        first = request.segments[0].lower() if request.segments else ""
        rest = request.segments[1:]
        if first in self._types and len(rest) <= 1:
            return await self._resource(self._types[first], rest, request, handler, dialect, now_s)
        if first in {"", ".search"} and not rest:
            return await self._everything(request, handler, dialect)
        if first == "me":
            raise NotImplementedByServer("/Me is not offered: a SCIM client is not a user here.")
        return describe(self.profile, request)

    async def _everything(self, request: Request, handler: Handler, dialect: Dialect) -> Answer:
        """Search all types, by GET of the base URL or by `/.search` (RFC 7644 §3.4.2.1, §3.4.3)."""
        limits = self.profile.limits
        types = (self.profile.user, self.profile.group)
        if request.segments:
            only(request, "POST")
            body = body_of(request)
            searches = [(one, from_body(body, one, dialect, limits)) for one in types]
        else:
            only(request, "GET")
            searches = [(one, from_query(request.query, one, dialect, limits)) for one in types]
        return await self._pages.search_all(searches, handler)

    async def _resource(
        self,
        resource: ResourceSchema,
        rest: tuple[str, ...],
        request: Request,
        handler: Handler,
        dialect: Dialect,
        now_s: int,
    ) -> Answer:
        if not rest:
            only(request, "GET", "POST")
            if request.method == "POST":
                return await self.create(resource, request, handler, dialect)
            search = from_query(request.query, resource, dialect, self.profile.limits)
            return await self._searched(resource, search, handler, dialect, now_s)
        if rest[0].lower() == ".search":
            only(request, "POST")
            search = from_body(body_of(request), resource, dialect, self.profile.limits)
            return await self._searched(resource, search, handler, dialect, now_s)
        only(request, "GET", "PUT", "PATCH", "DELETE")
        verb = {
            "GET": self.get,
            "PUT": self.replace,
            "PATCH": self.modify,
            "DELETE": self.delete,
        }[request.method]
        return await verb(resource, rest[0], request, handler, dialect)

    async def _searched(
        self,
        resource: ResourceSchema,
        search: SearchRequest,
        handler: Handler,
        dialect: Dialect,
        now_s: int,
    ) -> Answer:
        if search.filter is not None:
            check(search.filter, resource, dialect)
        return await self._pages.search(resource, search, handler, now_s)

    async def create(
        self, resource: ResourceSchema, request: Request, handler: Handler, dialect: Dialect
    ) -> Answer:
        """Create a resource (RFC 7644 §3.3): 201 with the whole of it and its Location."""
        projection = self._projection(request, resource, dialect)
        document = read(body_of(request), resource, dialect)
        if resource is self.profile.group:
            stored = await handler.create_group(document, _member_ids(document))
        else:
            stored = await handler.create_user(document)
        location = self._renderer.location(resource, stored.id)
        whole = self._renderer.whole(resource, stored, handler, projection)
        return whole.as_answer(201, {"Location": location, **self._headers(resource, stored)})

    async def get(
        self,
        resource: ResourceSchema,
        resource_id: str,
        request: Request,
        handler: Handler,
        dialect: Dialect,
    ) -> Answer:
        """Get a resource (RFC 7644 §3.4.1); 304 where the client has this version."""
        projection = self._projection(request, resource, dialect)
        if resource is self.profile.group:
            stored = await handler.get_group(resource_id)
        else:
            wanted = wants(projection, "groups")
            stored = await handler.get_user(resource_id, with_groups=wanted)
        headers = self._headers(resource, stored)
        if request.if_none_match and matches(request.if_none_match, stored.version):
            return Answer(304, headers=headers)
        return self._renderer.whole(resource, stored, handler, projection).as_answer(200, headers)

    async def replace(
        self,
        resource: ResourceSchema,
        resource_id: str,
        request: Request,
        handler: Handler,
        dialect: Dialect,
    ) -> Answer:
        """Replace a resource (RFC 7644 §3.5.1)."""
        projection = self._projection(request, resource, dialect)
        new = read(body_of(request), resource, dialect)
        members = None
        if resource is self.profile.group:
            ids = tuple(_member_ids(new))
            members = MembershipChange(cleared=True, added=ids, removed=(), removed_where=())

        def change(old: Document) -> Document:
            return replace(old, new, resource)

        stored = await self._changed(resource, resource_id, change, members, request, handler)
        whole = self._renderer.whole(resource, stored, handler, projection)
        return whole.as_answer(200, self._headers(resource, stored))

    async def modify(
        self,
        resource: ResourceSchema,
        resource_id: str,
        request: Request,
        handler: Handler,
        dialect: Dialect,
    ) -> Answer:
        """Modify a resource (RFC 7644 §3.5.2): 200 with all of it, or 204 for a large group.

        A group answers without a body where its members would be many, and to
        clients that ask for that (docs/protocol/choices.md, "Answer to PATCH").
        """
        projection = self._projection(request, resource, dialect)
        operations = read_patch(
            body_of(request), resource, dialect, operations_max=self.profile.patch_operations_max
        )
        members = None
        if resource is self.profile.group:
            operations, members = split(operations, resource, dialect)
        change = _patched(operations, resource, dialect) if operations or not members else None
        stored = await self._changed(resource, resource_id, change, members, request, handler)
        headers = self._headers(resource, stored)
        if resource is self.profile.group and projection is None:
            return await self._modified_group(stored, handler, headers)
        return self._renderer.whole(resource, stored, handler, projection).as_answer(200, headers)

    async def _modified_group(
        self, stored: Stored, handler: Handler, headers: dict[str, str]
    ) -> Answer:
        body = None
        if self.profile.shows_patched_groups:
            body = await self._renderer.with_few_members(
                self.profile.group, stored, handler, _MEMBERS_SHOWN_MAX
            )
        return Answer(204 if body is None else 200, body, headers)

    async def delete(
        self,
        resource: ResourceSchema,
        resource_id: str,
        request: Request,
        handler: Handler,
        _dialect: Dialect,
    ) -> Answer:
        """Delete a resource (RFC 7644 §3.6)."""
        if resource is self.profile.group:
            await handler.delete_group(resource_id, request.if_match)
        else:
            await handler.delete_user(resource_id, request.if_match)
        return Answer(204)

    async def _changed(
        self,
        resource: ResourceSchema,
        resource_id: str,
        change: Change | None,
        members: MembershipChange | None,
        request: Request,
        handler: Handler,
    ) -> Stored:
        if resource is self.profile.group:
            return await handler.change_group(resource_id, change, members, request.if_match)
        assert change is not None  # noqa: S101 - only a group changes by its members alone
        return await handler.change_user(resource_id, change, request.if_match)

    def _headers(self, resource: ResourceSchema, stored: Stored) -> dict[str, str]:
        """Give what says in the headers what `meta` says in the body (RFC 7643 §3.1)."""
        location = self._renderer.location(resource, stored.id)
        return {"ETag": etag(stored.version), "Content-Location": location}

    def _projection(
        self, request: Request, resource: ResourceSchema, dialect: Dialect
    ) -> Projection | None:
        asked: dict[str, list[str]] = {}
        for name, value in request.query:
            asked.setdefault(name.lower(), []).append(value)
        return read_projection(
            asked.get("attributes"), asked.get("excludedattributes"), resource, dialect
        )


def _patched(
    operations: tuple[Operation, ...], resource: ResourceSchema, dialect: Dialect
) -> Change:
    """Make the change of a PATCH; when it runs again, deviations are not counted again."""
    counted = len(dialect.deviations)

    def change(old: Document) -> Document:
        del dialect.deviations[counted:]
        return apply(old, operations, resource, dialect)

    return change


def _member_ids(document: Document) -> list[str]:
    return [one["value"] for one in document.pop("members", None) or []]
