"""The console's first page: how things are, and what needs somebody's attention.

Owns its tiles, its chart and the ranking of what needs attention; every number comes from a
read whose cost does not grow with the directory.
"""

from gatepost.web.console.overview.routes import routes

__all__ = ["routes"]
