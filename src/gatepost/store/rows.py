"""Rows as values: one frozen struct a table, fields named as the columns.

Ids are UUIDs in 36-character form, instants aware UTC, `doc` the stored
canonical JSON of a SCIM resource (with `schemas` and `id`, without `meta`,
`groups` and `members`). Folded columns hold `scim.fold.fold` of their neighbour.
"""

from datetime import datetime
from typing import Any

import msgspec


class TenantRow(msgspec.Struct, frozen=True, kw_only=True):
    """A tenant. `settings`: custom extension schemas and URN aliases, as data."""

    tenant_id: int
    name: str
    sandbox: bool = False
    administrators_version: int = 0
    settings: dict[str, Any] = {}
    created_at: datetime


class OrganizationRow(msgspec.Struct, frozen=True, kw_only=True):
    """A customer of the tenant; the id is an integer that people type."""

    tenant_id: int
    organization_id: int
    name: str
    name_folded: str
    created_at: datetime


class ProviderRow(msgspec.Struct, frozen=True, kw_only=True):
    """An identity provider and its SCIM half.

    `domains` are lower-cased email domains; an `is_default` provider serves all
    that no other provider claims. `rate_limit`: requests a second, 0 for none.
    `paused_at`: since then its SCIM requests are asked to come again later.
    """

    tenant_id: int
    provider_id: str
    slug: str
    name: str
    vendor: str = "generic"
    domains: list[str] = []
    is_default: bool = False
    scim_enabled: bool = False
    mode: str = "tolerant"
    adoption: str = "automatic"
    require_email_user_name: bool = False
    default_organizations: list[Any] = []
    technician_role_ids: list[str] = []
    end_user_role_ids: list[str] = []
    token_header: str | None = None
    basic_enabled: bool = False
    rate_limit: int = 500
    version: int = 1
    created_at: datetime
    modified_at: datetime
    deleted_at: datetime | None = None
    paused_at: datetime | None = None


class TokenRow(msgspec.Struct, frozen=True, kw_only=True):
    """A SCIM token. `digest` is SHA-256 of the whole token, `hint` its visible part.

    `successor_id`: the token that replaces it, once a rotation has begun.
    """

    tenant_id: int
    token_id: str
    provider_id: str
    digest: bytes
    hint: str
    name: str
    created_at: datetime
    created_by: str
    expires_at: datetime | None = None
    revoked_at: datetime | None = None
    last_used_at: datetime | None = None
    last_used_from: str | None = None
    successor_id: str | None = None


class UserRow(msgspec.Struct, frozen=True, kw_only=True):
    """An account. `provider_id` is PRODUCT.md's `managed_by`.

    `deleted_at` is set by a SCIM DELETE: the account stays, inactive, the SCIM
    resource is gone (R19). `organization_scope` is `all`, `some` or `none`.
    `keep_local`: an administrator decided that no provider adopts it. `support`: the technician
    sees the console and changes nothing there.
    """

    tenant_id: int
    user_id: str
    provider_id: str | None = None
    user_name: str
    user_name_folded: str
    external_id: str | None = None
    display_name_folded: str | None = None
    email: str | None = None
    email_folded: str | None = None
    email_verified: bool = False
    status: str = "active"
    user_type: str = "end_user"
    administrator: bool = False
    break_glass: bool = False
    auth_type: str = "native"
    created_via: str = "console"
    invited_at: datetime | None = None
    keep_local: bool = False
    organization_scope: str = "none"
    organization_ids: list[int] = []
    phone: str | None = None
    language: str | None = None
    time_zone: str | None = None
    version: int = 1
    created_at: datetime
    modified_at: datetime
    deleted_at: datetime | None = None
    doc: bytes
    support: bool = False

    @property
    def is_staff(self) -> bool:
        """Whether somebody appointed it to see the console, and perhaps to change things there."""
        return self.administrator or self.support


class UserValueRow(msgspec.Struct, frozen=True, kw_only=True):
    """One value of a multi-valued attribute that clients look people up by.

    `attribute` is e.g. `emails`; `type_folded` is "" where the value has no type.
    """

    tenant_id: int
    attribute: str
    value_folded: str
    user_id: str
    type_folded: str = ""


class GroupRow(msgspec.Struct, frozen=True, kw_only=True):
    """A group that a provider pushed.

    `version` grows with every change (ETag); `revision` only when `doc` changes, so
    that membership changes of one group never conflict with one another.
    """

    tenant_id: int
    group_id: str
    provider_id: str
    display_name: str
    display_name_folded: str
    external_id: str | None = None
    version: int = 1
    revision: int = 1
    created_at: datetime
    modified_at: datetime
    doc: bytes


class MembershipRow(msgspec.Struct, frozen=True, kw_only=True):
    """A user in a group."""

    tenant_id: int
    group_id: str
    user_id: str
    since_at: datetime


class RoleRow(msgspec.Struct, frozen=True, kw_only=True):
    """A role of the application, for technicians or for end users."""

    tenant_id: int
    role_id: str
    name: str
    name_folded: str
    user_type: str
    description: str = ""
    created_at: datetime


class RoleGrantRow(msgspec.Struct, frozen=True, kw_only=True):
    """A role given to a user by hand; grants by mapping are derived, never stored."""

    tenant_id: int
    user_id: str
    role_id: str
    granted_at: datetime
    granted_by: str


class MappingRow(msgspec.Struct, frozen=True, kw_only=True):
    """Members of the group have the role (where it fits their user type)."""

    tenant_id: int
    group_id: str
    role_id: str
    created_at: datetime
    created_by: str


class ConflictRow(msgspec.Struct, frozen=True, kw_only=True):
    """A provider wanted an account that it may not have (PRODUCT.md R12).

    `state`: open, adopted, kept_local, ignored. `reason` is the refusal's code.
    One open conflict for each provider and account; `seen` counts the requests.
    """

    tenant_id: int
    conflict_id: str
    provider_id: str
    user_id: str
    reason: str
    incoming: dict[str, Any]
    state: str = "open"
    seen: int = 1
    opened_at: datetime
    last_seen_at: datetime
    resolved_at: datetime | None = None
    resolved_by: str | None = None


class ActivityRow(msgspec.Struct, frozen=True, kw_only=True):
    """One entry of the event log (R36), which is also the outbox.

    `event` is e.g. `user.created`, `status_code` its published code. `data` holds
    changed attributes before and after, roles gained and lost, causes.
    """

    tenant_id: int
    activity_id: str
    at: datetime
    type: str
    event: str
    status_code: str
    actor_kind: str
    actor_name: str
    token_id: str | None = None
    provider_id: str | None = None
    subject_kind: str
    subject_id: str | None = None
    subject_name: str
    request_id: str | None = None
    data: dict[str, Any] = {}


class RequestRow(msgspec.Struct, frozen=True, kw_only=True):
    """One inbound request with its steps (R37).

    `subject_key` is what the request named, folded (a userName, an externalId, an
    address): it is how one finds that a person was asked about or never was.
    `body` and `answer` are redacted and purged earlier than the record.
    """

    tenant_id: int
    request_id: str
    at: datetime
    provider_id: str | None = None
    token_id: str | None = None
    method: str
    path: str
    status: int
    duration_us: int
    reason: str
    subject_kind: str | None = None
    subject_id: str | None = None
    subject_key: str | None = None
    steps: list[Any] = []
    body: bytes | None = None
    answer: bytes | None = None


class DeviationRow(msgspec.Struct, frozen=True, kw_only=True):
    """How often a provider deviated by a rule, and the last example (R39)."""

    tenant_id: int
    provider_id: str
    rule: str
    seen: int
    first_at: datetime
    last_at: datetime
    example: str


class LinkRow(msgspec.Struct, frozen=True, kw_only=True):
    """A one-time link, kept as the SHA-256 of its secret; `user_id`: whom it is for, if anybody."""

    tenant_id: int
    digest: bytes
    purpose: str
    created_at: datetime
    expires_at: datetime
    used_at: datetime | None = None
    user_id: str | None = None
