"""The SCIM 2.0 protocol as a library (RFC 7643, RFC 7644, RFC 9865).

Owns schemas as data, reading and writing resources, filters, PATCH, queries,
Bulk, discovery and the habits of known clients (`dialects`). JSON comes in
decoded, resources and `ScimError` go out. No I/O, no clock, no random, no
server: standard library and msgspec only, so it can be used by itself.

In reading order: errors, urns, schema, dialects, path, filter, resource,
patch, query, bulk, discovery, profile, request, handler (the port a server
implements), answers, pages, self_description, provider (a method per verb; the
only caller of a handler).
"""
