"""A WireClient over HTTP that sends the request target exactly as it is written."""

from urllib.parse import urlsplit

import httpx2

from tests.conformance.wire.replayer import Headers


class HttpWire:
    """Speaks to one identity provider's SCIM endpoint with its token."""

    def __init__(self, base_url: str, token: str) -> None:
        self._prefix = urlsplit(base_url).path.rstrip("/")
        self._base_url = base_url.rstrip("/")
        self._authorization = f"Bearer {token}"
        self._client = httpx2.Client(timeout=30)

    def send(
        self, method: str, path: str, *, headers: Headers, content: bytes | None
    ) -> httpx2.Response:
        """Send; httpx2 would tidy up the path, so the target is given beside it."""
        sent = {"Authorization": self._authorization, "User-Agent": "wire"} | headers
        return self._client.request(
            method,
            self._base_url,
            headers={name: value for name, value in sent.items() if value is not None},
            content=content,
            extensions={"target": (self._prefix + path).encode()},
        )

    def close(self) -> None:
        """Close the connections."""
        self._client.close()
