"""How a tenant is: its identity providers, and what needs somebody's attention.

`rule` decides, purely, whether a provider is healthy, warns, is down or off, and what is wrong;
`providers` reads what it decides on; `attention` adds what concerns the tenant as a whole. All
is read, nothing written, and no read grows with the number of users.

In reading order: rule, providers, attention.
"""

from gatepost.store.attention import Counted
from gatepost.tenancy.health.attention import Attention, Concern
from gatepost.tenancy.health.providers import ProviderHealth
from gatepost.tenancy.health.rule import Finding, Health

__all__ = ["Attention", "Concern", "Counted", "Finding", "Health", "ProviderHealth"]
