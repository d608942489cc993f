"""A running server for each judge, on each database."""

from collections.abc import Iterator

import httpx2
import pytest

from tests.conftest import DATABASES, OpenSandbox, Sandbox


@pytest.fixture(params=DATABASES, scope="module")
def judged(request: pytest.FixtureRequest, sandbox: OpenSandbox) -> Sandbox:
    """The server that is judged; one of its own, for judges look for theirs on the first page."""
    return sandbox(request.param, fresh=True)


@pytest.fixture
def http(judged: Sandbox) -> Iterator[httpx2.Client]:
    """Its client over HTTP."""
    headers = {"Authorization": f"Bearer {judged.token}"}
    with httpx2.Client(base_url=judged.scim_base_url, headers=headers, timeout=30) as client:
        yield client
