import re
from datetime import UTC, datetime
from pathlib import Path

import jinja2
import pytest
from lxml import html
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.testclient import TestClient

from gatepost.web.pages.assets import page_assets
from gatepost.web.pages.headers import page_headers
from gatepost.web.pages.rendering import environment
from tests.house.files import SOURCE, shown
from tests.unit.pages.make import PUBLIC_URL, a_request, the_pages

HOSTILE = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>"
TEMPLATES = sorted(SOURCE.rglob("templates/**/*.html"))

# What a template may never say: the policy of pages forbids it anyway, unseen.
FORBIDDEN = {
    "address elsewhere": re.compile(
        r"(?:src|href|action)\s*=\s*[\"']?(?:https?:)?//", re.IGNORECASE
    ),
    "inline script": re.compile(r"<script(?![^>]*\ssrc=)", re.IGNORECASE),
    "inline style": re.compile(r"<style|\sstyle\s*=", re.IGNORECASE),
    "handler": re.compile(r"\son[a-z]+\s*=", re.IGNORECASE),
    "javascript URL": re.compile(r"javascript:", re.IGNORECASE),
    "evaluated by htmx": re.compile(r"hx-on|[\"']js:", re.IGNORECASE),
    "unescaped": re.compile(r"\|\s*safe\b|autoescape"),
}


def _ui(call: str, **values: object) -> str:
    template = environment(page_assets(), {}).from_string("{{ ui." + call + " }}")
    return template.render(**values)


def _page(template: str, **context: object) -> html.HtmlElement:
    response = the_pages().render(a_request(), template, **context)
    return html.fromstring(bytes(response.body).decode())


@pytest.mark.parametrize("path", TEMPLATES, ids=shown)
def test_template_can_be_read(path: Path) -> None:
    environment(page_assets(), {}).parse(path.read_text())


@pytest.mark.parametrize("path", TEMPLATES, ids=shown)
def test_template_says_nothing_that_the_policy_forbids(path: Path) -> None:
    text = path.read_text()
    assert {name for name, pattern in FORBIDDEN.items() if pattern.search(text)} == set()


@pytest.mark.parametrize(
    "call",
    [
        "field(x, 'a', value=x, error=x, hint=x, autocomplete=x, maxlength=x)",
        "select(x, 'a', [(x, x)], x, x, x)",
        "choices(x, 'a', [(x, x, x)], x, x, x)",
        "checkbox(x, 'a', hint=x)",
        "error_summary({'': x, 'a': x})",
        "alert('fail', x, x)",
        "badge(x)",
        "button(x, name='a', value=x)",
        "link_button(x, x)",
        "facts([(x, x)])",
        "empty(x, x)",
        "steps([x, x], 1, x)",
        "copy(x, 'a', x, x)",
        "codes([x], x)",
        "qr(x, x)",
        "confirm(x, x, x, x, fields={'a': x})",
        "csrf(x)",
        "icon('check', x)",
    ],
)
def test_macro_escapes_what_it_is_given(call: str) -> None:
    text = _ui(call, x=HOSTILE)
    elements = html.fragments_fromstring(text)
    assert "&lt;script&gt;" in text
    assert not any(
        list(element.iter("script")) or element.xpath(".//*[@onerror]")
        for element in elements
        if not isinstance(element, str)
    )


def test_value_that_nobody_gave_is_an_error() -> None:
    with pytest.raises(jinja2.UndefinedError):
        the_pages().render(a_request(), "refusal.html", title="A title")


def test_icon_that_is_not_in_the_sprite_is_an_error() -> None:
    with pytest.raises(LookupError, match="no icon dragon"):
        _ui("icon('dragon')")


def test_page_has_its_headers_and_a_door_may_replace_them() -> None:
    pages = the_pages()
    plain = pages.render(a_request(), "refusal.html", 403, title="No", sentence="No.")
    assert plain.status_code == 403
    assert (
        page_headers(PUBLIC_URL).items()
        <= {name.title(): value for name, value in plain.headers.items()}.items()
    )
    special = page_headers(PUBLIC_URL, form_targets=["https://idp.example.com/sso"])
    posting = pages.render(
        a_request(), "posting.html", headers=special, target="https://idp.example.com/sso",
        site="Okta", fields={"SAMLRequest": "abc"},
    )  # fmt: skip
    assert (
        "form-action 'self' https://idp.example.com;"
        in (posting.headers["content-security-policy"])
    )


@pytest.mark.parametrize("template", ["leaving.html", "posting.html"])
@pytest.mark.parametrize("target", ["javascript:alert(1)", "data:text/html,x", "/account", ""])
def test_page_leads_to_no_address_but_the_web(template: str, target: str) -> None:
    with pytest.raises(ValueError, match="http"):
        the_pages().render(a_request(), template, target=target, site="Okta", fields={})


def test_page_leads_on_to_another_site_without_a_script() -> None:
    page = _page("leaving.html", target="https://idp.example.com/?a=1&b='2'", site="Okta")
    (refresh,) = page.xpath("//meta[@http-equiv='refresh']/@content")
    assert refresh == "0; url=https://idp.example.com/?a=1&b='2'"


def test_label_hint_and_error_are_tied_to_their_field() -> None:
    """WCAG 2.2, 1.3.1 and 3.3.1."""
    text = _ui("field('Email', 'email', 'email', error='Bad', hint='Work', autocomplete='email')")
    field = html.fromstring(text)
    (input_,) = field.xpath(".//input")
    assert field.xpath(".//label/@for") == [input_.get("id")]
    described = [field.get_element_by_id(one) for one in input_.get("aria-describedby").split()]
    assert [one.text_content().strip() for one in described] == ["Work", "Error: Bad"]
    assert input_.get("aria-invalid") == "true"
    assert input_.get("autocomplete") == "email"


def test_error_in_the_summary_leads_to_its_field() -> None:
    page = _page("gallery/signin.html", errors={"email": "Enter it.", "": "And more."}, value="")
    (link,) = page.xpath("//*[@id='errors']//a/@href")
    assert page.get_element_by_id(link.removeprefix("#")).get("name") == "email"
    assert page.findtext(".//title").startswith("Error: Sign in")


def test_page_of_somebody_has_a_form_to_sign_out() -> None:
    now = datetime(2026, 11, 4, tzinfo=UTC)
    page = _page("gallery/account.html", person="Ada", csrf="token", now=now, at=now)
    (form,) = page.xpath("//form[@action='/sign-out']")
    assert (form.get("method"), form.fields["csrf"]) == ("post", "token")


def test_page_has_one_heading_one_main_part_and_unique_ids() -> None:
    now = datetime(2026, 11, 4, tzinfo=UTC)
    for template in ("gallery/signin.html", "gallery/account.html"):
        page = _page(template, value="", person="Ada", csrf="token", now=now, at=now)
        ids = page.xpath("//@id")
        assert len(page.xpath("//h1")) == len(page.xpath("//main")) == 1
        assert page.get("lang") == "en"
        assert len(ids) == len(set(ids))


@pytest.mark.parametrize(
    ("cookie", "theme"),
    [("", "auto"), ("gatepost_theme=dark", "dark"), ("gatepost_theme=light", "light"),
     ("gatepost_theme=auto", "auto"), ('gatepost_theme="><script>', "auto")],
)  # fmt: skip
def test_theme_is_the_cookies_else_the_systems(cookie: str, theme: str) -> None:
    request = a_request(headers={"cookie": cookie})
    response = the_pages().render(request, "refusal.html", title="No", sentence="No.")
    assert html.fromstring(bytes(response.body)).get("data-bs-theme") == theme


@pytest.fixture
def client() -> TestClient:
    return TestClient(
        Starlette(routes=the_pages().routes()), base_url=PUBLIC_URL, follow_redirects=False
    )


def test_chosen_theme_is_kept_and_leads_back(client: TestClient) -> None:
    form = {"theme": "dark", "return_to": "/account?tab=keys"}
    response = client.post("/theme", data=form, headers={"sec-fetch-site": "same-origin"})
    assert (response.status_code, response.headers["location"]) == (303, "/account?tab=keys")
    assert response.headers["set-cookie"].startswith("gatepost_theme=dark; HttpOnly; Max-Age=")


def test_choice_of_the_systems_theme_forgets_the_other(client: TestClient) -> None:
    response = client.post("/theme", data={"theme": "auto", "return_to": "//evil.example"})
    assert response.headers["location"] == "/"
    assert "Max-Age=0" in response.headers["set-cookie"]


@pytest.mark.parametrize(
    ("form", "headers", "status"),
    [
        ({"theme": "dark"}, {"sec-fetch-site": "cross-site"}, 403),
        ({"theme": "pink"}, {}, 400),
        ({}, {"content-type": "application/json"}, 415),
    ],
)
def test_choice_that_no_page_of_ours_offers_is_refused(
    client: TestClient, form: dict[str, str], headers: dict[str, str], status: int
) -> None:
    assert client.post("/theme", data=form, headers=headers).status_code == status


def test_answer_to_a_post_offers_no_theme() -> None:
    """Its address may serve nothing else, such as an assertion consumer service."""
    request: Request = a_request(method="POST")
    response: Response = the_pages().render(request, "refusal.html", title="No", sentence="No.")
    assert b"/theme" not in response.body
