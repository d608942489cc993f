from http.cookies import SimpleCookie

import pytest
from starlette.responses import Response

from gatepost.web.pages import cookies
from tests.unit.pages.make import PUBLIC_URL, a_request

PLAIN_URL = "http://127.0.0.1:8000"


def _line(response: Response) -> str:
    return response.headers["set-cookie"]


def test_session_cookie_is_bound_to_this_host_over_https() -> None:
    """RFC 6265bis §4.1.3.2: `__Host-` needs Secure, Path=/ and no Domain."""
    response = Response()
    cookies.set_cookie(response, cookies.session(PUBLIC_URL), "abc")
    assert _line(response).split("; ") == [
        "__Host-gatepost=abc",
        "HttpOnly",
        "Path=/",
        "SameSite=lax",
        "Secure",
    ]


def test_session_cookie_over_plain_http_has_neither_prefix_nor_secure() -> None:
    response = Response()
    cookies.set_cookie(response, cookies.session(PLAIN_URL), "abc")
    assert _line(response).split("; ") == ["gatepost=abc", "HttpOnly", "Path=/", "SameSite=lax"]


def test_bound_cookie_comes_along_with_a_post_from_another_site() -> None:
    response = Response()
    cookie = cookies.bound(PUBLIC_URL, "gatepost_saml", "/saml/okta/acs", same_site_none=True)
    cookies.set_cookie(response, cookie, "abc", lifetime_s=600)
    assert set(_line(response).split("; ")) == {
        "__Secure-gatepost_saml=abc",
        "HttpOnly",
        "Max-Age=600",
        "Path=/saml/okta/acs",
        "SameSite=none",
        "Secure",
    }


def test_bound_cookie_over_plain_http_is_lax() -> None:
    """Browsers drop `SameSite=None` without `Secure`."""
    cookie = cookies.bound(PLAIN_URL, "gatepost_saml", "/saml/okta/acs", same_site_none=True)
    assert (cookie.name, cookie.secure, cookie.same_site) == ("gatepost_saml", False, "lax")


def test_bound_cookie_is_lax_unless_asked_otherwise() -> None:
    cookie = cookies.bound(PUBLIC_URL, "gatepost_oidc", "/oidc/okta", same_site_none=False)
    assert (cookie.secure, cookie.same_site) == (True, "lax")


def test_deleted_cookie_has_the_attributes_it_was_set_with() -> None:
    response = Response()
    cookies.delete_cookie(response, cookies.session(PUBLIC_URL))
    line = _line(response)
    assert line.startswith('__Host-gatepost="";')
    assert {"Max-Age=0", "Path=/", "Secure", "HttpOnly"} <= set(line.split("; "))


def test_cookie_that_was_set_is_read_back() -> None:
    cookie, response = cookies.session(PUBLIC_URL), Response()
    cookies.set_cookie(response, cookie, "A-b_c.d~9")
    sent = SimpleCookie(_line(response))[cookie.name].OutputString(attrs=[])
    assert cookies.read_cookie(a_request(headers={"cookie": sent}), cookie) == "A-b_c.d~9"


@pytest.mark.parametrize("sent", ["other=1", "__Host-gatepost=", "__Host-gatepost=a b", ""])
def test_cookie_that_cannot_be_ours_is_as_if_it_was_not_sent(sent: str) -> None:
    request = a_request(headers={"cookie": sent})
    assert cookies.read_cookie(request, cookies.session(PUBLIC_URL)) is None


def test_cookie_of_the_plain_name_opens_nothing_over_https() -> None:
    """Whoever can set a plain cookie from a neighbouring host must not fix a session."""
    request = a_request(headers={"cookie": "gatepost=abc"})
    assert cookies.read_cookie(request, cookies.session(PUBLIC_URL)) is None


@pytest.mark.parametrize("value", ["", "a b", "a;b", 'a"b', "ä", "a\r\nb", "a" * 513])
def test_value_that_a_header_cannot_hold_is_refused(value: str) -> None:
    with pytest.raises(ValueError, match="cookie's value"):
        cookies.set_cookie(Response(), cookies.session(PUBLIC_URL), value)
