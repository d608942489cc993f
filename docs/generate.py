"""Write the reference pages that are made from the code (`make docs-generate`).

A page is added to PAGES; tests/house/test_documents.py compares every page with what is written.
"""

import sys
from collections.abc import Callable, Mapping
from pathlib import Path

from gatepost.base import settings
from gatepost.cli import reference

DOCS = Path(__file__).parent
sys.path.insert(0, str(DOCS))  # the pages' texts lie beside this file, wherever it is run from

import conformance_page  # noqa: E402 - found by the line above
import guide_pages  # noqa: E402
import reference_pages  # noqa: E402

PAGES: Mapping[str, Callable[[], str]] = {
    "reference/cli.md": reference.describe,
    "reference/settings.md": settings.describe,
    "reference/events.md": reference_pages.events,
    "reference/reasons.md": reference_pages.reasons,
    "reference/refusals.md": reference_pages.refusals,
    "reference/status-codes.md": reference_pages.status_codes,
    "reference/deviations.md": reference_pages.deviations,
    "protocol/conformance.md": conformance_page.conformance,
    **guide_pages.pages(),
}
"""The page's path below docs/, and what gives its text."""


def main() -> None:
    """Write every page."""
    for path, text in PAGES.items():
        page = DOCS / path
        page.parent.mkdir(parents=True, exist_ok=True)
        page.write_text(text(), encoding="utf-8")


if __name__ == "__main__":
    main()
