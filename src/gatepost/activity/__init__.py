"""The record: what happened, and what was asked (PRODUCT.md R36, R37).

Owns the published catalogue of events (`vocabulary`) and of reasons
(`reasons`), the entry of the activity log that every plan carries (`entry`),
the record of one inbound request with its steps (`inbound`), the writer that
gathers records of plain reads (`recorder`), reading and export (`log`), the
messages owed to people (`outbox`), and the purge of what is too old (`retention`).

Activities are written by `lifecycle`, `tenancy` and `login` in the transaction of their
effect. Nothing here decides anything.
"""
