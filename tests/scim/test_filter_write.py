"""Writing filters, and the law that binds writing to reading."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatepost.scim.dialects.mode import Dialect, Mode
from gatepost.scim.errors import InvalidFilter
from gatepost.scim.filter.parse import DEPTH_MAX, parse
from gatepost.scim.filter.tree import (
    And,
    AttributePath,
    Comparison,
    Filter,
    Not,
    Operator,
    Or,
    ValuePath,
)
from gatepost.scim.filter.write import write

names = st.from_regex(r"\A\$?[a-zA-Z][a-zA-Z0-9_-]{0,8}\Z").filter(
    lambda name: name.lower() != "not"
)
urns = st.sampled_from(["urn:ietf:params:scim:schemas:core:2.0:User", "urn:x:y-z:1.0"])
paths = st.builds(AttributePath, names, st.none() | names, st.none() | urns)
literals = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**63) + 1, 2**63 - 1),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=20),
)
comparisons = st.builds(
    Comparison,
    paths,
    st.sampled_from([one for one in Operator if one is not Operator.PR]),
    literals,
) | st.builds(Comparison, paths, st.just(Operator.PR))


def _deeper(trees: st.SearchStrategy[Filter]) -> st.SearchStrategy[Filter]:
    parts = st.lists(trees, min_size=2, max_size=4).map(tuple)
    return st.one_of(
        st.builds(And, parts),
        st.builds(Or, parts),
        st.builds(Not, trees),
        st.builds(ValuePath, paths, trees),
    )


trees = st.recursive(comparisons, _deeper, max_leaves=12)


@given(trees)
def test_what_is_written_reads_as_the_same_tree(tree: Filter) -> None:
    assert parse(write(tree), Dialect(Mode.STRICT)) == tree


@given(st.text('ab. ()[]"\\eqprnotandor:019-$', max_size=60) | st.text(max_size=60))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        tree = parse(text, Dialect())
    except InvalidFilter:
        return
    assert parse(write(tree), Dialect()) == tree


@pytest.mark.parametrize(
    "text",
    [
        'userName eq "a\\"b"',
        "a pr and b pr or c pr",
        "a pr and (b pr or c pr)",
        "(a pr or b pr) or c pr",
        "not (a pr and b pr)",
        'emails[type eq "work" and not (value co "x")]',
        "a eq null or b ne true or c gt -1.5",
    ],
)
def test_no_parenthesis_is_written_that_need_not_be(text: str) -> None:
    assert write(parse(text, Dialect(Mode.STRICT))) == text


def test_the_deepest_tree_is_written() -> None:
    text = "not (" * (DEPTH_MAX // 2) + "a pr" + ")" * (DEPTH_MAX // 2)
    assert write(parse(text, Dialect())) == text
