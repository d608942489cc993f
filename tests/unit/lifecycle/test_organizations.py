"""R9, the pure part."""

from typing import Any

import pytest

from gatepost.lifecycle.refusals import OrganizationUnknown
from gatepost.lifecycle.rules.organizations import named, set_organizations, split
from gatepost.scim.urns import GATEPOST_USER
from tests.unit.lifecycle.make import a_draft, a_provider, a_row, an_organization

KNOWN = {
    "7": an_organization(7, "Initech"),
    "initech": an_organization(7, "Initech"),
    "9": an_organization(9, "Umbrella"),
}


def sent(value: Any) -> dict[str, Any]:
    return {"userName": "ada", GATEPOST_USER: {"organizationId": value}}


@pytest.mark.parametrize(
    ("value", "names"),
    [
        ("7", ["7"]),
        (7, ["7"]),
        ("7, 9 ,,7", ["7", "9"]),
        (["Initech, 9", 7], ["Initech", "9", "7"]),
        ([], []),
        (" , ", []),
    ],
)
def test_r9_every_spelling_gives_names(value: Any, names: list[str]) -> None:
    assert named(sent(value)) == names


def test_r9_what_is_not_there_names_nothing() -> None:
    assert named({}) is None
    assert named({GATEPOST_USER: {"userType": "endUser"}}) is None


def test_r9_names_keep_their_order_and_lose_blanks() -> None:
    assert split([" b ", "a", "", "b"]) == ["b", "a"]


def test_r9_ids_and_names_of_the_same_organization_are_one() -> None:
    draft = a_draft(sent(["7", "INITECH", "9"]), organizations=KNOWN)
    set_organizations(draft)
    assert draft.columns == {"organization_scope": "some", "organization_ids": [7, 9]}


def test_r9_all_outweighs_what_stands_beside_it() -> None:
    draft = a_draft(sent(["unknown", "ALL"]))
    set_organizations(draft)
    assert draft.columns == {"organization_scope": "all", "organization_ids": []}
    assert draft.document[GATEPOST_USER]["organizationId"] == ["All"]


def test_r9_the_unknown_one_is_named() -> None:
    draft = a_draft(sent(["7", "Initrode"]), organizations=KNOWN)
    with pytest.raises(OrganizationUnknown) as refusal:
        set_organizations(draft)
    assert refusal.value.facts == {"value": "Initrode"}


@pytest.mark.parametrize(
    ("default", "scope", "ids"),
    [(["All"], "all", []), ([7, 9], "some", [7, 9]), ([], "none", [])],
)
def test_r9_the_default_is_the_providers(default: list[Any], scope: str, ids: list[int]) -> None:
    draft = a_draft(provider=a_provider(default_organizations=default))
    set_organizations(draft)
    assert draft.columns == {"organization_scope": scope, "organization_ids": ids}


def test_r9_a_scope_that_no_client_sent_stays() -> None:
    old = a_row(organization_scope="all")
    draft = a_draft(user=old, provider=a_provider(default_organizations=[7]))
    set_organizations(draft)
    assert draft.columns == {}
