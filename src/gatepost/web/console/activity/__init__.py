"""The console's pages on what happened and what was asked.

| route | what |
|---|---|
| `/console/activity` | the list: filters in the URL, facets, a chart, saved views |
| `/console/activity/{entry_id}` | one entry, by the id of an activity or of a request |
| `/console/activity/export` | the filtered list whole, as CSV or JSON Lines |
| `/console/activity/live` | the list as it grows |
| `/console/activity/stream` | what the live page listens to, as server-sent events |

Filters: `q` (a name, userName, externalId, address or id), `result` (ok, warned, refused,
failed, unchanged; several), `reason`, `event` (of a noun if it ends in `.`), `kind`,
`provider` (slug), `method`, `status`, `slow` (ms), `since` and `until` (RFC 3339) or `range`
(1h, 24h, 7d, 30d), `subject` (id), `before` (where a page begins). What is none is left out,
and said.

The stream takes the same filters but for the range and `before`. Its events:

| event | data |
|---|---|
| `entry` | JSON: `id, at, sentence, result, said, kind, provider, actor, reason, ms, href` |
| `gap` | JSON `{}`: there was more than can be shown; the list has it |

`id` is a cursor: whoever comes back with it (`Last-Event-ID`, or `cursor` in the query) misses
nothing, on whichever process; an entry may come twice, under the same `id` in its data. A
comment comes every fifteen seconds. The stream ends by itself after ten minutes, and with the
session: before anything more is told, and within fifteen seconds where nothing is.

The reading itself is `gatepost.activity`'s; the words are `lifecycle.entry_words`'s.
"""

from gatepost.web.console.activity.routes import routes

__all__ = ["routes"]
