"""Random small grammars, and what their sentences are by brute force."""

from __future__ import annotations

import itertools
from collections.abc import Mapping

from hypothesis import strategies as st

from gba.grammar.gbnf.analysis import find_problem
from gba.grammar.gbnf.nodes import (
    CharClass,
    Choice,
    GbnfTree,
    Literal,
    Node,
    Ref,
    Repeat,
    Sequence,
    alt,
    lit,
    repeat,
    seq,
)

__all__ = ["LONGEST", "TEXTS", "sentences", "trees"]

ALPHABET = "abé"
LONGEST = 4
TEXTS = ["".join(chars) for size in range(LONGEST + 1) for chars in itertools.product(ALPHABET, repeat=size)]
"""Every text up to LONGEST characters, the shortest first."""

NAMES = ("root", "b", "c-1")


def _classes() -> st.SearchStrategy[Node]:
    ranges = st.lists(st.sampled_from([(97, 97), (98, 98), (97, 98), (0xE9, 0xE9), (0, 0x60), (98, 97)]), max_size=2)
    return st.builds(CharClass, ranges.map(tuple), st.booleans())


def _counts() -> st.SearchStrategy[tuple[int, int | None]]:
    return st.sampled_from([(0, None), (1, None), (2, None), (0, 1), (0, 2), (1, 3), (2, 2), (0, 0), (1, 1)])


def _bigger(nodes: st.SearchStrategy[Node]) -> st.SearchStrategy[Node]:
    return st.one_of(
        st.lists(nodes, max_size=3).map(lambda items: seq(*items)),
        st.lists(nodes, min_size=1, max_size=3).map(lambda options: alt(*options)),
        st.builds(lambda item, counts: repeat(item, *counts), nodes, _counts()),
    )


def trees() -> st.SearchStrategy[GbnfTree]:
    """Grammars of one to three rules that llama.cpp can run."""
    leaves = st.one_of(st.text(ALPHABET, max_size=2).map(lit), _classes(), st.builds(Ref, st.sampled_from(NAMES)))
    node = st.recursive(leaves, _bigger, max_leaves=6)
    rules = st.tuples(node, node, node).map(lambda bodies: GbnfTree(dict(zip(NAMES, bodies, strict=True))))
    return rules.filter(lambda tree: find_problem(tree) is None)


def sentences(tree: GbnfTree) -> set[str]:
    """All sentences up to LONGEST characters: the least fixed point, from no sentences at all."""
    known: dict[str, frozenset[str]] = dict.fromkeys(tree.rules, frozenset())
    while True:
        following = {name: _texts(node, known) for name, node in tree.rules.items()}
        if following == known:
            return set(known[tree.root])
        known = following


def _texts(node: Node, known: Mapping[str, frozenset[str]]) -> frozenset[str]:
    if isinstance(node, Literal):
        return frozenset({node.text} if len(node.text) <= LONGEST else ())
    if isinstance(node, CharClass):
        inside = {char for char in ALPHABET if any(low <= ord(char) <= high for low, high in node.ranges)}
        return frozenset(set(ALPHABET) - inside if node.negated else inside)
    if isinstance(node, Ref):
        return known[node.name]
    if isinstance(node, Choice):
        return frozenset().union(*(_texts(option, known) for option in node.options))
    if isinstance(node, Sequence):
        return _join([_texts(item, known) for item in node.items])
    assert isinstance(node, Repeat)
    item = _texts(node.item, known)
    most = max(node.minimum, LONGEST) if node.maximum is None else node.maximum
    return frozenset().union(*(_join([item] * count) for count in range(node.minimum, most + 1)))


def _join(parts: list[frozenset[str]]) -> frozenset[str]:
    texts = frozenset({""})
    for part in parts:
        texts = frozenset(head + tail for head in texts for tail in part if len(head + tail) <= LONGEST)
    return texts
