"""How a SCIM client talks, as data: one TOML file a client, every habit with its source."""

from enum import StrEnum
from functools import cache
from importlib import resources
from typing import Any

import msgspec


class UpdateForm(StrEnum):
    """How a change is sent."""

    PATCH = "patch"
    """One operation an attribute, each with its path."""
    PATCH_WITHOUT_PATH = "patch-without-path"
    """One operation with an object of paths; filtered paths still get their own."""
    PUT = "put"
    """The whole resource."""


class MemberRemoval(StrEnum):
    """How a member is taken out of a group by PATCH."""

    BY_FILTER = "filter"
    """`members[value eq "…"]`."""
    BY_VALUES = "values"
    """Path `members` and a list of values."""
    BY_FILTER_AND_VALUES = "filter-and-values"


class AbsentForm(StrEnum):
    """What a template sends for an attribute that the person has not."""

    OMITTED = "omitted"
    NULL = "null"
    EMPTY = "empty"


class _Part(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    pass


class Quirk(_Part, frozen=True):
    """A habit worth knowing, and where it is written."""

    habit: str
    source: str
    rule: str = ""


class Transport(_Part, frozen=True):
    """Headers, spelling of URLs, and patience."""

    user_agent: str
    content_type: str
    accept: str
    headers: dict[str, str] = {}
    content_type_on_get: bool = False
    authorization: str = "Bearer {token}"
    blank: str = "%20"
    query_appended: str = ""
    query_end: str = ""
    path_end_on_put: str = ""
    attempts_max: int = 3
    retry_delay_s: float = 1.0
    retry_factor: float = 2.0


class Probe(_Part, frozen=True):
    """A request of the connection test; `{guid}` is one that nobody has."""

    path: str
    query: str = ""


class Patch(_Part, frozen=True):
    """How PATCH operations are spelt."""

    capital_operations: bool = False
    booleans_as_text: bool = False


class UserHabits(_Part, frozen=True):
    """How users are looked up, created, changed and taken away."""

    lookup: str
    template: dict[str, Any]
    paths: dict[str, str]
    update: UpdateForm
    status: UpdateForm
    lookup_query: str = ""
    absent: AbsentForm = AbsentForm.OMITTED
    read_before_put: bool = False
    deletes: bool = True


class GroupHabits(_Part, frozen=True):
    """How groups are pushed, if they are."""

    lookup: str
    template: dict[str, Any]
    member: dict[str, Any]
    update: UpdateForm
    lookup_query: str = ""
    removal: MemberRemoval = MemberRemoval.BY_FILTER
    members_per_operation: int = 100
    rename_before_members: bool = False


class Profile(_Part, frozen=True):
    """A SCIM client: its names, its habits, their sources."""

    name: str
    title: str
    description: str
    transport: Transport
    probes: list[Probe]
    user: UserHabits
    quirks: list[Quirk]
    patch: Patch = Patch()
    probe_creates: bool = False
    group: GroupHabits | None = None


class ProfileUnknown(Exception):
    """There is no profile of that name; `known` lists those there are."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name
        self.known = names()


def names() -> list[str]:
    """List the profiles, in the order of the alphabet."""
    return sorted(
        entry.name.removesuffix(".toml")
        for entry in _directory().iterdir()
        if entry.name.endswith(".toml")
    )


@cache
def load(name: str) -> Profile:
    """Read a profile by name.

    Raises:
        ProfileUnknown: there is none of that name.
    """
    if name not in names():
        raise ProfileUnknown(name)
    return read((_directory() / f"{name}.toml").read_bytes())


def read(text: bytes) -> Profile:
    """Read a profile from TOML; unknown keys, wrong types and missing sources are errors.

    Raises:
        msgspec.ValidationError: the text is no profile; says where.
    """
    profile = msgspec.toml.decode(text, type=Profile)
    if not profile.quirks or not all(quirk.source for quirk in profile.quirks):
        raise msgspec.ValidationError(f"profile {profile.name}: every habit needs its source")
    if not profile.probes:
        raise msgspec.ValidationError(f"profile {profile.name}: it needs a connection test")
    return profile


def _directory() -> Any:  # noqa: ANN401 - a Traversable, which importlib types by version
    return resources.files("gatepost.simulator") / "profiles"
