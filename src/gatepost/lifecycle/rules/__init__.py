"""One rule a file, with its number; `user_decisions` puts them in order.

A rule is a function of a draft: it reads the facts, writes columns, document,
steps and activities, or raises a `Refusal`. Rules are pure and synchronous.
"""
