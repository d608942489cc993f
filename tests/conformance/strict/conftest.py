"""A provider in strict mode, on each of the two databases."""

from collections.abc import Iterator

import pytest

from tests.conformance.matrix.scim import Scim
from tests.conftest import DATABASES, OpenSandbox


@pytest.fixture(params=DATABASES)
def strict(request: pytest.FixtureRequest, sandbox: OpenSandbox) -> Iterator[Scim]:
    opened = sandbox(request.param, "strict", suite="strict")
    client = Scim(opened.base_url, opened.token)
    yield client
    client.http.close()
