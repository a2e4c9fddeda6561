"""Raw text of a bounded length, where an automaton would be too large: it is counted in units.

A unit is a character, or a piece of the closing text that has turned out not to close: as many characters as that is
long, counted as one. So a text may be longer than its bound by as much as it holds of such pieces.
"""

from __future__ import annotations

from gba.grammar.gbnf.nodes import EMPTY, Literal, Node, Ref, alt, seq
from gba.grammar.gbnf.rules import Rules
from gba.grammar.regular.automata import EVERY_STRING, Dfa, Ranges, unite
from gba.grammar.regular.languages import length_between
from gba.grammar.strings.json_strings import raw_class
from gba.grammar.strings.raw import followed, progress
from gba.schema.work import TooLargeError

__all__ = ["bounded_text"]

_EXACT = 300
"""States that may be spent on characters at the beginning, which are counted one by one as far as the minimum goes."""


def bounded_text(allowed: Dfa, closing: str, minimum: int, maximum: int | None, rules: Rules) -> Node:
    """The strings of the language of so many units, each with the closing text behind it, which occurs nowhere earlier.

    Raises TooLargeError.
    """
    return _Bounded(allowed, closing, minimum, maximum, rules).node()


class _Bounded:
    """Prints an automaton up to where what has been read makes no difference; from there on units are counted."""

    def __init__(self, allowed: Dfa, closing: str, minimum: int, maximum: int | None, rules: Rules) -> None:
        self.rules, self.closing, self.table = rules, closing, progress(closing)
        self.minimum, self.maximum = minimum, maximum
        exact = min(minimum, _EXACT // len(closing))
        self.dfa = followed(length_between(allowed, exact, None), closing)
        self.free = _same_states(self.dfa, followed(EVERY_STRING, closing))
        if not self.free:
            raise TooLargeError

    def node(self) -> Node:
        """The text, from its beginning."""
        if 0 in self.free:
            return self.counted(self.free[0], 0)
        depths = {0: 0}
        for state in (order := [0]):
            for _, _, target in self.dfa.edges[state]:
                if target not in depths and target not in self.free:
                    depths[target] = depths[state] + 1
                    order.append(target)
        names = {state: self.rules.reserve("text") for state in order}
        for state in order:
            options: list[Node] = [EMPTY] if state in self.dfa.accepting else []
            for target, ranges in _steps(self.dfa, state).items():
                if target in self.free:
                    following = self.counted(self.free[target], depths[state] + 1)
                else:
                    following = Ref(names[target])
                options.append(seq(_char(ranges), following))
            self.rules.define(names[state], alt(*options))
        return Ref(names[0])

    def counted(self, length: int, done: int) -> Node:
        """The rest of a text of which so many characters have been read, the last of them so much of what closes it."""
        low = max(0, self.minimum - done)
        high = None if self.maximum is None else max(low, self.maximum - done)
        rest = self.known("rest", low, high, 0)
        if rest is None:
            units = self.rules.counted("units", self.unit(), low, high)
            rest = self.keep(seq(units, self.tail()), "rest", low, high, 0)
        if not length:
            return rest
        if self.known("rest", low, high, length) is None:
            for at, node in enumerate(self.chain("rest", rest, None if low else EMPTY)[1:-1], 1):
                self.keep(node, "rest", low, high, at)
        found = self.known("rest", low, high, length)
        assert found is not None
        return found

    def known(self, *key: object) -> Node | None:
        return self.rules.memo.get((_Bounded, self.closing, *key))

    def keep(self, node: Node, *key: object) -> Node:
        whole = (_Bounded, self.closing, *key)
        found = self.rules.memo[whole] = self.rules.share(str(key[0]), node)
        return found

    def unit(self) -> Node:
        """One character that is no beginning of what closes the text, or such a beginning that does not go on so."""
        found = self.known("unit")
        return found or self.keep(self.first(self.chain("unit", EMPTY, None), EMPTY), "unit")

    def tail(self) -> Node:
        """What closes the text, and any beginnings of it before that from which it is taken up again."""
        found = self.known("tail")
        return found or self.keep(self.first(self.chain("tail", None, EMPTY), None), "tail")

    def first(self, chain: list[Node], other: Node | None) -> Node:
        """The first character of what closes the text, and what follows it, or any other character and that."""
        options = [seq(Literal(self.closing[0]), chain[1])] if other is None or len(self.closing) > 1 else []
        if other is not None:
            options.append(seq(_char(self.table[0].others), other))
        return alt(*options)

    def chain(self, name: str, back: Node | None, done: Node | None) -> list[Node]:
        """What follows each length of the closing text.

        ``back``: what follows a character that is not its next one, ``done``: what follows its last one; None where
        they cannot come.
        """
        last = len(self.closing)
        refs = [Ref(self.rules.reserve(name)) for _ in range(1, last)]
        nodes: list[Node] = [EMPTY, *refs, done or EMPTY]
        for ref, (after, others) in zip(refs, self.table[1:], strict=True):
            options = [
                seq(Literal(char), nodes[following])
                for char, following in after.items()
                if following < last or done is not None
            ]
            if back is not None:
                options.append(seq(_char(others), back))
            self.rules.define(ref.name, alt(*options) if options else self.rules.nothing(), shared=False)
        return nodes


def _char(ranges: Ranges) -> Node:
    if len(ranges) == 1 and ranges[0][0] == ranges[0][1]:
        return Literal(chr(ranges[0][0]))
    return raw_class(ranges)


def _steps(dfa: Dfa, state: int) -> dict[int, Ranges]:
    found: dict[int, list[tuple[int, int]]] = {}
    for low, high, target in dfa.edges[state]:
        found.setdefault(target, []).append((low, high))
    return {target: unite(ranges) for target, ranges in found.items()}


def _same_states(dfa: Dfa, other: Dfa) -> dict[int, int]:
    """The states that are the same as states of another automaton that its first state leads to, and those."""
    for state in range(len(dfa.edges)):
        pairs = {state: 0}
        order = [state]
        for at in order:
            own, others = dfa.edges[at], other.edges[pairs[at]]
            same = [edge[:2] for edge in own] == [edge[:2] for edge in others]
            if not same or (at in dfa.accepting) != (pairs[at] in other.accepting):
                break
            for (_, _, target), (_, _, goal) in zip(own, others, strict=True):
                if target not in pairs:
                    pairs[target] = goal
                    order.append(target)
                elif pairs[target] != goal:
                    break
            else:
                continue
            break
        else:
            return pairs
    return {}
