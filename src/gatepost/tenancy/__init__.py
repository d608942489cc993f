"""Tenants, organizations, identity providers, SCIM tokens, administrators.

Owns who may knock at all: which provider a token opens, whether its SCIM half
is on, which schemas a tenant has. Its writes walk the corridor of `lifecycle`
like all others and leave the same activities.

In reading order: refusals, tenants, organizations, providers (with
provider_settings, provider_subject), tokens, gate, administrators; the SSO half
of a provider: sso, sso_options, sso_decisions, sso_trust, sso_keys, sso_parties;
how all that is: health; for who looks after the installation: doctor, backups.
"""
