"""Answers: resources as bytes, streamed where they may be large."""

from collections.abc import AsyncIterator

import msgspec

from gatepost.scim.handler import Document, Handler, Stored
from gatepost.scim.resource.version import etag
from gatepost.scim.resource.write import Projection, as_bytes, assemble, project, wants
from gatepost.scim.schema.attribute import Attribute, Returned
from gatepost.scim.schema.resource_schema import ResourceSchema

_HIDDEN = (Returned.NEVER, Returned.REQUEST)


class Answer(msgspec.Struct):
    """A response: a body, a stream of its parts, or neither."""

    status: int
    body: bytes | None = None
    headers: dict[str, str] = {}
    stream: AsyncIterator[bytes] | None = None


def json_answer(document: Document, status: int = 200) -> Answer:
    """Answer with a small document."""
    return Answer(status, as_bytes(document))


class Rendered(msgspec.Struct, frozen=True):
    """A resource on its way out: its bytes, and behind them the members of a group."""

    head: bytes
    members: AsyncIterator[bytes] | None = None

    def as_answer(self, status: int, headers: dict[str, str]) -> Answer:
        """Give it as a response of its own."""
        if self.members is None:
            return Answer(status, self.head, headers)
        return Answer(status, headers=headers, stream=self.parts())

    async def parts(self) -> AsyncIterator[bytes]:
        """Give the bytes of the resource, members page by page."""
        if self.members is None:
            yield self.head
            return
        yield self.head[:-1] + b',"members":['
        async for part in self.members:
            yield part
        yield b"]}"


class Renderer:
    """Writes resources for one base URL."""

    def __init__(self, base_url: str) -> None:
        self._base_url = base_url
        self._hides: dict[str, bool] = {}

    def location(self, resource: ResourceSchema, resource_id: str) -> str:
        """Give the absolute URI of a resource (RFC 7644 §3.3)."""
        return f"{self._base_url}{resource.endpoint}/{resource_id}"

    def whole(
        self,
        resource: ResourceSchema,
        stored: Stored,
        handler: Handler,
        projection: Projection | None,
    ) -> Rendered:
        """Write a resource: from its stored bytes, or, where a part is asked for, that part."""
        groups = self._with_refs(stored.groups)
        head = assemble(
            stored.doc,
            resource_type=resource.name,
            created=stored.created,
            modified=stored.modified,
            version=etag(stored.version),
            location=self.location(resource, stored.id),
            groups=groups,
        )
        if projection is not None or self._hides_by_default(resource):
            head = as_bytes(project(msgspec.json.decode(head), projection, resource))
        has_members = "members" in resource.core_attributes
        if not has_members or not wants(projection, "members"):
            return Rendered(head)
        return Rendered(head, self._members(resource, stored.id, handler, projection))

    async def _members(
        self,
        resource: ResourceSchema,
        group_id: str,
        handler: Handler,
        projection: Projection | None,
    ) -> AsyncIterator[bytes]:
        is_first = True
        async for page in handler.members(group_id):
            part = self._written_members(resource, page, projection)
            yield part if is_first else b"," + part
            is_first = False

    async def with_few_members(
        self, resource: ResourceSchema, stored: Stored, handler: Handler, most: int
    ) -> bytes | None:
        """Write a group whole if it has no more than `most` members."""
        page = await handler.few_members(stored.id, most)
        if page is None:
            return None
        head = self.whole(resource, stored, handler, None).head
        return head[:-1] + b',"members":[' + self._written_members(resource, page, None) + b"]}"

    def _written_members(
        self,
        resource: ResourceSchema,
        page: list[dict[str, str]],
        projection: Projection | None,
    ) -> bytes:
        elements = [{**one, "$ref": f"{self._base_url}/Users/{one['value']}"} for one in page]
        if projection is not None:
            elements = project({"members": elements}, projection, resource).get("members", [])
        else:  # what `project` would leave, in a fraction of its time
            hidden = _hidden_parts(resource.core_attributes["members"])
            elements = [{k: v for k, v in one.items() if k not in hidden} for one in elements]
        return msgspec.json.encode(elements)[1:-1]

    def _hides_by_default(self, resource: ResourceSchema) -> bool:
        """Look through the schema's attributes once: a renderer is made for one version of them."""
        known = self._hides.get(resource.name)
        if known is None:
            known = self._hides[resource.name] = hides_by_default(resource)
        return known

    def _with_refs(self, groups: list[dict[str, str]] | None) -> list[dict[str, str]] | None:
        if groups is None:
            return None
        return [{**one, "$ref": f"{self._base_url}/Groups/{one['value']}"} for one in groups]


def hides_by_default(schema: ResourceSchema) -> bool:
    """Tell whether an attribute is not returned unless asked for, which a custom one may be."""
    schemas = (schema.core, *schema.extensions)
    return any(one.returned in _HIDDEN for every in schemas for one in every.attributes)


def _hidden_parts(attribute: Attribute) -> frozenset[str]:
    """Name the sub-attributes that nobody gets who does not ask, such as `members.display`."""
    return frozenset(one.name for one in attribute.sub_attributes if one.returned in _HIDDEN)
