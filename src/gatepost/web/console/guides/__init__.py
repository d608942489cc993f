"""Set-up guides for identity providers, and how far a provider has got in its own.

Owns the guides' sources, one each, which the documentation shows too, and their pages with
a provider's real values.
"""

from gatepost.web.console.guides.routes import routes

__all__ = ["routes"]
