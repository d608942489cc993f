"""SCIM filters as SQL: the twin of `scim.filter.match` (RFC 7644 §3.4.2.2).

What enters is a filter's tree and the resource's schema; what leaves is a
condition on the rows of `users` or `groups` under the alias `t`, with its
parameters. Every literal and every JSON path is a parameter; no name from
outside is ever part of a statement.

In reading order: builder (parameters, and what differs between the databases),
json (values inside documents), comparison (one value with a literal), columns
(attributes that are columns), memberships (groups of a user, members of a
group), condition (the whole tree).
Called by `store.search` only.
"""
