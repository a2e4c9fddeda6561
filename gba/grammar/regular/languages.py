"""From regular expressions to automata: patterns that are searched for, or matched in full, and their lengths.

A pattern that begins with look-aheads (``^(?=.*[a-z])(?!.*\\s).{8,}$``) is a conjunction: each look-ahead, and the
rest, is a language of its own, and they are intersected, the smallest first.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from gba.grammar.regular.automata import EVERY_STRING, STATES, Dfa, complement, intersect, unrolled
from gba.grammar.regular.regex import Concat, Edge, Expression, Look, NotRegularError, Or, Times, parse
from gba.grammar.regular.thompson import automaton
from gba.schema.work import PIECE, TooLargeError, Work, remembered

__all__ = ["always", "full_match", "length_between", "search", "superset"]

_OWN = 50_000
"""Steps that an automaton of the compiler's own may take."""


@remembered(1024)
def search(pattern: str) -> Dfa:
    """All strings in which the pattern is found. Raises RegexError, NotRegularError, TooLargeError."""
    return all_of(_conjunct(*part) for part in _conjuncts(parse(pattern), anchored=False))


@remembered(256)
def full_match(pattern: str) -> Dfa:
    """All strings that the pattern matches from beginning to end. Raises as ``search`` does."""
    return all_of(_conjunct(*part) for part in _conjuncts(Concat((parse(pattern), Edge("$"))), anchored=True))


@remembered(256)
def superset(pattern: str) -> Dfa:
    """Strings among which are all in which the pattern is found, where ``search`` fails; raises RegexError only.

    Of a conjunction the parts that are small enough are left; of a part that is too large, what is left of it without
    its counts and assertions.
    """
    found = EVERY_STRING
    try:
        parts = list(_conjuncts(parse(pattern), anchored=False))
    except NotRegularError:
        return found
    for tree, negated, anchored in parts:
        own: Dfa | None = None
        for candidate in (tree,) if negated else (tree, _relaxed(tree)):
            try:
                own = _small_conjunct(candidate, negated, anchored)
                break
            except (NotRegularError, TooLargeError):
                continue
        if own is not None:
            try:
                found = _small_intersection(found, own)
            except TooLargeError:
                continue
    return found


def all_of(automata: Iterable[Dfa]) -> Dfa:
    """The strings that are in every language, the smallest automata first. Raises TooLargeError."""
    return intersect(*sorted(automata, key=lambda dfa: len(dfa.edges)))


def _conjunct(tree: Expression, negated: bool, anchored: bool) -> Dfa:
    found = automaton(tree, anchored=anchored)
    return complement(found) if negated else found


_small_conjunct = remembered(256, PIECE // 6)(_conjunct)
_small_intersection = remembered(256, PIECE // 6)(intersect)


def _conjuncts(tree: Expression, *, anchored: bool) -> Iterator[tuple[Expression, bool, bool]]:
    """The look-aheads with which a pattern begins, and the rest: each with whether it is negated, and anchored."""
    items = tree.items if isinstance(tree, Concat) else (tree,)
    while len(items) == 1 and isinstance(items[0], Concat):
        items = items[0].items
    at = 0
    while at < len(items):
        item = items[at]
        if item == Edge("^"):
            anchored = True
        elif anchored and isinstance(item, Look) and not item.behind:
            yield item.item, item.negated, True
        elif anchored and isinstance(item, Concat):
            items = (*items[:at], *item.items, *items[at + 1 :])
            continue
        else:
            break
        at += 1
    if at < len(items):
        yield Concat(items[at:]) if at else tree, False, anchored


_COUNTED = 4


def _relaxed(tree: Expression) -> Expression:
    """The tree without assertions, its larger counts without a bound: a pattern that is found wherever it is."""
    if isinstance(tree, Concat):
        return Concat(tuple(map(_relaxed, tree.items)))
    if isinstance(tree, Or):
        return Or(tuple(map(_relaxed, tree.options)))
    if isinstance(tree, Times):
        many = tree.maximum is None or tree.maximum > _COUNTED
        return Times(_relaxed(tree.item), min(tree.minimum, _COUNTED), None if many else tree.maximum)
    if isinstance(tree, Look) or (isinstance(tree, Edge) and tree.kind in "bB"):
        return Concat(())
    return tree


def always(pattern: str) -> Dfa:
    """As ``full_match``, for small patterns of the compiler's own: whatever work other automata have taken."""
    with Work(_OWN):
        return full_match(pattern)


def length_between(dfa: Dfa, minimum: int, maximum: int | None) -> Dfa:
    """The strings of the language that have ``minimum`` to ``maximum`` code points. Raises TooLargeError."""
    if (minimum == 0 and maximum is None) or _lengths_within(dfa, minimum, maximum):
        return dfa
    if (minimum if maximum is None else maximum + 1) > STATES:
        raise TooLargeError
    return unrolled(dfa, minimum, maximum)


def _lengths_within(dfa: Dfa, minimum: int, maximum: int | None) -> bool:
    """Whether all strings have such a length anyway."""
    level, depth = {0}, 0
    while level and depth < minimum:
        if level & dfa.accepting:
            return False
        level = {target for state in level for _, _, target in dfa.edges[state]}
        depth += 1
        if depth > len(dfa.edges):
            return False
    if maximum is None or not level:
        return True
    while level and depth <= maximum:
        level = {target for state in level for _, _, target in dfa.edges[state]}
        depth += 1
        if depth > len(dfa.edges):
            return not level
    return not level
