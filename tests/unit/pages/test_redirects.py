import pytest

from gatepost.web.pages.redirects import safe_path

FRIENDLY = [
    "/",
    "/account",
    "/account/security?tab=keys#passkeys",
    "/setup/0193-abc_~.x",
    "/continue?to=https://elsewhere.example//x",
    "/a%20b",
    "/über".replace("ü", "%C3%BC"),
    "/" + "a" * 1_999,
]

HOSTILE = [
    "",
    "account",
    "https://evil.example/",
    "HTTPS://evil.example/",
    "//evil.example/",
    "///evil.example/",
    "/\\evil.example/",
    "\\\\evil.example/",
    "\\/evil.example",
    "/account\\..\\x",
    "/\t/evil.example/",
    "/\n/evil.example/",
    "\t//evil.example",
    " //evil.example",
    " /account",
    "/account ",
    "/acc ount",
    "/account\r\nSet-Cookie: a=b",
    "/\0",
    "/\x7f",
    "/\x85/evil.example",
    "/\u2028/evil.example",
    "/\uff0fevil.example",
    "/äccount",
    "javascript:alert(1)",
    "data:text/html,x",
    "mailto:a@example.com",
    "evil.example",
    "@evil.example",
    "?x=1",
    "#x",
    "/account//evil.example",
    "/.//evil.example",
    "/..//evil.example",
    "/../evil.example",
    "/a/../b",
    "/a/%2e%2E/b",
    "/a/.%2e",
    "/%2fevil.example",
    "/%2F%2Fevil.example",
    "/%5cevil.example",
    "/%5Cevil.example",
    "/%0d%0aSet-Cookie:a=b",
    "/%00",
    "/%7f",
    "/" + "a" * 2_000,
]


@pytest.mark.parametrize("path", FRIENDLY)
def test_path_on_this_server_is_kept(path: str) -> None:
    assert safe_path(path, "/default") == path


@pytest.mark.parametrize("text", HOSTILE)
def test_anything_else_leads_to_the_default(text: str) -> None:
    assert safe_path(text, "/default") == "/default"


def test_nothing_asked_for_leads_to_the_default() -> None:
    assert safe_path(None, "/default") == "/default"
