"""How an operator sets sign-in up: commands beside the server, a test in a browser, then on."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.identity_providers import PASSWORD, nanoidp
from tests.e2e.installation import Installation, installed, settings_of
from tests.e2e.processes import run
from tests.e2e.visitor import Visitor, enrol_app, is_signed_in


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Installation]:
    with installed(tmp_path, settings_of(tmp_path)) as made:
        yield made


@pytest.fixture
def visitor() -> Iterator[Visitor]:
    made = Visitor()
    yield made
    made.close()


def begin_test(here: Installation, visitor: Visitor, provider: str) -> None:
    """Open the link of a test and press its button."""
    visitor.open(here.cli("sso", "test", provider)["test_link"])
    assert visitor.heading.startswith("Test the connection")
    press(visitor)


def press(visitor: Visitor) -> None:
    """Press the button of the test's page."""
    visitor.send(visitor.document.xpath("//main//form")[0], {})


def enabled(here: Installation, provider: str) -> int:
    return run("--json", "sso", "enable", provider, **here.variables()).returncode


@pytest.mark.rule("R32")
def test_saml_is_set_up_tested_and_switched_on(
    here: Installation, visitor: Visitor, tmp_path: Path
) -> None:
    with nanoidp(tmp_path / "nanoidp") as theirs:
        here.cli("provider", "create", "Nano", "--domain", "example.com")
        here.cli("sso", "set-up-saml", "nano", "--url", theirs.metadata_url)
        visitor.open(f"{here.url}/saml/nano/login")
        assert visitor.page.status_code == 404

        theirs.configure(entity_id="https://else.example/idp")
        begin_test(here, visitor, "nano")
        visitor.submit(username="ada", password=PASSWORD)
        assert "The connection does not work yet" in visitor.text
        assert "saml.issuer" in visitor.text
        assert "https://else.example/idp" in visitor.text
        assert enabled(here, "nano") != 0, "the test failed"

        theirs.configure(entity_id=None)
        visitor.open(here.cli("sso", "test", "nano")["test_link"])
        page = visitor.page
        press(visitor)
        assert "The connection works" in visitor.text
        tested = visitor.page
        visitor.page = page
        press(visitor)
        assert visitor.page.status_code == 404, "a link is good for one test"
        visitor.page = tested
        assert "none (sso.not_provisioned)" in visitor.text
        assert not is_signed_in(visitor, here.url)
        assert enabled(here, "nano") == 0

        here.cli("sso", "set", "nano", "just_in_time", "on")
        visitor.open(f"{here.url}/sign-in")
        visitor.submit(identifier="ada@example.com")
        enrol_app(visitor)
        assert is_signed_in(visitor, here.url)
        here.cli("sso", "disable", "nano", "--yes")
        assert not is_signed_in(visitor, here.url), "R4: whoever came through it is signed out"
