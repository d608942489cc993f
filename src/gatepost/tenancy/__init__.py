"""Tenants, organizations, identity providers, SCIM tokens, administrators.

Owns who may knock at all: which provider a token opens, whether its SCIM half
is on, which schemas a tenant has. Its writes walk the corridor of `lifecycle`
like all others and leave the same activities.

In reading order: refusals, tenants, organizations, providers, tokens,
administrators.
"""
