"""Filters (RFC 7644 §3.4.2.2): text in; a tree, a yes or no, or text again out.

`tree` holds the values, `tokens` splits the text, `parse` makes the tree,
`check` looks its attributes up once and counts deviations, `match` decides in
memory which resource or element a tree selects, `write` gives the text back.
Everything is linear in the text and bounded, because the text comes from
outside: nothing here recurses deeper than `parse` lets it. The SQL twin of
`match` is the store's affair.
"""
