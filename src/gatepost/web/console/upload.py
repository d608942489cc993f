"""A form with a file: `multipart/form-data`, bounded (RFC 7578)."""

import re
from typing import Final

import msgspec
from starlette.requests import Request

from gatepost.web.pages.forms import FormRefused

_TYPE: Final = re.compile(
    r"multipart/form-data\s*;\s*boundary=\"?([0-9A-Za-z'()+_,./:=?-]{1,70})\"?\s*", re.IGNORECASE
)
_NAMED: Final = re.compile(
    r'content-disposition:\s*form-data;\s*name="([^"\r\n]{1,100})"(;\s*filename="[^"\r\n]*")?',
    re.IGNORECASE,
)
_PARTS_MAX: Final = 20
_HEADER_BYTES_MAX: Final = 2_000


class Uploaded(msgspec.Struct, frozen=True):
    """What was sent: fields as text, files as they are; one that was not chosen is empty."""

    fields: dict[str, str]
    files: dict[str, bytes]


async def read_upload(request: Request, *, bytes_max: int) -> Uploaded:
    """Read the fields and files of a form; names of files and their types are not looked at.

    Raises:
        FormRefused: another media type (415), too large (413), or unreadable (400).
    """
    found = _TYPE.fullmatch(request.headers.get("content-type", ""))
    if found is None:
        raise FormRefused(415, "The form was not sent as multipart/form-data.")
    body = await _body(request, bytes_max)
    return _read(body, found[1].encode())


async def _body(request: Request, bytes_max: int) -> bytes:
    too_large = FormRefused(413, f"The form is larger than {bytes_max // 1_048_576} MB.")
    announced = request.headers.get("content-length", "0")
    if announced.isdecimal() and int(announced) > bytes_max:
        raise too_large
    body = bytearray()
    async for part in request.stream():
        body += part
        if len(body) > bytes_max:
            raise too_large
    return bytes(body)


def _read(body: bytes, boundary: bytes) -> Uploaded:
    delimiter = b"\r\n--" + boundary
    # The first delimiter has no line before it where nothing precedes the parts.
    whole = b"\r\n" + body
    if not 1 <= whole.count(delimiter) <= _PARTS_MAX + 1:
        raise FormRefused(400, f"The form has no part or more than {_PARTS_MAX}.")
    preamble, *parts = whole.split(delimiter)
    if preamble or not parts[-1].startswith(b"--"):
        raise FormRefused(400, "The form is cut off.")
    fields: dict[str, str] = {}
    files: dict[str, bytes] = {}
    for part in parts[:-1]:
        name, is_file, content = _part(part)
        if name in fields or name in files:
            raise FormRefused(400, "The form has a field twice.")
        if is_file:
            files[name] = content
        else:
            fields[name] = _text(content)
    return Uploaded(fields, files)


def _part(part: bytes) -> tuple[str, bool, bytes]:
    header, blank, content = part.partition(b"\r\n\r\n")
    if not blank or not header.startswith(b"\r\n") or len(header) > _HEADER_BYTES_MAX:
        raise FormRefused(400, "A part of the form has no header.")
    for line in header[2:].split(b"\r\n"):
        named = _NAMED.match(line.decode("utf-8", "replace"))
        if named:
            return named[1], named[2] is not None, content
    raise FormRefused(400, "A part of the form has no name.")


def _text(content: bytes) -> str:
    try:
        text = content.decode()
    except UnicodeDecodeError as error:
        raise FormRefused(400, "The form is not encoded as UTF-8.") from error
    if "\0" in text:
        raise FormRefused(400, "The form has a null character in a field.")
    return text
