"""Reading filters (RFC 7644 §3.4.2.2)."""

import pytest

from gatepost.scim.dialects.mode import Deviation, Dialect, Mode
from gatepost.scim.errors import InvalidFilter
from gatepost.scim.filter.parse import parse, read_attribute_path
from gatepost.scim.filter.tree import (
    And,
    AttributePath,
    Comparison,
    Filter,
    Literal,
    Not,
    Operator,
    Or,
    ValuePath,
)

ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"


def read(text: str) -> Filter:
    """Read with no deviation let through."""
    return parse(text, Dialect(Mode.STRICT))


def refusal(text: str, mode: Mode = Mode.TOLERANT) -> str:
    with pytest.raises(InvalidFilter) as caught:
        parse(text, Dialect(mode))
    return caught.value.detail


def tolerated(text: str) -> tuple[Filter, list[Deviation]]:
    dialect = Dialect(Mode.REPORT)
    tree = parse(text, dialect)
    with pytest.raises(InvalidFilter):
        parse(text, Dialect(Mode.STRICT))
    return tree, dialect.deviations


def present(name: str, sub: str | None = None) -> Comparison:
    return Comparison(AttributePath(name, sub), Operator.PR)


def equal(name: str, value: Literal) -> Comparison:
    return Comparison(AttributePath(name), Operator.EQ, value)


A, B, C = present("a"), present("b"), present("c")


@pytest.mark.parametrize("operator", [one for one in Operator if one is not Operator.PR])
def test_every_operator_is_read_in_any_case(operator: Operator) -> None:
    expected = Comparison(AttributePath("a"), operator, "x")
    assert read(f'a {operator.upper()} "x"') == expected
    assert read(f'a {operator} "x"') == expected


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ('"x"', "x"),
        (r'"a\"b\\c\/d"', 'a"b\\c/d'),
        (r'"\u00e9\uD83D\uDE00"', "é😀"),
        ('"two words (and) [brackets]"', "two words (and) [brackets]"),
        (r'"\u0000"', "\x00"),
        ('"a\tb"', "a\tb"),
        ("0", 0),
        ("-6", -6),
        ("5.5", 5.5),
        ("2e2", 200.0),
        ("9223372036854775807", 2**63 - 1),
        ("true", True),
        ("false", False),
        ("null", None),
    ],
)
def test_literals_are_those_of_json(written: str, value: Literal) -> None:
    tree = read(f"a eq {written}")
    assert tree == equal("a", value)
    assert isinstance(tree, Comparison)
    assert type(tree.value) is type(value)


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ("a pr or b pr and c pr", Or((A, And((B, C))))),
        ("(a pr or b pr) and c pr", And((Or((A, B)), C))),
        ("a pr AND b pr And c pr", And((A, B, C))),
        ("(a pr and b pr) and c pr", And((And((A, B)), C))),
        ("not (a pr) and b pr", And((Not(A), B))),
        ("not(a pr or b pr)", Not(Or((A, B)))),
        ("NOT ((a pr))", Not(A)),
        ("a[b pr and not (c pr or b pr)]", ValuePath(A.path, And((B, Not(Or((C, B))))))),
        ("a[(b pr)] or c pr", Or((ValuePath(A.path, B), C))),
        ("pr pr", present("pr")),
    ],
)
def test_not_binds_before_and_before_or(text: str, tree: Filter) -> None:
    assert read(text) == tree


def test_names_may_stand_behind_a_urn() -> None:
    expected = AttributePath("manager", "displayName", ENTERPRISE)
    assert read(f"{ENTERPRISE}:manager.displayName pr") == Comparison(expected, Operator.PR)


def test_the_path_of_a_dotted_urn_writes_itself_back() -> None:
    """WIRE.md M5: what `path.resolve` sorts out."""
    for text in (f"{ENTERPRISE}.manager.value", ENTERPRISE, "urn:x:1.0User"):
        assert str(read_attribute_path(text)) == text


@pytest.mark.parametrize(
    "name",
    ["", ".a", "a.", "a..b", "a.b.c", "a:b", "a/b", "é", "urn:a", "urn:", "urn:x:", "urn:x:."],
)
def test_what_is_no_name_is_not_read(name: str) -> None:
    assert read_attribute_path(name) is None


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ("externalId eq jyoung", equal("externalId", "jyoung")),
        ("a eq bob@example.com", equal("a", "bob@example.com")),
        ("a eq 123abc", equal("a", "123abc")),
        ("a eq 007", equal("a", "007")),
        ("a eq 112233445566778899001", equal("a", "112233445566778899001")),
        ("a eq 1e999", equal("a", "1e999")),
        ("a eq True", equal("a", "True")),
        ("064869bf-be25 pr", present("064869bf-be25")),
        ("not a pr and b pr", And((Not(A), B))),
        ("not not a pr", Not(Not(A))),
        ("not a[b pr]", Not(ValuePath(A.path, B))),
        ("a[b pr].c pr", ValuePath(A.path, And((B, C)))),
        ("a[b pr and c pr].c pr", ValuePath(A.path, And((B, C, C)))),
        ("a[b pr or c pr].c pr", ValuePath(A.path, And((Or((B, C)), C)))),
        ("a[b pr].c[b pr].c pr", ValuePath(A.path, And((B, ValuePath(C.path, And((B, C))))))),
        ('a[b pr] eq ""', ValuePath(A.path, And((B, equal("value", ""))))),
        ("a[b pr] pr", ValuePath(A.path, And((B, present("value"))))),
        ('a pr "x"', A),
        ("a pr x", A),
        ("(a pr x) or b pr", Or((A, B))),
        ("a[b pr x]", ValuePath(A.path, B)),
    ],
)
def test_wild_spellings_are_tolerated_and_counted(text: str, tree: Filter) -> None:
    """WIRE.md Q2; in strict mode they are refused."""
    read_tree, deviations = tolerated(text)
    assert read_tree == tree
    assert {one.rule for one in deviations} == {"Q2"}


@pytest.mark.parametrize(
    ("text", "position", "expected"),
    [
        ("", 1, "the name of an attribute, found the end"),
        ("  ", 3, "the name of an attribute"),
        ('"a" pr', 1, "the name of an attribute"),
        ("a", 2, "an operator (eq, ne, co, sw, ew, gt, ge, lt, le, pr)"),
        ('a is "x"', 3, "an operator"),
        ("a eq", 5, "a value"),
        ("a eq (", 6, "a value"),
        ("a eq 'x'", 6, "a string in double quotes"),
        ("a pr b pr", 6, "`and`, `or` or the end, found `b`"),
        ('a eq "x" "y"', 10, "`and`, `or` or the end"),
        ("a pr and", 9, "the name of an attribute"),
        ("(a pr", 6, "`and`, `or` or `)`"),
        ("a pr)", 5, "`and`, `or` or the end"),
        ("a[b pr", 7, "`and`, `or` or `]`"),
        ("a[b pr] .c pr", 9, "`and`, `or` or the end"),
        ("a[b pr]. pr", 8, "the name of a sub-attribute"),
        ("a[b pr].c", 10, "an operator"),
        ("a[] pr", 3, "the name of an attribute"),
        ("not", 4, "`(` after `not`"),
    ],
)
def test_refusals_say_where_and_what_was_expected(text: str, position: int, expected: str) -> None:
    mode = Mode.STRICT if text == "not" else Mode.TOLERANT
    assert f"at character {position}: expected {expected}" in refusal(text, mode)


def test_a_long_word_is_cut_in_the_refusal() -> None:
    assert f"found `{'x' * 40}`…." in refusal(f"a {'x' * 100} 1")


def test_an_open_string_is_refused() -> None:
    assert "begins at character 6 is not closed" in refusal(r'a eq "x\"')


@pytest.mark.parametrize("text", [r'a eq "domain\user"', r'a eq "\x"', r'a eq "\u12"'])
def test_a_bare_backslash_is_refused_rather_than_guessed(text: str) -> None:
    assert r"a backslash in it is written as \\" in refusal(text)


@pytest.mark.parametrize("text", [r'a eq "\ud800"', 'a eq "\ud800"', "a eq x\ud800"])
def test_half_a_surrogate_pair_is_refused(text: str) -> None:
    assert "half of a surrogate pair" in refusal(text)


def test_the_length_is_limited() -> None:
    longest = f'a eq "{"x" * 4089}"'
    assert len(longest) == 4096
    assert read(longest)
    assert "4097 characters; at most 4096" in refusal(longest + " ")


@pytest.mark.parametrize(
    ("opening", "closing"), [("(", ")"), ("not (", ")"), ("a[", "]"), ("not ", "")]
)
def test_the_depth_is_limited(opening: str, closing: str) -> None:
    levels = 25 if opening == "not (" else 50
    assert parse(opening * levels + "a pr" + closing * levels, Dialect())
    assert "more than 50 levels deep" in refusal(opening * 300 + "a pr" + closing * 300)


def test_brackets_behind_brackets_count_for_the_depth() -> None:
    assert "more than 50 levels deep" in refusal("a[b pr]" + ".c[b pr]" * 60)


def test_depth_counts_nesting_and_not_parts() -> None:
    assert read(" and ".join(["not (a[b pr])"] * 60))


def test_the_number_of_comparisons_is_limited() -> None:
    assert read(" or ".join(["a pr"] * 100))
    assert "more than 100 comparisons" in refusal(" or ".join(["a pr"] * 101))
