"""Where each field of a person comes from."""

from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest

from gatepost.lifecycle.listing import Portrait
from gatepost.lifecycle.provenance import Field, fields_of
from gatepost.lifecycle.timeline import changes_of
from gatepost.scim.urns import ENTERPRISE_USER, GATEPOST_USER
from gatepost.store.rows import ActivityRow, OrganizationRow, ProviderRow, UserRow

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


def a_portrait(document: dict[str, Any] | None = None, **columns: Any) -> Portrait:
    manager = columns.pop("manager", None)
    organizations = columns.pop("organizations", [])
    given = {"userName": "ada", "name": {"givenName": "Ada"}, "active": True, **(document or {})}
    user = UserRow(
        tenant_id=1,
        user_id="u1",
        user_name="ada",
        user_name_folded="ada",
        created_at=NOW,
        modified_at=NOW,
        doc=msgspec.json.encode(given),
        provider_id="p1" if manager else None,
        **columns,
    )
    return Portrait(
        user=user, manager=manager, groups=[], roles=[], misfits=[], organizations=organizations
    )


def a_provider(**columns: Any) -> ProviderRow:
    return ProviderRow(
        tenant_id=1, provider_id="p1", slug="acme", name="Acme", created_at=NOW, modified_at=NOW,
        **{"scim_enabled": True, **columns},
    )  # fmt: skip


def an_activity(
    event: str, minutes: int = 0, kind: str = "scim_client", **data: Any
) -> ActivityRow:
    names = {"scim_client": "Acme", "administrator": "grace", "user": "ada", "system": "system"}
    return ActivityRow(
        tenant_id=1,
        activity_id=f"a{minutes}",
        at=NOW + timedelta(minutes=minutes),
        type="SSO",
        event=event,
        status_code="X",
        actor_kind=kind,
        actor_name=data.pop("actor", names[kind]),
        subject_kind="user",
        subject_name="ada",
        request_id=f"r{minutes}",
        data=data,
    )


def field(portrait: Portrait, log: list[ActivityRow], path: str) -> Field:
    return next(one for one in fields_of(portrait, log) if one.path == path)


MADE = an_activity("user.created")


def test_a_field_that_never_changed_comes_from_whoever_made_the_account() -> None:
    found = field(a_portrait(manager=a_provider()), [MADE], "name.givenName")
    assert (found.source, found.by, found.since, found.request_id) == ("Acme", "Acme", NOW, "r0")
    assert (found.value, found.hold) == ("Ada", "provider")


def test_the_newest_change_of_a_field_or_of_a_part_of_it_is_its_source() -> None:
    log = [
        an_activity("user.updated", 2, changes={"title": ["a", "b"]}),
        an_activity("user.updated", 1, "administrator", changes={"name.givenName": ["A", "Ada"]}),
        MADE,
    ]
    found = field(a_portrait(), log, "name.givenName")
    assert (found.source, found.by, found.request_id) == ("This console", "grace", "r1")
    whole = an_activity("user.updated", 3, changes={"name": [None, {"givenName": "Ada"}]})
    assert field(a_portrait(), [whole, *log], "name.givenName").request_id == "r3"


def test_what_the_log_no_longer_reaches_says_only_how_the_account_came() -> None:
    for came, source in [("scim", "Identity provider"), ("import", "Import"), ("x", "Unknown")]:
        found = field(a_portrait(created_via=came), [], "userName")
        assert (found.source, found.since, found.by) == (source, None, None)


@pytest.mark.parametrize(
    ("kind", "actor", "source"),
    [
        ("administrator", "command line", "Command line"),
        ("administrator", "grace", "This console"),
        ("user", "ada", "The person"),
        ("system", "sign-in through Acme", "sign-in through Acme"),
    ],
)
def test_whoever_wrote_a_field_is_named(kind: str, actor: str, source: str) -> None:
    log = [an_activity("user.updated", 1, kind, actor=actor, fields=["phone"]), MADE]
    assert field(a_portrait(phone="+49"), log, "phone").source == source


@pytest.mark.rule("R18")
def test_phone_language_and_time_zone_are_never_the_providers() -> None:
    portrait = a_portrait(manager=a_provider(), language="de")
    assert {one.path for one in fields_of(portrait, [MADE]) if one.hold == "person"} == {
        "phone",
        "language",
        "time_zone",
    }
    assert field(portrait, [MADE], "phone").source == "Not set"


@pytest.mark.rule("R5")
def test_nothing_is_the_providers_while_its_scim_is_off() -> None:
    portrait = a_portrait(manager=a_provider(scim_enabled=False))
    assert field(portrait, [MADE], "userName").hold == "open"
    assert field(a_portrait(), [MADE], "userName").hold == "open"


def test_an_import_is_the_source_of_what_it_wrote() -> None:
    log = [an_activity("user.imported", kind="administrator")]
    assert field(a_portrait(created_via="import"), log, "userName").source == "Import"


def test_type_and_status_have_events_of_their_own() -> None:
    log = [
        an_activity("user.deactivated", 3),
        an_activity("user.type_changed", 2, to="technician"),
        an_activity("user.created", kind="administrator"),
    ]
    portrait = a_portrait(user_type="technician", status="inactive")
    assert field(portrait, log, "userType").request_id == "r2"
    assert (field(portrait, log, "active").request_id, field(portrait, log, "active").value) == (
        "r3",
        "no",
    )
    assert field(portrait, log, "userName").request_id == "r0"


@pytest.mark.rule("R14")
def test_values_are_words_and_what_is_hidden_stays_so() -> None:
    document = {
        "emails": [
            {"value": "a@a.example", "type": "work", "primary": True},
            {"value": "b@b.example"},
        ],
        "phoneNumbers": [{"value": "+491234"}],
        "password": "secret",
        "nickName": "x" * 400,
        "addresses": [{"locality": "London"}],
        "x509": True,
        GATEPOST_USER: {"organizationId": ["7"]},
        ENTERPRISE_USER: {"costCenter": "42", "manager": {"displayName": "Grace"}},
    }
    north = OrganizationRow(
        tenant_id=1, organization_id=7, name="North", name_folded="north", created_at=NOW
    )
    portrait = a_portrait(document, organizations=[north])
    found = {one.path: one for one in fields_of(portrait, [MADE])}
    assert found["emails"].value == "a@a.example (work, primary), b@b.example"
    assert found["organizationId"].value == "North"
    assert found[f"{ENTERPRISE_USER}:costCenter"].label == "Cost center"
    assert found["addresses"].value == '{"locality":"London"}'
    assert found["x509"].value == "yes"
    assert found["nickName"].value.endswith("…")
    shown = " ".join(one.value for one in found.values())
    assert "+491234" not in shown
    assert "secret" not in shown
    everywhere = a_portrait(organization_scope="all")
    assert field(everywhere, [MADE], "organizationId").value == "All"


def test_changes_are_told_before_and_after_in_words() -> None:
    changes = {"a": [None, "x" * 300], "b": [True, False], "c": [[1], {"d": 2}], "odd": "?"}
    found = changes_of({"changes": changes})
    assert [(path, before) for path, before, _ in found] == [
        ("a", "nothing"),
        ("b", "yes"),
        ("c", "[1]"),
    ]
    assert [after for _, _, after in found][1:] == ["no", '{"d":2}']
    assert found[0][2].endswith("…")
    assert changes_of({}) == []


@pytest.mark.rule("R6")
def test_the_user_name_stands_for_an_address_that_nobody_gave() -> None:
    portrait = a_portrait(email="ada@a.example")
    assert field(portrait, [MADE], "emails").value == "ada@a.example (the user name)"
