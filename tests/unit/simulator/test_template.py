from typing import Any

import pytest
from msgspec.structs import replace

from gatepost.simulator.people import Company
from gatepost.simulator.profile import AbsentForm
from gatepost.simulator.template import facts_of, fill, write

ADA = replace(Company(name="Acme", domain="acme.example").person(0), phone=None)
FACTS = facts_of(ADA)


def filled(template: dict[str, Any], absent: AbsentForm = AbsentForm.OMITTED) -> Any:
    return fill(template, FACTS, absent)


def test_placeholders_become_facts_of_their_own_type() -> None:
    assert filled({"userName": "{userName}", "active": "{active}", "n": {"a": "x"}}) == {
        "userName": ADA.user_name,
        "active": True,
        "n": {"a": "x"},
    }


def test_null_is_null_whatever_the_client_does_with_absent_facts() -> None:
    assert filled({"$ref": "{null}"}) == {"$ref": None}


@pytest.mark.parametrize(
    ("absent", "expected"),
    [(AbsentForm.OMITTED, {}), (AbsentForm.NULL, {"p": None}), (AbsentForm.EMPTY, {"p": ""})],
)
def test_absent_fact_is_sent_as_the_client_has_it(
    absent: AbsentForm, expected: dict[str, Any]
) -> None:
    assert filled({"p": "{phone}"}, absent) == expected


def test_element_without_any_fact_leaves_no_stub() -> None:
    assert filled({"phoneNumbers": [{"type": "mobile", "value": "{phone}"}]}) == {}


def test_list_that_is_empty_by_the_template_stays() -> None:
    assert filled({"groups": []}) == {"groups": []}


def test_quotes_and_backslashes_in_a_filter_value_are_escaped() -> None:
    assert write('userName eq "{userName}"', {"userName": 'a"b\\c'}) == ('userName eq "a\\"b\\\\c"')
