"""An entry as a sentence."""

from datetime import UTC, datetime
from typing import Any

import pytest

from gatepost.lifecycle.entry_words import said_of, why_of
from gatepost.lifecycle.explain_words import codes
from gatepost.store.entries import EntryRow

OKTA = "01a207a2-3280-7000-8000-000000000001"
SCIM = "/scim/v2/okta/Users"
WARNED = '[{"kind":"map","result":"warning","code":"map.no_organization"}]'


def entry(**columns: Any) -> EntryRow:
    known: dict[str, Any] = dict.fromkeys(EntryRow.__struct_fields__)
    known |= {
        "entry_id": OKTA, "at": datetime(2026, 11, 23, tzinfo=UTC), "provider_id": OKTA,
        "path": SCIM, "status": 409, "reason": "validate.duplicate", "subject_name": "eve",
        "steps": "[]",
    }  # fmt: skip
    return EntryRow(**(known | columns))


@pytest.mark.parametrize(
    ("columns", "said"),
    [
        ({}, "Okta was refused for eve: another account has the userName"),
        ({"subject_name": " "}, "Okta was refused: another account has the userName"),
        ({"provider_id": None}, "Somebody was refused for eve: another account has the userName"),
        ({"status": 500, "reason": "server.fault"},
         "Okta was not served for eve: a fault on our side"),
        ({"status": 503, "reason": "scope.paused"},
         "Okta was asked to come again later for eve: SCIM is paused"),
        ({"status": 200, "reason": "read"}, "Okta looked for eve"),
        ({"status": 200, "reason": "read", "subject_name": None}, f"Okta read {SCIM}"),
        ({"status": 200, "reason": "apply.no_change"}, "Okta sent eve again; nothing changed"),
        ({"status": 200, "reason": "apply.no_change", "subject_name": None},
         "Okta sent a resource again; nothing changed"),
        ({"status": 200, "reason": "ok", "steps": WARNED},
         "Okta was accepted with a warning for eve: no organization was sent"),
        ({"path": "/saml/okta/acs", "status": 403, "reason": "sso.ambiguous"},
         ("A sign-in through Okta was refused: several accounts have the address that the "
          "provider sent")),
        ({"path": "/console/users/1", "status": 404, "provider_id": None, "reason": "match.none"},
         "A page of the console was refused: there is no such user or group for this provider"),
        ({"path": "/else", "status": 200, "provider_id": None, "reason": "read"},
         "A page was answered: answered"),
        ({"event": "user.created", "actor_name": "Okta", "data": "{}"}, "Okta created eve"),
        ({"event": "user.from_the_future", "actor_name": "Okta"}, "user.from_the_future: eve"),
    ],
)  # fmt: skip
def test_an_entry_is_said(columns: dict[str, Any], said: str) -> None:
    assert said_of(entry(**columns), {OKTA: "Okta"}) == said


def test_every_reason_has_words_that_fit_behind_a_colon() -> None:
    for code in codes():
        why = why_of(code)
        assert why
        assert why != code
        assert not why.endswith(".")
        assert "\n" not in why


def test_a_reason_that_is_none_of_ours_is_given_as_it_is() -> None:
    assert why_of("of.nobody") == "of.nobody"
    assert why_of(None) == "the reason is not known"
