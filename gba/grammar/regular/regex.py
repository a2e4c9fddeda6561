"""Regular expressions as JSON Schema writes them (ECMA-262, Unicode mode): from text to a syntax tree."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from gba.grammar.regular.automata import ANY_CHAR, Ranges, invert, unite

__all__ = ["Chars", "Concat", "Edge", "Expression", "Look", "NotRegularError", "Or", "RegexError", "Times", "parse"]


class RegexError(ValueError):
    """The pattern cannot be read; ``position`` counts characters from 0."""

    def __init__(self, message: str, position: int) -> None:
        self.position = position
        super().__init__(f"{message} at character {position}")


class NotRegularError(ValueError):
    """The pattern can be read but is no regular language (a back reference), or is beyond what is compiled."""


@dataclass(frozen=True, slots=True)
class Chars:
    """One code point out of the ranges."""

    ranges: Ranges


@dataclass(frozen=True, slots=True)
class Concat:
    """The items in order."""

    items: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class Or:
    """One of the options."""

    options: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class Times:
    """The item ``minimum`` to ``maximum`` times; None: without bound."""

    item: Expression
    minimum: int
    maximum: int | None


@dataclass(frozen=True, slots=True)
class Look:
    """What follows (or, ``behind``, precedes) matches the item, or, ``negated``, does not."""

    item: Expression
    behind: bool
    negated: bool


@dataclass(frozen=True, slots=True)
class Edge:
    """A place between characters: ``^``, ``$``, ``b`` (a word begins or ends here) or ``B``."""

    kind: str


Expression: TypeAlias = Chars | Concat | Or | Times | Look | Edge

DIGIT: Ranges = ((48, 57),)
WORD: Ranges = ((48, 57), (65, 90), (95, 95), (97, 122))
SPACE: Ranges = unite(
    (point, point)
    for point in (
        *range(9, 14),
        32,
        0xA0,
        0x1680,
        *range(0x2000, 0x200B),
        0x2028,
        0x2029,
        0x202F,
        0x205F,
        0x3000,
        0xFEFF,
    )
)
NOT_DOT: Ranges = ((10, 10), (13, 13), (0x2028, 0x2029))

_CLASSES = {"d": DIGIT, "w": WORD, "s": SPACE}
_CONTROLS = {"n": 10, "r": 13, "t": 9, "v": 11, "f": 12, "0": 0, "a": 7}
_DEEP = 200
_COUNT = 100_000
_QUANTIFIERS: dict[str, tuple[int, int | None]] = {"*": (0, None), "+": (1, None), "?": (0, 1)}


def parse(pattern: str) -> Expression:
    """The syntax tree. Raises RegexError for a pattern that is none, NotRegularError for one with back references."""
    parser = _Parser(pattern)
    tree = parser.alternatives()
    if parser.at < len(pattern):
        raise RegexError("unbalanced parenthesis", parser.at)
    return tree


class _Parser:
    def __init__(self, text: str) -> None:
        self.text, self.at, self.depth = text, 0, 0
        self.ignore_case = False
        self.dot_all = False

    def peek(self, count: int = 1) -> str:
        return self.text[self.at : self.at + count]

    def take(self, wanted: str) -> bool:
        if self.text.startswith(wanted, self.at):
            self.at += len(wanted)
            return True
        return False

    def fail(self, message: str) -> RegexError:
        return RegexError(message, self.at)

    def alternatives(self) -> Expression:
        self.depth += 1
        if self.depth > _DEEP:
            raise NotRegularError("groups are nested too deeply")
        options = [self.sequence()]
        while self.take("|"):
            options.append(self.sequence())
        self.depth -= 1
        return options[0] if len(options) == 1 else Or(tuple(options))

    def sequence(self) -> Expression:
        items: list[Expression] = []
        while self.at < len(self.text) and self.peek() not in "|)":
            item = self.term()
            if item is not None:
                items.append(self.quantified(item))
        return items[0] if len(items) == 1 else Concat(tuple(items))

    def quantified(self, item: Expression) -> Expression:
        while (bounds := self.quantifier()) is not None:
            if isinstance(item, Edge):
                item = Concat(()) if bounds[0] == 0 else item
            else:
                item = Times(item, *bounds)
        return item

    def quantifier(self) -> tuple[int, int | None] | None:
        simple = _QUANTIFIERS.get(self.peek())
        if simple is not None:
            self.at += 1
            bounds: tuple[int, int | None] | None = simple
        elif self.peek() == "{":
            bounds = self.braces()
        else:
            return None
        if bounds is not None and not self.take("?") and self.peek() == "+":
            raise NotRegularError("a possessive quantifier")
        return bounds

    def braces(self) -> tuple[int, int | None] | None:
        end = self.text.find("}", self.at)
        inner = self.text[self.at + 1 : end] if end > 0 else ""
        low, comma, high = inner.partition(",")
        if not low.isdecimal() or not low.isascii() or (high and not high.isdecimal()):
            if comma and not low and high.isdecimal():
                low = "0"
            else:
                return None
        minimum = int(low)
        maximum = (int(high) if high else None) if comma else minimum
        if maximum is not None and maximum < minimum:
            raise self.fail("numbers out of order in {}")
        if minimum > _COUNT or (maximum or 0) > _COUNT:
            raise NotRegularError("a repetition that is too long")
        self.at = end + 1
        return minimum, maximum

    def term(self) -> Expression | None:
        char = self.peek()
        if char == "(":
            return self.group()
        if char == "[":
            self.at += 1
            return Chars(self.char_class())
        if char in "*+?":
            raise self.fail("nothing to repeat")
        self.at += 1
        if char == "^" or char == "$":
            return Edge(char)
        if char == ".":
            return Chars(ANY_CHAR if self.dot_all else invert(NOT_DOT))
        if char == "\\":
            return self.escape()
        return self.literal(ord(char))

    def literal(self, point: int) -> Expression:
        if 0xD800 <= point <= 0xDFFF:
            raise self.fail("a lone surrogate")
        return Chars(self.folded(((point, point),)))

    def folded(self, ranges: Ranges) -> Ranges:
        if not self.ignore_case:
            return ranges
        more = [
            (ord(other), ord(other))
            for low, high in ranges
            for point in range(low, min(high, 0x250) + 1)
            for other in (chr(point).lower(), chr(point).upper())
            if len(other) == 1
        ]
        return unite((*ranges, *more))

    def group(self) -> Expression | None:
        self.at += 1
        look = None
        if self.take("?"):
            if self.take("#"):
                self.at = self.text.find(")", self.at) + 1 or len(self.text)
                return None
            look = self.group_kind()
            if look == ():
                return None
        inner = self.alternatives()
        if not self.take(")"):
            raise self.fail("a parenthesis is not closed")
        return Look(inner, look[0], look[1]) if look else inner

    def group_kind(self) -> tuple[bool, bool] | tuple[()] | None:
        """(behind, negated) for an assertion, None for a plain group, () for flags that stand alone."""
        for opening, kind in (("<=", (True, False)), ("<!", (True, True)), ("=", (False, False)), ("!", (False, True))):
            if self.take(opening):
                return kind
        if self.take(":"):
            return None
        if self.take("P<") or self.take("<"):
            end = self.text.find(">", self.at)
            if end < 0 or not self.text[self.at : end].isidentifier():
                raise self.fail("a group's name is not closed")
            self.at = end + 1
            return None
        if self.take(">"):
            raise NotRegularError("an atomic group")
        if self.take("P=") or self.take("P>") or self.take("("):
            raise NotRegularError("a reference to a group")
        return self.flags()

    def flags(self) -> tuple[()] | None:
        while self.peek() and self.peek() in "ims":
            self.ignore_case |= self.peek() == "i"
            self.dot_all |= self.peek() == "s"
            if self.peek() == "m":
                raise NotRegularError("the flag m")
            self.at += 1
        if self.take(")"):
            return ()
        if self.take(":"):
            return None
        raise self.fail("unknown group")

    def escape(self) -> Expression:
        char = self.peek()
        if not char:
            raise self.fail("a backslash at the end")
        if char in "bB":
            self.at += 1
            return Edge(char)
        if char in "AZz" and not self.text.startswith("Zz", self.at):
            self.at += 1
            return Edge("^" if char == "A" else "$")
        if char in "123456789":
            raise NotRegularError("a back reference")
        if char == "k" and self.text.startswith("k<", self.at):
            raise NotRegularError("a back reference")
        found = self.class_escape()
        return Chars(self.folded(found if isinstance(found, tuple) else ((found, found),)))

    def class_escape(self) -> Ranges | int:
        """Ranges for a class, a code point for a character."""
        char = self.peek()
        self.at += 1
        if char.lower() in _CLASSES and char:
            ranges = _CLASSES[char.lower()]
            return ranges if char.islower() else invert(ranges)
        if char in "pP" and self.peek() == "{":
            end = self.text.find("}", self.at)
            name = self.text[self.at + 1 : end]
            self.at = end + 1
            from gba.grammar.regular.unicode import property_ranges

            found = property_ranges(name)
            if found is None:
                raise NotRegularError(f"the Unicode property {name!r}")
            return found if char == "p" else invert(found)
        if char in _CONTROLS:
            return _CONTROLS[char]
        if char == "c" and self.peek().isalpha():
            self.at += 1
            return ord(self.text[self.at - 1]) % 32
        if char == "x":
            return self.hexadecimal(2)
        if char == "u":
            if self.take("{"):
                end = self.text.find("}", self.at)
                digits = self.text[self.at : end]
                self.at = end + 1
                return self.code_point(digits)
            point = self.hexadecimal(4)
            if 0xD800 <= point < 0xDC00 and self.take("\\u"):
                return 0x10000 + (point - 0xD800) * 0x400 + self.hexadecimal(4) - 0xDC00
            return point
        return ord(char)

    def hexadecimal(self, count: int) -> int:
        digits = self.peek(count)
        self.at += count
        if len(digits) < count:
            raise self.fail("hexadecimal digits are missing")
        return self.code_point(digits)

    def code_point(self, digits: str) -> int:
        try:
            point = int(digits, 16)
        except ValueError:
            raise self.fail("hexadecimal digits are missing") from None
        if point > 0x10FFFF:
            raise self.fail("no such code point")
        return point

    def char_class(self) -> Ranges:
        negated = self.take("^")
        found: list[tuple[int, int]] = []
        while True:
            if not self.peek():
                raise self.fail("a character class is not closed")
            if self.take("]"):
                break
            self.class_item(found)
        ranges = self.folded(unite(found))
        inside = invert(invert(ranges))
        return invert(inside) if negated else inside

    def class_item(self, found: list[tuple[int, int]]) -> None:
        low = self.class_atom()
        if self.peek() == "-" and self.peek(2) not in ("-]", "-"):
            mark = self.at
            self.at += 1
            high = self.class_atom()
            if isinstance(low, int) and isinstance(high, int):
                if high < low:
                    raise self.fail("a range out of order")
                found.append((low, high))
                return
            self.at = mark
        found.extend(low if isinstance(low, tuple) else ((low, low),))

    def class_atom(self) -> Ranges | int:
        if self.take("\\"):
            if self.peek() == "b":
                self.at += 1
                return 8
            if not self.peek():
                raise self.fail("a backslash at the end")
            return self.class_escape()
        char = self.peek()
        if not char:
            raise self.fail("a character class is not closed")
        self.at += 1
        return ord(char)
