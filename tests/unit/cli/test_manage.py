"""The management commands, each run as from a shell, on a database of its own."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from gatepost.activity.reasons import FIXES
from gatepost.base.settings import Settings
from gatepost.cli import main
from gatepost.cli.activities import moment
from gatepost.cli.errors import CommandFailed
from gatepost.cli.words import WORDS
from gatepost.tenancy.doctor.database import database_findings
from gatepost.tenancy.doctor.diagnosis import Diagnosis
from tests.unit.cli.shell import Shell


def test_fresh_install_has_the_tenant_default(shell: Shell) -> None:
    assert [one["name"] for one in shell("tenant", "list")] == ["default"]


def test_tenants_keep_their_things_apart(acme: Shell) -> None:
    acme("tenant", "create", "other")
    assert acme("provider", "list", "--tenant", "other") == []


def test_unknown_tenant_is_not_found(shell: Shell) -> None:
    assert shell("user", "list", "--tenant", "nope", code=3)["code"] == "match.no_tenant"


@pytest.mark.rule("R10")
def test_alias_of_the_extension_is_configured_from_a_file(shell: Shell, tmp_path: Path) -> None:
    alias = "urn:ietf:params:scim:schemas:extension:other:2.0:User"
    urn = "urn:ietf:params:scim:schemas:extension:gatepost:2.0:User"
    file = tmp_path / "tenant.json"
    file.write_text(json.dumps({"aliases": {alias: urn}}))
    assert shell("tenant", "configure", "default", str(file))["settings"]["aliases"] == {alias: urn}


def test_settings_file_that_is_no_json_is_a_usage_error(shell: Shell, tmp_path: Path) -> None:
    (tmp_path / "tenant.json").write_text("{")
    shell("tenant", "configure", "default", str(tmp_path / "tenant.json"), code=2)


@pytest.mark.rule("R2")
def test_enable_prints_base_url_and_a_token_once(acme: Shell) -> None:
    details = acme("provider", "enable", "acme")
    assert details["base_url"].endswith("/scim/v2/acme")
    assert details["token"].startswith("gp_scim_")
    assert acme("provider", "enable", "acme")["token"] is None
    assert details["token"] not in json.dumps(acme("token", "list", "acme"))


@pytest.mark.rule("R3")
def test_rotation_leaves_the_old_token_alive_for_the_overlap(acme: Shell) -> None:
    acme("token", "create", "acme", "--name", "first", "--days", "90")
    acme("token", "rotate", "acme", "first", "--overlap", "3")
    listed = acme("token", "list", "acme")
    assert [(one["state"], one["days_left"]) for one in listed] == [("live", 2), ("live", 181)]


@pytest.mark.rule("R3")
def test_name_that_means_two_tokens_revokes_neither(acme: Shell) -> None:
    acme("token", "create", "acme")
    acme("token", "rotate", "acme", "token")
    assert acme("token", "revoke", "acme", "token", "--yes", code=4)["code"] == "ambiguous"
    first = acme("token", "list", "acme")[0]
    assert acme("token", "revoke", "acme", first["hint"], "--yes")["state"] == "revoked"


def test_destructive_command_without_yes_asks_nobody(acme: Shell) -> None:
    acme("provider", "delete", "acme", code=2)
    assert acme("provider", "list")


def test_provider_is_deleted_with_yes(acme: Shell) -> None:
    acme("provider", "delete", "acme", "--yes")
    assert acme("provider", "list") == []


@pytest.mark.parametrize(
    ("key", "value", "field", "stored"),
    [
        ("mode", "report", "mode", "report"),
        ("require-email-user-name", "on", "require_email_user_name", True),
        ("rate_limit", "100", "rate_limit", 100),
        ("domains", "a.example, b.example", "domains", ["a.example", "b.example"]),
        ("technician_roles", "admin", "technician_roles", ["Admin"]),
    ],
)
def test_setting_of_a_provider_is_read_by_its_kind(
    acme: Shell, key: str, value: str, field: str, stored: object
) -> None:
    acme("provider", "set", "acme", key, value)
    assert acme("provider", "show", "acme")[field] == stored


@pytest.mark.parametrize(
    ("key", "value"), [("mode", "loose"), ("is_default", "maybe"), ("rate_limit", "x"), ("no", "x")]
)
def test_setting_that_is_not_acceptable_is_a_usage_error(acme: Shell, key: str, value: str) -> None:
    acme("provider", "set", "acme", key, value, code=2)


def test_setting_that_does_not_exist_is_said_to_be_none(acme: Shell) -> None:
    error = acme("provider", "set", "acme", "frob", "x", code=2)
    assert error["what"] == "There is no setting 'frob'."


def test_domain_of_another_provider_is_refused_with_the_way_to_that_one(acme: Shell) -> None:
    (first,) = acme("provider", "list")
    error = acme("provider", "create", "Two", "--domain", first["domains"][0], code=4)
    assert f"gatepost provider show {first['name']}" in error["fix"]
    assert acme("provider", "show", first["id"])["slug"] == first["slug"]


@pytest.mark.rule("R5")
def test_provider_with_scim_off_is_warned_of(acme: Shell) -> None:
    acme("provider", "enable", "acme")
    acme("provider", "disable", "acme", "--yes")
    assert "switched off" in acme("provider", "show", "acme")["warnings"][0]


def test_provider_is_paused_warned_of_and_resumed(acme: Shell) -> None:
    acme("provider", "pause", "acme", code=4)
    acme("provider", "enable", "acme")
    assert acme("provider", "pause", "acme")["paused_at"]
    assert "paused" in acme("provider", "show", "acme")["warnings"][0]
    assert acme("provider", "resume", "acme")["paused_at"] is None
    assert acme("provider", "show", "acme")["warnings"] == []


def test_all_users_of_a_provider_are_released_once_scim_is_paused(acme: Shell) -> None:
    acme("provider", "enable", "acme")
    assert acme("provider", "release", "acme", "--yes", code=4)["code"] == "guard.scim_on"
    acme("provider", "pause", "acme")
    assert acme("provider", "release", "acme", "--yes") == {"released": 0, "left": 0}


def test_user_is_created_with_all_its_fields(acme: Shell) -> None:
    fields = ("--email", "a@x.example", "--type", "technician", "--organization", "north")
    contact = ("--phone", "+49 30 1234567", "--language", "de_at", "--time-zone", "europe/vienna")
    ada = acme("user", "create", "ada", "--given-name", "Ada", *fields, *contact)
    assert (ada["email"], ada["user_type"]) == ("a@x.example", "technician")
    assert ada["organizations"] == [{"id": 1, "name": "North"}]
    assert (ada["phone"], ada["language"], ada["time_zone"]) == (
        "+49301234567",
        "de-AT",
        "Europe/Vienna",
    )


@pytest.mark.parametrize(
    "wrong", [("--phone", "123"), ("--time-zone", "Mars"), ("--organization", "South")]
)
def test_user_with_a_wrong_field_is_not_created(acme: Shell, wrong: tuple[str, str]) -> None:
    acme("user", "create", "ada", *wrong, code=2)
    assert acme("user", "list") == []


def test_user_is_found_by_name_address_and_id_in_any_case(acme: Shell) -> None:
    ada = acme("user", "create", "Ada", "--email", "a@x.example")
    for word in ("ADA", "A@X.example", ada["id"]):
        assert acme("user", "show", word)["id"] == ada["id"]


def test_edit_changes_what_is_given_and_leaves_the_rest(acme: Shell) -> None:
    acme("user", "create", "ada", "--given-name", "Ada", "--phone", "+49301234567")
    ada = acme("user", "edit", "ada", "--family-name", "Byron", "--phone", "")
    assert ada["document"]["name"] == {"givenName": "Ada", "familyName": "Byron"}
    assert ada["phone"] is None


def test_edit_of_the_address_keeps_the_others(acme: Shell) -> None:
    acme("user", "create", "ada", "--email", "old@x.example")
    assert acme("user", "edit", "ada", "--email", "new@x.example")["email"] == "new@x.example"
    assert acme("user", "edit", "ada", "--email", "")["email"] is None


def test_users_are_listed_by_what_is_asked(acme: Shell) -> None:
    acme("user", "create", "ada", "--type", "technician")
    acme("user", "create", "bob")
    acme("user", "deactivate", "bob", "--yes")
    for narrowed in (("--type", "technician"), ("--status", "active"), ("--search", "AD")):
        assert [one["user_name"] for one in acme("user", "list", *narrowed)] == ["ada"]
    assert len(acme("user", "list", "--local", "--limit", "1")) == 1
    assert acme("user", "list", "--provider", "acme") == []


def test_deleted_user_is_gone(acme: Shell) -> None:
    acme("user", "create", "ada")
    acme("user", "delete", "ada", "--yes")
    assert acme("user", "show", "ada", code=3)["code"] == "match.none"


@pytest.mark.rule("R25")
def test_role_of_the_other_type_is_refused(acme: Shell) -> None:
    acme("user", "create", "ada")
    assert acme("user", "roles", "grant", "ada", "Admin", code=4)["code"] == "roles.misfit"


def test_role_by_hand_comes_and_goes(acme: Shell) -> None:
    acme("user", "create", "ada")
    granted = acme("user", "roles", "grant", "ada", "viewer")
    assert granted["roles"][0]["cause"] == "granted by hand → Viewer"
    assert acme("user", "roles", "revoke", "ada", "viewer")["roles"] == []


@pytest.mark.rule("R27")
def test_technician_without_a_role_is_warned_of(acme: Shell) -> None:
    ada = acme("user", "create", "ada", "--type", "technician")
    assert any("has no role" in warning for warning in ada["warnings"])


def test_deleted_role_is_gone(acme: Shell) -> None:
    acme("role", "delete", "Admin", "--yes")
    assert [one["name"] for one in acme("role", "list")] == ["Viewer"]


@pytest.mark.rule("R26")
def test_provider_that_pushes_no_groups_cannot_be_mapped(shell: Shell) -> None:
    shell("provider", "create", "G", "--vendor", "google")
    shell("mapping", "preview", "g", "Staff=Viewer", code=3)


@pytest.mark.parametrize("words", [("acme",), ("acme", "Staff"), ("acme", "=Viewer")])
def test_mapping_that_names_no_pair_is_a_usage_error(acme: Shell, words: tuple[str, ...]) -> None:
    acme("mapping", "preview", *words, code=2)


def test_group_that_does_not_exist_is_not_found(acme: Shell) -> None:
    assert acme("mapping", "preview", "acme", "Nope=Viewer", code=3)["code"] == "match.no_group"


def test_conflict_that_does_not_exist_is_not_found(acme: Shell) -> None:
    acme("conflict", "show", "nope", code=3)
    acme("conflict", "resolve", "nope", "ignore", code=3)


@pytest.mark.rule("R36")
def test_activities_are_narrowed_by_user_event_and_time(acme: Shell) -> None:
    acme("user", "create", "ada")
    acme("user", "create", "bob")
    acme("user", "deactivate", "ada", "--yes")
    events = [one["event"] for one in acme("activities", "list", "--user", "ada")]
    assert events == ["user.deactivated", "user.created"]
    assert len(acme("activities", "list", "--event", "user.")) == 3
    assert acme("activities", "list", "--event", "user.created", "--since", "0s") == []


def test_activities_of_somebody_who_is_gone_are_found_by_id(acme: Shell) -> None:
    ada = acme("user", "create", "ada")
    acme("user", "delete", "ada", "--yes")
    assert len(acme("activities", "list", "--user", ada["id"])) == 2
    acme("activities", "list", "--user", "ada", code=3)


def test_unknown_event_is_a_usage_error(shell: Shell) -> None:
    shell("activities", "list", "--event", "user.creatd", code=2)


def test_exported_cell_is_no_formula(
    acme: Shell, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert tmp_path
    acme("user", "create", "=1+1")
    main.run(["activities", "export", "--format", "csv", "--event", "user."])
    header, row = capsys.readouterr().out.splitlines()
    assert header.startswith("id,at,type,event")
    assert ",'=1+1," in row


def test_tail_shows_the_last_ones_oldest_first(
    acme: Shell, capsys: pytest.CaptureFixture[str]
) -> None:
    acme("user", "create", "ada")
    acme("user", "create", "bob")
    main.run(["activities", "tail", "--lines", "2", "--event", "user."])
    shown = capsys.readouterr().out.splitlines()
    assert [line.endswith(name) for line, name in zip(shown, ("ada", "bob"), strict=True)]


@pytest.mark.parametrize("text", ["x", "1y", "2026-13-01"])
def test_time_that_is_none_is_a_usage_error(text: str) -> None:
    from datetime import UTC, datetime  # noqa: PLC0415

    with pytest.raises(CommandFailed):
        moment(text, datetime(2026, 1, 1, tzinfo=UTC))


def test_explain_answers_about_somebody_who_exists_nowhere(acme: Shell) -> None:
    acme("provider", "enable", "acme")
    found = acme("explain", "eve@acme.example")
    assert found["answer"] == "Acme has never sent a request."
    assert [rung["result"] for rung in found["rungs"][:2]] == ["no", "no"]


def test_explain_says_what_a_code_asks_for(shell: Shell) -> None:
    assert "Rotate" in shell("explain", "--code", "auth.token_expired")["fix"]
    shell("explain", "--code", "no.such", code=3)
    shell("explain", "--request", "nope", code=3)
    shell("explain", code=2)


@pytest.mark.parametrize("code", sorted({*WORDS, *FIXES}))
def test_every_code_of_a_record_can_be_explained(shell: Shell, code: str) -> None:
    assert shell("explain", "--code", code)["fix"]


def test_doctor_finds_a_private_new_install_healthy(acme: Shell, tmp_path: Path) -> None:
    tmp_path.chmod(0o700)
    found = acme("doctor")
    levels = {one["check"]: one["level"] for one in found["findings"]}
    assert found["healthy"]
    assert (levels["migrations"], levels["database"], levels["clock"]) == ("ok", "ok", "ok")


def test_doctor_warns_of_a_directory_that_others_can_read(acme: Shell, tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    levels = {one["check"]: one["level"] for one in acme("doctor")["findings"]}
    assert levels["data_dir"] == "warning"


def test_doctor_on_a_database_that_does_not_answer_is_unhealthy(
    shell: Shell, tmp_path: Path
) -> None:
    (tmp_path / "gatepost.db").write_text("this is no database, it only looks like a file")
    assert not shell("doctor", code=7)["healthy"]


def test_doctor_sends_an_empty_postgresql_to_the_upgrade() -> None:
    """The server makes a SQLite database by itself, and no other."""
    empty = Diagnosis(now=datetime(2026, 11, 23, tzinfo=UTC), migration=0)
    url = "postgresql://db.example/gatepost"
    (found,) = database_findings(Settings(database_url=url), empty)
    assert found.fix == "gatepost db upgrade"


def test_doctor_makes_no_database(shell: Shell, tmp_path: Path) -> None:
    shell("doctor")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.rule("R3")
def test_doctor_names_the_last_token_that_expires_soon(acme: Shell) -> None:
    acme("provider", "enable", "acme", "--days", "30")
    tokens = [one for one in acme("doctor")["findings"] if one["check"] == "token"]
    assert tokens[0]["says"].endswith("expires in 29 days.")


def test_organization_has_another_name_by_id_or_name(acme: Shell) -> None:
    assert acme("organization", "rename", "1", "Up North")["name"] == "Up North"
    assert acme("organization", "rename", "up north", "North")["id"] == 1
    assert acme("organization", "rename", "nowhere", "x", code=3)["code"] == (
        "match.no_organization"
    )
    assert acme("organization", "rename", "1", "12", code=2)["code"] == "validate.setting"


def test_role_has_another_name_or_description(acme: Shell) -> None:
    made = acme("role", "create", "Clerk", "--type", "end_user", "--description", "Reads")
    changed = acme("role", "change", "clerk", "--name", "Reader")
    assert (changed["name"], changed["description"]) == ("Reader", "Reads")
    assert acme("role", "change", made["id"], "--description", "")["description"] == ""
    assert acme("role", "change", "Clerk", "--name", "x", code=3)["code"] == "match.no_role"
