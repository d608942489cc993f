"""Cookies: their names, their attributes, and how they are set, read and deleted."""

import re
from typing import Final, Literal

import msgspec
from starlette.requests import Request
from starlette.responses import Response

_VALUE: Final = re.compile(r"[A-Za-z0-9_.~-]{1,512}")


class Cookie(msgspec.Struct, frozen=True):
    """A cookie of ours without its value; always HttpOnly."""

    name: str
    path: str
    secure: bool
    same_site: Literal["lax", "none"]


def session(public_url: str) -> Cookie:
    """Give the session's cookie.

    `__Host-` has the browser refuse it from another host, over http, or for part of
    the site. Over plain http, which is for development, that name cannot be had.
    """
    secure = _is_https(public_url)
    name = "__Host-gatepost" if secure else "gatepost"
    return Cookie(name=name, path="/", secure=secure, same_site="lax")


def own(public_url: str, name: str) -> Cookie:
    """Give another cookie of this host alone, of the session's kind (`__Host-` over https)."""
    kept = session(public_url)
    return Cookie(
        name=f"__Host-{name}" if kept.secure else name,
        path=kept.path,
        secure=kept.secure,
        same_site=kept.same_site,
    )


def bound(public_url: str, name: str, path: str, *, same_site_none: bool) -> Cookie:
    """Give a short-lived cookie that ties a flow to this browser, below one path.

    `same_site_none` is for answers that another site posts, such as a SAML Response:
    a Lax cookie does not come with those. It needs https; over http the cookie is Lax.
    """
    secure = _is_https(public_url)
    return Cookie(
        name=f"__Secure-{name}" if secure else name,
        path=path,
        secure=secure,
        same_site="none" if same_site_none and secure else "lax",
    )


def theme(public_url: str) -> Cookie:
    """Give the cookie that holds the visitor's theme; no secret."""
    return Cookie(name="gatepost_theme", path="/", secure=_is_https(public_url), same_site="lax")


def set_cookie(
    response: Response, cookie: Cookie, value: str, *, lifetime_s: int | None = None
) -> None:
    """Set the cookie; without a lifetime the browser drops it when it closes.

    Raises:
        ValueError: the value is not 1 to 512 letters, digits or `_ . ~ -`.
    """
    if not _VALUE.fullmatch(value):
        raise ValueError("A cookie's value is 1 to 512 letters, digits or _ . ~ -")
    _write(response, cookie, value, lifetime_s)


def read_cookie(request: Request, cookie: Cookie) -> str | None:
    """Give the cookie's value, or `None` if it was not sent or cannot be one of ours."""
    value = request.cookies.get(cookie.name)
    return value if value is not None and _VALUE.fullmatch(value) else None


def delete_cookie(response: Response, cookie: Cookie) -> None:
    """Have the browser forget the cookie; needs the attributes it was set with."""
    _write(response, cookie, "", 0)


def _write(response: Response, cookie: Cookie, value: str, lifetime_s: int | None) -> None:
    response.set_cookie(
        cookie.name,
        value,
        max_age=lifetime_s,
        path=cookie.path,
        secure=cookie.secure,
        httponly=True,
        samesite=cookie.same_site,
    )


def _is_https(public_url: str) -> bool:
    return public_url.startswith("https:")
