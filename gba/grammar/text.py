"""Grammars of plain text, not JSON: the language of a pattern, or one of some texts."""

from __future__ import annotations

from collections.abc import Sequence

from gba.grammar.automata import Dfa, Ranges
from gba.grammar.nodes import EMPTY, GbnfTree, Literal, Node, alt
from gba.grammar.rules import Rules
from gba.grammar.strings import DfaPrinter, raw_class
from gba.grammar.texts import tree_node

__all__ = ["choices_tree", "plain_dfa_tree"]

_FEW = 64


def choices_tree(choices: Sequence[str]) -> GbnfTree:
    """One of the texts; as a tree where they are many."""
    if len(choices) <= _FEW:
        return GbnfTree({"root": alt(*(Literal(choice) for choice in choices))})
    rules = Rules()
    return rules.tree(tree_node(choices, rules, "text"))


def plain_dfa_tree(dfa: Dfa) -> GbnfTree:
    """The strings of the automaton as they are, without quotation marks or escapes."""
    rules = Rules()
    return rules.tree(_PlainPrinter(dfa, rules, "text", EMPTY).node())


class _PlainPrinter(DfaPrinter):
    def spelled(self, ranges: Ranges) -> Node:
        node = raw_class(ranges)
        if node.negated or len(ranges) > 1 or ranges[0][0] != ranges[0][1]:
            return node
        return Literal(chr(ranges[0][0]))
