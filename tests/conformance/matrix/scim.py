"""A SCIM client as the conformance tests speak: whole messages, names that never clash."""

import secrets
from typing import Any

import httpx2
import msgspec

from gatepost.scim.urns import (
    BULK_REQUEST,
    ENTERPRISE_USER,
    ERROR,
    GROUP,
    PATCH_OP,
    SEARCH_REQUEST,
    USER,
)

__all__ = ["BULK_REQUEST", "ENTERPRISE_USER", "ERROR", "GROUP", "PATCH_OP", "USER", "Scim"]

Document = dict[str, Any]


class Scim:
    """Speaks to one identity provider's endpoint; `tag` is in every name it makes."""

    def __init__(self, base_url: str, token: str) -> None:
        self.base_url = base_url
        self.tag = secrets.token_hex(6)
        self.http = httpx2.Client(timeout=30, headers={"Authorization": f"Bearer {token}"})

    def send(self, method: str, path: str, body: object = None, **headers: str) -> httpx2.Response:
        """Send a request; `headers` have underscores for hyphens."""
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        content = None
        if body is not None:
            sent.setdefault("Content-Type", "application/scim+json")
            content = body if isinstance(body, bytes) else msgspec.json.encode(body)
        return self.http.request(method, self.base_url + path, content=content, headers=sent)

    def get(self, path: str, **query: object) -> Document:
        """Read what must be there."""
        pairs = {name: str(value) for name, value in query.items()}
        answer = self.http.get(self.base_url + path, params=pairs or None)
        assert answer.status_code == 200, answer.text
        document: Document = answer.json()
        return document

    def name(self, first: str = "ada") -> str:
        """Give a userName that only this client knows."""
        return f"{first}.{self.tag}@matrix.example"

    def body(self, first: str = "ada", **attributes: Any) -> Document:
        """Give the body of a POST or PUT of a user."""
        return {"schemas": [USER], "userName": self.name(first), **attributes}

    def user(self, first: str = "ada", **attributes: Any) -> Document:
        """Create a user; gives what was answered."""
        return self._created("/Users", self.body(first, **attributes))

    def group(self, name: str = "Support", *members: str, **attributes: Any) -> Document:
        """Create a group; gives what was answered."""
        body = {"schemas": [GROUP], "displayName": f"{name} {self.tag}", **attributes}
        return self._created("/Groups", body | {"members": [{"value": one} for one in members]})

    def _created(self, path: str, body: Document) -> Document:
        answer = self.send("POST", path, body)
        assert answer.status_code == 201, answer.text
        document: Document = answer.json()
        return document

    def patch(self, path: str, *operations: Document, **headers: str) -> httpx2.Response:
        """Send a PATCH."""
        body = {"schemas": [PATCH_OP], "Operations": list(operations)}
        return self.send("PATCH", path, body, **headers)

    def patched(self, resource_id: str, *operations: Document) -> Document:
        """Change a user by what nothing forbids; gives the user afterwards."""
        answer = self.patch(f"/Users/{resource_id}", *operations)
        assert answer.status_code == 200, answer.text
        return self.get(f"/Users/{resource_id}")

    def find(self, filter_text: str, path: str = "/Users", **query: object) -> list[Document]:
        """Find resources by a filter, among those this client made."""
        attribute = "displayName" if path == "/Groups" else "userName"
        mine = f'{attribute} co "{self.tag}" and ({filter_text})'
        found: list[Document] = self.get(path, filter=mine, **query)["Resources"]
        return found

    def search(self, path: str = "", **members: Any) -> httpx2.Response:
        """Send a search message."""
        body = {"schemas": [SEARCH_REQUEST], **members}
        return self.send("POST", f"{path}/.search", body)

    def bulk(self, *operations: Document, **members: Any) -> list[Document]:
        """Send a Bulk request; gives the results."""
        body = {"schemas": [BULK_REQUEST], "Operations": list(operations), **members}
        answer = self.send("POST", "/Bulk", body)
        assert answer.status_code == 200, answer.text
        results: list[Document] = answer.json()["Operations"]
        return results


def refused(answer: httpx2.Response, status: int, scim_type: str | None = None) -> str:
    """Check that the answer is a SCIM Error (RFC 7644 §3.12); gives what it says."""
    assert answer.status_code == status, answer.text
    assert answer.headers["Content-Type"] == "application/scim+json"
    error = answer.json()
    assert error["schemas"] == [ERROR]
    assert error["status"] == str(status)
    assert error.get("scimType") == scim_type
    detail: str = error["detail"]
    assert detail
    return detail
