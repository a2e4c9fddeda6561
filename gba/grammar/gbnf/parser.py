"""Reads GBNF text just as llama.cpp does, and says where and why it cannot be read.

The syntax is that of llama.cpp's ``src/llama-grammar.cpp``. What llama.cpp refuses is refused here, and beyond that
only what it reads as something else than was written: a count over 2,000, whose bound it drops without a word, a
count whose end is before its beginning, characters that do not exist, and groups nested so deep that it may crash.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NoReturn

from gba.errors import GrammarError
from gba.grammar.gbnf.analysis import find_problem
from gba.grammar.gbnf.charclass import LAST
from gba.grammar.gbnf.nodes import (
    ANY,
    EMPTY,
    CharClass,
    Choice,
    GbnfTree,
    Node,
    Ref,
    Repeat,
    Sequence,
    TokenTerminal,
    alt,
    lit,
    seq,
)
from gba.grammar.gbnf.printer import MAX_REPETITIONS

__all__ = ["MAX_NESTING", "parse_gbnf"]

MAX_NESTING = 200
"""Groups within groups. llama.cpp recurses on them and has no bound of its own before its stack overflows."""

_DIGITS = frozenset("0123456789")
_HEX = frozenset("0123456789abcdefABCDEF")
_NAME = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-")
_HEX_ESCAPES = {"x": 2, "u": 4, "U": 8}
_ESCAPES = {"t": "\t", "r": "\r", "n": "\n", "\\": "\\", '"': '"', "[": "[", "]": "]", "-": "-"}
_COUNTS: dict[str, tuple[int, int | None]] = {"*": (0, None), "+": (1, None), "?": (0, 1)}


def parse_gbnf(text: str) -> GbnfTree:
    """The syntax tree of GBNF text; its root is the rule ``root``.

    Where a rule is defined twice, the last definition holds, as in llama.cpp. Raises GrammarError, with line and
    column, for text that llama.cpp refuses, and for a grammar that it cannot run (see `gba.grammar.gbnf.analysis`).
    """
    return _Parser(text).grammar()


@dataclass
class _Group:
    """A group being read, or a whole rule. Of the last item: ``weight``, the rules that it takes in llama.cpp;
    ``repeatable``, whether it takes any place there; ``repeated``, whether it is a repetition itself.
    """

    start: int
    symbols: int
    options: list[Node] = field(default_factory=list)
    items: list[Node] = field(default_factory=list)
    weight: int = 1
    repeatable: bool = False
    repeated: bool = False

    def end_option(self) -> None:
        self.options.append(seq(*self.items))
        self.items, self.repeatable = [], False

    def add(self, node: Node, weight: int, *, repeatable: bool) -> None:
        self.items.append(node)
        self.weight, self.repeatable, self.repeated = weight, repeatable, False

    def node(self) -> Node:
        self.end_option()
        return alt(*self.options)


class _Reader:
    """The text and the place in it."""

    def __init__(self, text: str) -> None:
        self.text, self.pos = text, 0

    def fail(self, message: str, at: int | None = None) -> NoReturn:
        line, column = self._position(self.pos if at is None else at)
        raise GrammarError(message, line=line, column=column)

    def place(self, at: int) -> str:
        """A place as an error names it."""
        line, column = self._position(at)
        return f"{self.text[at]!r} of line {line}, column {column}"

    def _position(self, at: int) -> tuple[int, int]:
        head = self.text[:at].replace("\r\n", "\n").replace("\r", "\n")
        return head.count("\n") + 1, len(head) - head.rfind("\n")

    def peek(self, ahead: int = 0) -> str:
        """The next character, "" at the end."""
        return self.text[self.pos + ahead : self.pos + ahead + 1]

    def take(self, text: str) -> bool:
        if not self.text.startswith(text, self.pos):
            return False
        self.pos += len(text)
        return True

    def span(self, chars: frozenset[str]) -> str:
        """The longest text of these characters."""
        start = self.pos
        while self.peek() in chars and self.peek():
            self.pos += 1
        return self.text[start : self.pos]

    def space(self, *, newlines: bool) -> None:
        """Pass over white space and comments."""
        skipped = " \t\r\n" if newlines else " \t"
        while char := self.peek():
            if char == "#":
                while self.peek() not in ("", "\r", "\n"):
                    self.pos += 1
            elif char in skipped:
                self.pos += 1
            else:
                break

    def code_point(self, closing: str, opened: int) -> int:
        """One character of what was opened there, a string or class; escaped or not."""
        start, char = self.pos, self.peek()
        if not char:
            self.fail(f"the text ends before the {closing} that closes {self.place(opened)}: add it")
        self.pos += 1
        if char != "\\":
            return ord(char)
        kind = self.peek()
        self.pos += 1
        if kind in _HEX_ESCAPES:
            return self._hex(kind, start)
        if kind not in _ESCAPES or not kind:
            self.fail(
                f'the escape \\{kind} is unknown: there are \\n \\r \\t \\\\ \\" \\[ \\] \\- \\xHH \\uHHHH \\UHHHHHHHH'
                " (a backslash itself is written \\\\)",
                start,
            )
        return ord(_ESCAPES[kind])

    def _hex(self, kind: str, start: int) -> int:
        size = _HEX_ESCAPES[kind]
        digits = self.text[self.pos : self.pos + size]
        if len(digits) < size or not _HEX.issuperset(digits):
            self.fail(f"\\{kind} takes exactly {size} hexadecimal digits", start)
        self.pos += size
        return int(digits, 16)


class _Parser(_Reader):
    """Groups are kept on a list of our own, not on Python's stack."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.rules: dict[str, Node] = {}
        self.defined: dict[str, int] = {}
        self.used: dict[str, int] = {}
        self.named: set[str] = set()
        self.made = 0

    def grammar(self) -> GbnfTree:
        if "\0" in self.text:
            self.fail("llama.cpp ends the grammar at a null character: leave it out", self.text.index("\0"))
        self.space(newlines=True)
        while self.peek():
            self._rule()
        for name, at in self.used.items():
            if name not in self.rules:
                self.fail(f"rule {name!r} is used but not defined: define it or correct its name", at)
        if "root" not in self.rules:
            self.fail("the grammar has no rule 'root', with which it has to begin: add it")
        tree = GbnfTree(self.rules)
        problem = find_problem(tree)
        if problem is not None:
            self.fail(f"rule {problem.rule!r}: {problem.message}", self.defined[problem.rule])
        return tree

    def _rule(self) -> None:
        start, name = self.pos, self.span(_NAME)
        if not name:
            self.fail(self._expected("a rule name"))
        self.space(newlines=False)
        if not self.take("::="):
            self.fail(self._expected(f"'::=' after the rule name {name!r}"))
        self.space(newlines=True)
        self.defined[name] = start
        self.named.add(name)
        self.rules[name] = self._body()
        if self.peek() not in ("", "\r", "\n"):
            self.fail(self._expected("the end of the rule's line"))
        self.space(newlines=True)

    def _expected(self, what: str) -> str:
        char = self.peek()
        found = f"found {char!r}" if char else "but the text ends here"
        hints = {
            "|": ": an alternative cannot begin a line, so end the line before with '|', or put parentheses around all",
            ")": ": it closes no '('",
            "_": ": write '-' instead, names of rules have no '_'",
            "'": ": write strings in double quotes",
            ":": ": begin each rule on a line of its own, as in name ::= ...",
        }
        return f"expected {what}, {found}{hints.get(char, '')}"

    def _symbols(self) -> int:
        """How many rules llama.cpp has come to know so far, those that it makes itself among them."""
        return len(self.named) + self.made

    def _body(self) -> Node:
        """All alternatives of a rule, up to what is no part of it any more."""
        groups = [_Group(self.pos, 0)]
        while True:
            group = groups[-1]
            nested = len(groups) > 1
            if self.take("("):
                self._open(groups)
            elif nested and self.take(")"):
                self._close(groups)
                self.space(newlines=len(groups) > 1)
            elif self.take("|"):
                group.end_option()
                self.space(newlines=True)
            elif self._item(group) or self._repetition(group, nested):
                self.space(newlines=nested)
            elif nested:
                self.fail(f"{self._expected(repr(')'))}; it closes {self.place(group.start)}")
            else:
                return group.node()

    def _open(self, groups: list[_Group]) -> None:
        if len(groups) > MAX_NESTING:
            self.fail(f"more than {MAX_NESTING} groups within each other: give the inner ones rules of their own")
        groups.append(_Group(self.pos - 1, self._symbols()))
        self.made += 1
        self.space(newlines=True)

    def _close(self, groups: list[_Group]) -> None:
        group = groups.pop()
        groups[-1].add(group.node(), self._symbols() - group.symbols, repeatable=True)

    def _item(self, group: _Group) -> bool:
        char = self.peek()
        if char == '"':
            node = self._literal()
        elif char == "[":
            node = self._class()
        elif char in ("<", "!"):
            node = self._token()
        elif char == ".":
            self.pos += 1
            node = ANY
        elif char in _NAME:
            at = self.pos
            name = self.span(_NAME)
            self.used.setdefault(name, at)
            self.named.add(name)
            node = Ref(name)
        else:
            return False
        group.add(node, 1, repeatable=node != EMPTY)
        return True

    def _literal(self) -> Node:
        start = self.pos
        self.pos += 1
        chars: list[str] = []
        while not self.take('"'):
            at = self.pos
            code = self.code_point('"', start)
            if code > LAST:
                self.fail(f"there is no character U+{code:X}: the last one is U+10FFFF", at)
            chars.append(chr(code))
        return lit("".join(chars))

    def _class(self) -> Node:
        start = self.pos
        self.pos += 1
        negated = self.take("^")
        ranges: list[tuple[int, int]] = []
        while not self.take("]"):
            low = high = self.code_point("]", start)
            if self.peek() == "-" and self.peek(1) != "]":
                self.pos += 1
                high = self.code_point("]", start)
            ranges.append((low, high))
        # As in llama.cpp, a class without characters, negated or not, is the empty text.
        return CharClass(tuple(ranges), negated) if ranges else EMPTY

    def _token(self) -> Node:
        negated = self.take("!")
        start = self.pos
        if not self.take("<"):
            self.fail(self._expected("'<' after '!', which negates tokens only"))
        if self.take("["):
            digits = self.span(_DIGITS)
            if not digits or not self.take("]>"):
                self.fail("a token's number is written <[123]>", start)
            if int(digits) > 0xFFFFFFFF:
                self.fail(f"{digits} is too large for a token's number", start)
            return TokenTerminal(None, int(digits), negated)
        end = self.text.find(">", self.pos)
        if end < 0:
            self.fail("the text ends before the '>' that closes this token: add it", start)
        self.pos = end + 1
        return TokenTerminal(self.text[start : self.pos], None, negated)

    def _repetition(self, group: _Group, nested: bool) -> bool:
        start, char = self.pos, self.peek()
        if char in _COUNTS:
            self.pos += 1
            minimum, maximum = _COUNTS[char]
        elif char == "{":
            minimum, maximum = self._count(nested)
        else:
            return False
        if not group.repeatable:
            self.fail(f"there is nothing that {char!r} could repeat: put an item that is not empty before it", start)
        self._repeat(group, minimum, maximum, start)
        return True

    def _repeat(self, group: _Group, minimum: int, maximum: int | None, start: int) -> None:
        total = maximum or minimum or 1
        if group.weight * total > MAX_REPETITIONS:
            self.fail(
                f"this repetition makes {group.weight * total} rules, more than the {MAX_REPETITIONS} that llama.cpp"
                " allows: repeat less, or give parts rules of their own",
                start,
            )
        self.made += 1 if maximum is None else maximum - minimum
        item = group.items.pop()
        if group.repeated:
            # A repetition of a repetition without parentheses: one rule in llama.cpp, and so for the analysis.
            item = Sequence((item,))
        elif item == EMPTY:
            # An empty group is a rule there, which must not be repeated without bound.
            item = Choice((EMPTY,))
        # Not repeat(), which would drop what is repeated zero times: it has to be free of left recursion, too.
        group.add(Repeat(item, minimum, maximum), group.weight * total, repeatable=maximum != 0)
        group.repeated = True

    def _count(self, nested: bool) -> tuple[int, int | None]:
        start = self.pos
        self.pos += 1
        minimum = self._number(nested)
        maximum: int | None = minimum
        if minimum is None:
            self.fail(self._expected("a number after '{'"))
        if self.take(","):
            self.space(newlines=nested)
            maximum = self._number(nested)
        if not self.take("}"):
            self.fail(self._expected("'}' after the count, which is written {2}, {2,} or {2,5}"))
        if max(minimum, maximum or 0) > MAX_REPETITIONS:
            self.fail(
                f"llama.cpp counts to {MAX_REPETITIONS} only (and drops a larger bound without a word): leave the bound"
                " out, or build it from rules that double (a ::= x x, b ::= a a, …)",
                start,
            )
        if maximum is not None and maximum < minimum:
            self.fail(f"the count ends ({maximum}) before it begins ({minimum}): exchange the two", start)
        return minimum, maximum

    def _number(self, nested: bool) -> int | None:
        self.space(newlines=nested)
        digits = self.span(_DIGITS)
        self.space(newlines=nested)
        return int(digits[:20]) if digits else None
