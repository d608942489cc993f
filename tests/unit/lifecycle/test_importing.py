from datetime import UTC, datetime

import pytest

from gatepost.lifecycle.import_file import Row
from gatepost.lifecycle.importing import Known, person_of
from gatepost.store.rows import OrganizationRow, RoleRow

NOW = datetime(2026, 11, 23, tzinfo=UTC)


def a_role(name: str, user_type: str) -> RoleRow:
    return RoleRow(
        tenant_id=1,
        role_id=name,
        name=name,
        name_folded=name.lower(),
        user_type=user_type,
        created_at=NOW,
    )


NORTH = OrganizationRow(
    tenant_id=1, organization_id=7, name="North", name_folded="north", created_at=NOW
)
KNOWN = Known(
    {"north": NORTH, "7": NORTH},
    {"admin": a_role("Admin", "technician"), "viewer": a_role("Viewer", "end_user")},
)


def read(**cells: str) -> tuple[dict[str, object], list[str], list[str]]:
    row = Row(2, {"user_name": "ada@acme.example", **cells}, [])
    person, reasons = person_of(row, KNOWN)
    seen = {**person.new.columns, **person.new.document}
    return seen, reasons, [role.name for role in person.roles]


def test_row_becomes_an_account_with_all_its_fields() -> None:
    seen, reasons, granted = read(
        email="a@acme.example",
        given_name="Ada",
        user_type="Technician",
        organizations="north",
        roles="ADMIN",
        phone="+49 (30) 123-4567",
        language="PT_br",
        time_zone="europe/berlin",
        active="no",
    )
    assert reasons == []
    assert granted == ["Admin"]
    assert seen["user_type"] == "technician"
    assert (seen["organization_scope"], seen["organization_ids"]) == ("some", [7])
    assert (seen["phone"], seen["language"], seen["time_zone"]) == (
        "+49301234567",
        "pt-BR",
        "Europe/Berlin",
    )
    assert seen["active"] is False
    assert seen["emails"] == [{"value": "a@acme.example", "type": "work", "primary": True}]


@pytest.mark.parametrize(
    ("cells", "reason"),
    [
        ({"user_name": ""}, "the user_name is missing"),
        ({"email": "nobody"}, "'nobody' is not an email address"),
        ({"user_type": "boss"}, "the user_type 'boss' is neither technician nor end_user"),
        ({"organizations": "South"}, "there is no organization 'South'"),
        ({"roles": "Nope"}, "there is no role 'Nope'"),
        ({"roles": "Admin"}, "the role 'Admin' is for technicians"),
        ({"active": "perhaps"}, "active is 'perhaps', which is neither yes nor no"),
        ({"time_zone": "Mars/Base"}, "'Mars/Base' is not a time zone, such as Europe/Berlin"),
        ({"language": "german language"}, "'german language' is not a language, such as en or"),
        ({"phone": "030 1234567"}, "that is not a phone number with its country code"),
        ({"": "x"}, "the row has more cells than the header"),
    ],
)
def test_bad_cell_is_named(cells: dict[str, str], reason: str) -> None:
    assert read(**cells)[1][0].startswith(reason)


def test_all_that_is_wrong_with_a_row_is_told_at_once() -> None:
    assert len(read(email="x", phone="y", roles="z", organizations="w")[1]) == 4


def test_word_all_means_every_organization() -> None:
    seen, _, _ = read(organizations="ALL")
    assert (seen["organization_scope"], seen["organization_ids"]) == ("all", [])
