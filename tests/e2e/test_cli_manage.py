"""The real command line beside a real server on one database: what a provider sends is managed."""

import base64
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Protocol

import httpx2
import msgspec
import pytest

from tests.saml.keys import pair
from tests.unit.cli.shell import saml_metadata

GATEPOST = str(Path(sys.executable).with_name("gatepost"))
SECRET_KEY = "c2VhbHMgd2hhdCB0ZXN0cyBrZWVwLCBhbmQgbm90aGk="
EXTENSION = "urn:ietf:params:scim:schemas:extension:gatepost:2.0:User"


class Endpoint(msgspec.Struct, frozen=True):
    scim_base_url: str
    token: str
    database_url: str
    tenant: str
    provider: str


class Manage(Protocol):
    def __call__(self, *words: str, code: int = 0) -> Any: ...


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def endpoint(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Endpoint]:
    folder = tmp_path_factory.mktemp("manage")
    url = f"sqlite:///{folder / 'gatepost.db'}"
    if request.param == "postgresql":
        url = str(request.getfixturevalue("new_postgres_database")())
    command = [GATEPOST, "sandbox", "--port", "0", "--domain", "acme.example", "--database", url]
    with subprocess.Popen(  # noqa: S603 - our own program
        [*command, "--json"], stdout=subprocess.PIPE, env=os.environ | _data_dir(folder)
    ) as process:
        assert process.stdout
        yield msgspec.json.decode(process.stdout.readline(), type=Endpoint)
        process.terminate()


@pytest.fixture
def manage(endpoint: Endpoint, tmp_path: Path) -> Manage:
    def run(*words: str, code: int = 0) -> Any:
        options = ("--tenant", endpoint.tenant, "--database", endpoint.database_url, "--json")
        done = subprocess.run(  # noqa: S603 - our own program
            [GATEPOST, *words, *options],
            capture_output=True,
            text=True,
            check=False,
            stdin=subprocess.DEVNULL,
            env=os.environ | _data_dir(tmp_path),
        )
        assert done.returncode == code, done.stderr
        if code:
            return json.loads(done.stderr.splitlines()[-1])["error"]
        lines = [json.loads(line) for line in done.stdout.splitlines()]
        return lines if words[1] == "list" else lines[-1]

    return run


@pytest.fixture
def send(endpoint: Endpoint) -> Iterator[Callable[..., httpx2.Response]]:
    with httpx2.Client(
        base_url=endpoint.scim_base_url, headers={"Authorization": f"Bearer {endpoint.token}"}
    ) as client:
        yield lambda method, path, body=None: client.request(method, path, json=body)


def _data_dir(folder: Path) -> dict[str, str]:
    """A directory of its own for each, and the keys of one installation for all."""
    return {"GATEPOST_DATA_DIR": str(folder), "GATEPOST_SECRET_KEYS": SECRET_KEY}


def a_user(name: str, **more: Any) -> dict[str, Any]:
    return {
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"],
        "userName": name,
        **more,
    }


def until(found: Callable[[], bool]) -> None:
    """Wait for what is written behind the answers."""
    for _ in range(50):
        if found():
            return
        time.sleep(0.1)  # noqa: TID251 - another process is waited for
    raise AssertionError("it never came")


@pytest.mark.rule("R37")
def test_explain_tells_who_was_refused_and_who_was_never_sent(
    manage: Manage, send: Callable[..., httpx2.Response], endpoint: Endpoint
) -> None:
    answer = send("POST", "/Users", a_user("bad@acme.example", **{EXTENSION: {"userType": "Boss"}}))
    assert answer.status_code == 400
    refused = manage("explain", "bad@acme.example")
    assert "refused with 400: validate.user_type" in refused["answer"]
    request_id = refused["rungs"][2]["evidence"][0]["request_id"]
    assert manage("explain", "--request", request_id)["reason"] == "validate.user_type"
    never = manage("explain", "eve@acme.example")
    assert "has not sent eve@acme.example" in never["answer"]
    assert manage("provider", "show", endpoint.provider)["requests_24h"] >= 1


def test_request_that_was_not_understood_is_found_by_its_body(
    manage: Manage, send: Callable[..., httpx2.Response]
) -> None:
    broken = a_user("broken@acme.example", active="perhaps")
    assert send("POST", "/Users", broken).status_code == 400
    until(lambda: "refused with 400" in manage("explain", "Broken@acme.example")["answer"])


def test_look_up_without_a_create_is_told_apart(
    manage: Manage, send: Callable[..., httpx2.Response]
) -> None:
    send("GET", '/Users?filter=userName eq "looked@acme.example"')
    until(lambda: "looked" in manage("explain", "looked@acme.example")["answer"].split("It", 1)[-1])


@pytest.mark.rule("R18")
def test_managed_user_is_locked_until_released(
    manage: Manage, send: Callable[..., httpx2.Response], endpoint: Endpoint
) -> None:
    sent = send("POST", "/Users", a_user("ada@acme.example", externalId="ext-ada")).json()
    ada = manage("user", "show", "ext-ada")
    assert (ada["id"], ada["managed_by"]) == (sent["id"], endpoint.provider)
    assert "status" in ada["locked"]
    assert manage("user", "edit", "ada@acme.example", "--given-name", "A", code=4)["code"] == (
        "guard.managed"
    )
    manage("user", "deactivate", "ada@acme.example", "--yes", code=4)
    manage("user", "delete", "ada@acme.example", "--yes", code=4)
    phone = manage("user", "edit", "ada@acme.example", "--phone", "+49301234567")["phone"]
    assert phone == "+49301234567"
    released = manage("user", "release", "ada@acme.example", "--yes")
    assert (released["managed_by"], released["id"]) == (None, sent["id"])
    assert manage("user", "edit", "ada@acme.example", "--given-name", "A")["display_name"] == "A"


@pytest.mark.rule("R24")
def test_mapping_shows_who_gains_before_it_is_applied(
    manage: Manage, send: Callable[..., httpx2.Response], endpoint: Endpoint
) -> None:
    typed = {EXTENSION: {"userType": "Technician"}}
    bob = send("POST", "/Users", a_user("bob@acme.example", **typed)).json()["id"]
    eva = send("POST", "/Users", a_user("eva@acme.example")).json()["id"]
    group = {
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:Group"],
        "displayName": "IT = Staff",
        "members": [{"value": bob}, {"value": eva}],
    }
    assert send("POST", "/Groups", group).status_code == 201
    manage("role", "create", "Operator", "--type", "technician")
    pair = "IT = Staff=Operator"
    impact = manage("mapping", "preview", endpoint.provider, pair)
    effect = impact["effects"][0]
    assert (effect["people"], effect["misfits"]) == (["bob@acme.example"], 1)
    stale = manage("mapping", "apply", endpoint.provider, pair, "--stamp", "0" * 16, code=4)
    assert stale["code"] == "preview.stale"
    manage("mapping", "apply", endpoint.provider, pair, "--stamp", impact["stamp"])
    roles = manage("user", "show", "bob@acme.example")["roles"]
    assert roles[0]["cause"] == "group IT = Staff → mapping → Operator"
    assert "not applied" in " ".join(manage("user", "show", "eva@acme.example")["warnings"])
    manage("mapping", "apply", endpoint.provider, "--remove", pair, "--yes")
    assert manage("mapping", "list", endpoint.provider) == []


@pytest.mark.rule("R12")
def test_conflict_over_a_local_account_is_settled(
    manage: Manage, send: Callable[..., httpx2.Response], endpoint: Endpoint
) -> None:
    manage("provider", "set", endpoint.provider, "adoption", "review")
    manage("user", "create", "kim@acme.example")
    assert send("POST", "/Users", a_user("kim@acme.example")).status_code == 409
    conflict = manage("conflict", "list")[0]
    assert (conflict["user"], conflict["reason"]) == ("kim@acme.example", "review")
    assert conflict["id"] in json.dumps(manage("explain", "kim@acme.example"))
    manage("conflict", "resolve", conflict["id"], "adopt", "--yes")
    assert manage("user", "show", "kim@acme.example")["managed_by"] == endpoint.provider
    assert manage("conflict", "list") == []


@pytest.mark.rule("R3")
def test_revoked_token_opens_nothing_at_the_next_request(
    manage: Manage, endpoint: Endpoint
) -> None:
    new = manage("token", "create", endpoint.provider, "--name", "second")
    headers = {"Authorization": f"Bearer {new['token']}"}
    assert httpx2.get(f"{endpoint.scim_base_url}/Users", headers=headers).status_code == 200
    manage("token", "revoke", endpoint.provider, "second", "--yes")
    assert httpx2.get(f"{endpoint.scim_base_url}/Users", headers=headers).status_code == 401


@pytest.mark.rule("R39")
def test_tolerated_deviations_are_shown_with_their_last_example(
    manage: Manage, send: Callable[..., httpx2.Response], endpoint: Endpoint
) -> None:
    manage("provider", "set", endpoint.provider, "mode", "report")
    assert send("POST", "/Users", a_user("dev@acme.example", active="True")).status_code == 201
    until(lambda: bool(manage("provider", "show", endpoint.provider)["deviations"]))
    deviation = manage("provider", "show", endpoint.provider)["deviations"][0]
    assert deviation["seen"] >= 1
    assert "active" in deviation["example"]


def test_tail_follows_what_the_server_does(
    endpoint: Endpoint, send: Callable[..., httpx2.Response], tmp_path: Path
) -> None:
    command = [GATEPOST, "activities", "tail", "-f", "--lines", "0", "--event", "user.created"]
    options = ["--tenant", endpoint.tenant, "--database", endpoint.database_url, "--json"]
    with subprocess.Popen(  # noqa: S603 - our own program
        [*command, *options], stdout=subprocess.PIPE, env=os.environ | _data_dir(tmp_path)
    ) as process:
        assert process.stdout
        os.set_blocking(process.stdout.fileno(), False)
        seen: list[bytes] = []

        def told() -> bool:
            send("POST", "/Users", a_user(f"tail-{len(seen)}-{time.monotonic_ns()}@acme.example"))
            seen.append(process.stdout.read() or b"" if process.stdout else b"")
            return b"user.created" in b"".join(seen)

        until(told)
        process.terminate()


@pytest.mark.rule("R32")
def test_sign_in_is_set_up_beside_the_server_which_knows_it_at_once(
    manage: Manage, endpoint: Endpoint, tmp_path: Path
) -> None:
    (tmp_path / "metadata.xml").write_bytes(saml_metadata(pair("idp").certificate))
    file = str(tmp_path / "metadata.xml")
    shown = manage("sso", "set-up-saml", endpoint.provider, "--file", file)
    assert shown["state"] == "untested"
    path = f"/saml/{endpoint.provider}/metadata"
    published = httpx2.get(endpoint.scim_base_url.partition("/scim/")[0] + path)
    (ours,) = shown["our_certificates"]
    assert ours["state"] == "current"
    assert "".join(published.text.split()).count("<ds:X509Certificate>") >= 1
    assert manage("sso", "enable", endpoint.provider, code=4)["code"] == "sso.untested"


def test_invited_person_opens_the_link_at_the_server(manage: Manage, endpoint: Endpoint) -> None:
    manage("user", "create", "invited@acme.example", "--email", "invited@acme.example")
    secret = manage("user", "invite", "invited@acme.example")["link"].rpartition("/links/")[2]
    at = endpoint.scim_base_url.partition("/scim/")[0]
    assert "invited@acme.example" in httpx2.get(f"{at}/links/{secret}").text
    assert httpx2.get(f"{at}/links/{secret[:-4]}aaaa").status_code == 404


def test_keys_are_rotated_beside_the_server(
    manage: Manage, endpoint: Endpoint, tmp_path: Path
) -> None:
    (tmp_path / "metadata.xml").write_bytes(saml_metadata(pair("idp").certificate))
    file = str(tmp_path / "metadata.xml")
    manage("sso", "set-up-saml", endpoint.provider, "--file", file)
    new = base64.b64encode(bytes(range(32))).decode()
    # And back again: the server of these tests has the first key alone.
    for keys in (f"{new},{SECRET_KEY}", f"{SECRET_KEY},{new}"):
        assert _with_keys(endpoint, tmp_path, keys, "rotate")["resealed"] >= 1
        found = _with_keys(endpoint, tmp_path, keys, "check")
        assert {one["state"] for one in found["sealed"]} == {"newest"}


def _with_keys(endpoint: Endpoint, folder: Path, keys: str, command: str) -> Any:
    done = subprocess.run(  # noqa: S603 - our own program
        [GATEPOST, "keys", command, "--database", endpoint.database_url, "--json"],
        capture_output=True,
        text=True,
        check=True,
        env=os.environ | _data_dir(folder) | {"GATEPOST_SECRET_KEYS": keys},
    )
    return json.loads(done.stdout)
