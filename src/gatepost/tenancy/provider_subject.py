"""An identity provider as the subject of an activity, and its SCIM half switched on. Pure."""

from datetime import datetime

from gatepost.activity.entry import Entry, Subject
from gatepost.lifecycle.plan import Plan
from gatepost.store.changes import Update
from gatepost.store.rows import ProviderRow
from gatepost.store.tables import PROVIDERS, key_of


def subject(provider: ProviderRow) -> Subject:
    """Give the provider as whom an activity is about."""
    return Subject("provider", provider.provider_id, provider.name)


def switched_on(provider: ProviderRow, at: datetime) -> Plan:
    """Switch the SCIM half of a provider on."""
    values = {"scim_enabled": True, "version": provider.version + 1, "modified_at": at}
    change = Update(PROVIDERS, key_of(PROVIDERS, provider), values, {"version": provider.version})
    return Plan((change,), (Entry("provider.scim_enabled", subject(provider)),))
