"""Strategies for what SCIM clients send, and for what only a hostile or broken one would."""

from typing import Any

from hypothesis import strategies as st

from gatepost.scim.urns import ENTERPRISE_USER, GATEPOST_USER, PATCH_OP, USER

LABELS = ["userName", "displayName", "title", "active", "emails", "name", "roles", "members"]
SUBS = ["value", "type", "primary", "givenName", "display", "$ref"]
ODD = [
    "",
    ".",
    ":",
    "[",
    "__proto__",
    "schemas",
    "id",
    "meta",
    "groups",
    "password",
    "phoneNumbers",
]

texts = st.text(st.characters(codec="utf-8"), max_size=12) | st.sampled_from(
    ["", " ", "\x00", "a\x00b", "work", "True", "ada@example.com", "ß", "İ", "\ufeff", "💥"]
)
scalars = (
    st.none()
    | st.booleans()
    | st.integers(-(2**70), 2**70)
    | st.floats(allow_nan=False, allow_infinity=False)
    | texts
)
names = st.sampled_from(
    [*LABELS, *SUBS, *ODD, USER, ENTERPRISE_USER, GATEPOST_USER, f"{ENTERPRISE_USER}:manager"]
)
names = names | names.map(str.upper) | texts
values: st.SearchStrategy[Any] = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=3),
    max_leaves=8,
)


@st.composite
def resources(draw: st.DrawFn) -> Any:
    """Give a body of a POST or PUT: mostly an object with names that mean something."""
    body: dict[str, Any] = draw(st.dictionaries(names, values, max_size=6))
    for name in ("userName", "displayName"):
        if draw(st.booleans()):
            body[name] = draw(texts)
    return body if draw(st.integers(0, 9)) else draw(values)


literals = texts.map(lambda text: '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"')
literals = literals | st.sampled_from(
    ["true", "null", "1", "-2.5e3", "bare", '"2024-01-01T00:00:00Z"']
)
attributes = st.sampled_from(
    [
        *LABELS,
        *(f"{one}.{sub}" for one in LABELS for sub in SUBS[:3]),
        "meta.created",
        "id",
        "groups",
    ]
)
attributes = attributes | attributes.map(lambda one: f"{USER}:{one}")
operators = st.sampled_from(["eq", "ne", "co", "sw", "ew", "gt", "ge", "lt", "le", "EQ"])
comparisons = st.builds(
    lambda name, operator, literal: f"{name} {operator} {literal}", attributes, operators, literals
) | attributes.map(lambda one: f"{one} pr")
filters = st.recursive(
    comparisons,
    lambda inner: (
        st.builds("{} and {}".format, inner, inner)
        | st.builds("{} or {}".format, inner, inner)
        | inner.map("not ({})".format)
        | inner.map("({})".format)
        | st.builds("{}[{}]".format, st.sampled_from(["emails", "roles", "members"]), inner)
    ),
    max_leaves=5,
)
hostile_filters = (
    filters
    | st.text(st.characters(codec="utf-8"), max_size=30)
    | st.builds(
        "{}{}{}".format,
        filters,
        st.sampled_from([" ", ")", "(", "[", "]", '"', " and", "\\"]),
        filters,
    )
)


@st.composite
def paths(draw: st.DrawFn) -> Any:
    """Give a path of a PATCH operation: plain, filtered, or nothing that is one."""
    kind = draw(st.integers(0, 5))
    if kind == 0:
        return draw(values)
    name = draw(attributes | names)
    if kind == 1:
        return f"{name}[{draw(filters)}]"
    if kind == 2:
        return f"{name}[{draw(filters)}].{draw(st.sampled_from(SUBS))}"
    return name


@st.composite
def patches(draw: st.DrawFn) -> Any:
    """Give the body of a PATCH."""
    operations = []
    for _ in range(draw(st.integers(0, 4))):
        operation: dict[str, Any] = {"op": draw(st.sampled_from(["add", "Replace", "remove", "x"]))}
        if draw(st.booleans()):
            operation["path"] = draw(paths())
        if draw(st.integers(0, 3)):
            operation["value"] = draw(values)
        operations.append(operation if draw(st.integers(0, 19)) else draw(values))
    body = {"schemas": [PATCH_OP], "Operations": operations}
    return body if draw(st.integers(0, 19)) else draw(values)


parameters = st.sampled_from(
    [
        "filter",
        "count",
        "startIndex",
        "cursor",
        "sortBy",
        "sortOrder",
        "attributes",
        "excludedAttributes",
        "FILTER",
        "x",
    ]
)
queries = st.lists(
    st.tuples(
        parameters,
        hostile_filters | texts | attributes | st.integers(-(2**70), 2**70).map(str),
    ),
    max_size=4,
)
