"""What one identity provider is served."""

from typing import Any

import msgspec

from gatepost.scim.discovery import Limits
from gatepost.scim.schema.resource_schema import ResourceSchema


class Profile(msgspec.Struct, frozen=True, kw_only=True):
    """What one identity provider is served: schemas, limits, base URL, authentication."""

    user: ResourceSchema
    group: ResourceSchema
    limits: Limits
    base_url: str
    strict: bool
    authentication_schemes: tuple[dict[str, Any], ...]
    patch_operations_max: int
    cursor_key: bytes
    shows_patched_groups: bool = True
