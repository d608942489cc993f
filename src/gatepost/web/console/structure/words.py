"""Words that the pages of this package share."""

from typing import Final

from gatepost.lifecycle.group_reads import COUNTED_MAX
from gatepost.store.rows import ProviderRow
from gatepost.tenancy.provider_settings import NO_GROUPS

TOO_LONG: Final = "That took too long among so many. Narrow it down."

FOR: Final = {"technician": "technicians", "end_user": "end users"}


def counted(number: int) -> str:
    """Say a number that was counted no further than `COUNTED_MAX`."""
    return f"{COUNTED_MAX:,}+" if number > COUNTED_MAX else f"{number:,}"


def people(number: int) -> str:
    """Say so many people."""
    return "1 person" if number == 1 else f"{counted(number)} people"


def cannot_push(provider: ProviderRow) -> bool:
    """Tell whether the provider's vendor cannot push groups (R26)."""
    return provider.vendor in NO_GROUPS


def query(**chosen: str | None) -> dict[str, str]:
    """Give what of a list's filters goes into its URLs: only what is chosen."""
    return {name: value for name, value in chosen.items() if value}


def offered(served: list[ProviderRow]) -> list[tuple[str, str]]:
    """Give providers as the options of a filter."""
    return [(one.slug, one.name) for one in served]
