"""Rows with everything filled in that a test does not care for."""

import itertools
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

from gatepost.base.clock import SystemClock
from gatepost.base.ids import Uuid7Ids
from gatepost.scim.fold import fold
from gatepost.scim.urns import GROUP, USER
from gatepost.store.changes import Change, Insert
from gatepost.store.rows import (
    ActivityRow,
    GroupRow,
    MembershipRow,
    ProviderRow,
    RequestRow,
    RoleRow,
    TokenRow,
    UserRow,
    UserValueRow,
)
from gatepost.store.tables import GROUPS, MEMBERSHIPS, USER_VALUES, USERS

AT = datetime(2026, 11, 23, 12, 0, 0, 123456, tzinfo=UTC)
_ids = Uuid7Ids(SystemClock())
_tenants = itertools.count(1000)


def new_id() -> str:
    return _ids.new()


def new_tenant() -> int:
    """Give the number of a tenant that no other test uses."""
    return next(_tenants)


def later(seconds: float) -> datetime:
    return AT + timedelta(seconds=seconds)


def a_user(tenant_id: int, user_name: str = "ada@example.com", **columns: Any) -> UserRow:
    user_id = columns.pop("user_id", None) or new_id()
    document = {"schemas": [USER], "id": user_id, "userName": user_name, "active": True}
    document |= columns.pop("document", {})
    known = {
        "user_name_folded": fold(user_name),
        "external_id": document.get("externalId"),
        "status": "active" if document["active"] else "inactive",
        "created_at": AT,
        "modified_at": AT,
        "doc": msgspec.json.encode(document),
    }
    shown = document.get("displayName")
    if isinstance(shown, str):
        known["display_name_folded"] = fold(shown)
    return UserRow(tenant_id=tenant_id, user_id=user_id, user_name=user_name, **known | columns)


def inserted(user: UserRow) -> list[Change]:
    """Give the changes that make the user, with the index of its addresses."""
    emails = msgspec.json.decode(user.doc).get("emails") or []
    values = {
        UserValueRow(
            tenant_id=user.tenant_id,
            attribute="emails",
            value_folded=fold(email["value"]),
            user_id=user.user_id,
            type_folded=fold(email.get("type") or ""),
        )
        for email in emails
        if email.get("value")
    }
    return [Insert(USERS, user), *(Insert(USER_VALUES, one) for one in values)]


def a_group(tenant_id: int, provider_id: str, name: str = "Support", **columns: Any) -> GroupRow:
    group_id = new_id()
    document = {"schemas": [GROUP], "id": group_id, "displayName": name}
    known = {"created_at": AT, "modified_at": AT, "doc": msgspec.json.encode(document)}
    return GroupRow(
        tenant_id=tenant_id,
        group_id=group_id,
        provider_id=provider_id,
        display_name=name,
        display_name_folded=fold(name),
        **known | columns,
    )


def a_membership(group: GroupRow, user: UserRow) -> MembershipRow:
    return MembershipRow(
        tenant_id=group.tenant_id, group_id=group.group_id, user_id=user.user_id, since_at=AT
    )


def with_members(group: GroupRow, *users: UserRow) -> list[Change]:
    """Give the changes that make the group and its memberships."""
    memberships = [Insert(MEMBERSHIPS, a_membership(group, one)) for one in users]
    return [Insert(GROUPS, group), *memberships]


def a_provider(tenant_id: int, slug: str | None = None, **columns: Any) -> ProviderRow:
    provider_id = new_id()
    known = {"name": "Okta", "created_at": AT, "modified_at": AT}
    return ProviderRow(
        tenant_id=tenant_id,
        provider_id=provider_id,
        slug=slug or provider_id,
        **known | columns,
    )


def a_token(provider: ProviderRow, digest: bytes) -> TokenRow:
    return TokenRow(
        tenant_id=provider.tenant_id,
        token_id=new_id(),
        provider_id=provider.provider_id,
        digest=digest,
        hint="gp_1234",
        name="first",
        created_at=AT,
        created_by="test",
    )


def a_role(tenant_id: int, name: str = "Agent", user_type: str = "end_user") -> RoleRow:
    return RoleRow(
        tenant_id=tenant_id,
        role_id=new_id(),
        name=name,
        name_folded=fold(name),
        user_type=user_type,
        created_at=AT,
    )


def an_activity(tenant_id: int, event: str = "user.created", **columns: Any) -> ActivityRow:
    known = {
        "at": AT,
        "type": "SSO",
        "status_code": "user_created",
        "actor_kind": "scim_client",
        "actor_name": "Okta",
        "subject_kind": "user",
        "subject_name": "ada@example.com",
    }
    return ActivityRow(tenant_id=tenant_id, activity_id=new_id(), event=event, **known | columns)


def a_request(tenant_id: int, **columns: Any) -> RequestRow:
    known = {
        "at": AT,
        "method": "POST",
        "path": "/Users",
        "status": 201,
        "duration_us": 900,
        "reason": "ok",
    }
    return RequestRow(tenant_id=tenant_id, request_id=new_id(), **known | columns)
