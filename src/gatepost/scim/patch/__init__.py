"""PATCH: what a client wants changed, and the document after it (RFC 7644 §3.5.2).

`request` reads the body into operations that each name one attribute in schema
spelling (`expand` takes path-less values apart). `members` takes the operations
on a group's members out, for memberships are rows. `apply` runs the rest on a
copy, all or none, with `add`, `remove` and `replace`. Where the RFC is silent
or clients differ, docs/protocol/choices.md, "PATCH" has the choice.

In reading order: operation, request, expand, target, values, add, replace, remove,
apply, members.
"""
