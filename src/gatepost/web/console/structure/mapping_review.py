"""What a change of mappings does, shown before it is done; what is done is what was shown (R24)."""

from collections.abc import Awaitable, Callable, Sequence

from starlette.requests import Request
from starlette.responses import Response

from gatepost.base.refusal import Refusal
from gatepost.lifecycle.mappings import NAMED_MAX, Impact, MappingChange
from gatepost.lifecycle.refusals import PreviewStale, RoleNotFound
from gatepost.store.database import ScanTooLong
from gatepost.store.rows import ProviderRow
from gatepost.tenancy.provider_settings import NO_GROUPS
from gatepost.web.console.access import Access, Refused, Staff
from gatepost.web.console.errors import errors_of, status_of
from gatepost.web.console.rooms import ConsoleRooms
from gatepost.web.console.structure import mapping_form
from gatepost.web.console.structure.mapping import PATH, MappingTable
from gatepost.web.console.structure.mapping_form import Form, Wanted
from gatepost.web.console.structure.words import FOR, people
from gatepost.web.pages.forms import read_form

NAMED = 20
"""People named on the page; beyond them it tells the number."""

_TOO_LARGE = (
    "These groups are too large to tell in time who gains and who loses. Change fewer at once."
)


class MappingReview:
    """Shows who gains and who loses, and applies it when that is wanted."""

    def __init__(self, access: Access, rooms: ConsoleRooms, table: MappingTable) -> None:
        self._access = access
        self._rooms = rooms
        self._table = table

    async def show(self, request: Request) -> Response:
        """Show what the boxes that were ticked would do; nothing is changed."""

        async def work(staff: Staff, form: Form) -> Response:
            wanted = mapping_form.ticked(form)
            if not wanted:
                return self._access.reception.go(mapping_form.back_of(form, "unchanged"))
            return await self._draw(request, staff, form, wanted)

        return await self._answer(request, work)

    async def apply(self, request: Request) -> Response:
        """Apply exactly what was shown; what has moved meanwhile is shown anew."""

        async def work(staff: Staff, form: Form) -> Response:
            wanted = mapping_form.read(form.get("changes", ""))
            provider, changes = await self._changes(staff, form, wanted)
            try:
                await self._rooms.mappings.apply(
                    staff.writer,
                    provider,
                    changes,
                    no_groups=NO_GROUPS,
                    stamp=form.get("stamp", ""),
                )
            except PreviewStale:
                return await self._draw(request, staff, form, wanted, is_stale=True)
            return self._access.reception.go(mapping_form.back_of(form, "mapped"))

        return await self._answer(request, work)

    async def _answer(
        self, request: Request, work: Callable[[Staff, Form], Awaitable[Response]]
    ) -> Response:
        form: Form = {}

        async def inside(staff: Staff) -> Response:
            form.update(
                await read_form(
                    request, bytes_max=mapping_form.BYTES_MAX, fields_max=mapping_form.FIELDS_MAX
                )
            )
            self._access.check(request, form)
            try:
                return await work(staff, form)
            except ScanTooLong:
                errors = {"": _TOO_LARGE}
                return await self._table.draw(request, staff, form.get("provider"), errors, 503)

        return await self._access.change(request, inside, PATH, self._refused(request, form))

    def _refused(self, request: Request, form: Form) -> Refused:
        async def refused(staff: Staff, refusal: Refusal) -> Response:
            errors = errors_of(refusal)
            slug = form.get("provider")
            return await self._table.draw(request, staff, slug, errors, status_of(refusal))

        return refused

    async def _changes(
        self, staff: Staff, form: Form, wanted: Sequence[Wanted]
    ) -> tuple[ProviderRow, list[MappingChange]]:
        provider = await self._rooms.providers.get(staff.tenant_id, form.get("provider", ""))
        roles = {one.role_id: one for one in await self._rooms.roles.all(staff.tenant_id)}
        changes = []
        for one in wanted:
            group = await self._rooms.group_reads.get(staff.tenant_id, one.group_id)
            if one.role_id not in roles:
                raise RoleNotFound(name=one.role_id)
            changes.append(MappingChange(group, roles[one.role_id], one.is_added))
        return provider, changes

    async def _draw(
        self,
        request: Request,
        staff: Staff,
        form: Form,
        wanted: Sequence[Wanted],
        *,
        is_stale: bool = False,
    ) -> Response:
        provider, changes = await self._changes(staff, form, wanted)
        impact = await self._rooms.mappings.preview(provider, changes, NO_GROUPS)
        return self._access.page(
            request,
            staff,
            "structure/mapping_review.html",
            409 if is_stale else 200,
            page=PATH,
            is_stale=is_stale,
            provider=provider,
            impact=impact,
            misfits=[one for one in impact.effects if one.is_added and one.misfits],
            changes=mapping_form.written(wanted),
            of=form.get("of", ""),
            back=mapping_form.back_of(form),
            apply=_button(impact),
            named=NAMED,
            people=people,
            for_whom=FOR,
        )


def _button(impact: Impact) -> str:
    """Say how many people the change concerns; each counts once where all are known by name."""
    crowds = [crowd for one in impact.roles for crowd in (one.gained, one.lost)]
    number = sum(one.count for one in crowds)
    if not number:
        return "Apply; nobody is affected now"
    if all(one.count <= NAMED_MAX for one in crowds):
        number = len({person.user_id for one in crowds for person in one.people})
        return f"Apply for {people(number)}"
    is_one = sum(bool(one.count) for one in crowds) == 1
    return f"Apply for {'' if is_one else 'up to '}{number:,} people"
