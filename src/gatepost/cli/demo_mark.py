"""What tells the demo's own server from any other: a mark in the data that it was made for.

`gatepost demo` writes it into a directory that was empty, gives it to the process that it
starts, and removes it at the end, so that data that is kept is served as any other is.
"""

import hmac
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from gatepost.base.secrets import SystemSecrets
from gatepost.base.settings import Settings
from gatepost.cli.errors import CommandFailed, ExitCode, Problem

DATABASE = "gatepost.db"
_MARK = "demo-mark"


@contextmanager
def marked(folder: Path) -> Iterator[str]:
    """Mark the demo's new directory; gives the mark."""
    file, mark = folder / _MARK, SystemSecrets().new_link_secret()
    file.touch(mode=0o600)
    file.write_text(mark)
    try:
        yield mark
    finally:
        file.unlink(missing_ok=True)


def check_demo(settings: Settings, mark: str) -> None:
    """Let a server run as the demo only on data that a running `gatepost demo` made for it.

    Raises:
        CommandFailed: the mark is not that directory's, or the database is elsewhere.
    """
    file = settings.data_dir / _MARK
    own = f"sqlite:///{settings.data_dir.absolute() / DATABASE}"
    is_marked = file.is_file() and hmac.compare_digest(file.read_bytes(), mark.encode())
    if not is_marked or settings.database_url != own:
        problem = Problem(
            what="Only `gatepost demo` starts a server in demo mode, on data of its own.",
            fix="Run `gatepost demo`, or `gatepost serve` without --demo.",
            code="usage",
            exit_code=ExitCode.USAGE,
        )
        raise CommandFailed(problem)
