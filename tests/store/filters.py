"""Documents and filters from a small world, so that they meet often."""

from typing import Any

import hypothesis.strategies as st

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
from gatepost.scim.schema.attribute import Attribute, Schema, Type
from gatepost.scim.schema.standard import group_resource, user_resource
from gatepost.scim.urns import ENTERPRISE_USER, GATEPOST_USER

CUSTOM = "urn:example:params:scim:schemas:custom:2.0:User"
SCHEMA = user_resource(
    custom=(
        Schema(
            id=CUSTOM,
            name="Custom",
            attributes=(
                Attribute(name="level", type=Type.INTEGER),
                Attribute(name="weight", type=Type.DECIMAL),
                Attribute(name="remote", type=Type.BOOLEAN),
                Attribute(name="hired", type=Type.DATE_TIME),
                Attribute(name="code", case_exact=True),
                Attribute(name="odd-name_1", multi_valued=True),
                Attribute(
                    name="badges",
                    type=Type.COMPLEX,
                    multi_valued=True,
                    sub_attributes=(
                        Attribute(name="value", type=Type.INTEGER),
                        Attribute(name="until", type=Type.DATE_TIME),
                        Attribute(name="tags", multi_valued=True),
                    ),
                ),
            ),
        ),
    )
)
GROUP_SCHEMA = group_resource()

_TEXTS = [
    "a",
    "A",
    "b",
    "Ab",
    "aB%",
    "a_b",
    "ß",
    "SS",
    "Ä",
    "ä",
    "1",
    "true",
    "a\\b",
    "a'b",
    "🙂",
    "",
]
_INSTANTS = [
    "2026-01-31T12:00:00Z",
    "2026-01-31T13:00:00.000001+01:00",
    "2026-01-31 12:00:00",
    "2026-01-31t12:00:00.9999999z",
    "2026-01",
    "0001-01-01T00:00:00Z",
    "2024-02-29",
    "2026-11-23T12:00:00.123Z",
    "2026-11-23T12:00:00.123456Z",
    "2026-11-23T12:00:00.1234Z",
]
_NO_INSTANTS = ["2026-02-30", "2026-13-01", "2026-01-31T25:00:00Z", "soon"]

texts = st.sampled_from(_TEXTS)
numbers = st.sampled_from([0, 1, -1, 2, 2**53 + 1])
decimals = st.sampled_from([0.5, 1.0, -1.5, 2, 1e300])


def _object(**members: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries({}, optional=members)


_values = _object(value=texts, type=texts, display=texts, primary=st.booleans())
documents = _object(
    externalId=texts,
    name=_object(familyName=texts, givenName=texts),
    displayName=texts,
    title=texts,
    active=st.booleans(),
    emails=st.lists(_values, max_size=3),
    roles=st.lists(_values, max_size=2),
    addresses=st.lists(_object(locality=texts, type=texts, primary=st.booleans()), max_size=2),
).flatmap(
    lambda core: st.fixed_dictionaries(
        {},
        optional={
            ENTERPRISE_USER: _object(department=texts, manager=_object(value=texts)),
            GATEPOST_USER: _object(userType=texts, organizationId=st.lists(texts, max_size=3)),
            CUSTOM: st.fixed_dictionaries(
                {},
                optional={
                    "level": numbers,
                    "weight": decimals,
                    "remote": st.booleans(),
                    "hired": st.sampled_from(_INSTANTS),
                    "code": texts,
                    "odd-name_1": st.lists(texts, max_size=2),
                    "badges": st.lists(
                        _object(
                            value=numbers,
                            until=st.sampled_from(_INSTANTS),
                            tags=st.lists(texts, max_size=2),
                        ),
                        max_size=2,
                    ),
                },
            ),
        },
    ).map(lambda extensions: {**core, **extensions})
)

literals = st.one_of(
    texts,
    texts,
    st.none(),
    st.booleans(),
    numbers,
    decimals,
    st.sampled_from([*_INSTANTS, *_NO_INSTANTS]),
    st.sampled_from(["user0", "USER1", "user", "00000000-0000-7000-8000-000000000001", "User"]),
)


def _paths(*texts: str, urn: str | None = None) -> list[AttributePath]:
    parts = [one.partition(".") for one in texts]
    return [AttributePath(name, sub or None, urn) for name, _, sub in parts]


_PATHS = [
    *_paths("userName", "USERNAME", "id", "externalId", "displayName", "title", "active", "name"),
    *_paths("name.familyName", "emails", "emails.value", "emails.type", "emails.primary"),
    *_paths("addresses", "addresses.locality", "roles", "groups", "groups.value", "groups.display"),
    *_paths("groups.type", "groups.$ref", "meta", "meta.created", "meta.lastModified"),
    *_paths("meta.resourceType", "nosuch", "name.nosuch", "schemas", "department", "hired"),
    *_paths("department", "manager", "manager.value", urn=ENTERPRISE_USER),
    *_paths("userType", "organizationId", urn=GATEPOST_USER),
    *_paths("level", "weight", "remote", "hired", "code", "odd-name_1", "badges", urn=CUSTOM),
    *_paths("badges.value", "badges.until", "badges.tags", urn=CUSTOM),
    AttributePath("User", None, "urn:ietf:params:scim:schemas:extension:enterprise:2.0"),
]
_IN_ELEMENTS = _paths("value", "type", "display", "primary", "locality", "until", "tags", "nosuch")
_MULTI_VALUED = [
    *_paths("emails", "roles", "addresses", "groups", "name", "emails.value", "title", "meta"),
    *_paths("badges", "odd-name_1", urn=CUSTOM),
]
GROUP_PATHS = [
    *_paths("displayName", "externalId", "id", "members", "members.value", "members.display"),
    *_paths("members.type", "meta.created", "meta.resourceType"),
]


def _comparisons(paths: list[AttributePath]) -> st.SearchStrategy[Comparison]:
    return st.builds(
        lambda path, operator, value: Comparison(
            path, operator, None if operator is Operator.PR else value
        ),
        st.sampled_from(paths),
        st.sampled_from(list(Operator)),
        literals,
    )


def _trees(leaves: st.SearchStrategy[Any]) -> st.SearchStrategy[Filter]:
    return st.recursive(
        leaves,
        lambda inner: st.one_of(
            st.lists(inner, min_size=2, max_size=3).map(lambda parts: And(tuple(parts))),
            st.lists(inner, min_size=2, max_size=3).map(lambda parts: Or(tuple(parts))),
            st.builds(Not, inner),
        ),
        max_leaves=4,
    )


_value_paths = st.builds(
    ValuePath, st.sampled_from(_MULTI_VALUED), _trees(_comparisons(_IN_ELEMENTS))
)
filters = _trees(st.one_of(_comparisons(_PATHS), _comparisons(_PATHS), _value_paths))
group_filters = _trees(
    st.one_of(
        _comparisons(GROUP_PATHS),
        st.builds(
            ValuePath, st.just(AttributePath("members")), _trees(_comparisons(_IN_ELEMENTS[:3]))
        ),
    )
)
