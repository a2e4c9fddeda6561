"""Cutting out of a grammar what can never be completed, and what is never reached."""

from __future__ import annotations

from collections.abc import Mapping

from gba.grammar.gbnf.nodes import (
    CharClass,
    Choice,
    GbnfTree,
    Literal,
    Node,
    Ref,
    Repeat,
    Sequence,
    TokenTerminal,
    alt,
    seq,
)

__all__ = ["ends", "prune"]


def prune(rules: Mapping[str, Node], *, whole: bool = False) -> GbnfTree:
    """The same sentences from fewer rules, in the order in which ``root`` reaches them.

    ``whole`` says that every rule is known to have a sentence. Raises KeyError where ``root`` has no sentence.
    """
    productive: set[str] = set()
    references: dict[str, list[str]] = {}
    if not whole:
        references = _references(rules)
        productive = _productive(rules, references)
        if "root" not in productive:
            raise KeyError("root")
        whole = len(productive) == len(rules)
    ordered: dict[str, Node] = {}
    waiting = ["root"]
    while waiting:
        name = waiting.pop()
        if name in ordered:
            continue
        body = rules[name] if whole else _cut(rules[name], productive)
        assert body is not None
        ordered[name] = body
        found = references.get(name) if whole else None
        if found is None:
            _collect(body, found := [])
        waiting += [name for name in reversed(found) if name not in ordered]
    return GbnfTree(ordered)


def ends(node: Node, rules: Mapping[str, Node]) -> bool:
    """Whether the node has a sentence."""
    return _ends(node, _productive(rules, _references(rules)))


def _references(rules: Mapping[str, Node]) -> dict[str, list[str]]:
    """The names of the rules that each rule refers to, in its order."""
    found: dict[str, list[str]] = {}
    for name, body in rules.items():
        _collect(body, found.setdefault(name, []))
    return found


def _collect(node: Node, found: list[str]) -> None:
    """The names of the rules that the node refers to, in its order."""
    parts: tuple[Node, ...] = (node,)
    if type(node) is Sequence:
        parts = node.items
    elif type(node) is Choice:
        parts = node.options
    elif type(node) is Repeat:
        parts = (node.item,)
    for part in parts:
        if type(part) is Ref:
            found.append(part.name)
        elif type(part) is Sequence:  # not by another call: most parts are these
            for item in part.items:
                if type(item) is Ref:
                    found.append(item.name)
                elif type(item) is not Literal and type(item) is not CharClass:
                    _collect(item, found)
        elif type(part) is Choice or type(part) is Repeat:
            _collect(part, found)


def _productive(rules: Mapping[str, Node], references: Mapping[str, list[str]]) -> set[str]:
    """The rules that have a sentence: each is looked at again when one that it waits for has been found."""
    productive: set[str] = set()
    users: dict[str, list[str]] = {}
    for name, found in references.items():
        for used in set(found):
            users.setdefault(used, []).append(name)
    waiting = list(rules)[::-1]
    while waiting:
        name = waiting.pop()
        if name in productive or not _ends(rules[name], productive):
            continue
        productive.add(name)
        waiting.extend(user for user in users.get(name, ()) if user not in productive)
    return productive


def _ends(node: Node, productive: set[str]) -> bool:
    """Whether the node has a sentence when these rules have one. Loops: whole grammars go through here."""
    if type(node) is Ref:
        return node.name in productive
    if type(node) is Sequence:
        for item in node.items:
            if type(item) is Ref:
                if item.name not in productive:
                    return False
            elif type(item) is not Literal and not _ends(item, productive):
                return False
        return True
    if type(node) is Choice:
        for option in node.options:  # noqa: SIM110
            if _ends(option, productive):
                return True
        return False
    if type(node) is Repeat:
        return node.minimum == 0 or _ends(node.item, productive)
    return not isinstance(node, CharClass) or node.negated or bool(node.ranges)


def _cut(node: Node, productive: set[str]) -> Node | None:
    """The node without what cannot be completed; None where nothing is left."""
    if isinstance(node, (Literal, CharClass, TokenTerminal)):
        return node
    if isinstance(node, Ref):
        return node if node.name in productive else None
    if isinstance(node, Sequence):
        items = [_cut(item, productive) for item in node.items]
        kept = [item for item in items if item is not None]
        return seq(*kept) if len(kept) == len(items) else None
    if isinstance(node, Choice):
        options = [option for option in (_cut(option, productive) for option in node.options) if option is not None]
        return alt(*options) if options else None
    item = _cut(node.item, productive)
    if item is None:
        return Sequence(()) if node.minimum == 0 else None
    return Repeat(item, node.minimum, node.maximum)
