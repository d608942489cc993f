"""The doors on HTTP.

`app` is the route table, `middleware` gives every request its id and its line in
the log, `health` and `metrics` answer the platform. Each door is a package that
knows no other: `scim` and `sso` for identity providers, `account` for people,
`console` and `setup` for administrators. `pages` is the kit of all that show
pages; `doors` puts them on the rooms behind them.
Doors translate: HTTP in, commands to `lifecycle` and `tenancy`, refusals out as
the door's own words. No rule lives here.
"""
