"""The bare HTTP server: uvicorn as Gatepost runs it, with an application that only answers."""

import socket
import sys
from typing import Any

import uvicorn

_ANSWER = b'{"id":"' + b"x" * 880 + b'"}'
_HEADERS = [
    (b"content-type", b"application/scim+json"),
    (b"content-length", str(len(_ANSWER)).encode()),
]


async def application(scope: dict[str, Any], receive: Any, send: Any) -> None:  # noqa: ANN401
    """Read the body and answer as much as a user is."""
    if scope["type"] != "http":
        return
    while (await receive()).get("more_body"):
        pass
    await send({"type": "http.response.start", "status": 200, "headers": _HEADERS})
    await send({"type": "http.response.body", "body": _ANSWER})


def main() -> None:
    """Serve on a free port, which is printed."""
    with socket.create_server(("127.0.0.1", 0), backlog=2048) as listening:
        sys.stdout.write(f"{listening.getsockname()[1]}\n")
        sys.stdout.flush()
        config = uvicorn.Config(
            application,
            loop="uvloop",
            http="httptools",
            ws="none",
            lifespan="off",
            interface="asgi3",
            log_config=None,
            access_log=False,
            server_header=False,
        )
        uvicorn.Server(config).run(sockets=[listening])


if __name__ == "__main__":
    main()
