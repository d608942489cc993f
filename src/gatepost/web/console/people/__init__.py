"""The console's pages on people.

Owns the list, the tabs about a person (why, timeline, profile, access, sessions, raw), and the
words on how somebody signs in; the buttons and forms that help them or take something away,
which is shown first. What a provider owns is shown as locked and changed there (R18); the rules
are `lifecycle`'s and `login`'s.

In reading order: `listed`, the list; `page`, what stands above every tab; `why`, `tabs`; then
`changes`, `leaving`, `edits`, which write.
"""

from gatepost.web.console.people.routes import routes

__all__ = ["routes"]
