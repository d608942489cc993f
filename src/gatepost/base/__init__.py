"""The ground every room stands on: clock, ids, secrets, actor, refusal, settings, log.

Owns what must be an argument elsewhere: the time, new ids and random secrets
come from here and are passed in, so that rules stay pure. Imports nothing of
Gatepost. Read `actor`, `refusal`, then whichever ground you need.
"""
