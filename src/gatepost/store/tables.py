"""The catalogue of tables: columns with their kinds, keys, and the struct of a row.

Statements for changes, row codecs and backups are made from it; the tables
themselves are made by `migrations`. A test compares the two.
"""

from enum import Enum, auto
from typing import Any

import msgspec

from gatepost.store import console_rows, login_rows, rows


class Kind(Enum):
    """How a column's value is stored on each database."""

    ID = auto()  # str in Python; 16 bytes on SQLite, uuid on PostgreSQL
    INTEGER = auto()
    TEXT = auto()
    BOOLEAN = auto()
    INSTANT = auto()  # datetime in Python; microseconds since 1970
    JSON = auto()  # any JSON value in Python; text
    DOCUMENT = auto()  # bytes of JSON in Python; text
    BYTES = auto()


class Table(msgspec.Struct, frozen=True, eq=False):
    """A table. `columns` are in the order of the row's fields.

    A table `is_passing` if its rows live for minutes or hours: no backup holds them, so
    that none brings a session or an unsent message back to life.
    """

    name: str
    key: tuple[str, ...]
    row: type[msgspec.Struct]
    columns: dict[str, Kind]
    is_passing: bool = False


_KINDS: dict[str, Kind] = {
    "settings": Kind.JSON,
    "domains": Kind.JSON,
    "default_organizations": Kind.JSON,
    "technician_role_ids": Kind.JSON,
    "end_user_role_ids": Kind.JSON,
    "organization_ids": Kind.JSON,
    "incoming": Kind.JSON,
    "data": Kind.JSON,
    "steps": Kind.JSON,
    "doc": Kind.DOCUMENT,
    "body": Kind.DOCUMENT,
    "answer": Kind.DOCUMENT,
    "digest": Kind.BYTES,
    "tenant_id": Kind.INTEGER,
    "organization_id": Kind.INTEGER,
    "external_id": Kind.TEXT,
    "sandbox": Kind.BOOLEAN,
    "is_default": Kind.BOOLEAN,
    "scim_enabled": Kind.BOOLEAN,
    "require_email_user_name": Kind.BOOLEAN,
    "basic_enabled": Kind.BOOLEAN,
    "email_verified": Kind.BOOLEAN,
    "administrator": Kind.BOOLEAN,
    "break_glass": Kind.BOOLEAN,
    "keep_local": Kind.BOOLEAN,
    "administrators_version": Kind.INTEGER,
    "rate_limit": Kind.INTEGER,
    "version": Kind.INTEGER,
    "revision": Kind.INTEGER,
    "seen": Kind.INTEGER,
    "status": Kind.TEXT,
    "duration_us": Kind.INTEGER,
    "enabled": Kind.BOOLEAN,
    "just_in_time": Kind.BOOLEAN,
    "backed_up": Kind.BOOLEAN,
    "trust": Kind.JSON,
    "options": Kind.JSON,
    "attributes": Kind.JSON,
    "mfa_rule": Kind.JSON,
    "name_id": Kind.JSON,
    "methods": Kind.JSON,
    "evidence": Kind.JSON,
    "facts": Kind.JSON,
    "client_secret": Kind.BYTES,
    "sealed": Kind.BYTES,
    "logout_hint": Kind.BYTES,
    "credential_id": Kind.BYTES,
    "public_key": Kind.BYTES,
    "owner": Kind.BYTES,
    "last_step": Kind.INTEGER,
    "sign_count": Kind.INTEGER,
    "tries": Kind.INTEGER,
    "failures": Kind.INTEGER,
    "attempts": Kind.INTEGER,
    "support": Kind.BOOLEAN,
    "number": Kind.INTEGER,
    "done": Kind.INTEGER,
    "total": Kind.INTEGER,
}
_ID_COLUMNS = frozenset({
    "provider_id", "token_id", "user_id", "group_id", "role_id",
    "conflict_id", "activity_id", "subject_id", "request_id", "key_id", "session_id",
    "attempt_id", "factor_id", "challenge_id", "message_id", "view_id", "job_id", "successor_id",
    "upload_id",
})  # fmt: skip


def _kind(column: str) -> Kind:
    if column in _KINDS:
        return _KINDS[column]
    if column in _ID_COLUMNS:
        return Kind.ID
    if column.endswith("_at") or column == "at":
        return Kind.INSTANT
    return Kind.TEXT


def _table(name: str, row: type[msgspec.Struct], *key: str, **kinds: Kind) -> Table:
    columns = {field: kinds.get(field) or _kind(field) for field in row.__struct_fields__}
    return Table(name, key, row, columns)


def _passing(name: str, row: type[msgspec.Struct], *key: str, **kinds: Kind) -> Table:
    return msgspec.structs.replace(_table(name, row, *key, **kinds), is_passing=True)


TENANTS = _table("tenants", rows.TenantRow, "tenant_id")
ORGANIZATIONS = _table("organizations", rows.OrganizationRow, "tenant_id", "organization_id")
PROVIDERS = _table("providers", rows.ProviderRow, "tenant_id", "provider_id")
TOKENS = _table("tokens", rows.TokenRow, "tenant_id", "token_id")
USERS = _table("users", rows.UserRow, "tenant_id", "user_id")
USER_VALUES = _table(
    "user_values",
    rows.UserValueRow,
    *("tenant_id", "attribute", "value_folded", "user_id", "type_folded"),
)
GROUPS = _table("groups", rows.GroupRow, "tenant_id", "group_id")
MEMBERSHIPS = _table("memberships", rows.MembershipRow, "tenant_id", "group_id", "user_id")
ROLES = _table("roles", rows.RoleRow, "tenant_id", "role_id")
ROLE_GRANTS = _table("role_grants", rows.RoleGrantRow, "tenant_id", "user_id", "role_id")
MAPPINGS = _table("mappings", rows.MappingRow, "tenant_id", "group_id", "role_id")
CONFLICTS = _table("conflicts", rows.ConflictRow, "tenant_id", "conflict_id")
ACTIVITIES = _table("activities", rows.ActivityRow, "tenant_id", "activity_id")
REQUESTS = _table("requests", rows.RequestRow, "tenant_id", "request_id", status=Kind.INTEGER)
DEVIATIONS = _table("deviations", rows.DeviationRow, "tenant_id", "provider_id", "rule")
LINKS = _table("links", rows.LinkRow, "tenant_id", "digest")
TALLIES = _table(
    "tallies", console_rows.TallyRow, *("tenant_id", "hour_at", "provider_id", "door", "outcome")
)
SAVED_VIEWS = _table("saved_views", console_rows.SavedViewRow, "tenant_id", "view_id")
JOBS = _passing("jobs", console_rows.JobRow, "tenant_id", "job_id")
UPLOADS = _passing("uploads", console_rows.UploadRow, "tenant_id", "upload_id")

SSO = _table("sso", login_rows.SsoRow, "tenant_id", "provider_id")
SSO_KEYS = _table("sso_keys", login_rows.SsoKeyRow, "tenant_id", "provider_id", "key_id")
SUBJECTS = _table("subjects", login_rows.SubjectRow, "tenant_id", "provider_id", "subject")
PASSWORDS = _table("passwords", login_rows.PasswordRow, "tenant_id", "user_id")
FACTORS = _table("factors", login_rows.FactorRow, "tenant_id", "factor_id")
RECOVERY_CODES = _table(
    "recovery_codes", login_rows.RecoveryCodeRow, "tenant_id", "user_id", "digest"
)
SESSIONS = _passing("sessions", login_rows.SessionRow, "tenant_id", "session_id")
ATTEMPTS = _passing(
    "attempts", login_rows.AttemptRow, "tenant_id", "attempt_id", request_id=Kind.TEXT
)
CHALLENGES = _passing("challenges", login_rows.ChallengeRow, "tenant_id", "challenge_id")
THROTTLES = _passing("throttles", login_rows.ThrottleRow, "tenant_id", "name")
REPLAYS = _passing("replays", login_rows.ReplayRow, "tenant_id", "provider_id", "digest")
MESSAGES = _passing("messages", login_rows.MessageRow, "tenant_id", "message_id")

ALL: tuple[Table, ...] = (
    TENANTS, ORGANIZATIONS, PROVIDERS, TOKENS, USERS, USER_VALUES, GROUPS, MEMBERSHIPS, ROLES,
    ROLE_GRANTS, MAPPINGS, CONFLICTS, ACTIVITIES, REQUESTS, DEVIATIONS, LINKS,
    TALLIES, SAVED_VIEWS,
    SSO, SSO_KEYS, SUBJECTS, PASSWORDS, FACTORS, RECOVERY_CODES,
    SESSIONS, ATTEMPTS, CHALLENGES, THROTTLES, REPLAYS, MESSAGES, JOBS, UPLOADS,
)  # fmt: skip


def key_of(table: Table, row: msgspec.Struct) -> tuple[Any, ...]:
    """Give the row's key, in the order of `table.key`."""
    return tuple(getattr(row, column) for column in table.key)
