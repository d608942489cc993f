"""A request as the protocol sees it, and what is asked of every one."""

from typing import Any

import msgspec

from gatepost.scim.errors import InvalidSyntax, MethodNotAllowed


class Request(msgspec.Struct, frozen=True, kw_only=True):
    """A SCIM request below the base URL. `body` is decoded JSON; None where there is none."""

    method: str
    segments: tuple[str, ...]
    query: list[tuple[str, str]] = []
    body: Any = None
    if_match: str | None = None
    if_none_match: str | None = None


def only(request: Request, *methods: str) -> None:
    """Refuse methods that the endpoint does not serve.

    Raises:
        MethodNotAllowed: naming those it serves.
    """
    if request.method not in methods:
        allowed = ", ".join(methods)
        detail = f"{request.method} is not offered here; offered: {allowed}."
        raise MethodNotAllowed(detail, headers={"Allow": allowed})


def body_of(request: Request) -> Any:  # noqa: ANN401 - any JSON value
    """Give the body of a request that needs one.

    Raises:
        InvalidSyntax: there is none.
    """
    if request.body is None:
        raise InvalidSyntax(f"{request.method} needs a JSON body.")
    return request.body
