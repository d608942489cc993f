"""How a server was started: what no setting says."""

from collections.abc import Mapping

import msgspec

BACKLOG = 2048
"""How many connections may wait to be taken."""


class Launch(msgspec.Struct, frozen=True, kw_only=True):
    """Where the settings came from, and whether this is the demo's server.

    `is_demo` is set by `gatepost demo` for the process that it starts on data of its own,
    never by a setting: a server that runs so lets in whoever has its link.
    """

    origins: Mapping[str, str] = {}
    is_demo: bool = False

    def origin(self, name: str) -> str:
        """Tell where that setting's value came from, such as `environment (GATEPOST_PORT)`."""
        return self.origins.get(name, "default")
