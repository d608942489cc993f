"""Numbered, forward-only migrations, one module each; the same text for both databases.

A module holds `STATEMENTS`: SQL with `{id} {text} {json} {bytes} {bool} {instant}
{int}` for column types, `{serial}` for the log's position, `{xact}` for the
transaction that wrote a log row, `{clustered}` for a table stored in its key. `SQLITE` and
`POSTGRESQL`, where a module has them, are said to that database alone.
"""
