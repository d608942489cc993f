"""A Response by nanoidp, an identity provider that others wrote.

It runs in a process of its own, without a network: it keeps its state per process.
"""

import json
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit

import msgspec
import pytest

from gatepost.saml import metadata
from gatepost.saml.authn_request import AuthnRequest, post_form, redirect_url
from gatepost.saml.errors import InResponseTo, SignatureInvalid
from gatepost.saml.inspect import look
from gatepost.saml.parties import HTTP_POST, IdentityProvider
from gatepost.saml.response import Assertion, Expected, read
from gatepost.saml.times import read_instant
from tests.saml.keys import NOW, pair
from tests.saml.maker import ACS, REQUEST_ID, SERVICE_PROVIDER, SP, identity_provider

SIGN_IN = """
import json, re, sys
from nanoidp.app import create_app

given = json.load(sys.stdin)
client = create_app("config").test_client()
told = {"metadata": client.get("/saml/metadata").text}
if given["fields"]:
    page = client.post("/saml/sso", data=given["fields"])
else:
    page = client.get("/saml/sso?" + given["query"])
fields = dict(re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', page.text))
answer = client.post("/saml/sso", data=fields | {"username": "alice", "password": "secret"})
told |= dict(re.findall(r'name="(SAMLResponse|RelayState)" value="([^"]*)"', answer.text))
told["action"] = re.search(r'action="([^"]*)"', answer.text)[1]
json.dump(told, sys.stdout)
"""
SETTINGS = """
config_version: 1
oauth: {issuer: "http://idp.example:8000"}
saml:
  want_authn_requests_signed: true
  sp_certificates: ["sp.pem"]
  export_groups: true
  groups_attr_name: groups
"""
USERS = """
config_version: 1
users:
  alice: {password: secret, email: alice@example.com, groups: [staff, admins]}
"""
REQUEST_TO_SIGN_IN = AuthnRequest(
    id=REQUEST_ID,
    issue_instant=NOW,
    issuer=SP,
    acs_url=ACS,
    destination="http://idp.example:8000/saml/sso",
)


class SignIn(msgspec.Struct, frozen=True):
    """What nanoidp answered, and what it says of itself."""

    provider: IdentityProvider
    message: bytes
    relay_state: str

    def read(
        self, provider: IdentityProvider | None = None, request_id: str = REQUEST_ID
    ) -> Assertion:
        """Read the answer at the instant at which it was written."""
        now = read_instant(look(self.message).issue_instant, "IssueInstant")
        known = Expected(SERVICE_PROVIDER, provider or self.provider, request_id, now)
        return read(self.message, known)


def sign_in(folder: Path, *, query: str = "", fields: dict[str, str] | None = None) -> SignIn:
    config = folder / "config"
    config.mkdir()
    (config / "settings.yaml").write_text(SETTINGS)
    (config / "users.yaml").write_text(USERS)
    for place in (folder, config):
        (place / "sp.pem").write_text(pair("sp").certificate_pem)
    done = subprocess.run(  # noqa: S603 - the program of this very test
        [sys.executable, "-c", SIGN_IN],
        input=json.dumps({"query": query, "fields": fields or {}}),
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    told = json.loads(done.stdout[done.stdout.index('{"metadata"') :])
    assert told["action"] == ACS
    return SignIn(
        provider=metadata.read(told["metadata"].encode(), now=NOW),
        message=told["SAMLResponse"].encode(),
        relay_state=told["RelayState"],
    )


@pytest.fixture(scope="module")
def by_redirect(tmp_path_factory: pytest.TempPathFactory) -> SignIn:
    url = redirect_url(REQUEST_TO_SIGN_IN, relay_state="state-1", key_pem=pair("sp").pem)
    return sign_in(tmp_path_factory.mktemp("nanoidp"), query=urlsplit(url).query)


def test_its_metadata_is_read(by_redirect: SignIn) -> None:
    provider = by_redirect.provider
    assert provider.entity_id == "http://idp.example:8000/saml"
    assert {one.location for one in provider.sso} == {"http://idp.example:8000/saml/sso"}
    assert HTTP_POST in {one.binding for one in provider.sso}
    assert len(provider.certificates) == 1
    assert provider.wants_signed_requests


def test_its_response_to_a_signed_redirect_is_accepted(by_redirect: SignIn) -> None:
    assertion = by_redirect.read()
    assert assertion.name_id == "alice@example.com"
    assert assertion.in_response_to == REQUEST_ID
    assert assertion.attributes["groups"] == ("staff", "admins")
    assert assertion.authn_context is not None
    assert by_redirect.relay_state == "state-1"


def test_its_response_to_a_signed_form_is_accepted(tmp_path: Path) -> None:
    ours = pair("sp")
    form = post_form(
        REQUEST_TO_SIGN_IN,
        relay_state="state-2",
        key_pem=ours.pem,
        certificate=ours.certificate,
    )
    answer = sign_in(tmp_path, fields=form.fields)
    assert answer.read().name_id == "alice@example.com"
    assert answer.relay_state == "state-2"


def test_its_response_is_refused_where_another_was_expected(by_redirect: SignIn) -> None:
    with pytest.raises(InResponseTo):
        by_redirect.read(request_id="_request-2")
    other = identity_provider(pair("idp")).certificates
    with pytest.raises(SignatureInvalid):
        by_redirect.read(msgspec.structs.replace(by_redirect.provider, certificates=other))
