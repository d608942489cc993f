"""How long the console's pages take in a small and in a large tenant, side by side in one run.

`history` fills the log and the request records, `pages` says which pages are asked for, and
`__main__` serves both tenants at once and asks them in turn, so that a busy minute of the
machine falls on both. The target is the ratio (docs/performance.md): a page of 100,000
users and 1,000,000 activities takes at most 1.5 times as long as one of 100 users.
"""
