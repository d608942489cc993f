"""Queries and their answers (RFC 7644 §3.4.2, §3.4.3; RFC 9865)."""

from typing import Any

import pytest

from gatepost.scim import urns
from gatepost.scim.dialects.mode import Dialect, Mode
from gatepost.scim.discovery import Limits
from gatepost.scim.errors import (
    ExpiredCursor,
    InvalidCount,
    InvalidCursor,
    InvalidFilter,
    InvalidPath,
    InvalidSyntax,
    InvalidValue,
)
from gatepost.scim.filter.parse import parse
from gatepost.scim.filter.tree import AttributePath
from gatepost.scim.query import (
    SearchRequest,
    fingerprint,
    from_body,
    from_query,
    read_cursor,
    write_cursor,
)
from gatepost.scim.schema.standard import user_resource

USERS = user_resource()
LIMITS = Limits(
    bulk_operations_max=10,
    bulk_bytes_max=1000,
    filter_results_max=500,
    page_default=100,
    page_max=200,
    cursor_timeout_s=60,
)
KEY = b"k" * 32


def ask(*pairs: tuple[str, str], mode: Mode = Mode.TOLERANT) -> SearchRequest:
    return from_query(list(pairs), USERS, Dialect(mode), LIMITS)


def search(mode: Mode = Mode.TOLERANT, **members: Any) -> SearchRequest:
    body = {"schemas": [urns.SEARCH_REQUEST], **members}
    return from_body(body, USERS, Dialect(mode), LIMITS)


def test_nothing_asked_is_the_first_page_of_everything() -> None:
    assert ask() == SearchRequest() == search()


def test_the_same_can_be_asked_in_a_url_and_in_a_body() -> None:
    text = 'userName eq "b"'
    in_url = ask(
        ("filter", text),
        ("sortBy", "name.familyName"),
        ("sortOrder", "descending"),
        ("startIndex", "3"),
        ("count", "5"),
        ("attributes", "userName"),
    )
    in_body = search(
        filter=text,
        sortBy="name.familyName",
        sortOrder="descending",
        startIndex=3,
        count=5,
        attributes=["userName"],
        excludedAttributes=None,
    )
    assert in_url == in_body
    assert in_url.filter == parse(text, Dialect())
    assert in_url.filter_text == text
    assert in_url.sort_by == AttributePath("name", "familyName")
    assert (in_url.descending, in_url.start_index, in_url.count) == (True, 3, 5)


def test_parameters_are_named_in_any_case() -> None:
    assert ask(("startindex", "2")).start_index == 2
    with pytest.raises(InvalidValue, match="`startIndex`"):
        ask(("startindex", "2"), mode=Mode.STRICT)


def test_unknown_parameters_are_left_out() -> None:
    assert ask(("aadOptscim062020", ""), ("x", "y"), mode=Mode.STRICT) == SearchRequest()


@pytest.mark.parametrize(("sent", "wanted"), [("0", 1), ("-5", 1), ("1", 1), (" 7 ", 7), ("+7", 7)])
def test_a_start_index_below_one_is_one(sent: str, wanted: int) -> None:
    """RFC 7644 §3.4.2.4."""
    assert ask(("startIndex", sent)).start_index == wanted


@pytest.mark.parametrize(("sent", "wanted"), [("0", 0), ("-1", 0), ("200", 200), ("9999", 200)])
def test_a_count_is_cut_to_the_limits(sent: str, wanted: int) -> None:
    assert ask(("count", sent)).count == wanted
    assert search(count=int(sent)).count == wanted


@pytest.mark.parametrize("sent", ["a", "1.5", "1e3", "0x10", "٣", "9" * 5000, "--1"])
@pytest.mark.parametrize("name", ["count", "startIndex"])
def test_a_number_that_is_none_is_refused(name: str, sent: str) -> None:
    with pytest.raises(InvalidValue, match=f"`{name}` must be a whole number"):
        ask((name, sent))


def test_an_empty_number_is_left_out() -> None:
    assert ask(("count", ""), ("startIndex", " ")) == SearchRequest()
    with pytest.raises(InvalidValue, match="`count` is empty"):
        ask(("count", ""), mode=Mode.STRICT)


def test_a_number_beyond_64_bits_is_the_greatest() -> None:
    assert search(startIndex=2**70).start_index == 2**63 - 1


def test_a_parameter_given_twice_is_refused() -> None:
    with pytest.raises(InvalidValue, match="`filter` is given twice"):
        ask(("filter", "title pr"), ("Filter", "title pr"))


def test_lists_of_attributes_may_be_given_in_parts() -> None:
    parts = ask(("attributes", "title"), ("attributes", "locale,nickName"))
    assert parts == ask(("attributes", "title,locale,nickName"))


def test_an_empty_filter_is_none() -> None:
    assert ask(("filter", "  ")) == SearchRequest()


def test_a_filter_that_is_none_is_refused() -> None:
    with pytest.raises(InvalidFilter):
        ask(("filter", "userName"))


@pytest.mark.parametrize("sent", ["a b", 'emails[type eq "x"]', "a.b.c"])
def test_sorting_is_by_an_attribute(sent: str) -> None:
    with pytest.raises(InvalidPath, match="`sortBy`"):
        ask(("sortBy", sent))


@pytest.mark.parametrize(
    ("sent", "wanted"), [("Descending", True), ("ascending", False), ("", False)]
)
def test_the_order_is_ascending_or_descending(sent: str, *, wanted: bool) -> None:
    assert ask(("sortBy", "title"), ("sortOrder", sent)).descending is wanted
    with pytest.raises(InvalidValue, match="`sortOrder`"):
        ask(("sortOrder", "up"))


def test_an_empty_cursor_asks_for_the_first_page() -> None:
    """RFC 9865 §2."""
    assert ask(("cursor", ""), ("count", "5")) == SearchRequest(cursor="", count=5)


def test_paging_is_by_cursor_or_by_index() -> None:
    with pytest.raises(InvalidValue, match="not by both"):
        ask(("cursor", ""), ("startIndex", "1"))


def test_a_bad_count_beside_a_cursor_has_its_own_error() -> None:
    with pytest.raises(InvalidCount):
        ask(("cursor", "x"), ("count", "many"))


@pytest.mark.parametrize("body", [None, [], "x"])
def test_a_search_is_an_object(body: object) -> None:
    with pytest.raises(InvalidSyntax, match="SearchRequest"):
        from_body(body, USERS, Dialect(), LIMITS)


def test_a_search_may_lack_its_schema() -> None:
    assert from_body({"count": 1}, USERS, Dialect(), LIMITS).count == 1
    with pytest.raises(InvalidSyntax, match=urns.SEARCH_REQUEST):
        from_body({"count": 1}, USERS, Dialect(Mode.STRICT), LIMITS)


@pytest.mark.parametrize(
    "members",
    [
        {"count": "5"},
        {"count": True},
        {"startIndex": 1.5},
        {"filter": 5},
        {"sortBy": ["title"]},
        {"attributes": [1]},
        {"attributes": {"a": 1}},
    ],
    ids=str,
)
def test_members_of_a_search_have_their_type(members: dict[str, Any]) -> None:
    with pytest.raises(InvalidValue, match=next(iter(members))):
        search(**members)


def test_one_attribute_may_stand_without_a_list() -> None:
    assert search(attributes="title") == search(attributes=["title"])


def a_cursor(last_id: str = "u.1", at: int = 100) -> str:
    return write_cursor(last_id, fingerprint("p", None), at, KEY)


def read_it(text: str, *, now_s: int = 100, parts: Any = ("p", None), key: bytes = KEY) -> str:
    return read_cursor(text, key, fingerprint(*parts), now_s=now_s, timeout_s=60)


@pytest.mark.parametrize("last_id", ["u.1", "", "é\U0001f600", "x" * 500])
def test_a_cursor_gives_back_its_place(last_id: str) -> None:
    assert read_it(a_cursor(last_id)) == last_id


def test_a_cursor_has_only_characters_that_a_url_leaves_alone() -> None:
    allowed = set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
    assert all(set(a_cursor(f"id-{number}")) <= allowed for number in range(50))


def test_a_cursor_expires() -> None:
    """RFC 9865 §2.1."""
    assert read_it(a_cursor(), now_s=160)
    with pytest.raises(ExpiredCursor, match="60 seconds"):
        read_it(a_cursor(), now_s=161)


def test_a_cursor_belongs_to_its_query() -> None:
    with pytest.raises(InvalidCursor, match="another query"):
        read_it(a_cursor(), parts=("p", "title pr"))


@pytest.mark.parametrize("text", ["x", "", "é", "!" * 40, "A" * 60, "A" * 2000, "AA==", "AAAA\n"])
def test_a_cursor_that_is_not_ours_is_refused(text: str) -> None:
    with pytest.raises(InvalidCursor, match="not given out by this server"):
        read_it(text)


def test_a_changed_cursor_is_not_ours() -> None:
    text = a_cursor()
    for place in range(len(text)):
        other = "A" if text[place] != "A" else "Q"
        with pytest.raises(InvalidCursor):
            read_it(text[:place] + other + text[place + 1 :])


def test_a_cursor_of_another_key_is_not_ours() -> None:
    with pytest.raises(InvalidCursor):
        read_it(a_cursor(), key=b"o" * 32)


def test_fingerprints_tell_their_parts_apart() -> None:
    assert fingerprint("a", "b") != fingerprint("ab")
    assert fingerprint("a", None) != fingerprint("a", "None")
