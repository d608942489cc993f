"""The door for everybody who is signed in: their own account, and what others may know of it.

| route | what |
|---|---|
| `/`, `/account` | on to the account or to sign-in; the person, their proofs, their sessions |
| `/account/step-up…` | the second factor once more, before what is sensitive (R34) |
| `/account/factors…`, `/account/recovery-codes`, `/account/password`, `/account/phone` | changes |
| `/account/sessions/…`, `/sign-out`, `/signed-out` | the end of one session, of all others |
| `/session`, `/session/t/…` | who is signed in (to that tenant), as JSON for an application |

A page asks for a session, a form for the session's own token as well. What is sensitive shows
its page only after a step-up, so that nothing typed is lost on the way. All rules are in `login`.

In reading order: rooms, entrance, browsers, shown, overview, step_up, factors, password, phone,
sessions, asked, routes, door.
"""
