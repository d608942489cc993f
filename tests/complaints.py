"""What a browser complains of while a test looks at a page."""

from collections.abc import Callable

from playwright.sync_api import ConsoleMessage, Page


def hear(page: Page, heard: Callable[[ConsoleMessage], None]) -> None:
    """Listen for what the console says, refused content among it.

    Chromium's remarks are no complaints: that a field already had the focus before
    `autofocus` was looked at, say, which depends on how busy the machine is.
    """
    page.on("console", lambda said: None if said.type == "info" else heard(said))
