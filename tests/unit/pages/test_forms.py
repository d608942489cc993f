import pytest

from gatepost.web.pages.forms import FormRefused, is_same_origin, read_form
from tests.unit.pages.make import PUBLIC_URL, a_request

FORM = {"content-type": "application/x-www-form-urlencoded"}


def _is_ours(method: str = "POST", url: str = PUBLIC_URL, **headers: str) -> bool:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return is_same_origin(a_request(method=method, headers=named), url)


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS"])
def test_safe_method_may_come_from_anywhere(method: str) -> None:
    assert _is_ours(method, sec_fetch_site="cross-site", cookie="a=b")


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "BREW"])
def test_unsafe_method_from_elsewhere_is_refused(method: str) -> None:
    assert not _is_ours(method, sec_fetch_site="cross-site")


@pytest.mark.parametrize(
    ("site", "ours"),
    [("same-origin", True), ("none", True), ("same-site", False), ("cross-site", False),
     ("", False), ("Same-Origin", False), ("nonsense", False)],
)  # fmt: skip
def test_sec_fetch_site_decides_where_it_is_sent(site: str, *, ours: bool) -> None:
    assert _is_ours(sec_fetch_site=site, origin=PUBLIC_URL, cookie="a=b") is ours


@pytest.mark.parametrize(
    ("origin", "ours"),
    [
        (PUBLIC_URL, True),
        ("http://id.example.com", False),
        ("https://id.example.com:8443", False),
        ("https://evil.example", False),
        ("https://id.example.com.evil.example", False),
        ("https://evil.example/https://id.example.com", False),
        ("null", False),
        ("", False),
    ],
)
def test_origin_decides_where_an_older_browser_sends_it(origin: str, *, ours: bool) -> None:
    assert _is_ours(origin=origin, cookie="a=b") is ours


@pytest.mark.parametrize("url", ["https://id.example.com:443", "https://ID.example.com"])
def test_public_url_is_compared_as_browsers_write_origins(url: str) -> None:
    assert _is_ours(url=url, origin="https://id.example.com")


def test_request_without_either_header_is_refused_when_it_has_a_cookie() -> None:
    assert not _is_ours(cookie="__Host-gatepost=abc")


def test_request_without_either_header_speaks_for_nobody_without_a_cookie() -> None:
    assert _is_ours()


async def test_form_is_read_with_empty_and_encoded_fields() -> None:
    body = b"email=ada%40example.com&name=Ada+L%C3%B6velace&empty=&flag"
    form = await read_form(a_request(method="POST", headers=FORM, body=body, part_bytes=3))
    assert form == {
        "email": "ada@example.com",
        "name": "Ada Lövelace",
        "empty": "",
        "flag": "",
    }


async def test_media_type_may_have_parameters() -> None:
    headers = {"content-type": "Application/X-WWW-Form-Urlencoded; charset=UTF-8"}
    assert await read_form(a_request(headers=headers, body=b"a=b")) == {"a": "b"}


@pytest.mark.parametrize(
    ("body", "status", "words"),
    [
        (b"a=1&a=2", 400, "twice"),
        (b"a=1&%61=2", 400, "twice"),
        (b"a=%ff", 400, "UTF-8"),
        ("a=ä".encode(), 400, "UTF-8"),
        (b"a=%00", 400, "null character"),
        (b"a=" + b"x" * 1_000, 413, "1000 bytes"),
        (b"&" * 10, 413, "10 fields"),
        (b"&".join(b"f%d=" % n for n in range(11)), 413, "10 fields"),
    ],
)
async def test_form_that_no_page_of_ours_sends_is_refused(
    body: bytes, status: int, words: str
) -> None:
    request = a_request(method="POST", headers=FORM, body=body)
    with pytest.raises(FormRefused, match=words) as refused:
        await read_form(request, bytes_max=1_000, fields_max=10)
    assert refused.value.status == status


@pytest.mark.parametrize("media_type", ["", "application/json", "multipart/form-data; boundary=x"])
async def test_other_media_type_is_refused(media_type: str) -> None:
    with pytest.raises(FormRefused) as refused:
        await read_form(a_request(headers={"content-type": media_type}, body=b"a=b"))
    assert refused.value.status == 415


async def test_announced_length_is_refused_before_the_body_is_read() -> None:
    request = a_request(headers=FORM | {"content-length": "70000"}, body=b"a=b")
    with pytest.raises(FormRefused):
        await read_form(request)
    assert await request.body() == b"a=b"
