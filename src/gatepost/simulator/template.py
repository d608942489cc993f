"""Fills a profile's templates: the bodies that a client sends, from a person or a group."""

import hashlib
import re
from collections.abc import Mapping
from typing import Any

from gatepost.simulator.people import Person
from gatepost.simulator.profile import AbsentForm

_PLACEHOLDER = re.compile(r"\{(\w+)\}")
_MISSING: Any = object()


def facts_of(person: Person) -> dict[str, Any]:
    """Give what a template may name of a person; what the person has not is `None`."""
    key = hashlib.blake2b(person.guid.encode(), digest_size=16).hexdigest()
    return {
        "userName": person.user_name,
        "email": person.email,
        "givenName": person.given_name,
        "familyName": person.family_name,
        "displayName": person.display_name,
        "department": person.department,
        "title": person.title,
        "locale": person.locale,
        "phone": person.phone,
        "active": person.active,
        "userType": person.user_type,
        "organizations": list(person.organizations) or None,
        "organizationsAsText": ",".join(person.organizations) or None,
        "employeeNumber": f"{100000 + person.number}",
        "number": str(40000000 + person.number),
        "guid": person.guid,
        "oktaId": f"00u{key[:17]}",
        "password": f"Aa1-{key[17:]}",
    }


def fill(template: Mapping[str, Any], facts: Mapping[str, Any], absent: AbsentForm) -> Any:  # noqa: ANN401 - JSON
    """Give the body: placeholders replaced by facts, absent ones as the client has it.

    `{null}` is always JSON null. A container left with nothing but constants beside
    absent facts is itself absent: no `{"type": "mobile"}` without a number.
    """
    filled = {name: _filled(value, facts, absent) for name, value in template.items()}
    return {name: value for name, value in filled.items() if value is not _MISSING}


def write(text: str, facts: Mapping[str, Any]) -> str:
    """Replace the placeholders in a filter; quotes and backslashes in values are escaped."""
    return _PLACEHOLDER.sub(lambda found: _escaped(str(facts[found[1]])), text)


def _escaped(value: str) -> str:
    return value.replace("\\", "\\\\").replace('"', '\\"')


def _filled(value: Any, facts: Mapping[str, Any], absent: AbsentForm) -> Any:  # noqa: ANN401 - JSON
    if isinstance(value, str):
        return _fact(value, facts, absent)
    if isinstance(value, Mapping):
        if _lacks_all(value, facts):
            return _MISSING
        return fill(value, facts, absent)
    if isinstance(value, list):
        items = [_filled(item, facts, absent) for item in value]
        present = [item for item in items if item is not _MISSING]
        return present if present or not value else _MISSING
    return value


def _fact(text: str, facts: Mapping[str, Any], absent: AbsentForm) -> Any:  # noqa: ANN401 - JSON
    found = _PLACEHOLDER.fullmatch(text)
    if not found:
        return text
    if found[1] == "null":
        return None
    value = facts[found[1]]
    if value is not None:
        return value
    return {AbsentForm.OMITTED: _MISSING, AbsentForm.NULL: None, AbsentForm.EMPTY: ""}[absent]


def _lacks_all(template: Mapping[str, Any], facts: Mapping[str, Any]) -> bool:
    named = [
        found[1]
        for value in template.values()
        if isinstance(value, str) and (found := _PLACEHOLDER.fullmatch(value))
    ]
    return bool(named) and all(facts.get(name, _MISSING) is None for name in named)
