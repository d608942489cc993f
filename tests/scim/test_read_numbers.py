"""Numbers where SCIM wants strings (WIRE.md P5)."""

import pytest

from gatepost.scim.dialects.mode import Dialect, Mode
from gatepost.scim.errors import InvalidValue
from gatepost.scim.resource.read import read
from gatepost.scim.schema.standard import user_resource
from gatepost.scim.urns import ENTERPRISE_USER

USERS = user_resource()


def test_a_number_that_numbers_somebody_is_read_as_its_digits() -> None:
    dialect = Dialect()
    body = {
        "userName": "a",
        "externalId": 701984,
        "addresses": [{"type": "work", "postalCode": 91608}],
        ENTERPRISE_USER: {"employeeNumber": 12345},
    }
    document = read(body, USERS, dialect)
    assert document["externalId"] == "701984"
    assert document["addresses"][0]["postalCode"] == "91608"
    assert document[ENTERPRISE_USER]["employeeNumber"] == "12345"
    assert [one.rule for one in dialect.deviations].count("P5") == 3


@pytest.mark.parametrize("name", ["userName", "displayName", "title"])
def test_a_number_for_any_other_string_is_refused(name: str) -> None:
    with pytest.raises(InvalidValue, match="must be a string"):
        read({"userName": "a", name: 5}, USERS, Dialect())


def test_a_number_beyond_64_bits_numbers_nobody() -> None:
    with pytest.raises(InvalidValue, match="must be a string"):
        read({"userName": "a", "externalId": 2**63}, USERS, Dialect())


def test_strict_mode_refuses_the_number() -> None:
    with pytest.raises(InvalidValue, match="externalId"):
        read({"userName": "a", "externalId": 5}, USERS, Dialect(Mode.STRICT))


def test_true_is_no_number() -> None:
    with pytest.raises(InvalidValue, match="must be a string"):
        read({"userName": "a", "externalId": True}, USERS, Dialect())
