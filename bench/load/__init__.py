"""The load generator: a process of its own that keeps connections busy.

`python -m bench.load` reads a `Plan` as JSON on standard input and writes a `Result`.
Every connection sends its next request when the answer to the last is whole (closed
loop), so a latency is the server's and never that of a queue of ours.
`connection` speaks HTTP/1.1, `scenarios` says what is asked, `person` who is asked about.
"""
