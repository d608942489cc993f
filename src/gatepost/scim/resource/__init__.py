"""Resources: JSON becomes a canonical document, a document becomes an answer (RFC 7643 §2, §3).

A document is a dict with names in schema spelling and in schema order, nothing
unassigned, extensions under their URN: equal content gives equal bytes. `meta`,
`groups` and the members of a group are never in it; they are spliced into the
answer. `read` takes what clients send with all their habits (WIRE.md P2 to P10),
`values` reads a single value and is shared with PATCH.

In reading order: values, members, canonical, read, replace, version, write.
"""
