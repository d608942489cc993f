"""A running server for each judge, on each database."""

from collections.abc import Iterator

import httpx2
import pytest

from tests.conftest import DATABASES, OpenSandbox, Sandbox


@pytest.fixture(params=DATABASES)
def judged(request: pytest.FixtureRequest, sandbox: OpenSandbox) -> Sandbox:
    """The server that is judged."""
    return sandbox(request.param)


@pytest.fixture
def http(judged: Sandbox) -> Iterator[httpx2.Client]:
    """Its client over HTTP."""
    headers = {"Authorization": f"Bearer {judged.token}"}
    with httpx2.Client(base_url=judged.scim_base_url, headers=headers, timeout=30) as client:
        yield client
