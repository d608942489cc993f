"""The set-up guides of the console, as pages of the documentation."""

from collections.abc import Callable
from functools import partial

from gatepost.web.console.guides import document, source
from gatepost.web.console.providers.facts import VENDORS


def pages() -> dict[str, Callable[[], str]]:
    """Give each guide's page and the one that lists them, by path."""
    guides = source.guides()
    found: dict[str, Callable[[], str]] = {
        f"guides/{one.id}.md": partial(document.page_of, one) for one in guides.values()
    }
    products = {**VENDORS, "generic": "Any other product"}
    found["guides/index.md"] = partial(document.index_of, guides, products)
    return found
