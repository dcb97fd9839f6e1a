"""Bounds the number and depth of values in JSON before it is parsed or validated."""

from __future__ import annotations


def has_more_values_than(limit: int, content: object) -> bool:
    """Whether arrays and objects hold more than `limit` values at all depths together. Counting stops at the limit."""
    stack, count = [content], 0
    while stack:
        node = stack.pop()
        children = node.values() if isinstance(node, dict) else node if isinstance(node, list) else ()
        count += len(children)
        if count > limit:
            return True
        stack.extend(child for child in children if isinstance(child, dict | list))
    return False


def is_deeper_than(limit: int, content: object) -> bool:
    """Whether arrays and objects are nested more than `limit` deep, so that recursion over them may fail."""
    level, depth = [content], 0
    while level := [node for node in level if isinstance(node, dict | list)]:
        depth += 1
        if depth > limit:
            return True
        level = [child for node in level for child in (node.values() if isinstance(node, dict) else node)]
    return False


def may_hold_more_values_than(limit: int, text: bytes) -> bool:
    """Whether JSON text may hold more than `limit` values, judged by its punctuation, that in strings included."""
    return sum(text.count(mark) for mark in (b",", b"[", b"{")) > limit
