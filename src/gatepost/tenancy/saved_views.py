"""Filters of a list that somebody of the staff keeps under a name; theirs alone."""

from datetime import datetime

from gatepost.base.ids import is_id
from gatepost.lifecycle.corridor import Corridor, Writer
from gatepost.lifecycle.plan import Plan
from gatepost.scim.fold import fold
from gatepost.store import saved_views
from gatepost.store.changes import Change, Delete, Insert
from gatepost.store.console_rows import SavedViewRow
from gatepost.store.rows import UserRow
from gatepost.store.tables import SAVED_VIEWS, key_of
from gatepost.tenancy.refusals import SettingInvalid

NAME_MAX = 80
_QUERY_MAX = 2_000
_VIEWS_MAX = 50


class SavedViews:
    """Keeps, lists and forgets views; nobody else is told, so no activity is left."""

    def __init__(self, corridor: Corridor) -> None:
        self._corridor = corridor

    async def of(self, user: UserRow, page: str) -> list[SavedViewRow]:
        """Read the person's views of that page, by name."""
        found = await saved_views.of_user(
            self._corridor.database, user.tenant_id, user.user_id, page
        )
        return sorted(found, key=lambda one: fold(one.name))

    async def save(self, writer: Writer, user: UserRow, page: str, name: str, query: str) -> None:
        """Keep a view; one of the same name is replaced.

        Raises:
            SettingInvalid: it has no name or too long a one, or there are too many.
        """
        name = " ".join(name.split())
        if why := _objection(name, query):
            raise SettingInvalid(setting="view_name", why=why)

        async def load() -> list[SavedViewRow]:
            return await self.of(user, page)

        def decide(present: list[SavedViewRow], at: datetime) -> Plan:
            old = [one for one in present if fold(one.name) == fold(name)]
            if len(present) - len(old) >= _VIEWS_MAX:
                why = f"you have {_VIEWS_MAX} views already; delete one first"
                return Plan(refusal=SettingInvalid(setting="view_name", why=why))
            view = SavedViewRow(
                tenant_id=user.tenant_id,
                view_id=self._corridor.ids.new(),
                user_id=user.user_id,
                page=page,
                name=name,
                query=query,
                created_at=at,
            )
            gone: list[Change] = [Delete(SAVED_VIEWS, key_of(SAVED_VIEWS, one)) for one in old]
            return Plan((*gone, Insert(SAVED_VIEWS, view)))

        await self._corridor.run(writer, load, decide)

    async def forget(self, writer: Writer, user: UserRow, view_id: str) -> None:
        """Forget a view of the person; one that is gone already, or somebody else's, stays so."""
        if not is_id(view_id):
            return

        async def load() -> SavedViewRow | None:
            return await saved_views.get(self._corridor.database, user.tenant_id, view_id)

        def decide(view: SavedViewRow | None, _at: datetime) -> Plan:
            if view is None or view.user_id != user.user_id:
                return Plan()
            return Plan((Delete(SAVED_VIEWS, key_of(SAVED_VIEWS, view)),))

        await self._corridor.run(writer, load, decide)


def _objection(name: str, query: str) -> str | None:
    if not name:
        return "give the view a name"
    if len(name) > NAME_MAX:
        return f"a name has {NAME_MAX} characters at most"
    if len(query) > _QUERY_MAX:
        return "its filters are too long to be kept"
    return None
