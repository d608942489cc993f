"""Settings as a page shows them: value, origin, variable; what is secret stays so."""

import re
from typing import Any

import msgspec

from gatepost.base.launch import Launch
from gatepost.base.settings import ENVIRONMENT_PREFIX, Settings, secret_names

_CREDENTIALS = re.compile(r"//[^/@]*@")


class ShownSetting(msgspec.Struct, frozen=True, kw_only=True):
    """One setting; `value` of a secret says only whether there is one."""

    name: str
    value: str
    origin: str
    variable: str
    description: str
    is_secret: bool

    @property
    def is_default(self) -> bool:
        """Tell whether the operator left it as shipped."""
        return self.origin == "default"


def shown(settings: Settings, launch: Launch) -> list[ShownSetting]:
    """Give all settings, in the order of their reference."""
    secret = secret_names()
    return [
        ShownSetting(
            name=name,
            value=_written(getattr(settings, name), is_secret=name in secret),
            origin=launch.origin(name),
            variable=f"{ENVIRONMENT_PREFIX}{name.upper()}",
            description=field.description or "",
            is_secret=name in secret,
        )
        for name, field in Settings.model_fields.items()
    ]


def _written(value: Any, *, is_secret: bool) -> str:  # noqa: ANN401 - settings differ
    if value is None or value == ():
        return "not set"
    if is_secret:
        return "set, not shown"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, tuple):
        return ", ".join(value)
    # What stands before the host of a URL lets somebody in, whatever the setting is called.
    return f"{value:g}" if isinstance(value, float) else _CREDENTIALS.sub("//…@", str(value))
