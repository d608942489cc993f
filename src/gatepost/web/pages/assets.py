"""Files of the pages, served under addresses that name their content."""

import base64
import gzip
import hashlib
from collections.abc import Iterable, Iterator
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Final

import msgspec
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

_MEDIA_TYPES: Final = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".woff2": "font/woff2",
}
_YEAR_S: Final = 31_536_000
_HASH_DIGITS: Final = 16
_NEEDED: Final = ("tabler.css", "icons.svg")


class AssetsMissingError(Exception):
    """The third-party files were not fetched when this installation was built."""


class Asset(msgspec.Struct, frozen=True):
    """One file: what it holds and what a page says of it."""

    name: str
    url: str
    integrity: str
    media_type: str
    content: bytes
    compressed: bytes | None


class Assets:
    """Every file that a page may refer to, held in memory."""

    def __init__(self, folders: Iterable[Traversable]) -> None:
        self._assets: dict[str, Asset] = {}
        for asset in (_read(file, folder) for folder in folders for file in _files(folder)):
            if asset.name in self._assets:
                raise ValueError(f"Two folders of assets hold a file named {asset.name}.")
            self._assets[asset.name] = asset

    @property
    def names(self) -> frozenset[str]:
        """The names of all files."""
        return frozenset(self._assets)

    def get(self, name: str) -> Asset:
        """Give the file of that name.

        Raises:
            LookupError: there is none; a template names a file that nobody ships.
        """
        return self._assets[name]

    async def serve(self, request: Request) -> Response:
        """Answer `/assets/{hash}/{name}`; a hash of other content is not found."""
        asset = self._assets.get(request.path_params["name"])
        if asset is None or request.url.path != asset.url:
            return PlainTextResponse("There is no such file.\n", 404)
        return _response(asset, request)


def page_assets(*more: Traversable) -> Assets:
    """Give the kit's own files, the third-party ones, and those of further folders.

    Raises:
        AssetsMissingError: the build did not fetch the third-party files.
    """
    room = files("gatepost.web")
    vendor = room / "static" / "vendor"
    if not all((vendor / name).is_file() for name in _NEEDED):
        raise AssetsMissingError(
            "The stylesheet and icons of the pages are missing from this installation. "
            "In a source tree, run make install; it fetches them with npm."
        )
    return Assets([room / "pages" / "static", vendor, *more])


def _files(folder: Traversable) -> Iterator[Traversable]:
    return (file for file in folder.iterdir() if _suffix(file.name) in _MEDIA_TYPES)


def _suffix(name: str) -> str:
    return name[name.rfind(".") :]


def _read(file: Traversable, folder: Traversable) -> Asset:
    content = file.read_bytes()
    digest = hashlib.sha384(content).digest()
    made = folder / f"{file.name}.gz"
    compressed = made.read_bytes() if made.is_file() else gzip.compress(content, 9, mtime=0)
    return Asset(
        name=file.name,
        url=f"/assets/{digest.hex()[:_HASH_DIGITS]}/{file.name}",
        integrity=f"sha384-{base64.b64encode(digest).decode()}",
        media_type=_MEDIA_TYPES[_suffix(file.name)],
        content=content,
        compressed=compressed if len(compressed) < len(content) else None,
    )


def _response(asset: Asset, request: Request) -> Response:
    headers = {"Cache-Control": f"public, max-age={_YEAR_S}, immutable"}
    body, tag = asset.content, asset.integrity[-_HASH_DIGITS:]
    if asset.compressed is not None:
        headers["Vary"] = "Accept-Encoding"
        if accepts_gzip(request.headers.get("accept-encoding", "")):
            headers["Content-Encoding"] = "gzip"
            body, tag = asset.compressed, f"{tag}-gzip"
    headers["ETag"] = f'"{tag}"'
    if _has_it(request.headers.get("if-none-match", ""), headers["ETag"]):
        headers.pop("Content-Encoding", None)
        return Response(status_code=304, headers=headers)
    return Response(body, headers=headers, media_type=asset.media_type)


def accepts_gzip(accept_encoding: str) -> bool:
    """Tell whether the client takes gzip (RFC 9110 §12.5.3); `gzip;q=0` says no."""
    weights: dict[str, str] = {}
    for part in accept_encoding.lower().split(","):
        coding, _, weight = part.partition(";")
        weights[coding.strip()] = weight.replace(" ", "").removeprefix("q=")
    weight = weights.get("gzip", weights.get("*", "0"))
    return weight.strip("0.") != "" or weight == ""


def _has_it(if_none_match: str, tag: str) -> bool:
    known = {one.strip().removeprefix("W/") for one in if_none_match.split(",")}
    return tag in known or "*" in known
