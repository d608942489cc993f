"""Gatepost: an identity-lifecycle server.

A request walks through the rooms in one direction (docs/architecture.md):
`web` and `cli` are doors, `scim` is the protocol, `lifecycle` and `tenancy`
are the rules, `activity` is the record, `store` is the only SQL, `base` is the
ground. `wiring` opens every door once.
"""

__version__ = "0.1.0"
