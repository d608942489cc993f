"""What a filter is compiled for: a table of resources of one tenant."""

import msgspec

from gatepost.scim.schema.resource_schema import ResourceSchema
from gatepost.store.filter_sql.builder import Builder


class Scope(msgspec.Struct, frozen=True):
    """The table that goes by the alias `t`; `tenant` and `provider` are marks of parameters."""

    table: str
    id_column: str
    schema: ResourceSchema
    builder: Builder
    tenant: str
    provider: str
