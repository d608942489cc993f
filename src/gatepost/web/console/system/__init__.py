"""The console's pages on the installation and on the tenant as a whole.

Owns those of its state, its settings, its staff, and the simulator of sandbox tenants.
"""

from gatepost.web.console.system.routes import routes

__all__ = ["routes"]
