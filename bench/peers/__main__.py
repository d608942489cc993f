"""`python -m bench.peers`: Gatepost and its peers, one after the other, round by round."""

import sys
import tempfile
from pathlib import Path

import click
import msgspec

from bench.peers.catalogue import PEERS, Endpoint, NotInstallable, Peer
from bench.peers.drive import Drive
from bench.report import facts_table, loads_table, save
from bench.results import Run
from bench.server import ROOT, NotReady, Served
from gatepost.base.clock import SystemClock

_NAMES = [one.name for one in PEERS]


@click.command()
@click.option("--users", default=2000, show_default=True, help="People that are created first.")
@click.option("--seconds", default=3.0, show_default=True, help="How long each load lasts.")
@click.option("--rounds", default=1, show_default=True, help="How often everything is repeated.")
@click.option(
    "--peer", "names", multiple=True, type=click.Choice(_NAMES), help="Only this; may be repeated."
)
def main(users: int, seconds: float, rounds: int, names: tuple[str, ...]) -> None:
    """Measure other servers with the same load, and Gatepost between them."""
    run = Run(at=SystemClock().now().isoformat(timespec="seconds"), machine="")
    drive = Drive(run, seconds, _say)
    peers = [one for one in PEERS if one.name in (names or _NAMES)]
    missing: list[str] = []
    for number in range(rounds):
        with tempfile.TemporaryDirectory(prefix="gatepost-bench-") as folder:
            _measure(drive, "gatepost", _gatepost(Path(folder)), users, number)
        for peer in peers:
            try:
                peer.install()
                started = peer.start()
            except (NotInstallable, NotReady) as error:
                missing.append(f"{peer.name} was not measured: {error}")
                continue
            _measure(drive, peer.name, started, users, number)
    path = save(run, ROOT / "bench" / "results")
    click.echo(loads_table(run) + "\n\n" + facts_table(run) + "\n")
    click.echo("\n".join([*missing, *(_noted(one) for one in peers)]))
    click.echo(f"Kept in {path.relative_to(ROOT)}.")


def _measure(
    drive: Drive, name: str, started: tuple[Served, Endpoint], users: int, number: int
) -> None:
    try:
        drive.measure(name, started, users, number)
    finally:
        started[0].stop()


def _gatepost(folder: Path) -> tuple[Served, Endpoint]:
    program = str(Path(sys.executable).with_name("gatepost"))
    env = {"GATEPOST_DATA_DIR": str(folder)}
    served = Served([program, "sandbox", "--json"], env=env, log=folder / "log")
    said = msgspec.json.decode(served.line)
    host, _, path = said["scim_base_url"].partition("://")[2].partition("/")
    return served, Endpoint(int(host.rpartition(":")[2]), f"/{path}", said["token"])


def _noted(peer: Peer) -> str:
    return f"{peer.name}: {peer.note}."


def _say(line: str) -> None:
    click.echo(line, err=True)


if __name__ == "__main__":
    sys.exit(main())
