"""Rows and drafts with defaults."""

from datetime import UTC, datetime
from typing import Any

import msgspec

from gatepost.base.actor import Actor, ActorKind
from gatepost.lifecycle.draft import Facts, UserDraft
from gatepost.scim.fold import fold
from gatepost.scim.schema.standard import user_resource
from gatepost.store.rows import OrganizationRow, ProviderRow, RoleRow, UserRow

AT = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
SCHEMA = user_resource()


def a_provider(**columns: Any) -> ProviderRow:
    """Make a provider that serves example.com."""
    known: dict[str, Any] = {
        "tenant_id": 1,
        "provider_id": "okta",
        "slug": "okta",
        "name": "Okta",
        "domains": ["example.com"],
        "scim_enabled": True,
        "created_at": AT,
        "modified_at": AT,
    }
    return ProviderRow(**known | columns)


def a_row(document: dict[str, Any] | None = None, **columns: Any) -> UserRow:
    """Make an account as it is stored."""
    name = columns.get("user_name", "ada@example.com")
    known: dict[str, Any] = {
        "tenant_id": 1,
        "user_id": "ada",
        "user_name": name,
        "user_name_folded": fold(name),
        "email": name,
        "created_at": AT,
        "modified_at": AT,
        "doc": msgspec.json.encode(document or {"userName": name}),
    }
    return UserRow(**known | columns)


def a_role(name: str, user_type: str) -> RoleRow:
    """Make a role; its name is its id."""
    return RoleRow(
        tenant_id=1,
        role_id=name,
        name=name,
        name_folded=fold(name),
        user_type=user_type,
        created_at=AT,
    )


def an_organization(number: int, name: str) -> OrganizationRow:
    """Make an organization."""
    return OrganizationRow(
        tenant_id=1, organization_id=number, name=name, name_folded=fold(name), created_at=AT
    )


def a_draft(document: dict[str, Any] | None = None, **facts: Any) -> UserDraft:
    """Make a draft of the document on these facts; `user` among them is the old account."""
    known = Facts(**facts)
    return UserDraft(
        facts=known,
        actor=Actor(kind=ActorKind.SCIM_CLIENT, tenant_id=1, name="Okta"),
        schema=SCHEMA,
        at=AT,
        user_id="ada",
        conflict_id="conflict",
        old=known.user,
        document=document or {"userName": "ada@example.com"},
    )
