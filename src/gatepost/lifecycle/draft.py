"""A user as a decision works on it: facts in, columns and document out."""

from datetime import datetime
from typing import Any

import msgspec

from gatepost.activity.entry import Subject
from gatepost.base.actor import Actor
from gatepost.lifecycle.plan import PlanBuilder
from gatepost.scim.schema.resource_schema import ResourceSchema
from gatepost.store.rows import (
    ConflictRow,
    OrganizationRow,
    ProviderRow,
    RoleRow,
    TenantRow,
    UserRow,
)

Document = dict[str, Any]


class Facts(msgspec.Struct, frozen=True, kw_only=True):
    """What was loaded for a decision about one user.

    `provider` acts (none when an administrator does); `manager` is the provider
    that manages the account. `rival` has the userName that is wanted.
    `organizations` are those the document names, by folded id and name. `tenant`
    is read only where an administrator may leave, `manual_roles` only where the
    user type may change.
    """

    tenant: TenantRow | None = None
    provider: ProviderRow | None = None
    manager: ProviderRow | None = None
    user: UserRow | None = None
    rival: UserRow | None = None
    organizations: dict[str, OrganizationRow] = {}
    claimed_domains: dict[str, str] = {}
    other_administrator: bool = True
    manual_roles: list[RoleRow] = []
    memberships: list[tuple[str, str]] = []
    conflict: ConflictRow | None = None


class UserDraft(PlanBuilder):
    """The account that is being decided on; rules read `facts` and write the rest.

    `old` is the account as it is (none for a new one), `columns` what will differ
    from it, `document` the SCIM document to be. `on_refusal` is committed when a
    rule refuses: a conflict, a warning.
    """

    def __init__(  # noqa: PLR0913 - a draft begins with these parts
        self,
        *,
        facts: Facts,
        actor: Actor,
        schema: ResourceSchema,
        at: datetime,
        user_id: str,
        conflict_id: str,
        old: UserRow | None,
        document: Document,
        ignored: list[str] | None = None,
    ) -> None:
        super().__init__()
        self.facts = facts
        self.actor = actor
        self.schema = schema
        self.at = at
        self.user_id = user_id
        self.conflict_id = conflict_id
        self.old = old
        self.old_document: Document = msgspec.json.decode(old.doc) if old else {}
        self.document = document
        self.ignored = ignored or []
        self.columns: dict[str, Any] = {}
        self.adopter: ProviderRow | None = None
        self.is_returning = False
        self.on_refusal: PlanBuilder = PlanBuilder()

    def value(self, column: str) -> Any:  # noqa: ANN401
        """Give the column as it will be."""
        if column in self.columns:
            return self.columns[column]
        return getattr(self.old, column) if self.old else None

    def set(self, **columns: Any) -> None:  # noqa: ANN401
        """Set columns to be."""
        self.columns.update(columns)

    @property
    def provider(self) -> ProviderRow | None:
        """The provider that acts."""
        return self.facts.provider

    @property
    def subject(self) -> Subject:
        """The person the activities are about, by the name known so far."""
        name = self.value("user_name") or self.document.get("userName") or self.user_id
        return Subject("user", self.user_id, str(name))
