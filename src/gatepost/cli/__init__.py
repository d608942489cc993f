"""The command line: a door like the others, with no rule of its own.

Data goes to standard output, everything else to standard error; `--json` is one
object, or JSON Lines for streams, with the API's field names. `main` parses and
finds commands by a table, so that `--help` imports none of them; `errors` says
what went wrong, with the words and exit codes of `words`; `output` prints tables,
JSON and progress and asks for confirmation. A module for each group of commands.
"""
