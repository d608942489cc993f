"""The same work against other SCIM servers (`make bench-peers`).

Each peer comes from its package registry into a directory of its own below
`bench/.peers`, which is no part of the repository. `adapters/` holds the few lines
that start it, in its own language; each prints `{"port", "base_path", "token"}` when it
answers. One that cannot be installed or does not start is reported as such.
`catalogue` says which there are, `drive` fills and loads one over HTTP, Gatepost too.
What a peer does not do, or does otherwise, is said in docs/performance.md.
"""
