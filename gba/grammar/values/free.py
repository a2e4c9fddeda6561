"""Objects whose keys may come in any order: how people, and models that nobody asked otherwise, write them.

Optional and other keys may come anywhere, required ones in any order while they are few. Where they are more,
the next one is the first that is missing in the order of ``properties`` or in that of ``required``: each set of keys
seen so far is a rule, and all sets are too many. A key that is written twice counts with its last value, as in every
JSON parser.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, TypeAlias

from gba.grammar.gbnf.nodes import Choice, Literal, Node, Ref, Sequence, alt, lit, one_of, seq
from gba.grammar.values.context import Context
from gba.grammar.values.presence import Option

__all__ = ["FEW", "Entry", "FreeKeys", "TooManyStatesError", "factored"]

FEW = 4
MANY = 24
STATES = 160
_OPENING, _CLOSING, _QUOTE = Literal("{"), Literal("}"), Literal('"')


class TooManyStatesError(Exception):
    """The sets of keys that have to be told apart are too many."""


@dataclass(slots=True)
class Entry:
    """A named key: its name, its text after the opening quotation mark, and all from there to after the value."""

    name: Final[str]
    text: Final[str]
    value: Final[Node]

    @property
    def node(self) -> Node:
        return seq(lit(self.text), self.value)


_Alive: TypeAlias = frozenset[tuple[int, frozenset[str]]]
_State: TypeAlias = tuple[tuple[str, ...], _Alive]


class FreeKeys:
    """The members of an object in any order.

    A state is the required keys that are still to come, in the order of ``properties``, and for each option that is
    still possible the other keys that it needs. ``order``: the required keys in the order of ``required``.
    Raises TooManyStatesError.
    """

    def __init__(
        self,
        compiler: Context,
        entries: list[Entry],
        options: list[Option],
        order: tuple[str, ...],
        other: Node | None,
    ) -> None:
        self.compiler, self.options = compiler, options
        common = frozenset.intersection(*(option.required for option in options))
        self.entries = {entry.name: entry for entry in entries}
        self.required = tuple(entry.name for entry in entries if entry.name in common)
        self.order = tuple(name for name in order if name in common)
        tracked = {name for option in options for name in (option.required | option.forbidden) - common}
        self.tracked = [entry for entry in entries if entry.name in tracked]
        rest = [(e.text, e.value) for e in entries if e.name not in common and e.name not in tracked]
        choices = [factored(rest)] if rest else []
        if other is not None:
            choices.append(other)
        self.optional = compiler.rules.share("option", alt(*choices)) if choices else None
        self.start: _State = (
            self.required,
            self.alive((number, option.required - common) for number, option in enumerate(options)),
        )
        self.rules: dict[_State, Ref] = {}

    def node(self, *, empty: bool) -> Node | None:
        """The object in braces; ``empty``: whether it may be without any key."""
        member = self.member(self.start)
        if member is not None and self.start in self.rules:
            member = self.compiler.rules.share("key", member)
        choices = [seq(_QUOTE, member)] if member is not None else []
        if empty and self.complete(self.start):
            choices.append(_CLOSING)
        return seq(_OPENING, self.compiler.style.space, one_of(*choices)) if choices else None

    def alive(self, options: Iterable[tuple[int, frozenset[str]]]) -> _Alive:
        """The options that are left, without those that ask for more than another one."""
        listed = frozenset(options)
        if len(listed) < 2:
            return listed
        return frozenset(
            (number, left)
            for number, left in listed
            if not any(
                (other, more) != (number, left)
                and more <= left
                and self.options[other].forbidden <= self.options[number].forbidden
                and (more != left or self.options[other].forbidden != self.options[number].forbidden or other < number)
                for other, more in listed
            )
        )

    def complete(self, state: _State) -> bool:
        """Whether no key is missing."""
        return not state[0] and any(not left for _, left in state[1])

    def seen(self, state: _State, name: str) -> _State | None:
        """The state after a tracked key; None where no option allows it."""
        left, alive = state
        after = self.alive(
            (number, missing - {name}) for number, missing in alive if name not in self.options[number].forbidden
        )
        return (left, after) if after else None

    def after(self, state: _State) -> Node:
        """What follows a member in this state."""
        rule = self.rules.get(state)
        if rule is None:
            if len(self.rules) >= STATES:
                raise TooManyStatesError
            rule = self.rules[state] = Ref(self.compiler.rules.reserve("keys"))
            member = self.member(state)
            choices = [] if member is None else [seq(self.compiler.style.comma, _QUOTE, member)]
            if self.complete(state):
                choices.append(_CLOSING)
            body = one_of(*choices) if choices else self.compiler.rules.nothing()
            self.compiler.rules.define(rule.name, body, shared=False)
        return rule

    def member(self, state: _State) -> Node | None:
        """A member, from after the opening quotation mark of its key, and all that follows."""
        left, alive = state
        branches: list[tuple[str, Node]] = []
        for name in self.next(left):
            entry = self.entries[name]
            at = left.index(name)
            rest = left[:at] + left[at + 1 :]
            branches.append((entry.text, Sequence((entry.value, self.after((rest, alive))))))
        for entry in self.tracked:
            following = self.seen(state, entry.name)
            if following is not None:
                branches.append((entry.text, Sequence((entry.value, self.after(following)))))
        choices = [factored(branches)] if branches else []
        if self.optional is not None:
            choices.append(seq(self.optional, self.after(state)))
        return one_of(*choices) if choices else None

    def next(self, left: tuple[str, ...]) -> tuple[str, ...]:
        """The required keys that may come now: all that are left while they are few, else the first of each order."""
        if len(self.required) <= FEW or not left:
            return left
        if len(self.required) > MANY:
            return left[:1]
        first = next((name for name in self.order if name in left), left[0])
        return left[:1] if first == left[0] else (left[0], first)


def factored(entries: list[tuple[str, Node]]) -> Node:
    """One of the entries, common beginnings of their texts written once: one stack in llama.cpp instead of many."""
    groups: dict[str, list[tuple[str, Node]]] = {}
    for text, node in entries:
        groups.setdefault(text[:1], []).append((text, node))
    options: list[Node] = []
    for group in groups.values():
        if len(group) == 1:
            text, node = group[0]
            items = node.items if isinstance(node, Sequence) else (node,)
            options.append(Sequence((Literal(text), *items)) if text else node)
            continue
        if not group[0][0]:
            options.extend(node for _, node in group)
            continue
        common = _common_prefix([text for text, _ in group])
        options.append(seq(Literal(common), factored([(text[len(common) :], node) for text, node in group])))
    return options[0] if len(options) == 1 else Choice(tuple(options))


def _common_prefix(texts: list[str]) -> str:
    low, high = min(texts), max(texts)
    for at, (one, other) in enumerate(zip(low, high, strict=False)):
        if one != other:
            return low[:at]
    return low
