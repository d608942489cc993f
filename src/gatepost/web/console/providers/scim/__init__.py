"""The SCIM half of a provider in the console: switched on and off, its tokens, its settings.

Owns words and forms; decides nothing. In reading order: `endpoint`, what vendors call the
values; `facts` and `card`, what the provider's page shows of the half; `switching`, on, off and
the pause; `once`, the one page that ever shows a token; `tokens` and `rotating`, their lives;
`settings` and `defaults`, what an administrator chooses; `releasing` and `deleting`, the end of
a provider.
"""
