"""A vocabulary as a trie, to find out which of its texts a grammar allows without following each of them."""

from __future__ import annotations

from collections.abc import Iterable

from gba.grammar.gbnf.stacks import State

__all__ = ["Trie"]


class Trie:
    """Texts by their numbers. Empty texts are left out: they would lead nowhere."""

    __slots__ = ("children", "numbers")

    def __init__(self, texts: Iterable[tuple[int, str]] = ()) -> None:
        self.children: dict[str, Trie] = {}
        self.numbers: list[int] = []
        for number, text in texts:
            if text:
                self._leaf(text).numbers.append(number)

    def _leaf(self, text: str) -> Trie:
        node = self
        for char in text:
            found = node.children.get(char)
            if found is None:
                found = node.children[char] = Trie()
            node = found
        return node

    def allowed(self, state: State) -> list[int]:
        """The numbers of all texts that may come next in this state; in no order."""
        numbers: list[int] = []
        todo: list[tuple[Trie, State]] = [(self, state)]
        while todo:
            node, place = todo.pop()
            moves = place.moves
            for char in node.children if place.classes else place.literals:
                child = node.children.get(char)
                following = None if child is None else moves[char]
                if child is not None and following is not None:
                    numbers += child.numbers
                    if child.children:
                        todo.append((child, following))
        return numbers
