"""Patterns printed as they are built, for those whose minimal automaton is too large: a nondeterministic grammar.

A count becomes a counted repetition (``[a-z]{1,2000}`` needs no 2,000 states), a choice a choice. Assertions are
resolved where they stand: ``^`` and ``$`` at the ends, ``\\b`` and ``\\B`` by dividing what comes before by its last
character, and what comes after by its first one. llama.cpp follows such a grammar with several stacks at once; how many
is tried out, and a grammar that needs many is not used.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from gba.grammar.gbnf.nodes import EMPTY, GbnfTree, Node, alt, seq
from gba.grammar.gbnf.rules import Rules, TooManyRulesError
from gba.grammar.gbnf.stacks import Machine, State
from gba.grammar.regular.automata import ANY_CHAR, Ranges, invert
from gba.grammar.regular.regex import WORD, Chars, Concat, Edge, Expression, Look, Or, Times, parse
from gba.schema.work import PIECE, TooLargeError, remembered, spend

__all__ = ["Lengths", "Spelled", "counted_class", "holds_char", "lengths_of", "structure", "structure_node"]

Spelled: TypeAlias = Callable[[Ranges, Rules], Node]
"""How one character out of the ranges stands in the text."""

_NOTHING = Or(())
_ANY_TEXT = Times(Chars(ANY_CHAR), 0, None)
_NOT_WORD = invert(WORD)
_BOUNDARIES = 4
"""Word boundaries of a pattern: each doubles what follows."""

_STACKS = 40
"""Stacks that llama.cpp may have to follow."""

_WALK = 300
"""Characters for which the stacks are followed."""

_RULES = 2000
"""Rules that a pattern may take."""

_MANY = 64
"""Characters from which on an automaton is not tried for a class and a count."""


@dataclass(frozen=True, slots=True)
class Lengths:
    """How many characters the texts of a pattern have at least and at most."""

    minimum: int
    maximum: int | None


@remembered(64, PIECE // 3)
def structure(pattern: str, anchored: bool, spelled: Spelled, end: Node) -> Expression:
    """The pattern without assertions, ``anchored``: matched in full, where llama.cpp can follow it with few stacks.

    Raises TooLargeError where it cannot, RegexError and NotRegularError.
    """
    tree = _plain_tree(parse(pattern), anchored=anchored)
    if tree is None:
        raise TooLargeError
    rules = Rules(_RULES)
    try:
        whole = rules.tree(structure_node(tree, rules, "pattern", spelled, end))
    except TooManyRulesError:
        raise TooLargeError from None
    if not _few_stacks(whole):
        raise TooLargeError
    return tree


@remembered(256)
def counted_class(pattern: str, anchored: bool) -> Expression:
    """The pattern, where it says nothing but how many characters of one class there are, and these are many.

    Raises TooLargeError where it is another one, RegexError and NotRegularError.
    """
    tree = _plain_tree(parse(pattern), anchored=anchored)
    while isinstance(tree, Concat) and len(tree.items) == 1:
        tree = tree.items[0]
    if not isinstance(tree, Times) or not isinstance(tree.item, Chars) or max(tree.minimum, tree.maximum or 0) < _MANY:
        raise TooLargeError
    return tree


def _plain_tree(tree: Expression, *, anchored: bool) -> Expression | None:
    """The texts in which the tree is found, said without assertions; None where it has some that cannot be resolved.

    ``anchored``: it is to be matched in full.
    """
    options = [_plain(option, anchored) for option in (tree.options if isinstance(tree, Or) else (tree,))]
    found = [option for option in options if option is not None]
    return _either(found) if len(found) == len(options) else None


def lengths_of(tree: Expression) -> Lengths | None:
    """How long the texts of a tree without assertions are; None where there are none."""
    if isinstance(tree, Chars):
        return Lengths(1, 1) if tree.ranges else None
    if isinstance(tree, Times):
        item = lengths_of(tree.item)
        if item is None or tree.maximum == 0:
            return Lengths(0, 0) if tree.minimum == 0 else None
        endless = tree.maximum is None or item.maximum is None
        longest = 0 if item.maximum == 0 else None if endless else (tree.maximum or 0) * (item.maximum or 0)
        return Lengths(tree.minimum * item.minimum, longest)
    if isinstance(tree, Concat):
        low, high = 0, 0
        unbounded = False
        for part in map(lengths_of, tree.items):
            if part is None:
                return None
            low += part.minimum
            unbounded |= part.maximum is None
            high += part.maximum or 0
        return Lengths(low, None if unbounded else high)
    options = [found for found in map(lengths_of, tree.options if isinstance(tree, Or) else ()) if found is not None]
    if not options:
        return None
    bounds = [option.maximum for option in options if option.maximum is not None]
    return Lengths(min(option.minimum for option in options), max(bounds) if len(bounds) == len(options) else None)


def holds_char(tree: Expression, char: str) -> bool:
    """Whether some text of a tree without assertions may hold the character."""
    if isinstance(tree, Chars):
        return any(low <= ord(char) <= high for low, high in tree.ranges)
    if isinstance(tree, (Concat, Or)):
        return any(holds_char(part, char) for part in (tree.items if isinstance(tree, Concat) else tree.options))
    return isinstance(tree, Times) and holds_char(tree.item, char)


def structure_node(tree: Expression, rules: Rules, hint: str, spelled: Spelled, end: Node) -> Node:
    """The texts of a tree without assertions, then the end. Raises TooLargeError."""
    return seq(_Printer(rules, hint, spelled).node(tree), end)


def _few_stacks(tree: GbnfTree) -> bool:
    """Whether llama.cpp probably never has many stacks: followed where there are most of them."""
    machine = Machine(tree)
    state: State | None = machine.initial
    for _ in range(_WALK):
        if state is None or len(state.cells) > _STACKS:
            return state is None
        before = machine.size
        following = [state.moves[char] for char in _some_chars(state)]
        spend(len(following) + (30 + len(state.cells)) * (machine.size - before))
        state = max(
            (found for found in following if found is not None), key=lambda found: len(found.cells), default=None
        )
    return True


def _some_chars(state: State) -> list[str]:
    """A character of each class that may come next, and of what two of them share."""
    chars = dict.fromkeys(state.literals)
    for ranges, _ in state.classes:
        for low, high in ranges[:12]:
            chars.update({chr(low): None, chr(high): None})
    return list(chars)[:24]


def _plain(tree: Expression, anchored: bool) -> Expression | None:
    items: list[Expression] = list(tree.items) if isinstance(tree, Concat) else [tree]
    while any(isinstance(item, Concat) for item in items):
        items = [part for item in items for part in (item.items if isinstance(item, Concat) else (item,))]
    if items and items[0] == Edge("^"):
        items = items[1:]
    elif not anchored:
        items = [_ANY_TEXT, *items]
    if items and items[-1] == Edge("$"):
        items = items[:-1]
    elif not anchored:
        items = [*items, _ANY_TEXT]
    boundaries = [at for at, item in enumerate(items) if isinstance(item, Edge) and item.kind in "bB"]
    others = [item for at, item in enumerate(items) if at not in boundaries]
    if len(boundaries) > _BOUNDARIES or any(map(_asserts, others)):
        return None
    return _divided(items)


def _asserts(tree: Expression) -> bool:
    if isinstance(tree, (Edge, Look)):
        return True
    if isinstance(tree, (Concat, Or)):
        return any(map(_asserts, tree.items if isinstance(tree, Concat) else tree.options))
    return isinstance(tree, Times) and _asserts(tree.item)


def _divided(items: Sequence[Expression]) -> Expression:
    """The items in order, what stands on both sides of a word boundary divided by whether it is a word there."""
    for at, item in enumerate(items):
        if isinstance(item, Edge):
            before, after = Concat(tuple(items[:at])), items[at + 1 :]
            options = []
            for word in (True, False):
                left = _ending(before, word)
                if left == _NOTHING:
                    continue
                right = _beginning(_divided(after), word != (item.kind == "b"))
                if right != _NOTHING:
                    options.append(Concat((left, right)))
            return _either(options)
    return Concat(tuple(items))


def _either(options: Sequence[Expression]) -> Expression:
    kept = [option for option in dict.fromkeys(options) if option != _NOTHING]
    return kept[0] if len(kept) == 1 else Or(tuple(kept))


def _may_be_empty(tree: Expression) -> bool:
    found = lengths_of(tree)
    return found is not None and found.minimum == 0


def _ending(tree: Expression, word: bool) -> Expression:
    """The texts of the tree whose last character is one of a word, or is none; the empty text is none."""
    return _cut(tree, word, last=True)


def _beginning(tree: Expression, word: bool) -> Expression:
    """The same for the first character."""
    return _cut(tree, word, last=False)


def _cut(tree: Expression, word: bool, *, last: bool) -> Expression:
    found = _cut_filled(tree, WORD if word else _NOT_WORD, last)
    return _either([Concat(()), found]) if not word and _may_be_empty(tree) else found


def _cut_filled(tree: Expression, ranges: Ranges, last: bool) -> Expression:
    """The texts of the tree that are not empty and have a character out of the ranges at that end."""
    if isinstance(tree, Chars):
        kept = invert(invert(ranges), tree.ranges)
        return Chars(kept) if kept else _NOTHING
    if isinstance(tree, Or):
        return _either([_cut_filled(option, ranges, last) for option in tree.options])
    if isinstance(tree, Times):
        if tree.maximum == 0:
            return _NOTHING
        item = _cut_filled(tree.item, ranges, last)
        if item == _NOTHING:
            return _NOTHING
        low = 0 if _may_be_empty(tree.item) else max(tree.minimum - 1, 0)
        rest = Times(tree.item, low, None if tree.maximum is None else tree.maximum - 1)
        return Concat((rest, item) if last else (item, rest))
    assert isinstance(tree, Concat)
    options: list[Expression] = []
    items = tree.items if last else tree.items[::-1]
    for at in range(len(items) - 1, -1, -1):
        own = _cut_filled(items[at], ranges, last)
        if own != _NOTHING:
            options.append(Concat((*items[:at], own) if last else (own, *items[:at][::-1])))
        if not _may_be_empty(items[at]):
            break
    return _either(options)


class _Printer:
    def __init__(self, rules: Rules, hint: str, spelled: Spelled) -> None:
        self.rules, self.hint, self.spelled = rules, hint, spelled

    def node(self, tree: Expression) -> Node:
        """Raises TooLargeError also for a tree without any text."""
        spend(5)
        if isinstance(tree, Chars):
            if not tree.ranges:
                raise TooLargeError
            return self.spelled(tree.ranges, self.rules)
        if isinstance(tree, Concat):
            return seq(*map(self.node, tree.items))
        if isinstance(tree, Or):
            if not tree.options:
                raise TooLargeError
            return alt(*map(self.node, tree.options))
        assert isinstance(tree, Times)
        if tree.maximum == 0:
            return EMPTY
        minimum = 0 if _may_be_empty(tree.item) else tree.minimum
        return self.rules.counted(self.hint, self.node(_filled(tree.item)), minimum, tree.maximum)


def _filled(tree: Expression) -> Expression:
    """The tree without the empty text."""
    if not _may_be_empty(tree):
        return tree
    if isinstance(tree, Or):
        return _either([_filled(option) for option in tree.options if option != Concat(())])
    if isinstance(tree, Times):
        return Times(_filled(tree.item), 1, tree.maximum)
    assert isinstance(tree, Concat)
    options = [
        Concat((_filled(item), *tree.items[at + 1 :])) for at, item in enumerate(tree.items) if item != Concat(())
    ]
    return _either(options) if options else _NOTHING
