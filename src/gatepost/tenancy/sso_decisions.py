"""Decisions about the SSO half of an identity provider, and what is said of them. Pure."""

from datetime import datetime
from typing import Any

import msgspec

from gatepost.activity.entry import Entry
from gatepost.lifecycle.plan import Plan
from gatepost.store.changes import Change, DeleteAll, Update
from gatepost.store.login_rows import SsoRow
from gatepost.store.rows import ProviderRow
from gatepost.store.tables import ATTEMPTS, SESSIONS, SSO, SSO_KEYS, SUBJECTS, key_of
from gatepost.tenancy.provider_subject import subject
from gatepost.tenancy.sso_trust import Trust

_TESTED = ("trust", "options", "client_secret", "protocol", "attributes")
"""What a test stands for: a change of one of these asks for a new test."""


_STRANGER: dict[str, Any] = {"enabled": False, "mfa_rule": {}}
"""How another party begins: off, and without a rule on MFA (R33)."""


def new_half(provider: ProviderRow, protocol: str, at: datetime) -> SsoRow:
    """Give the SSO half of a provider that has none."""
    return SsoRow(
        tenant_id=provider.tenant_id,
        provider_id=provider.provider_id,
        protocol=protocol,
        created_at=at,
        modified_at=at,
    )


def without_sso(provider: ProviderRow) -> list[Change]:
    """Remove the SSO half of a provider that is deleted, and end what began through it."""
    whose = {"tenant_id": provider.tenant_id, "provider_id": provider.provider_id}
    tables = (SSO, SSO_KEYS, SUBJECTS)
    return [*ended_through(provider), *(DeleteAll(table, whose) for table in tables)]


def changed_half(provider: ProviderRow, sso: SsoRow, new: dict[str, Any], at: datetime) -> Plan:
    """Change the columns that differ; another party than was tested is switched off.

    New certificates of the same party leave it on: else every rollover that is pasted would
    lock people out.
    """
    new = {name: one for name, one in new.items() if getattr(sso, name) != one}
    said = {name for name in new if name not in {"trust_at", "trust_error"}}
    if not new:
        return Plan(outcome=sso)
    if any(name in new for name in _TESTED):
        new["tested_at"] = None
    others: list[Change] = []
    if "trust" in new and _party(new["trust"]) != _party(sso.trust):
        # What one party said of people and of MFA is nothing that another one can use.
        new |= {name: one for name, one in _STRANGER.items() if getattr(sso, name) != one}
        said |= new.keys() & {"mfa_rule"}
        others = [*ended_through(provider), _unnamed(provider)]
    elif "options" in new and _names_by(new["options"]) != _names_by(sso.options):
        others = [_unnamed(provider)]
    row = msgspec.structs.replace(sso, **new, version=sso.version + 1, modified_at=at)
    values = {**new, "version": row.version, "modified_at": at}
    update = Update(SSO, key_of(SSO, sso), values, {"version": sso.version})
    return Plan((update, *others), tuple(_said(provider, sso, row, said)), outcome=row)


def refreshed_half(
    provider: ProviderRow, sso: SsoRow, trust: Trust, at: datetime, failure: str | None
) -> Plan:
    """Take fresh trust; it comes from where the tested one came from, so the test stands."""
    new: dict[str, Any] = {"trust_at": at, "trust_error": failure}
    entries = []
    if trust != sso.trust:
        new |= {"trust": trust, "version": sso.version + 1, "modified_at": at}
        changes = {"certificates": [_marks(sso.trust), _marks(trust)]}
        entries.append(Entry("provider.sso_refreshed", subject(provider), {"changes": changes}))
    update = Update(SSO, key_of(SSO, sso), new, {"version": sso.version})
    return Plan((update,), tuple(entries), outcome=msgspec.structs.replace(sso, **new))


def _said(provider: ProviderRow, before: SsoRow, after: SsoRow, names: set[str]) -> list[Entry]:
    entries = []
    if before.enabled != after.enabled:
        event = "provider.sso_enabled" if after.enabled else "provider.sso_disabled"
        entries.append(Entry(event, subject(provider)))
    told = names - {"enabled"}
    if told:
        changes = {name: _shown(name, before, after) for name in sorted(told)}
        entries.append(Entry("provider.sso_updated", subject(provider), {"changes": changes}))
    return entries


def _shown(name: str, before: SsoRow, after: SsoRow) -> list[Any]:
    """Show a change; of secrets only that there was one, of trust only what marks it."""
    if name == "client_secret":
        return ["…" if before.client_secret else None, "…" if after.client_secret else None]
    if name == "trust":
        return [_marks(before.trust), _marks(after.trust)]
    return [getattr(before, name), getattr(after, name)]


def _unnamed(provider: ProviderRow) -> Change:
    """Forget whom the provider's names for people meant: they are no longer those names."""
    whose = {"tenant_id": provider.tenant_id, "provider_id": provider.provider_id}
    return DeleteAll(SUBJECTS, whose)


def _names_by(options: dict[str, Any]) -> object:
    return options.get("subject_attribute")


def _party(trust: Trust) -> object:
    return trust["provider"]["issuer"] if "provider" in trust else trust.get("entity_id")


def _marks(trust: Trust) -> list[str]:
    """Give what tells one trust from another: whose it is, and its certificates' ends."""
    if not trust:
        return []
    if "provider" in trust:
        keys = trust["keys"]["keys"]
        return [trust["provider"]["issuer"], *sorted(str(one.get("kid")) for one in keys)]
    return [trust["entity_id"], *(f"…{one[-24:]}" for one in trust["certificates"])]


def ended_through(provider: ProviderRow) -> list[Change]:
    """End what began through the provider: sessions, and sign-ins under way."""
    whose = {"tenant_id": provider.tenant_id, "provider_id": provider.provider_id}
    return [DeleteAll(SESSIONS, whose), DeleteAll(ATTEMPTS, whose)]
