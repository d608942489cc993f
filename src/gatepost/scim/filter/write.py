"""Writing a tree as the text of a filter (RFC 7644 §3.4.2.2)."""

import json

from gatepost.scim.filter.tree import And, Comparison, Filter, Literal, Not, Operator, Or


def write(tree: Filter) -> str:
    """Give the text that `parse` reads as this tree, with no parenthesis too many."""
    if isinstance(tree, Comparison):
        return _comparison(tree)
    if isinstance(tree, And):
        return " and ".join(_grouped(part, And, Or) for part in tree.parts)
    if isinstance(tree, Or):
        return " or ".join(_grouped(part, Or) for part in tree.parts)
    if isinstance(tree, Not):
        return f"not ({write(tree.part)})"
    return f"{tree.path}[{write(tree.filter)}]"


def _grouped(part: Filter, *weaker: type[And | Or]) -> str:
    """Write a part, in parentheses where it would be read as belonging to the whole."""
    text = write(part)
    return f"({text})" if isinstance(part, weaker) else text


def _comparison(comparison: Comparison) -> str:
    head = f"{comparison.path} {comparison.operator}"
    if comparison.operator is Operator.PR:
        return head
    return f"{head} {_literal(comparison.value)}"


def _literal(value: Literal) -> str:
    return json.dumps(value, ensure_ascii=False)
