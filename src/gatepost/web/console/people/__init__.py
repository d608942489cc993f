"""The console's pages on people.

Owns the words on how somebody signs in, and the buttons that help them: a link, a reset of
their second factors, the end of sessions, a phone number, deactivation. What a provider owns
is shown as locked and changed there (R18); the rules are `lifecycle`'s and `login`'s.

In reading order: `listed`, the list; `page`, one person; `changes`, the help.
"""

from gatepost.web.console.people.routes import routes

__all__ = ["routes"]
