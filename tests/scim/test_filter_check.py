"""Checking a filter against a schema before it is put to resources."""

import pytest

from gatepost.scim import urns
from gatepost.scim.dialects.mode import Deviation, Dialect, Mode
from gatepost.scim.dialects.rules import RULES
from gatepost.scim.errors import InvalidFilter
from gatepost.scim.filter.check import check
from gatepost.scim.filter.parse import parse
from gatepost.scim.schema.standard import user_resource

SCHEMA = user_resource()


@pytest.mark.parametrize(
    "text",
    [
        'userName eq "x" and not (name.givenName pr or active eq true)',
        'emails co "example.com" or emails.value pr',
        'emails[type eq "work" and not (value co "x" or primary eq true)]',
        f'{urns.ENTERPRISE_USER}:manager.value eq "x"',
        f"{urns.ENTERPRISE_USER}:employeeNumber pr",
        f'{urns.GATEPOST_USER}:organizationId[value eq "1"]',
        'meta.lastModified gt "2026-01-31T12:00:00Z"',
    ],
)
def test_what_the_standard_allows_is_no_deviation(text: str) -> None:
    check(parse(text, Dialect()), SCHEMA, Dialect(Mode.STRICT))


@pytest.mark.parametrize(
    ("text", "deviation"),
    [
        ("shoeSize pr", Deviation("P9", "shoeSize")),
        ("shoeSize[value pr]", Deviation("P9", "shoeSize")),
        ("emails[shoeSize pr]", Deviation("P9", "shoeSize")),
        ("emails[value[type pr]]", Deviation("P9", "value")),
        (f"{urns.GATEPOST_USER}:organizationId[type pr]", Deviation("P9", "type")),
        (f"{urns.USER}:shoeSize pr", Deviation("P9", f"{urns.USER}:shoeSize")),
        (f"{urns.ENTERPRISE_USER} pr", Deviation("P9", urns.ENTERPRISE_USER)),
        ("department pr", Deviation("M5", "department")),
        ('email.value eq "x"', Deviation("Q2", "email.value")),
        (f'{urns.ENTERPRISE_USER}:manager eq "x"', Deviation("Q3", "manager")),
    ],
)
def test_deviations_are_counted_and_refused_in_strict_mode(text: str, deviation: Deviation) -> None:
    tree, dialect = parse(text, Dialect()), Dialect(Mode.REPORT)
    check(tree, SCHEMA, dialect)
    assert dialect.deviations == [deviation]
    assert deviation.rule in RULES
    with pytest.raises(InvalidFilter):
        check(tree, SCHEMA, Dialect(Mode.STRICT))


@pytest.mark.parametrize(
    "text", ["a pr or active gt true", "emails[a pr and primary lt true]", "not (active ge true)"]
)
def test_what_has_no_order_is_refused_wherever_it_stands(text: str) -> None:
    with pytest.raises(InvalidFilter, match="has no order"):
        check(parse(text, Dialect()), SCHEMA, Dialect())
