"""The project's own files, as the house tests see them."""

import subprocess
from pathlib import Path

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "src" / "gatepost"


def tracked(*patterns: str) -> list[Path]:
    """List the files that are committed, or those of them that match a pattern."""
    listed = subprocess.run(  # noqa: S603 - the patterns are the house tests' own
        ["git", "ls-files", "-z", *patterns],  # noqa: S607 - whichever git the developer has
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    paths = [ROOT / name for name in listed.split("\0") if name]
    return [path for path in paths if path.is_file()]


def shown(path: Path) -> str:
    """Name a file as the repository does."""
    return path.relative_to(ROOT).as_posix()
