"""Grammars of plain text, not JSON: the language of a pattern, or one of some texts."""

from __future__ import annotations

from collections.abc import Sequence

from gba.grammar.gbnf.nodes import EMPTY, GbnfTree, Literal, Node, alt
from gba.grammar.gbnf.rules import Rules
from gba.grammar.gbnf.texts import tree_node
from gba.grammar.regular.automata import Dfa, Ranges
from gba.grammar.regular.languages import full_match
from gba.grammar.strings.json_strings import DfaPrinter, raw_class
from gba.grammar.strings.structure import counted_class, structure, structure_node
from gba.schema.work import TooLargeError

__all__ = ["PlainPrinter", "choices_tree", "plain_char", "plain_dfa_tree", "regex_tree"]

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
    return rules.tree(PlainPrinter(dfa, rules, "text", EMPTY).node())


def regex_tree(pattern: str) -> GbnfTree:
    """The texts that the pattern matches in full, by its minimal automaton or, where that is too large, as it is built.

    Raises RegexError, NotRegularError, TooLargeError, and KeyError where nothing matches.
    """
    rules = Rules()
    try:
        tree = counted_class(pattern, True)
    except TooLargeError:
        try:
            dfa = full_match(f"(?:{pattern})")
        except TooLargeError:
            tree = structure(pattern, True, plain_char, EMPTY)
        else:
            if dfa.empty:
                raise KeyError(pattern) from None
            return plain_dfa_tree(dfa)
    return rules.tree(structure_node(tree, rules, "text", plain_char, EMPTY))


def plain_char(ranges: Ranges, _rules: Rules) -> Node:
    """One character out of the ranges, as it is."""
    node = raw_class(ranges)
    if node.negated or len(ranges) > 1 or ranges[0][0] != ranges[0][1]:
        return node
    return Literal(chr(ranges[0][0]))


class PlainPrinter(DfaPrinter):
    """The characters of the strings as they are."""

    def spelled(self, ranges: Ranges) -> Node:
        return plain_char(ranges, self.rules)
