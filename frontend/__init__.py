"""Third-party files of the pages, fetched when Gatepost is built; never committed.

`package.json` and its lock file name exact versions and digests. `vendor` has npm
fetch them, takes the few files that pages need and writes them, with licences and
`VENDOR.json`, to `src/gatepost/web/static/vendor`; `icons` draws the sprite,
`themes` lets the stylesheet follow the system's theme. `hatch_build` calls
it for every wheel and editable install; the latter also gets, in `frontend/dev`, what
tests in a browser need. Standard library only: nothing is installed yet when this runs.
"""
