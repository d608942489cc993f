"""An identity provider as the subject of an activity."""

from gatepost.activity.entry import Subject
from gatepost.store.rows import ProviderRow


def subject(provider: ProviderRow) -> Subject:
    """Give the provider as whom an activity is about."""
    return Subject("provider", provider.provider_id, provider.name)
