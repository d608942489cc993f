"""The console's pages on what access is made of.

Owns those of groups, roles, the mappings between them, conflicts and organizations; who gains
and who loses is `lifecycle`'s to say.
"""

from gatepost.web.console.structure.routes import routes

__all__ = ["routes"]
