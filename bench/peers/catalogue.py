"""The peers: what is installed for each, and how it is started."""

import subprocess
import sys
from pathlib import Path

import msgspec

from bench.server import ROOT, Served

_PLACE = ROOT / "bench" / ".peers"
_ADAPTERS = Path(__file__).parent / "adapters"
_INSTALL_WITHIN_S = 900


class NotInstallable(Exception):
    """The package registry did not give the peer, or its build failed."""


class Endpoint(msgspec.Struct, frozen=True):
    """Where a started peer answers, as its adapter says it."""

    port: int
    base_path: str
    token: str


class Peer(msgspec.Struct, frozen=True):
    """A server from a package registry; `packages` are for pip, or npm where `is_node`."""

    name: str
    packages: tuple[str, ...]
    adapter: str
    note: str
    is_node: bool = False

    @property
    def folder(self) -> Path:
        """Where it is installed."""
        return _PLACE / self.name

    def install(self) -> None:
        """Install it, unless that was done.

        Raises:
            NotInstallable: it could not be had.
        """
        done = self.folder / "installed"
        if done.exists():
            return
        self.folder.mkdir(parents=True, exist_ok=True)
        for command in self._commands():
            ended = subprocess.run(  # noqa: S603 - our own commands
                command,
                cwd=self.folder,
                capture_output=True,
                text=True,
                timeout=_INSTALL_WITHIN_S,
                check=False,
            )
            if ended.returncode:
                raise NotInstallable(f"{self.name}: {ended.stderr.strip()[-500:]}")
        done.touch()

    def start(self) -> tuple[Served, Endpoint]:
        """Start it and wait until it answers."""
        adapter = str(_ADAPTERS / self.adapter)
        if self.is_node:
            # Modules are looked for beside the program, so it is run from where they are.
            program = self.folder / self.adapter
            program.write_text(Path(adapter).read_text())
            command = ["node", str(program), str(self.folder)]
        else:
            command = [str(self.folder / "venv" / "bin" / "python"), adapter, str(self.folder)]
        served = Served(command, log=self.folder / "server.log")
        return served, msgspec.json.decode(served.line, type=Endpoint)

    def _commands(self) -> list[list[str]]:
        if self.is_node:
            install = ["npm", "install", "--no-audit", "--no-fund"]
            return [["npm", "init", "-y"], [*install, *self.packages]]
        pip = [str(self.folder / "venv" / "bin" / "python"), "-m", "pip", "install", "--quiet"]
        return [[sys.executable, "-m", "venv", "venv"], [*pip, *self.packages]]


PEERS: tuple[Peer, ...] = (
    Peer(
        "scim2-server",
        ("scim2-server[cursor]", "uvicorn", "httptools", "uvloop"),
        "scim2_server_adapter.py",
        "in memory, nothing is durable",
    ),
    Peer(
        "scimmy-routers",
        ("scimmy", "scimmy-routers", "express"),
        "scimmy_adapter.mjs",
        "in memory, nothing is durable; filters are the library's own, over all users",
        is_node=True,
    ),
    Peer(
        "saml-jackson",
        ("@boxyhq/saml-jackson", "express"),
        "jackson_adapter.mjs",
        "SQLite; every filter is taken for `userName eq`; pages of 50 at most",
        is_node=True,
    ),
    Peer(
        "django-scim2",
        ("django-scim2", "django<6", "gunicorn"),
        "django_scim2_adapter.py",
        "SQLite; as started here it answers 501 to the users that are created",
    ),
)
