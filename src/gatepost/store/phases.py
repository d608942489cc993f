"""The order in which the changes of one tuple are applied, on both databases."""

from collections.abc import Sequence

from gatepost.store.changes import Change, Count, Delete, DeleteAll, Insert, Update, Upsert

_PHASE: dict[type[Change], int] = {
    Delete: 0,
    DeleteAll: 0,
    Update: 1,
    Insert: 2,
    Upsert: 3,
    Count: 4,
}


def in_phases(changes: Sequence[Change]) -> list[tuple[int, Change]]:
    """Give the changes with their indexes: deletes, updates, inserts, upserts, counts.

    The order among changes of one kind stays. PostgreSQL needs the order, since
    it makes one statement of all changes of a kind; SQLite keeps it so that the
    same plan does the same on both.
    """
    return sorted(enumerate(changes), key=_phase)


def _phase(placed: tuple[int, Change]) -> int:
    return _PHASE[type(placed[1])]
