"""Strings as JSON text: what a set of strings looks like between quotation marks.

A character is spelled as ``json.dumps(..., ensure_ascii=False)`` spells it; a string without any constraint but its
length may also be spelled with the other escapes of JSON.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Iterable
from itertools import pairwise

from gba.grammar.gbnf.nodes import EMPTY, CharClass, Choice, Literal, Node, Ref, Repeat, Sequence, alt, one_of, seq
from gba.grammar.gbnf.rules import Rules
from gba.grammar.gbnf.texts import tree_node
from gba.grammar.regular.automata import Dfa, Ranges, invert, unite

__all__ = [
    "QUOTE",
    "DfaPrinter",
    "any_char",
    "any_number_of",
    "char_node",
    "char_options",
    "dfa_node",
    "quoted",
    "raw_class",
    "string_between",
    "texts_node",
]

_ESCAPED: Ranges = ((0, 31), (34, 34), (92, 92))
_SHORT = {8: "b", 9: "t", 10: "n", 12: "f", 13: "r", 34: '"', 92: "\\"}
_RAW = invert(_ESCAPED)
_HEX = CharClass(((48, 57), (65, 70), (97, 102)))
QUOTE = Literal('"')
"""What a string ends with."""

_MANY = 12
_LONG_RUN = 64
_encode = json.JSONEncoder(ensure_ascii=False).encode


def quoted(text: str) -> str:
    """The text as JSON."""
    return _encode(text)


def any_char(rules: Rules) -> Node:
    """One character of a string without constraints, in any spelling of JSON (a lone surrogate is none)."""
    found = rules.memo.get("char")
    if found is None:
        found = rules.memo["char"] = rules.share("char", _any_char())
    return found


@functools.cache
def _any_char() -> Choice:
    unicode = seq(
        Literal("u"),
        alt(
            seq(CharClass(((48, 57), (65, 67), (69, 70), (97, 99), (101, 102))), _HEX, _HEX, _HEX),
            seq(CharClass(((68, 68), (100, 100))), CharClass(((48, 55),)), _HEX, _HEX),
        ),
    )
    simple = CharClass(tuple((ord(char), ord(char)) for char in '"\\/bfnrt'))
    return Choice((seq(Literal("\\"), alt(simple, unicode)), raw_class(_RAW)))


def raw_class(ranges: Ranges) -> CharClass:
    """The shorter of a class and its complement; text never holds a surrogate."""
    complement = unite([*invert(ranges), (0xD800, 0xDFFF)]) if _spans_surrogates(ranges) else invert(ranges)
    if _spans_surrogates(ranges):
        complement = tuple(pair for pair in complement if pair != (0xD800, 0xDFFF))
        if any(low <= 0xD800 <= high for low, high in complement):
            return CharClass(ranges)
        return CharClass(complement, negated=True)
    return CharClass(ranges)


def _spans_surrogates(ranges: Ranges) -> bool:
    ends = {high for _, high in ranges}
    starts = {low for low, _ in ranges}
    return 0xD7FF in ends and 0xE000 in starts


def char_node(ranges: Ranges, rules: Rules) -> Node:
    """One character out of the ranges, as JSON spells it."""
    found = rules.memo.get(ranges)
    if found is None:
        listed = char_options(ranges, rules)
        found = rules.memo[ranges] = rules.share("chars", alt(*listed)) if len(listed) > 1 else listed[0]
    return found


def char_options(ranges: Ranges, rules: Rules) -> list[Node]:
    """The same as a list: what has to be escaped first, the characters that stand for themselves last."""
    raw, escapes = _char_options(ranges)
    listed = [] if escapes is None else [seq(Literal("\\"), rules.share("escape", escapes))]
    return listed if raw is None else [*listed, raw]


@functools.lru_cache(maxsize=4096)
def _char_options(ranges: Ranges) -> tuple[Node | None, Node | None]:
    """The characters that stand for themselves, and what follows the backslash of the others."""
    raw = invert(_ESCAPED, ranges)
    plain: Node | None = raw_class(raw) if raw else None
    if len(raw) == 1 and raw[0][0] == raw[0][1]:
        plain = Literal(chr(raw[0][0]))
    points = tuple(point for low, high in _ESCAPED for point in range(low, high + 1) if _inside(ranges, point))
    return plain, _escapes(points) if points else None


def _inside(ranges: Ranges, point: int) -> bool:
    return any(low <= point <= high for low, high in ranges)


@functools.lru_cache(maxsize=256)
def _escapes(points: tuple[int, ...]) -> Node:
    """One of the characters, each with the shortest escape that JSON has for it, the backslash left out."""
    short = [ord(_SHORT[point]) for point in points if point in _SHORT]
    long = [point for point in points if point not in _SHORT]
    options: list[Node] = [_one_of(short)] if short else []
    rows = [seq(Literal(f"{row}"), _one_of(_hex_digits(long, row))) for row in (0, 1) if _hex_digits(long, row)]
    if rows:
        options.append(seq(Literal("u00"), alt(*rows)))
    return alt(*options)


def _hex_digits(points: Iterable[int], row: int) -> list[int]:
    """The last digit, in either case, of the points whose last but one is ``row``."""
    return [ord(digit) for point in points if point >> 4 == row for digit in {f"{point & 15:x}", f"{point & 15:X}"}]


def _one_of(points: list[int]) -> Node:
    return CharClass(unite((point, point) for point in points)) if len(points) > 1 else Literal(chr(points[0]))


def string_between(minimum: int, maximum: int | None, rules: Rules) -> Node:
    """A string of so many characters, quotation marks included."""
    if minimum == 0 and maximum is None:
        return _any_string(rules)
    body = seq(Literal('"'), rules.counted("chars", any_char(rules), minimum, maximum), Literal('"'))
    return rules.share("string", body)


def _any_string(rules: Rules) -> Node:
    found = rules.memo.get("string")
    if found is None:
        found = rules.memo["string"] = rules.share(
            "string", seq(Literal('"'), any_number_of(_any_char().options, rules, "chars"))
        )
    return found


def any_number_of(options: Iterable[Node], rules: Rules, hint: str) -> Node:
    """Characters as many as may come, then the quotation mark: a rule of its own, its options written out.

    llama.cpp tries the options of a rule from the last one on, and each of them only on the tokens that those before
    it refused; so the one that allows most comes last. `char*` would try its end first.
    """
    name = rules.reserve(hint)
    return rules.define(name, alt(QUOTE, *(seq(option, Ref(name)) for option in options)))


def texts_node(texts: Iterable[str], rules: Rules, tail: Node = EMPTY) -> Node:
    """One of the texts in quotation marks, then the tail: a choice where they are few, else a tree."""
    listed = list(dict.fromkeys(texts))
    if len(listed) <= _MANY:
        return alt(*(seq(Literal(quoted(text)), tail) for text in listed))
    return seq(Literal('"'), rules.share("text", tree_node((quoted(text)[1:] for text in listed), rules, "text")), tail)


def dfa_node(dfa: Dfa, rules: Rules, hint: str, end: Node = QUOTE, printer: type[DfaPrinter] | None = None) -> Node:
    """The strings of a DFA as right-linear rules, what ends them included, the opening quotation mark not.

    ``printer`` spells the characters: as JSON does, unless it says otherwise.
    """
    key = (id(dfa), end, printer)
    found = rules.memo.get(key)
    if found is None:
        found = (printer or DfaPrinter)(dfa, rules, hint, end).node()
        found = rules.memo[key] = rules.share(hint, found)
        rules.keep.append(dfa)
    return found


class DfaPrinter:
    """One rule a state; states in a row become one rule, runs of equal ones a counted repetition."""

    def __init__(self, dfa: Dfa, rules: Rules, hint: str, end: Node) -> None:
        self.dfa, self.rules, self.hint = dfa, rules, hint
        self.end = end
        self.steps = [self._steps(state) for state in range(len(dfa.edges))]
        self.uses = [0] * len(dfa.edges)
        for steps in self.steps:
            for target in steps:
                self.uses[target] += 1
        self.uses[0] += 1
        self.names: dict[int, str] = {}
        self.named: list[int] = []
        self.bodies: dict[int, Node] = {}
        self.chains: dict[tuple[int, int], tuple[int, int]] = {}

    def _steps(self, state: int) -> dict[int, Ranges]:
        found: dict[int, list[tuple[int, int]]] = {}
        for low, high, target in self.dfa.edges[state]:
            found.setdefault(target, []).append((low, high))
        return {target: tuple(ranges) for target, ranges in found.items()}

    def node(self) -> Node:
        if self.dfa.empty:
            raise ValueError("no string is in the language")
        root = self.reference(0)
        waiting = [0]
        done: set[int] = set()
        while waiting:
            state = waiting.pop()
            if state in done:
                continue
            done.add(state)
            self.named.clear()
            self.bodies[state] = self.body(state)
            waiting.extend(sorted(self.named, reverse=True))
        if self.uses[0] == 1 or not self.refers(self.names[0]):
            root = self.bodies.pop(0)
        for state, body in self.bodies.items():
            self.rules.define(self.names[state], body, shared=False)
        return root

    def refers(self, name: str) -> bool:
        """Whether a body refers to the rule."""
        return any(isinstance(part, Ref) and part.name == name for part in _parts(self.bodies.values()))

    def reference(self, state: int) -> Node:
        if state not in self.names:
            self.named.append(state)
            self.names[state] = self.rules.reserve(f"{self.hint}-{state}" if state else self.hint)
        return Ref(self.names[state])

    def body(self, state: int) -> Node:
        """What may be read from the state: the run that begins here, else one alternative for each next state."""
        run = self.run(state)
        if run is not None:
            return run
        steps = self.steps[state]
        options = [self.end] if state in self.dfa.accepting else []
        for target, ranges in sorted(steps.items(), key=_extent):
            options.append(seq(self.chars(ranges), self.follow(target)))
        return one_of(*options)

    def spelled(self, ranges: Ranges) -> Node:
        """One character out of the ranges, as it stands in the text."""
        return char_node(ranges, self.rules)

    def chars(self, ranges: Ranges) -> Node:
        node = self.spelled(ranges)
        if isinstance(node, CharClass) and len(node.ranges) > 8:
            return self.rules.share("chars", node)
        return node

    def follow(self, state: int) -> Node:
        """Inline a state that has one predecessor and one edge."""
        items: list[Node] = []
        seen: set[int] = set()
        if not self.steps[state]:
            return self.end
        while self.uses[state] == 1 and len(self.steps[state]) <= 1 and state not in seen:
            seen.add(state)
            run = self.run(state)
            if run is not None:
                return seq(*items, run)
            if not self.steps[state]:
                return seq(*items, self.end)
            if state in self.dfa.accepting:
                break
            ((target, ranges),) = self.steps[state].items()
            if target == state:
                break
            items.append(self.chars(ranges))
            state = target
        return seq(*items, self.reference(state))

    def run(self, state: int) -> Node | None:
        """States in a row that differ in nothing but how often one class may still be read."""
        found = self._longest_run(state)
        if found is None:
            return None
        length, ranges, exits, last = found
        item = self.chars(ranges)
        accepting = state in self.dfa.accepting
        same_end = (last in self.dfa.accepting) == accepting and self.steps[last] == exits
        if same_end:
            tail: list[Node] = [seq(self.chars(out), self.follow(target)) for target, out in exits.items()]
            if accepting:
                tail.append(self.end)
            return seq(self.rules.counted(self.hint, item, 0, length), alt(*tail)) if tail else None
        if not exits and not accepting:
            return seq(self.rules.counted(self.hint, item, length, length), self.follow(last))
        if length > _LONG_RUN and not exits:
            shorter = seq(self.rules.counted(self.hint, item, 0, length - 1), self.end)
            return alt(shorter, seq(self.rules.counted(self.hint, item, length, length), self.follow(last)))
        return None

    def _longest_run(self, state: int) -> tuple[int, Ranges, dict[int, Ranges], int] | None:
        """How many characters of one class may follow, the class, the other ways on, and where the last one leads."""
        best = None
        for first, ranges in self.steps[state].items():
            if first == state or self._next(state, first, ranges) is None:
                continue
            length, last = self._chain(state, first, ranges)
            if length >= 8 and (best is None or length > best[0]):
                exits = {target: out for target, out in self.steps[state].items() if target != first}
                if last not in exits:
                    best = (length, ranges, exits, last)
        return best

    def _chain(self, state: int, first: int, ranges: Ranges) -> tuple[int, int]:
        """How many steps over the ranges lead through states that are alike, and where the last one ends."""
        path, before, at = {state: None}, state, first  # in order, and quick to look into
        while (known := self.chains.get((before, at))) is None:
            following = self._next(before, at, ranges)
            path[at] = None
            if following is None:
                known = (0, at)
                break
            if following in path:
                return len(path) - 1, at
            before, at = at, following
        else:
            path[at] = None
        length, last = known
        for step in reversed(list(pairwise(path))):
            if step not in self.chains:
                length += 1
                self.chains[step] = (length, last)
        return self.chains[state, first]

    def _next(self, state: int, following: int, ranges: Ranges) -> int | None:
        """Where the ranges lead from the ``following`` state, if it differs from the ``state`` in nothing else."""
        own, others = self.steps[state], self.steps[following]
        if len(own) != len(others) or (state in self.dfa.accepting) != (following in self.dfa.accepting):
            return None
        onward = None
        for target, out in others.items():
            if out == ranges:
                onward = target
            elif own.get(target) != out:
                return None
        return onward


def _extent(step: tuple[int, Ranges]) -> int:
    """How many characters lead to the next state."""
    return sum(high - low + 1 for low, high in step[1])


def _parts(nodes: Iterable[Node]) -> Iterable[Node]:
    stack = list(nodes)
    while stack:
        at = stack.pop()
        yield at
        if isinstance(at, Sequence):
            stack.extend(at.items)
        elif isinstance(at, Repeat):
            stack.append(at.item)
        elif isinstance(at, Choice):
            stack.extend(at.options)
