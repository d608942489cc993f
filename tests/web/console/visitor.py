"""A browser at the console: its cookies, and forms as our pages send them."""

import html
import re
from typing import Any

import httpx2

from gatepost.store.rows import UserRow
from gatepost.web.pages.reception import csrf_of
from tests.sign_in.browser import SESSION, Browser

_TEXT = re.compile(r"<[^>]+>")
NO_FILE = {"file": ("", b"", "application/octet-stream")}
"""What a browser sends for a file that was not chosen."""


class Visitor(Browser):
    """A browser that knows the token of its session."""

    def keep(self, secret: str) -> None:
        """Have the session's cookie."""
        self.http.cookies.set(SESSION, secret, domain="gatepost.test", path="/")

    async def change(
        self, path: str, form: dict[str, str] | None = None, *, files: dict[str, Any] | None = None
    ) -> httpx2.Response:
        """Send a form of the console."""
        token = csrf_of(self.cookie(SESSION) or "")
        return await self.http.post(
            path,
            data={"csrf": token, **(form or {})},
            files=files,
            headers={"Sec-Fetch-Site": "same-origin"},
        )


def said(answer: httpx2.Response) -> str:
    """Give the words of a page."""
    text = html.unescape(_TEXT.sub(" ", answer.text))
    return " ".join(text.split())


def page_of(user: UserRow) -> str:
    """Give where a person's page is."""
    return f"/console/users/{user.user_id}"
