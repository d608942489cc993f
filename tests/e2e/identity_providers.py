"""Identity providers that others wrote, each in a process of its own on a port of this machine.

nanoidp is a SAML identity provider and an OpenID provider; oidc-provider-mock is an OpenID
provider by another author. Both speak plain http, so both are at `localhost`: there a browser
takes them for the same site as the server, and Lax cookies come back with their forms.
"""

import base64
import json
import os
import socket
import subprocess
import sys
import threading
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import httpx2

_READY_WITHIN_S = 40
_STOPPED_WITHIN_S = 10
PASSWORD = "correct horse battery"
TOTP_SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
_PEOPLE = ("ada", "alan", "barbara", "edsger", "grace", "joan", "niklaus")


def free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


class Nanoidp:
    """nanoidp, with its configuration in a folder; all its people have the same password.

    Barbara also has an authenticator app, with `TOTP_SECRET`.
    """

    def __init__(self, folder: Path, port: int) -> None:
        self.folder = folder
        self.url = f"http://localhost:{port}"
        self.metadata_url = f"{self.url}/saml/metadata"
        self._saml: dict[str, Any] = {"export_groups": True, "groups_attr_name": "groups"}
        self._clients: list[dict[str, Any]] = []
        self._write()

    def trust(self, *certificates: str) -> None:
        """Believe only requests that one of these certificates' keys signed."""
        paths = []
        for number, pem in enumerate(certificates):
            path = self.folder / f"sp-{number}.pem"
            path.write_text(pem)
            paths.append(str(path))
        self.configure(want_authn_requests_signed=True, sp_certificates=paths)

    def configure(self, **saml: Any) -> None:
        """Change its SAML settings, as its administrator does."""
        self._saml |= saml
        self._reload()

    def register(self, **client: Any) -> None:
        """Register an OpenID client."""
        self._clients.append(client)
        self._reload()

    def rotate_keys(self) -> None:
        """Sign with a new key from now on; its metadata has the new one alone."""
        assert httpx2.post(f"{self.url}/api/keys/rotate").is_success

    def unasked(self, url: str, slug: str) -> str:
        """Give a link of nanoidp that sends somebody to us though we did not ask.

        It answers a request that has no ID without InResponseTo, as though it had begun itself.
        """
        ours = f"{url}/saml/{slug}"
        request = (
            '<p:AuthnRequest xmlns:p="urn:oasis:names:tc:SAML:2.0:protocol" Version="2.0" '
            f'AssertionConsumerServiceURL="{ours}/acs">'
            '<Issuer xmlns="urn:oasis:names:tc:SAML:2.0:assertion">'
            f"{ours}/metadata</Issuer></p:AuthnRequest>"
        )
        packer = zlib.compressobj(wbits=-15)
        packed = base64.b64encode(packer.compress(request.encode()) + packer.flush())
        return f"{self.url}/saml/sso?{urlencode({'SAMLRequest': packed})}"

    def _reload(self) -> None:
        self._write()
        answer = httpx2.post(f"{self.url}/api/config/reload")
        assert answer.is_success, answer.text

    def _write(self) -> None:
        oauth = {"issuer": self.url, "clients": self._clients}
        settings = {"config_version": 1, "oauth": oauth, "saml": self._saml}
        settings["login"] = {"totp": True}
        people: dict[str, dict[str, Any]] = {
            name: {"password": PASSWORD, "email": f"{name}@example.com", "groups": ["staff"]}
            for name in _PEOPLE
        }
        people["barbara"]["totp_secret"] = TOTP_SECRET
        users = {"config_version": 1, "users": people}
        # JSON is YAML.
        (self.folder / "settings.yaml").write_text(json.dumps(settings))
        (self.folder / "users.yaml").write_text(json.dumps(users))


@contextmanager
def nanoidp(folder: Path) -> Iterator[Nanoidp]:
    """Run nanoidp."""
    folder.mkdir(parents=True, exist_ok=True)
    port = free_port()
    known = Nanoidp(folder, port)
    options = ["--host", "127.0.0.1", "--port", str(port), "--config", str(folder)]
    with _running("nanoidp", *options, folder=folder):
        yield known


@contextmanager
def openid_provider_mock(
    folder: Path, *people: dict[str, Any], registers: bool = False
) -> Iterator[str]:
    """Run oidc-provider-mock for people with these claims; gives its issuer.

    Unless it `registers` its clients, it takes any of them with any secret.
    """
    folder.mkdir(parents=True, exist_ok=True)
    port = free_port()
    options = ["--port", str(port), "--require-nonce"]
    options += ["--require-registration"] if registers else []
    for one in people:
        options += ["--user-claims", json.dumps(one)]
    with _running("oidc_provider_mock", *options, folder=folder):
        yield f"http://localhost:{port}"


@contextmanager
def _running(module: str, *options: str, folder: Path) -> Iterator[None]:
    """Run a Python module as a program until the block ends, once it says that it is running."""
    process = subprocess.Popen(  # noqa: S603 - a program of the test's own environment
        [sys.executable, "-m", module, *options],
        cwd=folder,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env=os.environ | {"PYTHONUNBUFFERED": "1", "PYTHONWARNINGS": "ignore"},
    )
    said: list[str] = []
    is_ready = threading.Event()

    def listen() -> None:
        assert process.stdout
        for line in process.stdout:
            said.append(line)
            if "running on" in line.lower():
                is_ready.set()
        is_ready.set()

    listener = threading.Thread(target=listen)
    listener.start()
    try:
        is_ready.wait(_READY_WITHIN_S)
        assert process.poll() is None, "".join(said)
        yield
    finally:
        process.terminate()
        try:
            process.wait(_STOPPED_WITHIN_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        listener.join()
        if process.stdout:
            process.stdout.close()
