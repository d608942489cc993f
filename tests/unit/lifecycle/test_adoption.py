"""R12, the pure part: which limit keeps a provider from an account."""

from typing import Any

import pytest

from gatepost.lifecycle.refusals import AdoptionRefused
from gatepost.lifecycle.rules.adoption import LIMITS, limit_of_adoption, serves
from gatepost.web.scim.errors import as_scim_error
from tests.unit.lifecycle.make import a_provider, a_row

CLAIMED = {"example.com": "okta", "entra.example": "entra"}


@pytest.mark.parametrize(
    ("columns", "settings", "limit"),
    [
        ({}, {}, None),
        ({"provider_id": "okta"}, {"adoption": "never"}, None),
        ({"provider_id": "entra"}, {}, "other_provider"),
        ({"administrator": True}, {}, "protected"),
        ({"break_glass": True, "keep_local": True}, {}, "protected"),
        ({"keep_local": True}, {}, "kept_local"),
        ({"user_name": "ada", "email": None}, {}, "no_address"),
        ({"email": "ada@entra.example"}, {}, "foreign_domain"),
        ({"user_name": "ada@entra.example", "email": "ada@example.com"}, {}, "foreign_domain"),
        ({"user_name": "ada", "email": "ada@EXAMPLE.com"}, {}, None),
        ({"email": "ada@sub.example.com"}, {}, "foreign_domain"),
        ({"email": "ada@nobody.example"}, {"is_default": True}, None),
        ({"email": "ada@entra.example"}, {"is_default": True}, "foreign_domain"),
        ({}, {"adoption": "review"}, "review"),
        ({}, {"adoption": "never"}, "never"),
        ({"keep_local": True}, {"adoption": "never"}, "kept_local"),
    ],
)
def test_r12_the_limit_that_applies(
    columns: dict[str, Any], settings: dict[str, Any], limit: str | None
) -> None:
    assert limit_of_adoption(a_row(**columns), a_provider(**settings), CLAIMED) == limit


@pytest.mark.parametrize(
    ("domain", "is_default", "expected"),
    [
        ("example.com", False, True),
        ("entra.example", True, False),
        ("nobody.example", True, True),
        ("nobody.example", False, False),
    ],
)
def test_r12_the_domains_a_provider_serves(
    domain: str, *, is_default: bool, expected: bool
) -> None:
    assert serves(a_provider(is_default=is_default), domain, CLAIMED) is expected


@pytest.mark.parametrize("limit", LIMITS)
def test_r38_every_limit_can_be_said(limit: str) -> None:
    error = as_scim_error(AdoptionRefused(user_name="ada", limit=limit))
    assert (error.status, LIMITS[limit] in error.detail) == (409, True)
