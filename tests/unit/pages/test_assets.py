import base64
import gzip
import hashlib
import json
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from gatepost.web.pages import assets
from tests.house.files import ROOT, SOURCE
from tests.unit.pages.make import the_pages

VENDOR = SOURCE / "web" / "static" / "vendor"


@pytest.fixture(scope="module")
def client() -> TestClient:
    return TestClient(Starlette(routes=the_pages().routes()))


@pytest.fixture(scope="module")
def shipped() -> assets.Assets:
    return assets.page_assets()


def test_every_file_is_served_under_its_address(client: TestClient, shipped: assets.Assets) -> None:
    for name in shipped.names:
        asset = shipped.get(name)
        response = client.get(asset.url)
        assert response.status_code == 200
        assert response.content == asset.content
        assert response.headers["cache-control"] == "public, max-age=31536000, immutable"
        assert response.headers["content-type"].startswith(asset.media_type)


def test_integrity_is_that_of_the_content(shipped: assets.Assets) -> None:
    for name in shipped.names:
        asset = shipped.get(name)
        digest = base64.b64encode(hashlib.sha384(asset.content).digest()).decode()
        assert asset.integrity == f"sha384-{digest}"


def test_script_is_sent_as_a_script_and_a_stylesheet_as_one(shipped: assets.Assets) -> None:
    """`nosniff` has browsers refuse either under another media type."""
    assert shipped.get("app.js").media_type == "text/javascript; charset=utf-8"
    assert shipped.get("tabler.css").media_type == "text/css; charset=utf-8"


@pytest.mark.parametrize(
    "path",
    [
        "/assets/0000000000000000/app.css",
        "/assets/{hash}/tabler.css",
        "/assets/{hash}/VENDOR.json",
        "/assets/{hash}/app.css.gz",
        "/assets/{hash}/..%2f..%2frendering.py",
        "/assets/{hash}/",
        "/assets/app.css",
    ],
)
def test_anything_else_is_not_found(client: TestClient, shipped: assets.Assets, path: str) -> None:
    known = shipped.get("app.css").url.split("/")[2]
    assert client.get(path.replace("{hash}", known)).status_code == 404


def test_compressed_form_is_sent_to_whoever_takes_it(
    client: TestClient, shipped: assets.Assets
) -> None:
    asset = shipped.get("tabler.css")
    response = client.get(asset.url, headers={"accept-encoding": "gzip, br"})
    assert response.headers["content-encoding"] == "gzip"
    assert response.headers["vary"] == "Accept-Encoding"
    assert response.content == asset.content
    assert int(response.headers["content-length"]) * 7 < len(asset.content)


@pytest.mark.parametrize(
    ("accepted", "taken"),
    [
        ("gzip", True),
        ("deflate, GZIP;q=0.5", True),
        ("br, *", True),
        ("*;q=0.1", True),
        ("", False),
        ("br", False),
        ("identity", False),
        ("gzip;q=0", False),
        ("gzip; q=0.000, br", False),
        ("*, gzip;q=0", False),
    ],
)
def test_accept_encoding_is_read_as_the_standard_says(accepted: str, *, taken: bool) -> None:
    """RFC 9110 §12.5.3."""
    assert assets.accepts_gzip(accepted) is taken


def test_browser_that_has_the_file_is_not_sent_it_again(
    client: TestClient, shipped: assets.Assets
) -> None:
    url = shipped.get("app.css").url
    for encoding in ("gzip", "identity"):
        tag = client.get(url, headers={"accept-encoding": encoding}).headers["etag"]
        headers = {"accept-encoding": encoding, "if-none-match": f'"other", W/{tag}'}
        again = client.get(url, headers=headers)
        assert (again.status_code, again.content) == (304, b"")
        assert again.headers["etag"] == tag


def test_two_forms_of_a_file_have_two_tags(client: TestClient, shipped: assets.Assets) -> None:
    """RFC 9110 §8.8.3: strong tags differ where the bytes do."""
    url = shipped.get("app.css").url
    tags = {
        client.get(url, headers={"accept-encoding": encoding}).headers["etag"]
        for encoding in ("gzip", "identity")
    }
    assert len(tags) == 2


def test_two_files_of_one_name_are_refused(tmp_path: Path) -> None:
    for folder in ("one", "two"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "app.css").write_text("")
    with pytest.raises(ValueError, match=r"app\.css"):
        assets.Assets([tmp_path / "one", tmp_path / "two"])


def test_file_that_nobody_ships_is_an_error(shipped: assets.Assets) -> None:
    with pytest.raises(LookupError):
        shipped.get("missing.css")


def test_list_of_third_party_files_is_true() -> None:
    files = json.loads((VENDOR / "VENDOR.json").read_text())["files"]
    shipped = {path.name for path in VENDOR.iterdir() if path.suffix in {".css", ".js", ".svg"}}
    assert shipped == set(files)
    for name, file in files.items():
        content = (VENDOR / name).read_bytes()
        assert file["sha384"] == assets.Assets([VENDOR]).get(name).integrity
        assert gzip.decompress((VENDOR / f"{name}.gz").read_bytes()) == content
        assert (VENDOR / file["licence_file"]).read_text().strip()


def test_third_party_files_have_the_versions_that_are_named() -> None:
    named = json.loads((ROOT / "frontend" / "package.json").read_text())["dependencies"]
    files = json.loads((VENDOR / "VENDOR.json").read_text())["files"]
    assert {file["package"]: file["version"] for file in files.values()} == named


def test_lock_file_names_no_address() -> None:
    lock = json.loads((ROOT / "frontend" / "package-lock.json").read_text())
    packages = {name: package for name, package in lock["packages"].items() if name}
    assert all("resolved" not in package for package in packages.values())
    assert all(package["integrity"].startswith("sha512-") for package in packages.values())
