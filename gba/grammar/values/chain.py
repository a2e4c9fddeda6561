"""Objects whose named keys come in the order of ``properties``, other keys anywhere between them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, TypeAlias

from gba.grammar.gbnf.nodes import Node, Ref, alt, seq
from gba.grammar.values.free import Entry, TooManyStatesError
from gba.grammar.values.presence import Option

if TYPE_CHECKING:
    from gba.grammar.values.members import Members

__all__ = ["Chain"]

STATES = 6000

_State: TypeAlias = tuple[int, frozenset[int]]
"""How many keys have been written (as far as that matters), and which options are still possible."""


class Chain:
    """The members of an object in order. Level i: the named keys before the i-th are dealt with.

    Raises TooManyStatesError.
    """

    def __init__(
        self,
        members: Members,
        entries: Sequence[Entry],
        options: Sequence[Option],
        other: Node | None,
        minimum: int,
        maximum: int | None,
    ) -> None:
        self.members, self.entries, self.other, self.options = members, entries, other, options
        self.minimum, self.maximum = minimum, maximum
        self.cap = max(minimum, 0 if maximum is None else maximum)
        self.place = {entry.name: index for index, entry in enumerate(entries)}
        self.needs = [max((self.place[name] + 1 for name in option.required), default=0) for option in options]
        """For each option the level from which on all that it requires may have been written."""
        self.after: dict[tuple[int, _State], Node | None] = {}
        self.named: dict[tuple[int, _State], Node | None] = {}

    def node(self) -> Node | None:
        """The whole object; None where there is none."""
        start: _State = (0, frozenset(range(len(self.options))))
        levels = self.levels(start)
        for index in range(len(levels) - 1, -1, -1):
            for state in sorted(levels[index], key=lambda state: -state[0]):
                self.build(index, state)
        return self.members.whole(self.key(0, start), empty=self.ends(0, start))

    def levels(self, start: _State) -> list[dict[_State, None]]:
        """The states that can be reached, level by level."""
        found: list[dict[_State, None]] = [{start: None}]
        count = 0
        for index in range(len(self.entries) + 1):
            level = found[index]
            if self.other is not None:
                for state in tuple(level):
                    while (state := self.written(state)) not in level and self.room(state, 0):
                        level[state] = None
            count += len(level)
            if count > STATES:
                raise TooManyStatesError
            if index < len(self.entries):
                steps = [step for state in level for step in (self.taken(index, state), self.skipped(index, state))]
                found.append({step: None for step in steps if step is not None})
        return found

    def written(self, state: _State) -> _State:
        return (min(state[0] + 1, self.cap), state[1])

    def room(self, state: _State, more: int = 1) -> bool:
        """Whether so many further keys may come."""
        return self.maximum is None or state[0] + more <= self.maximum

    def taken(self, index: int, state: _State) -> _State | None:
        """The state once this key has been written."""
        name = self.entries[index].name
        alive = frozenset(number for number in state[1] if name not in self.options[number].forbidden)
        return (min(state[0] + 1, self.cap), alive) if alive and self.room(state) else None

    def skipped(self, index: int, state: _State) -> _State | None:
        """The state once this key has been left out."""
        name = self.entries[index].name
        alive = frozenset(number for number in state[1] if name not in self.options[number].required)
        return (state[0], alive) if alive else None

    def ends(self, index: int, state: _State) -> bool:
        """Whether the object may end here."""
        return state[0] >= self.minimum and any(self.needs[number] <= index for number in state[1])

    def build(self, index: int, state: _State) -> None:
        members, rules = self.members, self.members.compiler.rules
        name = rules.reserve("keys") if self.other is not None else None
        if name is not None:
            self.after[index, state] = Ref(name)
        self.named[index, state] = self.names(index, state)
        key = self.key(index, state)
        choices = [seq(members.comma, members.keys.quote, key)] if key is not None else []
        if self.ends(index, state):
            choices.append(members.closing)
        if not choices:
            self.after[index, state] = None
            if name is not None:
                rules.define(name, rules.nothing())
        elif name is not None:
            rules.define(name, alt(*choices))
        else:
            self.after[index, state] = rules.share("keys", alt(*choices)) if len(choices) > 1 else choices[0]

    def names(self, index: int, state: _State) -> Node | None:
        """The named keys from this one on, of which one comes next."""
        if index == len(self.entries):
            return None
        choices: list[Node] = []
        taken, skipped = self.taken(index, state), self.skipped(index, state)
        if taken is not None and (after := self.after[index + 1, taken]) is not None:
            choices.append(seq(self.entries[index].node, after))
        if skipped is not None and (later := self.named[index + 1, skipped]) is not None:
            choices.append(later)
        if not choices:
            return None
        return self.members.compiler.rules.share("key", alt(*choices)) if len(choices) > 1 else choices[0]

    def key(self, index: int, state: _State) -> Node | None:
        """The key that comes next, and all that follows it."""
        named = self.named[index, state]
        if self.other is None or not self.room(state):
            return named
        after = self.after[index, self.written(state)]
        choices = [] if named is None else [named]
        if after is not None:
            choices.append(seq(self.other, after))
        return alt(*choices) if choices else None
