"""Set-up guides for identity providers, and how far a provider has got in its own.

Owns the guides' sources in `texts/`, one each, which the documentation shows too, and their
pages with a provider's real values. Decides nothing and changes nothing: what was seen of a
step is judged by `lifecycle.observed`. In reading order: `source` (a file into its steps),
`values` (what placeholders stand for), `rendering` (the page), `document` (docs/guides),
`progress` (steps with their state), `live` (how often it looks again), `page`.
"""

from gatepost.web.console.guides.routes import routes

__all__ = ["routes"]
