"""GBNF text of a syntax tree, in the part of the syntax that every llama.cpp reads alike."""

from __future__ import annotations

import functools
import re
import unicodedata
from collections.abc import Collection, Mapping

from gba.errors import GrammarError
from gba.grammar.gbnf.nodes import CharClass, Choice, GbnfTree, Literal, Node, Ref, Repeat, Sequence, TokenTerminal

__all__ = ["MAX_REPETITIONS", "fresh_name", "names_for", "print_gbnf", "print_rule"]

MAX_REPETITIONS = 2000
"""llama.cpp refuses more repetitions than this, or drops the bound without a word."""

_NAME = re.compile(r"[A-Za-z0-9-]+")
_QUOTE = '\\"'
_PLAIN = re.compile(r"[ -\[\]-~]*")
_SHORT = {"\n": r"\n", "\r": r"\r", "\t": r"\t", "\\": r"\\"}
_NEVER = "[b-a]"


def print_gbnf(tree: GbnfTree) -> str:
    """The grammar as text, a line for each rule, its root rule called ``root`` whatever the tree calls it.

    Raises GrammarError for names that llama.cpp cannot read, for counts that it would not keep, and without a root.
    """
    if tree.root not in tree.rules:
        raise GrammarError(f"the grammar has no rule {tree.root!r} to begin with; add it")
    names = names_for(tree)
    return "".join(print_rule(name, node, names) for name, node in tree.rules.items())


def print_rule(name: str, node: Node, names: Mapping[str, str]) -> str:
    """One rule and the end of its line. ``names`` holds the rules that are to be called something else."""
    name = names.get(name, name)
    if not _NAME.fullmatch(name):
        raise GrammarError(f"{name!r} cannot name a rule: use A-Z, a-z, 0-9 and '-' only")
    return f"{name} ::= {_choice(node, names)}\n"


def names_for(tree: GbnfTree) -> dict[str, str]:
    """What has to be called something else so that the tree's root is called ``root``."""
    if tree.root == "root":
        return {}
    return {tree.root: "root", "root": fresh_name("root", tree.rules)}


def fresh_name(wish: str, taken: Collection[str]) -> str:
    """A rule name like the wish, spelled with what GBNF allows in names, that is not taken yet."""
    base = re.sub(r"[^A-Za-z0-9]+", "-", wish).strip("-") or "rule"
    name, count = base, 1
    while name in taken:
        name, count = f"{base}-{count}", count + 1
    return name


def _choice(node: Node, names: Mapping[str, str]) -> str:
    """What a rule or a pair of brackets holds."""
    out: list[str] = []
    _write(node, names, out)
    return "".join(out)


def _write(node: Node, names: Mapping[str, str], out: list[str]) -> None:
    """The same in pieces, put behind those of ``out``. Loops: whole grammars go through here."""
    options: tuple[Node, ...] = (node,)
    if type(node) is Choice:
        options = node.options
        if not options:
            raise GrammarError("a choice without options stands for no text at all; leave it out")
    between = ""
    for option in options:
        if between:
            out.append(between)
        between = " | "
        items: tuple[Node, ...] = (option,)
        if type(option) is Sequence:
            items = option.items
            if not items:
                out.append('""')
        space = False
        for item in items:
            if space:
                out.append(" ")
            space = True
            if type(item) is Literal:
                out.append(_literal(item.text))
            elif type(item) is Ref:
                out.append(names.get(item.name, item.name) if names else item.name)
            elif type(item) is Choice or type(item) is Sequence:
                out.append("(")
                _write(item, names, out)
                out.append(")")
            else:
                out.append(_item(item, names))


def _item(node: Node, names: Mapping[str, str]) -> str:
    if isinstance(node, CharClass):
        return _class(node)
    if isinstance(node, Repeat):
        return _repeat(node, names)
    if isinstance(node, TokenTerminal):
        return _token(node)
    text = _choice(node, names)
    return text if isinstance(node, (Literal, Ref)) else f"({text})"


@functools.lru_cache(maxsize=4096)
def _literal(text: str) -> str:
    quoted = text.replace('"', _QUOTE) if _PLAIN.fullmatch(text) else "".join(map(_literal_char, text))
    return f'"{quoted}"'


def _literal_char(char: str) -> str:
    if char == '"':
        return '\\"'
    if char.isprintable() and not unicodedata.combining(char) and char != "\\":
        return char
    return _escape(char)


def _escape(char: str) -> str:
    code = ord(char)
    if char in _SHORT:
        return _SHORT[char]
    return f"\\x{code:02X}" if code <= 0xFF else f"\\u{code:04X}" if code <= 0xFFFF else f"\\U{code:08X}"


@functools.lru_cache(maxsize=4096)
def _class(node: CharClass) -> str:
    if not node.ranges:
        return "." if node.negated else _NEVER
    body = "".join(_range(low, high) for low, high in node.ranges)
    return f"[{'^' * node.negated}{body}]"


def _range(low: int, high: int) -> str:
    if low == high:
        return _class_char(low)
    return f"{_class_char(low)}{'' if high == low + 1 else '-'}{_class_char(high)}"


def _class_char(code: int) -> str:
    char = chr(code)
    if char in "[]":
        return "\\" + char
    # '-' and '^' mean something in some places, and older versions do not read them escaped by a backslash.
    return char if 0x20 <= code < 0x7F and char not in "\\-^" else _escape(char)


def _token(node: TokenTerminal) -> str:
    if node.text is None and node.id is None:
        raise GrammarError("a token terminal needs the token's text or its id")
    return ("!" if node.negated else "") + (f"<[{node.id}]>" if node.text is None else node.text)


def _is_empty(node: Node) -> bool:
    if isinstance(node, Literal):
        return not node.text
    if isinstance(node, Repeat):
        return _is_empty(node.item)
    return isinstance(node, Sequence) and all(_is_empty(item) for item in node.items)


def _repeat(node: Repeat, names: Mapping[str, str]) -> str:
    largest = node.minimum if node.maximum is None else node.maximum
    if largest > MAX_REPETITIONS:
        raise GrammarError(
            f"{largest} repetitions are more than the {MAX_REPETITIONS} that llama.cpp counts: build the count from"
            " rules that double (a ::= x x, b ::= a a, …)"
        )
    if node.maximum == 0 or _is_empty(node.item):
        return '""'
    item = _item(node.item, names)
    if isinstance(node.item, Repeat):
        item = f"({item})"
    return item + _COUNTS.get((node.minimum, node.maximum), _count(node))


_COUNTS: dict[tuple[int, int | None], str] = {(0, None): "*", (1, None): "+", (0, 1): "?", (1, 1): ""}


def _count(node: Repeat) -> str:
    if node.minimum == node.maximum:
        return f"{{{node.minimum}}}"
    return f"{{{node.minimum},{'' if node.maximum is None else node.maximum}}}"
