"""Follows a text through a grammar, in pure Python: what llama.cpp would accept, refuse, force, and how to end."""

from __future__ import annotations

from gba.grammar.gbnf.charclass import normalise
from gba.grammar.gbnf.derive import RemainingPrinter
from gba.grammar.gbnf.lengths import Lengths
from gba.grammar.gbnf.nodes import CharClass, GbnfTree
from gba.grammar.gbnf.stacks import Machine, State
from gba.grammar.gbnf.trie import Trie

__all__ = ["MAX_FORCED", "MAX_SHORTEST", "Matcher"]

MAX_FORCED = 4096
"""Characters that one call of `Matcher.forced` returns at most; call again after advancing for the rest."""


MAX_SHORTEST = 1_000_000
"""Characters that a completion by `Matcher.shortest` may have, unless a caller says otherwise."""


class _Shared:
    """What all matchers of one grammar have in common, made when first needed."""

    def __init__(self, tree: GbnfTree) -> None:
        self.machine = Machine(tree)
        self._lengths: Lengths | None = None
        self._printer: RemainingPrinter | None = None

    @property
    def lengths(self) -> Lengths:
        if self._lengths is None:
            self._lengths = Lengths(self.machine.tree)
        return self._lengths

    @property
    def printer(self) -> RemainingPrinter:
        if self._printer is None:
            self._printer = RemainingPrinter(self.machine.tree)
        return self._printer


class Matcher:
    """A place in the grammar, at first its beginning. ``copy`` is cheap and shares everything that was learnt of the
    grammar, so keep one matcher for each grammar and copy it.

    Raises GrammarError, as soon as it is met, for a missing rule, for left recursion, and for a token that is not
    named by its text. Text is followed by code points; the character U+0000 is never allowed, as in llama.cpp.
    """

    __slots__ = ("_shared", "_state")

    def __init__(self, tree: GbnfTree) -> None:
        self._shared = _Shared(tree)
        self._state: State = self._shared.machine.initial

    def copy(self) -> Matcher:
        """Another matcher at the same place."""
        other = object.__new__(Matcher)
        other._shared, other._state = self._shared, self._state
        return other

    def advance(self, text: str) -> bool:
        """Go on by the text. False, and nothing changed, where the grammar does not allow all of it."""
        state = self._follow(text)
        if state is None:
            return False
        self._state = state
        return True

    def allows(self, text: str) -> bool:
        """Whether the text could come next."""
        return self._follow(text) is not None

    @property
    def accepting(self) -> bool:
        """Whether the sentence may end here."""
        return self._state.accepting

    @property
    def done(self) -> bool:
        """Whether the sentence has to end here."""
        return self._state.final

    def forced(self) -> str:
        """The longest text that has to come next: up to where there is a choice, or the sentence may end.

        At most MAX_FORCED characters; "" where there is a choice at once.
        """
        state = self._state
        chars: list[str] = []
        while len(chars) < MAX_FORCED:
            char = state.only
            following = state.moves[char] if char is not None else None
            if char is None or following is None:
                break
            chars.append(char)
            state = following
        return "".join(chars)

    def shortest(self, limit: int = MAX_SHORTEST) -> str:
        """A shortest text that completes the sentence, "" where it may end here; always the same one.

        Raises GrammarError where the grammar has no end from here, and where the text would have more characters than
        the limit; nothing is built then.
        """
        return self._shared.lengths.shortest(self._state.cells, limit)

    def shortest_length(self) -> int:
        """How many characters ``shortest`` would have, computed without building it; however many they are.

        Raises GrammarError where the grammar has no end from here.
        """
        return self._shared.lengths.length(self._state.cells)

    def remaining(self, prefix: str = "") -> str:
        """GBNF text of ``prefix`` followed by exactly what may still come, its root rule called ``root``."""
        return self._shared.printer.text(self._state, prefix)

    def next_chars(self) -> CharClass:
        """The characters that may come next, as sorted and disjoint ranges."""
        single = [(ord(char), ord(char)) for char in self._state.literals]
        classes = [pair for ranges, _ in self._state.classes for pair in ranges]
        return CharClass(normalise(single + classes))

    def among(self, vocabulary: Trie) -> list[int]:
        """The numbers of those texts of a vocabulary that may come next, in no order."""
        return vocabulary.allowed(self._state)

    @property
    def place(self) -> object:
        """Equal for two matchers of one grammar after which the same may come; fit to be a key."""
        return self._state

    def _follow(self, text: str) -> State | None:
        state: State | None = self._state
        for char in text:
            if state is None:
                return None
            state = state.moves[char]
        return state
