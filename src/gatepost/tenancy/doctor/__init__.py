"""Is the installation in order? What `gatepost doctor` and the console's system page say.

`diagnosis` (with `sign_in_diagnosis`) reads the facts from a database, its own or one that is
open; `installation`, `database` and `signing_in` judge them, purely but for the files of the
data directory, and give `Finding`s, each with its fix. `examination` puts them together: for
the command beside a server, and for the server itself, which looks at one tenant.
Nothing is changed here, and nothing secret is said.
"""
