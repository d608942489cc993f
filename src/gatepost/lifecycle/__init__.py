"""The rules of PRODUCT.md: who may become what, and what follows.

Every write to users, groups, roles and conflicts walks one corridor, whichever
door it came through: load what the decision needs, decide (pure: the rules in
order, on a draft), commit the plan whole. Doors call the faces `users`,
`groups`, `roles`, `mappings`, `conflicts`, `administration` and `importing`; they
bring commands and get outcomes or `Refusal`s. `directory`, `listing`, `explain` and `observed`
only read; `jobs` runs long work that a door begins. No rule lives in a door or in SQL.

In reading order: plan, refusals, corridor, draft, rules/, user_decisions,
users, group_decisions, groups, roles, mappings, conflicts.
"""
