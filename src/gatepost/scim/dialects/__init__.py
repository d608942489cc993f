"""Known deviations of SCIM clients, and what a provider's mode does about them.

`mode` holds the `Dialect` that every reader of the protocol is given: it counts
what it tolerates, or refuses it in strict mode (PRODUCT.md R39). `rules` is the
catalogue: each deviation with its number, who needs it and its source.
"""
