"""The door for administrators: identity providers and people, in a browser.

| route | what |
|---|---|
| `/console/providers…` | identity providers: SSO set up, tested, switched (R1, R4, R33, R35) |
| `/console/users…` | people: how they sign in, and help with it |
| `/console/sso-test/{secret}` | a test of a connection, by a link from the command line |

`access` says who may: an active technician who is an administrator, in their own tenant; what
changes something asks for a second factor first (R34) and comes as a form of the same browser.
Rules are `tenancy`'s and `login`'s; here requests become calls, and refusals become words on
the page that was sent. Pages work without JavaScript.

In reading order: access, rooms, errors, then `providers`, `people`, routes.
"""
