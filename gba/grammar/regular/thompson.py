"""From the syntax tree of a regular expression to a nondeterministic automaton (Thompson's construction)."""

from __future__ import annotations

from gba.grammar.regular.automata import ANY_CHAR, Dfa, complement, intersect, invert, unite
from gba.grammar.regular.regex import WORD, Chars, Concat, Edge, Expression, Look, NotRegularError, Or, Times
from gba.grammar.regular.subsets import Ahead, Nfa, determinise
from gba.schema.work import TooLargeError, spend

__all__ = ["automaton"]

_POSITIONS = 20_000
_START_OF_TEXT = Dfa(((),), frozenset({0}))
_NOT_WORD = invert(WORD)
_AFTER_WORD = Dfa(
    tuple(
        tuple(sorted([(low, high, 1) for low, high in WORD] + [(low, high, 0) for low, high in _NOT_WORD]))
        for _ in range(2)
    ),
    frozenset({1}),
)
"""The texts that end with a word character."""

_CONTEXTS = {_START_OF_TEXT: (0, None, None), _AFTER_WORD: (0, 1, 0)}
"""Where these monitors are at the beginning of a text, after a word character, and after another one."""


def automaton(tree: Expression, *, anchored: bool) -> Dfa:
    """The texts in which the tree is found, ``anchored``: at their beginning.

    Raises NotRegularError and TooLargeError.
    """
    builder = _Builder()
    return determinise(builder.nfa, builder.whole(tree, anchored=anchored))


class _Builder:
    """Builds from the end: each part is given the position that follows it."""

    def __init__(self) -> None:
        self.nfa = Nfa()
        self.repeated = 0
        self.all = self.position()
        self.nfa.chars[self.all].append((ANY_CHAR, self.all))
        self.nfa.final.add(self.all)

    def position(self) -> int:
        if len(self.nfa.chars) >= _POSITIONS:
            raise TooLargeError
        spend()
        self.nfa.chars.append([])
        self.nfa.empty.append([])
        return len(self.nfa.chars) - 1

    def whole(self, tree: Expression, *, anchored: bool) -> int:
        """The position from which a text is read."""
        start = self.position()
        seek = None
        for option in tree.options if isinstance(tree, Or) else (tree,):
            items = option.items if isinstance(option, Concat) else (option,)
            if anchored or (items and items[0] == Edge("^")):
                rest = Concat(items[1:]) if items and items[0] == Edge("^") else option
                self.nfa.empty[start].append(self.build(rest, self.all))
                continue
            if seek is None:
                seek = self.position()
                self.nfa.chars[seek].append((ANY_CHAR, seek))
                self.nfa.empty[start].append(seek)
            self.nfa.empty[seek].append(self.build(option, self.all))
        return start

    def build(self, tree: Expression, following: int) -> int:
        """The position from which the tree, and then what follows, is read."""
        if isinstance(tree, Chars):
            position = self.position()
            if tree.ranges:
                self.nfa.chars[position].append((tree.ranges, following))
            return position
        if isinstance(tree, Concat):
            for item in reversed(tree.items):
                following = self.build(item, following)
            return following
        if isinstance(tree, Or):
            position = self.position()
            self.nfa.empty[position] = [self.build(option, following) for option in tree.options]
            return position
        if isinstance(tree, Times):
            return self.repeat(tree, following)
        return self.look(tree, following) if isinstance(tree, Look) else self.edge(tree, following)

    def repeat(self, tree: Times, following: int) -> int:
        self.repeated += 1
        if tree.maximum is None:
            loop = self.position()
            self.nfa.empty[loop] = [self.build(tree.item, loop), following]
            following = loop
        else:
            end = following
            for _ in range(tree.maximum - tree.minimum):
                position = self.position()
                self.nfa.empty[position] = [self.build(tree.item, following), end]
                following = position
        for _ in range(tree.minimum):
            following = self.build(tree.item, following)
        self.repeated -= 1
        return following

    def edge(self, tree: Edge, following: int) -> int:
        if tree.kind == "$":
            return self.next_is(Ahead((), True), following)
        if tree.kind == "^":
            return self.monitored(_START_OF_TEXT, False, following)
        word, other = Ahead(WORD, False), Ahead(_NOT_WORD, True)
        after_word, after_other = (word, other) if tree.kind == "B" else (other, word)
        position = self.position()
        self.nfa.empty[position] = [
            self.monitored(_AFTER_WORD, False, self.next_is(after_word, following)),
            self.monitored(_AFTER_WORD, True, self.next_is(after_other, following)),
        ]
        return position

    def look(self, tree: Look, following: int) -> int:
        inner = _simple(tree.item)
        if tree.behind:
            return self.monitored(_ends_with(inner), tree.negated, following)
        if isinstance(inner, Chars):
            wanted = Ahead(invert(inner.ranges), True) if tree.negated else Ahead(inner.ranges, False)
            return self.next_is(wanted, following)
        if inner == Edge("$"):
            return self.next_is(Ahead(ANY_CHAR, False) if tree.negated else Ahead((), True), following)
        if _looks_behind(inner):
            return self.look_from_here(inner, tree.negated, following)
        language = automaton(inner, anchored=True)
        if tree.negated:
            language = complement(language)
        if not self.repeated and not self.nfa.behind:
            # What follows is not part of a loop, and does not depend on what came before: meet it there.
            return self.embed(intersect(language, determinise(self.nfa, following)))
        return self.beside(self.embed(language), following)

    def look_from_here(self, inner: Expression, negated: bool, following: int) -> int:
        """A look-ahead that itself asks what came before."""
        if not negated:
            return self.beside(self.build(inner, self.all), following)
        # Its opposite is another one at the beginning of a text, after a word character and after another one.
        builder = _Builder()
        start = builder.build(inner, builder.all)
        if not all(monitor in _CONTEXTS for monitor in builder.nfa.monitors):
            raise NotRegularError("a look-behind inside of a negative look-ahead")
        position = self.position()
        for context in range(3):
            states = tuple(_CONTEXTS[monitor][context] for monitor in builder.nfa.monitors)
            opposite = complement(determinise(builder.nfa, start, states))
            here = self.beside(self.embed(opposite), following)
            if context == 0:
                here = self.monitored(_START_OF_TEXT, False, here)
            else:
                here = self.monitored(_START_OF_TEXT, True, self.monitored(_AFTER_WORD, context == 2, here))
            self.nfa.empty[position].append(here)
        return position

    def beside(self, look: int, following: int) -> int:
        position = self.position()
        self.nfa.both[position] = (look, following)
        return position

    def next_is(self, wanted: Ahead, following: int) -> int:
        position = self.position()
        self.nfa.ahead[position] = (wanted, following)
        return position

    def monitored(self, monitor: Dfa, negated: bool, following: int) -> int:
        if monitor not in self.nfa.monitors:
            self.nfa.monitors.append(monitor)
        position = self.position()
        self.nfa.behind[position] = (self.nfa.monitors.index(monitor), negated, following)
        return position

    def embed(self, dfa: Dfa) -> int:
        numbers = [self.position() for _ in dfa.edges]
        for number, edges in zip(numbers, dfa.edges, strict=True):
            goals: dict[int, list[tuple[int, int]]] = {}
            for low, high, target in edges:
                goals.setdefault(target, []).append((low, high))
            self.nfa.chars[number] = [(tuple(ranges), numbers[target]) for target, ranges in goals.items()]
        self.nfa.final.update(numbers[state] for state in dfa.accepting)
        return numbers[0]


def _simple(tree: Expression) -> Expression:
    """The tree without sequences and choices of one part; a choice of characters is one class."""
    if isinstance(tree, Concat) and len(tree.items) == 1:
        return _simple(tree.items[0])
    if isinstance(tree, Or):
        options = tuple(map(_simple, tree.options))
        if all(isinstance(option, Chars) for option in options):
            return Chars(unite(pair for option in options if isinstance(option, Chars) for pair in option.ranges))
        return Or(options)
    return tree


def _looks_behind(tree: Expression) -> bool:
    """Whether the tree asks what came before."""
    stack: list[Expression] = [tree]
    while stack:
        at = stack.pop()
        if (isinstance(at, Edge) and at.kind != "$") or (isinstance(at, Look) and at.behind):
            return True
        if isinstance(at, (Concat, Or)):
            stack.extend(at.items if isinstance(at, Concat) else at.options)
        elif isinstance(at, (Times, Look)):
            stack.append(at.item)
    return False


def _ends_with(tree: Expression) -> Dfa:
    """All texts that end with the tree."""
    if isinstance(tree, Edge) and tree.kind == "^":
        return _START_OF_TEXT
    if _looks_behind(tree) or _looks_ahead(tree):
        raise NotRegularError("an assertion inside of a look-behind")
    return automaton(Concat((Times(Chars(ANY_CHAR), 0, None), tree, Edge("$"))), anchored=True)


def _looks_ahead(tree: Expression) -> bool:
    stack: list[Expression] = [tree]
    while stack:
        at = stack.pop()
        if isinstance(at, (Edge, Look)):
            return True
        if isinstance(at, (Concat, Or)):
            stack.extend(at.items if isinstance(at, Concat) else at.options)
        elif isinstance(at, Times):
            stack.append(at.item)
    return False
