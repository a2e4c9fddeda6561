"""Arguments that stand one after another, each between tags of its own, as grammar.

Where one tag serves strings and other types that are allowed, a text that can be one of the others is: the strings are
all other texts, but for those that begin as an array or an object does.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any

from gba.grammar.gbnf.nodes import Node, alt, lit, seq
from gba.grammar.regular.automata import Dfa
from gba.grammar.regular.languages import always
from gba.grammar.strings.literals import NUMBER, json_type
from gba.grammar.strings.raw_strings import RawStrings
from gba.grammar.strings.spelling import JSON, KINDS, ArgumentStyle, JsonType, Spelling, Tag
from gba.grammar.tagged_text import Kinds, key_end, readings, write_tagged
from gba.grammar.values.compile import Compiler
from gba.grammar.values.members import BareKeys, Members
from gba.grammar.values.objects import key_values, may_have, names_of, object_nodes, other_values
from gba.grammar.values.presence import grouped
from gba.grammar.values.style import spelled
from gba.schema.merge import equal
from gba.schema.nodes import Conjunction, Number, Object, Residual, Shape

__all__ = ["TaggedCompiler"]


class TaggedCompiler:
    """Compiles the arguments of one tool. ``kinds``, for reading them back, is known once that has been done."""

    def __init__(self, compiler: Compiler, style: ArgumentStyle) -> None:
        self.compiler, self.style = compiler, style
        self.kinds = Kinds()
        self._spelled: dict[Spelling, Compiler] = {}
        self._raw: dict[tuple[str, frozenset[tuple[str, Tag]]], Compiler] = {}

    @property
    def residual(self) -> tuple[Residual, ...]:
        """The constraints that the rules do not enforce."""
        parts = (self.compiler, *self._spelled.values(), *self._raw.values())
        return tuple(dict.fromkeys(note for part in parts for note in part.residual))

    def arguments(self, root: Conjunction) -> Node | None:
        """The texts of all arguments of a call."""
        nodes = [node for node in self.compiler.shape(root).get("object", ()) if isinstance(node, Object)]
        for node in nodes:
            for note in node.notes:
                self.compiler.leave(note)
        self.kinds = _kinds_of(self.compiler, nodes)
        options = self._listed([value for node in nodes for value in self._values(node)])
        options += object_nodes(self.compiler, [node for node in nodes if node.values is None], _Tagged(self))
        return alt(*options) if options else None

    def _values(self, node: Object) -> Iterator[Mapping[str, Any]]:
        return (value for value in node.values or () if self.compiler.judge.satisfies(node, value))

    def _listed(self, values: Sequence[Mapping[str, Any]]) -> list[Node]:
        """The objects that the schema lists one by one, those that can be told from each other."""
        options: list[Node] = []
        for value in values:
            text = write_tagged(self.style, value)
            found = next((own for own in readings(self.style, text, self.kinds) if _among(values, own)), None)
            if found is not None and equal(found, value):
                options.append(lit(text))
            else:
                why = f"{str(value)[:80]!r} cannot be written: a string in it would be read in another way"
                self.compiler.leave(Residual("enum", "", why))
        return options

    def value(self, conjunction: Conjunction) -> Node | None:
        """A value from behind `key_end`, as the tag of its type says."""
        shape = self.compiler.shape(conjunction)
        groups: dict[Tag, list[JsonType]] = {}
        for kind in KINDS:
            if shape.get(kind):
                groups.setdefault(self.style.tags[kind], []).append(kind)
        done = len(key_end(self.style))
        options: list[Node] = []
        for tag, kinds in groups.items():
            if tag.spelling is None:
                found, after = self._raw_compiler(tag, set(_types(shape))).values_of(conjunction, kinds), ""
            else:
                found, after = self._compiler(tag.spelling).values_of(conjunction, kinds), tag.after
            if found is not None:
                options.append(seq(lit(tag.before[done:]), found, lit(after)))
        return self.compiler.rules.share("argument", alt(*options)) if options else None

    def _compiler(self, spelling: Spelling) -> Compiler:
        found = self._spelled.get(spelling)
        if found is None:
            style = spelled(spelling, self.compiler.rules, self.compiler.sets.work)
            found = self._spelled[spelling] = self.compiler.beside(style)
        return found

    def _raw_compiler(self, tag: Tag, types: Collection[str]) -> Compiler:
        """The compiler of raw strings in a tag in which values of these types may stand as well."""
        others = ((kind, self._tag(kind)) for kind in types if kind != "string")
        key = (tag.after, frozenset((kind, other) for kind, other in others if _rivals(tag, other)))
        found = self._raw.get(key)
        if found is None:
            rules, work = self.compiler.rules, self.compiler.sets.work
            strings = RawStrings(rules, "", tag.after, _refused(tag, sorted(key[1], key=repr)), work)
            style = spelled(Spelling(escapes="raw"), rules, strings=strings)
            found = self._raw[key] = self.compiler.beside(style)
        return found

    def _tag(self, kind: str) -> Tag:
        return self.style.tags["number" if kind == "integer" else kind]  # type: ignore[index]


def _among(values: Iterable[Any], value: Any) -> bool:
    return any(equal(value, other) for other in values)


class _Tagged(Members):
    """The members of an object as arguments between tags."""

    def __init__(self, tagged: TaggedCompiler) -> None:
        style = tagged.style
        compiler = tagged.compiler
        keys = BareKeys(compiler.rules, key_end(style), style.opening, work=compiler.sets.work)
        super().__init__(compiler, keys, tagged.value)
        self.style = style
        self.comma, self.closing, self.by_name = lit(style.separator), lit(style.end), style.sort_keys

    def whole(self, first: Node | None, *, empty: bool) -> Node | None:
        style = self.style
        choices = [seq(lit(style.begin), self.keys.quote, first)] if first is not None else []
        if empty:
            choices.append(lit(style.empty))
        return alt(*choices) if choices else None


def _rivals(tag: Tag, other: Tag) -> bool:
    """Whether values of the other tag could be taken for raw text in this one."""
    return other.before.startswith(tag.before)


_LITERALS: Mapping[str, str] = {
    "integer": "-?(?:0|[1-9][0-9]*)",
    "number": NUMBER,
    "array": r"\[[\s\S]*",
    "object": r"\{[\s\S]*",
}


def _refused(tag: Tag, rivals: Iterable[tuple[str, Tag]]) -> Dfa | None:
    """The raw texts that would be read as values of other types: those are read first."""
    found: list[str] = []
    for kind, other in rivals:
        literal = _escaped(other.before[len(tag.before) :]) + _literal(kind, other.spelling or JSON)
        if other.after.startswith(tag.after) or tag.after.startswith(other.after):
            found.append(literal)
        if other.after != tag.after:
            found.append(f"{literal}{_escaped(other.after)}[\\s\\S]*")
    return always(f"(?:{'|'.join(found)})") if found else None


def _literal(kind: str, spelling: Spelling) -> str:
    """A regular expression of the literals of a type; of arrays and objects of all that begins as they do."""
    words = {"boolean": (spelling.true, spelling.false), "null": (spelling.null,)}.get(kind)
    return f"(?:{'|'.join(map(_escaped, words))})" if words else f"(?:{_LITERALS[kind]})"


def _escaped(text: str) -> str:
    """A regular expression of the text itself."""
    return "".join(f"\\u{{{ord(char):x}}}" if ord(char) > 0xFFFF else f"\\u{ord(char):04x}" for char in text)


def _kinds_of(compiler: Compiler, nodes: Sequence[Object]) -> Kinds:
    """The types that the values of each key may have in any of the objects."""
    objects = grouped(node for node in nodes if node.values is None)
    named: dict[str, set[str]] = {name: set() for presence in objects for name in names_of(presence)}
    for value in (value for node in nodes for value in node.values or ()):
        for name, item in value.items():
            named.setdefault(name, set()).add(_type(item))
    others: set[str] = set()
    for presence in objects:
        node, own = presence.base, set(names_of(presence))
        value_of = key_values(compiler, node)
        for name, found in named.items():
            if name in own or may_have(compiler, node, name):
                found.update(_types(compiler.shape(value_of(name))))
        for conjunction in other_values(compiler, node):
            others.update(_types(compiler.shape(conjunction)))
    several = len(objects) > 1 or any(scope.patterns for presence in objects for scope in presence.base.scopes)
    return Kinds({name: frozenset(found) for name, found in named.items()}, frozenset(others), several)


def _types(shape: Shape) -> Iterator[str]:
    for kind, nodes in shape.items():
        for node in nodes:
            if node.values is not None:
                yield from map(_type, node.values)
            else:
                yield "integer" if isinstance(node, Number) and node.integer else kind


def _type(value: Any) -> str:
    return "integer" if type(value) is int else json_type(value)
