"""The console's pages on the installation and on the tenant as a whole.

Owns those of its state (what `tenancy.doctor` finds), its settings, its staff, and the
simulator of sandbox tenants and the demo.

In reading order: `state`; `settings` with `adapting`, from forms to new settings; `staff`, who
belongs to it, and `marks`, what one person may do; `simulation`, a run as a job, and
`simulating`, its pages. The simulator itself is reached through the port `console.simulator`.
"""

from gatepost.web.console.system.routes import routes

__all__ = ["routes"]
