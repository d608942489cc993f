"""The doors on HTTP.

`app` is the route table, `middleware` gives every request its id and its line in
the log, `health` answers the platform. Each door is a package that knows no
other: `scim` for identity providers, `setup` for the first administrator.
Doors translate: HTTP in, commands to `lifecycle` and `tenancy`, refusals out as
the door's own words. No rule lives here.
"""
