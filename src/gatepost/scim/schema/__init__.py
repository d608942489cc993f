"""Schemas and attributes as data (RFC 7643 §2, §4, §7).

`attribute` holds the characteristics, `standard` the schemas we ship,
`resource_schema` a resource type with its extensions, ready for look-ups by
any spelling. Core, extension and custom attributes take one code path.
"""
