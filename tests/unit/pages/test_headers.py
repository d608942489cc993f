import pytest

from gatepost.web.pages.headers import content_security_policy, origin, page_headers
from tests.unit.pages.make import PUBLIC_URL


def test_policy_lets_a_page_do_nothing_but_what_is_named() -> None:
    assert content_security_policy() == (
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; "
        "font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; "
        "frame-ancestors 'none'"
    )


def test_form_may_lead_to_the_origins_that_are_given_each_said_once() -> None:
    policy = content_security_policy(
        ["https://idp.example.com/sso?a=b;c", "https://IDP.example.com:443/", "http://[::1]:8080/x"]
    )
    assert "form-action 'self' https://idp.example.com http://[::1]:8080;" in policy


@pytest.mark.parametrize(
    "url",
    ["", "idp.example.com", "javascript:alert(1)", "data:text/html,x", "https://", "//x.example",
     "https://x.example;script-src", "https://x example/", "https://*/", "https://'self'/"],
)  # fmt: skip
def test_target_that_would_change_the_policy_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="URL"):
        content_security_policy([url])


def test_origin_leaves_out_the_default_port_alone() -> None:
    assert origin("https://a_b.Example.com:443/x") == "https://a_b.example.com"
    assert origin("http://example.com:443") == "http://example.com:443"


def test_page_is_kept_by_nobody_framed_by_nobody_and_sniffed_by_nobody() -> None:
    headers = page_headers(PUBLIC_URL)
    assert headers["Cache-Control"] == "no-store"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert headers["Referrer-Policy"] == "same-origin"


def test_page_whose_address_is_a_secret_sends_no_referrer() -> None:
    assert page_headers(PUBLIC_URL, holds_secret=True)["Referrer-Policy"] == "no-referrer"


def test_https_is_insisted_on_where_it_is_served() -> None:
    assert page_headers(PUBLIC_URL)["Strict-Transport-Security"] == "max-age=31536000"
    assert "Strict-Transport-Security" not in page_headers("http://127.0.0.1:8000")
