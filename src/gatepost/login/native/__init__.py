"""Signing in with a password here, and the links by which one gets one.

Owns the address that decides the way (R29), the password form with its delays, invitations and
new passwords, browsers that are known, and what people are told.

In reading order: `routing`, `native_access`, `native`, `known_browser`, `throttling`, `links`,
`new_password`, `notices`.
"""
