"""Identity providers, played: SCIM clients that speak like Entra, Okta and the others.

Owns how each client talks, as data with a source for every habit
(`profiles/*.toml`), made-up people, and what to do with both: tell the demo's
story, or push a whole company at a rate. Speaks HTTP alone, like a real client,
so that what it proves is true of the server; knows nothing of the server's rooms.

Read `profile` (the data's shape), `people`, `template` and `requests` (pure: what
to send), `client` (sends it), then `story`, `load`, `faults` and `rehearsal`.
"""
