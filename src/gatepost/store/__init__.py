"""The memory: the only room with SQL, on SQLite and on PostgreSQL.

What enters is a tuple of changes (`changes`), applied whole or not at all by
`Database.commit`; what leaves are rows (`rows`). Each table family has a module
of reads (`users`, `groups`, …) that takes a `Database`. No rule lives here:
a change says what it expects, and a broken expectation comes back as a value.

In reading order: rows, tables, changes, database (the port), sqlite,
postgresql, migrations, then a module per table family, filter_sql.
Called by lifecycle, tenancy, activity and wiring only.
"""
