"""The composition root: settings → store → rules → doors. Everything is built here, once.

`house` builds the rooms on a database, `doors` puts the doors on them, `application` is what a
worker process serves. Commands open a house of their own; nothing else builds a room.
"""

from gatepost.wiring.application import Application
from gatepost.wiring.doors import page_doors, scim_door
from gatepost.wiring.house import House, fetcher_of, limits_of, open_house

__all__ = [
    "Application",
    "House",
    "fetcher_of",
    "limits_of",
    "open_house",
    "page_doors",
    "scim_door",
]
