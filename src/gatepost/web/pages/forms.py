"""Forms that were posted: whether they come from a page of ours, and what they say."""

from typing import Final
from urllib.parse import parse_qsl

from starlette.requests import Request

from gatepost.web.pages.headers import origin

_SAFE_METHODS: Final = frozenset({"GET", "HEAD", "OPTIONS"})
_MEDIA_TYPE: Final = "application/x-www-form-urlencoded"


class FormRefused(Exception):
    """What was posted is no form that a page of ours sends; `status` is the answer's."""

    def __init__(self, status: int, detail: str) -> None:
        super().__init__(detail)
        self.status = status
        self.detail = detail


def is_same_origin(request: Request, public_url: str) -> bool:
    """Tell whether a page of ours, or the visitor alone, made the request.

    Safe methods always pass. `Sec-Fetch-Site` decides where the browser sends it, else
    `Origin`. A request with neither is no current browser's; it passes as long as it
    has no cookie, since then it speaks for nobody.
    """
    if request.method in _SAFE_METHODS:
        return True
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        return site in {"same-origin", "none"}
    sender = request.headers.get("origin")
    if sender is not None:
        return sender == origin(public_url)
    return "cookie" not in request.headers


async def read_form(
    request: Request, *, bytes_max: int = 65_536, fields_max: int = 100
) -> dict[str, str]:
    """Give the fields of an `application/x-www-form-urlencoded` body.

    A field that comes twice is refused: whoever checks one of its values and whoever
    uses one of them might not take the same.

    Raises:
        FormRefused: another media type (415), too large (413), or unreadable (400).
    """
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type != _MEDIA_TYPE:
        raise FormRefused(415, f"The form was not sent as {_MEDIA_TYPE}.")
    return _fields(await _body(request, bytes_max), fields_max)


async def _body(request: Request, bytes_max: int) -> bytes:
    too_large = FormRefused(413, f"The form is larger than {bytes_max} bytes.")
    announced = request.headers.get("content-length", "0")
    if announced.isdecimal() and int(announced) > bytes_max:
        raise too_large
    body = bytearray()
    async for part in request.stream():
        body += part
        if len(body) > bytes_max:
            raise too_large
    return bytes(body)


def _fields(body: bytes, fields_max: int) -> dict[str, str]:
    if body.count(b"&") >= fields_max:
        raise FormRefused(413, f"The form has more than {fields_max} fields.")
    try:
        # Anything beyond ASCII is percent-encoded in this media type.
        pairs = parse_qsl(body.decode("ascii"), keep_blank_values=True, errors="strict")
    except UnicodeDecodeError as error:
        raise FormRefused(400, "The form is not encoded as UTF-8.") from error
    fields: dict[str, str] = {}
    for name, value in pairs:
        if name in fields:
            raise FormRefused(400, "The form has a field twice.")
        if "\0" in value:
            raise FormRefused(400, "The form has a null character in a field.")
        fields[name] = value
    return fields
