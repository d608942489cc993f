"""What the rules refuse; each class says which rule said no and about what.

```
Refusal
├── UserNameTaken, GroupNameTaken, RoleNameTaken      something unique is in use
├── UserNameMissing, UserNameNotAnAddress, UserTypeUnknown, OrganizationUnknown, MemberUnknown
├── AdoptionRefused                                   R12, with the limit that applies
├── ProtectedAccount                                  R15
├── ManagedByProvider                                 R18
├── GroupsUnsupported, RoleMisfit                     R25, R26
├── UserNotFound, GroupNotFound, RoleNotFound, ConflictNotFound, JobNotFound, UploadGone
└── VersionMismatch, PreviewStale, Contended
```
"""

from gatepost.base.refusal import Refusal


class UserNameTaken(Refusal):
    """Another account of the tenant has the userName (R6). Facts: user_name."""

    code = "validate.duplicate"


class UserNameMissing(Refusal):
    """There is no userName, or a blank one (R6)."""

    code = "validate.user_name_missing"


class UserNameNotAnAddress(Refusal):
    """The provider demands addresses as userName (R6). Facts: user_name."""

    code = "validate.user_name_format"


class UserTypeUnknown(Refusal):
    """The user type is neither of the two (R8). Facts: value."""

    code = "validate.user_type"


class OrganizationUnknown(Refusal):
    """No organization has that id or name (R9). Facts: value."""

    code = "validate.organization"


class MemberUnknown(Refusal):
    """A member names nobody of this provider (strict mode; WIRE P11). Facts: value."""

    code = "validate.member"


class AdoptionRefused(Refusal):
    """The account may not become the provider's (R12). Facts: user_name, limit.

    `limit`: foreign_domain, no_address, protected, other_provider, review, never, kept_local,
    provider_deleted.
    """

    code = "match.adoption_refused"


class ProtectedAccount(Refusal):
    """The last administrator or a break-glass account stays active (R15). Facts: limit."""

    code = "guard.protected_account"


class ManagedByProvider(Refusal):
    """The identity provider owns this (R18). Facts: user_name, provider, fields."""

    code = "guard.managed"


class NotManaged(Refusal):
    """There is nothing to release: the account is local. Facts: user_name."""

    code = "guard.not_managed"


class UserNotFound(Refusal):
    """There is no such user, as far as the actor may know (R17). Facts: id."""

    code = "match.none"


class GroupNotFound(Refusal):
    """There is no such group, as far as the actor may know (R17). Facts: id."""

    code = "match.no_group"


class RoleNotFound(Refusal):
    """The tenant has no such role. Facts: name."""

    code = "match.no_role"


class ConflictNotFound(Refusal):
    """There is no such open conflict. Facts: id."""

    code = "match.no_conflict"


class UploadGone(Refusal):
    """A file that waited was taken by its second step, or is older than a day."""

    code = "match.no_upload"


class JobNotFound(Refusal):
    """There is no such long work. Facts: id."""

    code = "match.no_job"


class GroupNameTaken(Refusal):
    """Another group of the provider has the displayName. Facts: display_name."""

    code = "validate.group_duplicate"


class GroupNameMissing(Refusal):
    """A group needs a displayName."""

    code = "validate.group_name_missing"


class RoleNameTaken(Refusal):
    """Another role of the tenant has the name. Facts: name."""

    code = "validate.role_duplicate"


class RoleNameMissing(Refusal):
    """A role needs a name, of 100 characters at most."""

    code = "validate.role_name_missing"


class RoleMisfit(Refusal):
    """The role is for the other user type (R25). Facts: role, role_type, user_type."""

    code = "roles.misfit"


class GroupsUnsupported(Refusal):
    """The provider's vendor cannot push groups (R26). Facts: vendor, provider."""

    code = "roles.groups_unsupported"


class VersionMismatch(Refusal):
    """`If-Match` names another version. Facts: version."""

    code = "version.mismatch"


class PreviewStale(Refusal):
    """What was shown is no longer what would happen; look again."""

    code = "preview.stale"


class Contended(Refusal):
    """Too many writers at once changed the same thing; try again."""

    code = "server.contended"
