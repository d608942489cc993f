"""Starts scim2-server under uvicorn, as its documentation shows, in memory."""

import json
import secrets
import socket
import sys

import uvicorn
from scim2_models import ScimProvider
from scim2_server.applications.asgi import ASGIApplication
from scim2_server.memory import AsyncInMemoryStorage
from scim2_server.service import ScimService
from scim2_server.utils import (
    load_default_resource_types,
    load_default_schemas,
    load_default_service_provider_config,
)


def main() -> None:
    """Serve on a free port, which is printed."""
    provider = ScimProvider.from_discovery(
        load_default_schemas().values(),
        load_default_resource_types().values(),
        config=load_default_service_provider_config(),
    )
    service = ScimService(provider, secret=secrets.token_urlsafe(32))
    application = ASGIApplication(AsyncInMemoryStorage(), provider, service)
    with socket.create_server(("127.0.0.1", 0), backlog=2048) as listening:
        port = listening.getsockname()[1]
        sys.stdout.write(json.dumps({"port": port, "base_path": "/v2", "token": "none"}) + "\n")
        sys.stdout.flush()
        config = uvicorn.Config(
            application, loop="uvloop", http="httptools", log_config=None, access_log=False
        )
        uvicorn.Server(config).run(sockets=[listening])


main()
