"""Strings that satisfy a node of a schema: their automaton or their lengths, written in the compiler's style."""

from __future__ import annotations

from dataclasses import replace

from gba.grammar.gbnf.nodes import Node
from gba.grammar.regular.automata import EVERY_STRING, Dfa
from gba.grammar.values.context import Context
from gba.schema.nodes import Residual, String
from gba.schema.work import TooLargeError

__all__ = ["language_node", "string_node"]


def string_node(compiler: Context, node: String) -> Node | None:
    """The strings that satisfy the node; None where there is none."""
    if node.languages:
        structured = compiler.sets.structured(node, compiler.style.strings.structured)
        if structured is not None:
            return compiler.rules.share("pattern", structured)
    dfa = compiler.sets.of(node) if node.languages else EVERY_STRING
    if dfa.empty:
        compiler.contradict("pattern", node.pointer, "no string satisfies pattern, format and length together")
        return None
    hint = next((language.text for language in node.languages if language.kind == "format"), "pattern")
    return language_node(compiler, node, dfa, hint)


def language_node(compiler: Context, node: String, dfa: Dfa, hint: str) -> Node | None:
    """The strings of a language, or, where it is EVERY_STRING, of the node's lengths; None where there is none."""
    strings = compiler.style.strings
    try:
        if dfa is EVERY_STRING:
            found = strings.between(node.minimum, node.maximum)
            if not strings.counts(node.minimum, node.maximum):
                why = "pieces in it of what ends the string are counted as one character each"
                compiler.leave(Residual("maxLength", node.pointer, why))
        else:
            compiler.rules.keep.append(dfa)
            found = strings.of(dfa, hint)
    except TooLargeError:
        found = _looser(compiler, node, dfa, hint)
    if found is None:
        compiler.contradict("pattern", node.pointer, "no string can be written without what would end it")
    return found


def _looser(compiler: Context, node: String, dfa: Dfa, hint: str) -> Node | None:
    """The same without the lengths, and all strings where that is too large as well."""
    why = "with what ends the string it needs too large an automaton"
    if dfa is not EVERY_STRING and (node.minimum or node.maximum is not None):
        compiler.leave(Residual("maxLength", node.pointer, why))
        free = replace(node, minimum=0, maximum=None)
        return language_node(compiler, free, compiler.sets.of(free), hint)
    compiler.leave(Residual("maxLength" if dfa is EVERY_STRING else "pattern", node.pointer, why))
    return compiler.style.strings.between(0, None)
