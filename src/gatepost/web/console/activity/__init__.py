"""The console's pages on what happened and what was asked.

Owns the explorer with its filters, the page of one entry, and the live tail; the reading itself
is `gatepost.activity`'s.
"""

from gatepost.web.console.activity.routes import routes

__all__ = ["routes"]
