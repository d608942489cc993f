"""The reader of forms with a file (RFC 7578)."""

import pytest

from gatepost.web.console.upload import Uploaded, read_upload
from gatepost.web.pages.forms import FormRefused
from tests.unit.pages.make import a_request

TYPE = "multipart/form-data; boundary=----b0"


def part(name: str, content: bytes, filename: str | None = None) -> bytes:
    more = f'; filename="{filename}"\r\nContent-Type: text/xml' if filename is not None else ""
    header = f'Content-Disposition: form-data; name="{name}"{more}'
    return b"------b0\r\n" + header.encode() + b"\r\n\r\n" + content + b"\r\n"


def body(*parts: bytes) -> bytes:
    return b"".join(parts) + b"------b0--\r\n"


async def read(sent: bytes, media_type: str = TYPE, bytes_max: int = 10_000) -> Uploaded:
    request = a_request(
        "/", "POST", {"Content-Type": media_type, "Content-Length": str(len(sent))}, body=sent
    )
    return await read_upload(request, bytes_max=bytes_max)


async def test_fields_and_files_are_told_apart() -> None:
    sent = body(part("url", "ä\r\nb".encode()), part("file", b"\x00<x/>\r\n", "ä\\.xml"))
    found = await read(sent)
    assert found == Uploaded({"url": "ä\r\nb"}, {"file": b"\x00<x/>\r\n"})


async def test_a_file_that_was_not_chosen_is_empty() -> None:
    assert (await read(body(part("file", b"", "")))).files == {"file": b""}


async def test_a_quoted_boundary_is_read() -> None:
    found = await read(body(part("a", b"1")), 'multipart/form-data; boundary="----b0"')
    assert found.fields == {"a": "1"}


@pytest.mark.parametrize(
    ("sent", "media_type", "status"),
    [
        (b"a=1", "application/x-www-form-urlencoded", 415),
        (body(part("a", b"1")), "multipart/form-data", 415),
        (body(part("a", b"1")), "multipart/form-data; boundary=" + "x" * 71, 415),
        (b"x" * 10_001, TYPE, 413),
        (b"", TYPE, 400),
        (b"nothing of the kind", TYPE, 400),
        (part("a", b"1"), TYPE, 400),
        (b"preamble" + body(part("a", b"1")), TYPE, 400),
        (body(part("a", b"1"), part("a", b"2")), TYPE, 400),
        (body(part("a", b"1"), part("a", b"2", "f")), TYPE, 400),
        (body(*(part(f"a{at}", b"") for at in range(21))), TYPE, 400),
        (body(part("a", b"\xff")), TYPE, 400),
        (body(part("a", b"\x00")), TYPE, 400),
        (body(part("", b"1")), TYPE, 400),
        (body(b"------b0\r\nContent-Type: text/plain\r\n\r\n1\r\n"), TYPE, 400),
        (body(b"------b0\r\n" + b"x" * 3_000 + b"\r\n\r\n1\r\n"), TYPE, 400),
        (body(b"------b0\r\nno end of the header\r\n"), TYPE, 400),
    ],
)
async def test_anything_else_is_refused(sent: bytes, media_type: str, status: int) -> None:
    with pytest.raises(FormRefused) as caught:
        await read(sent, media_type)
    assert caught.value.status == status


async def test_what_grows_beyond_the_limit_is_refused_whatever_it_announced() -> None:
    request = a_request("/", "POST", {"Content-Type": TYPE}, body=b"x" * 10_001)
    with pytest.raises(FormRefused) as caught:
        await read_upload(request, bytes_max=10_000)
    assert caught.value.status == 413
