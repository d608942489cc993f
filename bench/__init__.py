"""The bench: what this tree can do, measured over HTTP from another process.

`python -m bench` fills directories of the sizes asked for, starts the server as an
operator does, loads it, and prints operations a second and percentiles beside the
targets. What a number is worth depends on the minute it was taken in, so the
yardsticks (a bare HTTP echo, the store without HTTP) run between the scenarios.

In reading order: `__main__` (options), `sizes` (what is measured), `directory` (fills
a database), `server` (processes), `load/` (the other process: connections and
scenarios), `yardsticks/`, `targets` and `report` (what is made of the numbers);
`peers/` does the same work against other servers. Nothing of the product imports it.
"""
