"""Objects: named keys in their order, required and optional mixed, and other keys anywhere between them."""

from __future__ import annotations

import functools
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass

from gba.errors import SchemaError
from gba.grammar.gbnf.nodes import Node, alt
from gba.grammar.regular.automata import Dfa, divide, intersect
from gba.grammar.values.chain import Chain
from gba.grammar.values.context import Context
from gba.grammar.values.free import Entry, FreeKeys, TooManyStatesError
from gba.grammar.values.keys import other_keys
from gba.grammar.values.members import Members, braces
from gba.grammar.values.presence import Option, Presence, grouped
from gba.schema.merge import conjoin
from gba.schema.nodes import ANYTHING, Conjunction, Language, Object, Residual
from gba.schema.work import TooLargeError, remembered

__all__ = ["allowed_name", "key_value", "key_values", "may_have", "names_of", "object_nodes", "other_values"]

_STATES = 4000
_CELLS = 24


def object_nodes(compiler: Context, nodes: Sequence[Object], members: Members | None = None) -> list[Node]:
    """The objects that satisfy one of the nodes, written as ``members`` says: in braces, unless it is given."""
    members = members or braces(compiler)
    found = (_object(compiler, members, presence) for presence in grouped(nodes))
    return [node for node in found if node is not None]


def _object(compiler: Context, members: Members, presence: Presence) -> Node | None:
    node = presence.base
    names = names_of(presence)
    entries: list[Entry] = []
    value_of = key_values(compiler, node)
    for name in members.ordered(names):
        entry = members.entry(name, value_of(name), node.pointer) if allowed_name(compiler, node, name) else None
        if entry is not None:
            entries.append(entry)
    possible = {entry.name for entry in entries}
    options = [
        Option(option.required, option.forbidden & possible)
        for option in presence.options
        if option.required <= possible
    ]
    if not options:
        missing = next(name for option in presence.options for name in sorted(option.required - possible))
        compiler.contradict("required", node.pointer, f"the required key {missing!r} can have no value")
        return None
    never = frozenset.intersection(*(option.forbidden for option in options))
    entries = [entry for entry in entries if entry.name not in never]
    others = _other_entries(compiler, members, node, tuple(names))
    return _members(compiler, members, presence, options, entries, others)


def names_of(presence: Presence) -> list[str]:
    """The keys that have a name of their own."""
    listed = [name for scope in presence.base.scopes for name, _ in scope.properties]
    forbidden = sorted(name for option in presence.options for name in option.forbidden)
    return list(dict.fromkeys([*listed, *presence.required, *forbidden]))


def _members(
    compiler: Context,
    members: Members,
    presence: Presence,
    options: list[Option],
    entries: list[Entry],
    others: list[Node],
) -> Node | None:
    node = presence.base
    minimum, maximum = _counts(compiler, node, options, entries, others)
    if maximum is not None and maximum < max(minimum, min(len(option.required) for option in options)):
        return None
    if not others and minimum > len(entries):
        return None
    other = alt(*others) if others else None
    any_order = compiler.style.any_order and bool(entries or others)

    def written(options: list[Option], minimum: int, maximum: int | None) -> Node | None:
        if any_order and maximum is None and minimum <= 1:
            return FreeKeys(compiler, entries, options, presence.required, other).node(empty=minimum == 0)
        return Chain(members, entries, options, other, minimum, maximum).node()

    try:
        return written(options, minimum, maximum)
    except TooManyStatesError:
        compiler.leave(Residual("required", node.pointer, "which keys go together takes too many rules"))
    common = [Option(frozenset.intersection(*(option.required for option in options)), frozenset())]
    try:
        return written(common, min(minimum, 1), None)
    except TooManyStatesError:
        pass
    try:
        return Chain(members, entries, common, other, min(minimum, 1), None).node()
    except TooManyStatesError:
        raise SchemaError(
            f"an object with {len(entries)} named keys takes too many rules",
            keyword="properties",
            pointer=node.pointer,
            remedy="Name fewer keys, or nest them in objects.",
        ) from None


def key_value(compiler: Context, node: Object, name: str) -> Conjunction:
    """What the value of a key of this name must satisfy."""
    return key_values(compiler, node)(name)


def key_values(compiler: Context, node: Object) -> Callable[[str], Conjunction]:
    """What the values of keys must satisfy, by name."""
    return functools.partial(_key_value, _said(compiler, node))


@dataclass(frozen=True, slots=True)
class _Said:
    """What a scope says of the keys that it names, of those that match a pattern, and of all others.

    ``unclear``: patterns that are left to the check.
    """

    named: dict[str, Conjunction]
    matching: list[tuple[Dfa, Conjunction]]
    unclear: list[Language]
    additional: Conjunction | None


def _said(compiler: Context, node: Object) -> list[_Said]:
    found: list[_Said] = []
    for scope in node.scopes:
        automata = [(compiler.sets.exact(language), language, value) for language, value in scope.patterns]
        found.append(
            _Said(
                dict(scope.properties),
                [(dfa, value) for dfa, _, value in automata if dfa is not None],
                [language for dfa, language, _ in automata if dfa is None],
                scope.additional,
            )
        )
    return found


def _key_value(said: list[_Said], name: str) -> Conjunction:
    found: list[Conjunction] = []
    for scope in said:
        before = len(found)
        if name in scope.named:
            found.append(scope.named[name])
        for dfa, value in scope.matching:
            if dfa.matches(name):
                found.append(value)
        if len(found) == before and scope.additional is not None and not scope.unclear:
            found.append(scope.additional)
    return conjoin(*found)


def allowed_name(compiler: Context, node: Object, name: str) -> bool:
    """Whether propertyNames lets the key be."""
    return not node.names or compiler.holds(node.names, name)


def _closable(node: Object) -> bool:
    """Whether the object names keys and says nothing at all about other ones."""
    return any(scope.declares for scope in node.scopes) and all(scope.additional is None for scope in node.scopes)


def may_have(compiler: Context, node: Object, name: str) -> bool:
    """Whether the object may have a key that it does not name, its value and ``propertyNames`` aside."""
    patterns = (language for scope in node.scopes for language, _ in scope.patterns)
    return not (compiler.closed and _closable(node)) or any(
        compiler.sets.language(own).matches(name) for own in patterns
    )


def other_values(compiler: Context, node: Object) -> Iterator[Conjunction]:
    """What the values of keys that are not named must satisfy: each one satisfies one of these."""
    if not (compiler.closed and _closable(node)):
        yield conjoin(*(scope.additional for scope in node.scopes if scope.additional is not None))
    for scope in node.scopes:
        for _, value in scope.patterns:
            yield value


def _other_entries(compiler: Context, members: Members, node: Object, names: tuple[str, ...]) -> list[Node]:
    """The keys that are not named, each kind with its value."""
    closed = compiler.closed and _closable(node)
    patterns = list(dict.fromkeys(language for scope in node.scopes for language, _ in scope.patterns))
    if not patterns and not node.names:
        value = conjoin(*(scope.additional for scope in node.scopes if scope.additional is not None))
        found = None if closed else members.others(names, value, node.pointer)
        return [] if found is None else [found]
    try:
        return _cells(compiler, members, node, names, patterns, closed)
    except TooLargeError:
        compiler.leave(Residual("patternProperties", node.pointer, "its patterns need too large an automaton"))
        found = members.others(names, ANYTHING, node.pointer)
        return [] if found is None else [found]


def _cells(
    compiler: Context,
    members: Members,
    node: Object,
    names: tuple[str, ...],
    patterns: list[Language],
    closed: bool,
) -> list[Node]:
    """The other keys divided by which patterns they match: each part is an automaton of its own."""
    exact = {pattern: dfa for pattern in patterns if (dfa := compiler.sets.exact(pattern)) is not None}
    patterns, languages = list(exact), tuple(exact.values())
    found: list[Node] = []
    for allowed in compiler.sets.name_languages(node.names):
        with compiler.sets.work:
            parts = _divided(names, allowed, languages)
        for inside, dfa in parts.items():
            if closed and not inside and len(exact) == sum(len(scope.patterns) for scope in node.scopes):
                continue
            value = _cell_value(node, frozenset(patterns[at] for at in inside), exact.keys())
            member = members.other(dfa, value)
            if member is not None:
                found.append(member)
    return found


@remembered(128)
def _divided(names: tuple[str, ...], allowed: Dfa, languages: tuple[Dfa, ...]) -> dict[frozenset[int], Dfa]:
    """The keys that are allowed and not among the names, by which languages they are in. Raises TooLargeError."""
    cells = divide(intersect(other_keys(names), allowed), languages)
    if len(cells) > _CELLS:
        raise TooLargeError
    return cells


def _cell_value(node: Object, matched: frozenset[Language], exact: Collection[Language]) -> Conjunction:
    found: list[Conjunction] = []
    for scope in node.scopes:
        own = [value for language, value in scope.patterns if language in matched]
        if own:
            found.extend(own)
        elif scope.additional is not None and all(language in exact for language, _ in scope.patterns):
            found.append(scope.additional)
    return conjoin(*found)


def _counts(
    compiler: Context, node: Object, options: list[Option], entries: list[Entry], others: list[Node]
) -> tuple[int, int | None]:
    """The bounds that still have to be counted."""
    minimum, maximum = node.minimum, node.maximum
    if minimum <= min(len(option.required) for option in options):
        minimum = 0
    if maximum is not None and not others and maximum >= len(entries):
        maximum = None
    if minimum > 1 and others:
        compiler.leave(Residual("minProperties", node.pointer, "a key that is written twice counts once"))
    cap = max(minimum, 0 if maximum is None else maximum)
    if cap * (len(entries) + 1) > _STATES:
        for keyword, bound in (("minProperties", minimum), ("maxProperties", maximum)):
            if bound:
                compiler.leave(Residual(keyword, node.pointer, "too many keys to be counted"))
        return min(minimum, 1), None
    return minimum, maximum
