"""How a provider's provisioning does: five numbers a day, from what it wrote. Pure.

A subject is a user or a group that writes were about; only the newest write to it counts.
It may be known by its id or, while nothing is here yet, by the name it was to be created under.
"""

from collections.abc import Iterable, Sequence

import msgspec

from gatepost.store.traffic import Sent

_REFUSED = 400


class Numbers(msgspec.Struct, frozen=True):
    """Of the users or groups that were written to: how many stand how.

    `success`: the newest write was accepted. `partial`: accepted, with a warning.
    `failed`: refused, while the account is here. `unsynced`: refused, and
    nobody is here.
    """

    impacted: int = 0
    success: int = 0
    unsynced: int = 0
    partial: int = 0
    failed: int = 0


class Subject(msgspec.Struct, frozen=True):
    """The newest write to one user or group, and all names that it went by."""

    names: frozenset[str]
    last: Sent

    @property
    def is_refused(self) -> bool:
        """Tell whether the newest write was refused."""
        return self.last.status >= _REFUSED


def subjects_of(writes: Sequence[Sent], kind: str) -> list[Subject]:
    """Gather the subjects of that kind (`user`, `group`); the writes are newest first."""
    about = [one for one in writes if one.subject_kind == kind]
    known = {one.subject_key: _id(one) for one in about if one.subject_key and _id(one)}
    newest: dict[str, Sent] = {}
    names: dict[str, set[str]] = {}
    for one in about:
        name = _id(one) or known.get(one.subject_key or "") or one.subject_key
        if name:
            newest.setdefault(name, one)
            names.setdefault(name, {name}).update({one.subject_key} if one.subject_key else ())
    return [Subject(frozenset(names[name]), last) for name, last in newest.items()]


def _id(one: Sent) -> str | None:
    """Give the id of the subject; one that a refused create would have had is of nobody."""
    return None if one.method == "POST" and one.status >= _REFUSED else one.subject_id


def nameless_of(writes: Iterable[Sent]) -> int:
    """Count the refused writes of the client of which it was not read whom they are about."""
    return sum(
        one.status >= _REFUSED and one.token_id is not None and not one.subject_kind
        for one in writes
    )


def numbers_of(subjects: Iterable[Subject], present: set[str]) -> Numbers:
    """Count how the subjects stand; `present` are ids and folded names of what is here."""
    found = [_standing(one, present) for one in subjects]
    return Numbers(
        impacted=len(found),
        success=found.count("success"),
        unsynced=found.count("unsynced"),
        partial=found.count("partial"),
        failed=found.count("failed"),
    )


def _standing(subject: Subject, present: set[str]) -> str:
    if subject.is_refused:
        return "failed" if subject.names & present else "unsynced"
    return "partial" if subject.last.is_partial else "success"
