"""The page kit: what every page for people is drawn, guarded and sent with.

Owned: the base templates and macros, our stylesheet and script, the addresses under
which these and the third-party files are served, the headers of a page, and the small
readers that each door with forms needs. A door brings its own templates and words;
it hands values in and sends the response that `Pages` gives. No rule lives here, and no door.

Reading order: `rendering` (templates to responses), `assets` (files under hashed
addresses), `headers` (CSP and the rest), `theme` (light, dark or the system's),
`forms` (who may post, and what was posted), `cookies` (names and attributes),
`redirects` (where a visitor may be sent back to), `formats` (instants in words),
`proving` (what is shown of second factors).
"""
