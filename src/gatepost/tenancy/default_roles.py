"""Default roles of a provider: who would gain and who would lose, then the change (R27)."""

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from gatepost.lifecycle.corridor import Writer
from gatepost.lifecycle.refusals import PreviewStale
from gatepost.store import default_impacts, roles
from gatepost.store.database import Database, ScanTooLong
from gatepost.store.default_impacts import Reach
from gatepost.store.rows import ProviderRow, RoleRow
from gatepost.tenancy.provider_settings import checked
from gatepost.tenancy.providers import Providers

NAMED_MAX = 20
_COLUMNS = ("technician_role_ids", "end_user_role_ids")


class DefaultEffect(msgspec.Struct, frozen=True):
    """A role that comes or goes; `reach` is None where it takes too long to count."""

    role: str
    user_type: str
    is_added: bool
    reach: Reach | None


class DefaultImpact(msgspec.Struct, frozen=True):
    """What the change does, role by role; `stamp` stands for exactly this."""

    effects: list[DefaultEffect]
    stamp: str


class DefaultRoles:
    """Shows and applies changes of a provider's defaults."""

    def __init__(self, database: Database, providers: Providers) -> None:
        self._database = database
        self._providers = providers

    async def preview(self, provider: ProviderRow, settings: Mapping[str, Any]) -> DefaultImpact:
        """Tell what the settings would do to whom; writes nothing.

        Raises:
            SettingInvalid: there is no such role, or it is for the other user type.
        """
        wanted = {name: one for name, one in settings.items() if name in _COLUMNS}
        found = await checked(self._database, provider.tenant_id, wanted)
        known = {one.role_id: one for one in await roles.all(self._database, provider.tenant_id)}
        effects = []
        for name, ids in found.items():
            before = set(getattr(provider, name))
            moved = [(one, one not in before) for one in sorted(before ^ set(ids))]
            effects += [
                await self._effect(provider, known[role_id], is_added=is_added)
                for role_id, is_added in moved
                if role_id in known
            ]
        return DefaultImpact(effects, _stamp(provider, effects))

    async def apply(
        self, writer: Writer, provider: ProviderRow, settings: Mapping[str, Any], stamp: str
    ) -> ProviderRow:
        """Change the defaults, if they do what was shown.

        Raises:
            PreviewStale: something moved since the preview.
            SettingInvalid: a setting is not acceptable.
        """
        impact = await self.preview(provider, settings)
        if stamp != impact.stamp:
            raise PreviewStale
        return await self._providers.update(writer, provider, **settings)

    async def _effect(
        self, provider: ProviderRow, role: RoleRow, *, is_added: bool
    ) -> DefaultEffect:
        try:
            found = await default_impacts.reach(self._database, provider, role, NAMED_MAX)
        except ScanTooLong:
            found = None
        return DefaultEffect(role.name, role.user_type, is_added, found)


def _stamp(provider: ProviderRow, effects: Sequence[DefaultEffect]) -> str:
    told = msgspec.json.encode((provider.version, effects))
    return hashlib.sha256(told).hexdigest()[:16]
