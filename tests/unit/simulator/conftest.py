import importlib.util
from pathlib import Path
from types import ModuleType

import pytest


@pytest.fixture(scope="session")
def fake() -> ModuleType:
    """The module beside this one: in importlib mode test folders are no packages."""
    spec = importlib.util.spec_from_file_location(
        "fake_server", Path(__file__).with_name("fake_server.py")
    )
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
