"""A client at a running server, on each of the two databases."""

from collections.abc import Iterator

import pytest

from tests.conformance.matrix.scim import Scim
from tests.conftest import DATABASES, OpenSandbox


@pytest.fixture(params=DATABASES)
def scim(request: pytest.FixtureRequest, sandbox: OpenSandbox) -> Iterator[Scim]:
    """A provider in tolerant mode."""
    yield from _client(sandbox, request.param, "tolerant")


@pytest.fixture(params=DATABASES)
def strict(request: pytest.FixtureRequest, sandbox: OpenSandbox) -> Iterator[Scim]:
    """A provider in strict mode."""
    yield from _client(sandbox, request.param, "strict")


def _client(sandbox: OpenSandbox, database: str, mode: str) -> Iterator[Scim]:
    opened = sandbox(database, mode, suite="matrix")
    client = Scim(opened.base_url, opened.token)
    yield client
    client.http.close()
