"""The console's pages on identity providers.

Owns their words and forms; decides nothing. `listed`: the list, and a new one. `page`: one
provider with its SSO and SCIM cards, drawn from `facts`. `setup`: the other side, by metadata
or by issuer. `settings`: what is ours to choose, read and written by `forms`. `switching`: on
and off, the key's roll. `trials`: test connection, by administrators or by a link.
"""

from gatepost.web.console.providers.routes import routes

__all__ = ["routes"]
