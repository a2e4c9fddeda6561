"""Random programs of the bounded Python, without sympy and numpy: what CPython prints for them is known."""

# Programs are kept as they are written.
# ruff: noqa: E501

from __future__ import annotations

import random

__all__ = ["program"]

_IMPORTS = """\
import math
from fractions import Fraction
from functools import reduce, lru_cache
import itertools
"""


def program(seed: int | str) -> str:
    """The program of this seed. It prints on the way, and all its variables at the end."""
    return _Author(random.Random(str(seed))).write()


class _Author:
    """Writes statements; most use variables as what they are, some do not care."""

    def __init__(self, pick: random.Random) -> None:
        self.pick = pick
        self.lines: list[str] = []
        self.kinds: dict[str, list[str]] = {kind: [] for kind in ("int", "num", "str", "list", "dict", "fun", "text")}
        self.count = 0
        self.loops = 0

    def write(self) -> str:
        for kind in ("int", "num", "str", "list", "dict"):
            value = self.literal(kind)
            self.lines.append(f"{self.new(kind)} = {value}")
        for _ in range(self.pick.randint(0, 2)):
            self.function()
        for _ in range(self.pick.randint(3, 9)):
            self.statement(0, 0)
        for kind in ("int", "num", "str", "list", "dict"):
            for name in self.kinds[kind]:
                self.lines.append(f"print({name!r}, repr({name}))")
        return _IMPORTS + "\n".join(self.lines) + "\n"

    def new(self, kind: str) -> str:
        self.count += 1
        name = f"{kind}_{self.count}"
        self.kinds[kind].append(name)
        return name

    def one(self, *options: str) -> str:
        return self.pick.choice(options)

    def known(self, kind: str) -> str:
        if self.pick.random() < 0.002:  # whatever is there
            kind = self.one("int", "num", "str", "list", "dict")
        return self.pick.choice(self.kinds[kind]) if self.kinds[kind] else self.literal(kind)

    # expressions

    def literal(self, kind: str) -> str:
        number = self.pick.randint
        if kind == "int":
            return self.one(str(number(-9, 9)), str(number(0, 100)), "True", "False", str(10 ** number(1, 20)))
        if kind == "num":
            return self.one(f"{number(0, 99)}.{number(0, 99)}", "0.1", "0.5", "1e-3", f"Fraction({number(-9, 9)}, {number(1, 9)})",
                            str(number(-5, 20)), "2.5", "1e10")  # fmt: skip
        if kind == "str":
            return repr("".join(self.pick.choice("abc xyz0189,.-") for _ in range(number(0, 8))))
        if kind == "list":
            return (
                "[" + ", ".join(self.literal(self.one("int", "int", "num", "str")) for _ in range(number(0, 5))) + "]"
            )
        return (
            "{"
            + ", ".join(f"{self.literal(self.one('int', 'str'))}: {self.literal('int')}" for _ in range(number(0, 4)))
            + "}"
        )

    def value(self, kind: str, depth: int) -> str:
        if depth <= 0 or self.pick.random() < 0.2:
            return self.known(kind) if self.pick.random() < 0.6 else self.literal(kind)
        make = {"int": self.whole, "num": self.number, "str": self.text, "list": self.list, "dict": self.dict}[kind]
        return make(depth - 1)

    def whole(self, depth: int) -> str:
        a, b = self.value("int", depth), self.value("int", depth)
        items, text, table = self.value("list", depth), self.value("str", depth), self.value("dict", depth)
        return self.one(
            f"({a} + {b})", f"({a} - {b})", f"{a} * {b}", f"({a} // {b})", f"({a} % {b})", f"(-{a})", f"abs({a})",
            f"({a} ** {self.pick.randint(0, 5)})", f"len({items})", f"len({text})", f"int({self.value('num', depth)})",
            f"round({self.value('num', depth)})", f"({a} if {self.test(depth)} else {b})", f"max({a}, {b})", f"min([{a}, {b}, 3])",
            f"({a} & {b})", f"({a} | {b})", f"(~{a})", f"({a} << {self.pick.randint(0, 9)})", f"({a} >> {self.pick.randint(0, 9)})",
            f"sum(x for x in {items} if isinstance(x, int))", f"{text}.count('a')", f"{table}.get({a}, {b})", f"math.gcd({a}, {b})",
            f"divmod({a}, {b})[{self.pick.randint(0, 1)}]", f"pow({a}, {self.pick.randint(0, 9)}, {self.pick.randint(1, 99)})",
            f"sum([int(c) for c in str(abs({a}))])", f"({a} == {b})", f"bool({items})", f"({a}).bit_length()", f"math.floor({self.value('num', depth)})",
            f"math.factorial({self.pick.randint(0, 15)})", f"math.comb({self.pick.randint(0, 12)}, {self.pick.randint(0, 12)})",
            f"sum(range({self.pick.randint(0, 30)}))", f"len(set({items}))", f"reduce(lambda p, q: p + q, [{a}, {b}, 1])",
            f"int('{self.pick.randint(0, 999)}')", f"ord(({text} + 'a')[0])", f"({a} and {b})", f"({a} or {b})", f"{self.call(depth)}",
            f"[{a}, {b}].index({b})", f"len(list(itertools.combinations({items}, 2)))", f"all(x != {a} for x in {items})",
        )  # fmt: skip

    def call(self, depth: int) -> str:
        if not self.kinds["fun"]:
            return self.literal("int")
        return f"{self.known('fun')}({self.value('int', depth)}, {self.value('int', depth)})"

    def number(self, depth: int) -> str:
        a, b, n = self.value("num", depth), self.value("num", depth), self.value("int", depth)
        return self.one(
            f"({a} + {b})", f"({a} - {b})", f"{a} * {b}", f"({a} / {b})", f"({a} // {b})", f"({a} % {b})", f"(-{a})", f"abs({a})",
            f"({a} ** 2)", f"round({a}, {self.pick.randint(0, 4)})", f"({n} / {self.pick.randint(1, 9)})", f"float({a})", f"math.sqrt(abs({a}))",
            f"max({a}, {b}, {n})", f"sum([{a}, {b}, 0.1])", f"({a} if {self.test(depth)} else {b})", f"({n} * 0.1)", f"min({a}, {b})",
            f"Fraction({n}, {self.pick.randint(1, 9)})", f"({n} + 0.5)", f"sum([0.1] * {self.pick.randint(0, 12)})", f"math.hypot({a}, 3)",
            f"sorted([{a}, {b}, {n}])[1]", f"divmod({a}, 3)[1]", f"float('{self.pick.randint(0, 99)}.{self.pick.randint(0, 99)}')",
        )  # fmt: skip

    def text(self, depth: int) -> str:
        s, t, n = self.value("str", depth), self.value("str", depth), self.value("int", depth)
        x, items = self.value("num", depth), self.value("list", depth)
        return self.one(
            f"({s} + {t})", f"{s} * {self.pick.randint(0, 3)}", f"str({n})", f"str({x})", f"f'{{{n}}}|{{{self.known('str')}}}'",
            f"{s}.upper()", f"{s}[{self.pick.randint(-3, 3)}:]", f"{s}[::-1]", f"{s}.replace('a', 'bb')", f"'-'.join(str(x) for x in {items})",
            f"f'{{{self.known('num')}:.{self.pick.randint(0, 6)}f}}'", f"f'{{{self.known('int')}:>{self.pick.randint(1, 12)}}}'",
            f"f'{{{self.known('int')}:,}}'", f"repr({items})", f"{s}.strip()", f"'%d' % {n}", f"'%.3f' % {x}", f"{s}.zfill(6)",
            f"({s} if {self.test(depth)} else {t})", f"'{{}} and {{:>5}}'.format({n}, {s})", f"''.join(sorted({s}))", f"bin({n})",
            f"hex({n})", f"max({s}, {t})", f"format({x}, '.2e')", f"{s}.title()", f"str({items})", f"{s}.split(',')[0]",
            f"f'{{{self.known('num')}!r:>10}}'", f"repr({s})", f"str({self.value('dict', depth)})",
        )  # fmt: skip

    def list(self, depth: int) -> str:
        a, b, n = self.value("list", depth), self.value("list", depth), self.value("int", depth)
        return self.one(
            f"[{n}, {self.value('num', depth)}, {self.value('str', depth)}]", f"({a} + {b})", f"{a} * {self.pick.randint(0, 3)}", f"{a}[::-1]",
            f"{a}[{self.pick.randint(-3, 3)}:{self.pick.randint(-3, 5)}]", f"[x for x in {a} if x]", f"[x * 2 for x in {a}]",
            f"[(x, y) for x in range({self.pick.randint(0, 4)}) for y in {a}]", f"list(range({self.pick.randint(0, 5)}, {self.pick.randint(0, 9)}, {self.pick.randint(1, 3)}))",
            f"sorted([x for x in {a} if isinstance(x, (int, float))])", f"list(map(lambda x: x * {n}, [1, 2]))", f"list(zip({a}, {b}))",
            f"list(enumerate({a}, {self.pick.randint(0, 3)}))", f"list({self.value('str', depth)})", f"{self.value('str', depth)}.split(',')",
            f"list({self.value('dict', depth)}.items())", f"sorted(set([1, {n}, 3]))", f"[[{n}] * 2 for _ in range(2)]", f"list(filter(None, {a}))",
            f"[i if i % 2 else -i for i in range({self.pick.randint(0, 6)})]", f"list(itertools.accumulate([1, 2, {n}]))", f"list(reversed({a}))",
            f"sorted({a}, key=lambda x: str(x), reverse={self.one('True', 'False')})", f"[*{a}, {n}]", f"list({self.value('dict', depth)})",
            f"[len(str(x)) for x in {a}]", f"list(divmod({n}, 7))", f"list(itertools.permutations([1, {n}, 2], 2))", "[f(2) for f in [lambda x: x + i for i in range(3)]]",
            f"list(itertools.islice(itertools.count({n}), 3))", f"{a}.copy()", f"[x for x, *_ in [(1, 2), ({n},)]]",
        )  # fmt: skip

    def dict(self, depth: int) -> str:
        n, s, a = self.value("int", depth), self.value("str", depth), self.value("list", depth)
        return self.one(
            f"{{{n}: {self.value('num', depth)}, {s}: 1}}", f"{{i: i ** 2 for i in range({self.pick.randint(0, 5)})}}", f"dict(zip('abc', {a}))",
            f"{{str(x): x for x in {a}}}", f"{{**{self.value('dict', depth)}, 'k': {n}}}", f"({self.value('dict', depth)} | {{'z': {n}}})",
            f"{{c: {self.value('str', depth)}.count(c) for c in {s}}}", f"dict(a={n}, b={s})", f"{self.value('dict', depth)}.copy()",
        )  # fmt: skip

    def test(self, depth: int) -> str:
        a, b = self.value("int", depth), self.value("int", depth)
        return self.one(
            f"{a} < {b}", f"{a} == {b}", f"not {a}", f"{a} < {b} <= {self.value('int', depth)}", f"{self.value('num', depth)} > {self.value('num', depth)}",
            f"{a} in {self.value('list', depth)}", f"{self.value('str', depth)} not in {self.value('str', depth)}", f"{self.value('list', depth)}",
            f"({a} > 1 and {b} > 1)", f"({a} % 2 == 0 or {b})", f"{self.value('list', depth)} == {self.value('list', depth)}", f"{a} != {b}",
            f"any({self.value('list', depth)})", f"{self.known('int')} is None", f"0.1 + 0.2 == {self.value('num', depth)}", f"{a} in {self.value('dict', depth)}",
            f"{self.value('str', depth)}.startswith('a')", f"{self.value('str', depth)} < {self.value('str', depth)}",
        )  # fmt: skip

    # statements

    def function(self) -> None:
        name = self.new("fun")
        kinds = {kind: list(names) for kind, names in self.kinds.items()}
        self.kinds["int"] = ["p", "q", "r"]
        self.kinds["fun"] = []
        default = self.one("", f"={self.pick.randint(1, 5)}")
        self.lines += [self.one("", "@lru_cache(maxsize=None)")] if self.pick.random() < 0.2 else []
        self.lines.append(f"def {name}(p, q{default}):")
        self.lines.append("    r = 1")
        body = self.pick.randint(0, 3)
        if body == 0:
            self.lines += [
                "    if p <= 0 or p > 12:",
                f"        return {self.value('int', 1)}",
                f"    return {name}(p - 1, q) + r",
            ]
        elif body == 1:
            self.lines += [
                "    for i in range(3):",
                f"        r += i * {self.value('int', 1)}",
                f"        if {self.test(1)}:",
                "            break",
                "    return r",
            ]
        elif body == 2:
            self.lines += [
                "    def inner(z):",
                "        nonlocal r",
                "        r += z",
                "        return r",
                f"    inner({self.value('int', 1)})",
                "    return inner(q)",
            ]
        else:
            self.lines += [
                '    """What it does."""',
                f"    s = {self.value('list', 1)}",
                "    s.append(q)",
                "    while len(s) > 2:",
                "        s.pop()",
                "    return len(s) + r",
            ]
        self.lines = [line for line in self.lines if line]
        self.kinds = kinds

    def statement(self, depth: int, loops: int) -> None:
        pad = "    " * depth
        choice = self.pick.random()
        if choice < 0.3:
            kind = self.one("int", "num", "str", "list", "dict")
            value = self.value(kind, 2)
            fresh = depth == 0 and self.pick.random() < 0.5
            name = self.new(kind) if fresh else self.pick.choice(self.kinds[kind])
            self.lines.append(f"{pad}{name} = {value}")
        elif choice < 0.45:
            self.change(pad)
        elif choice < 0.6:
            self.lines.append(f"{pad}print({self.value(self.one('int', 'num', 'str', 'list', 'dict'), 2)})")
        elif choice < 0.75 and depth < 3:
            self.lines.append(f"{pad}if {self.test(1)}:")
            self.block(depth, loops)
            if self.pick.random() < 0.5:
                self.lines.append(f"{pad}{self.one('else:', f'elif {self.test(1)}:')}")
                self.block(depth, loops)
        elif choice < 0.9 and depth < 2:
            items = self.one(
                f"range({self.pick.randint(0, 6)})", f"{self.value('list', 1)}[:5]", f"list({self.value('dict', 1)})"
            )
            self.lines.append(f"{pad}for item in {items}:")
            self.block(depth, loops + 1)
            if self.pick.random() < 0.2:
                self.lines += [f"{pad}else:", f"{pad}    print('none')"]
        elif depth < 2:
            self.count += 1
            counter = f"w{self.count}"
            self.lines += [
                f"{pad}{counter} = 0",
                f"{pad}while {counter} < {self.pick.randint(0, 5)}:",
                f"{pad}    {counter} += 1",
            ]
            self.block(depth, loops + 1)
        else:
            self.lines.append(f"{pad}{self.pick.choice(self.kinds['int'])} = {self.value('int', 1)}")

    def block(self, depth: int, loops: int) -> None:
        for _ in range(self.pick.randint(1, 3)):
            self.statement(depth + 1, loops)
        if loops and self.pick.random() < 0.25:
            self.lines.append("    " * (depth + 1) + self.one("break", "continue"))

    def change(self, pad: str) -> None:
        n, items, table = (
            self.kinds["int"][0],
            self.pick.choice(self.kinds["list"]),
            self.pick.choice(self.kinds["dict"]),
        )
        text, number = self.pick.choice(self.kinds["str"]), self.pick.choice(self.kinds["num"])
        other = self.pick.choice(self.kinds["list"])
        self.lines.append(pad + self.one(
            f"{n} {self.one('+', '-', '*', '//', '%')}= {self.value('int', 1)}", f"{number} {self.one('+', '-', '*', '/')}= {self.value('num', 1)}",
            f"{items}.append({self.value('int', 1)})", f"{items}.extend([{self.value('num', 1)}, 1])", f"{items} += [{self.value('int', 1)}]",
            f"{items}[{self.pick.randint(-2, 2)}] = {self.value('num', 1)}", f"{table}[{self.value('int', 1)}] = {self.value('str', 1)}",
            f"{table}[{self.value('str', 1)}] = {table}.get('a', 0)", f"{text} += {self.value('str', 1)}", f"{items}.insert(1, {self.value('int', 1)})",
            f"{items} = {other}", f"{items}.reverse()", f"{items}.sort(key=str)", f"{items}[1:2] = [7, 8, 9]", f"{table}.update({{'u': 1}})",
            f"{n}, {number} = {number}, {n}" if self.pick.random() < 0.1 else f"{n} = {n}", f"{items} *= 2" if len(self.lines) % 5 == 0 else f"{items}.append(0)",
            f"{table}.setdefault('s', {self.value('int', 1)})", f"assert {self.test(1)} or True", f"del {items}[:1]", f"{items}.pop()",
            f"first, *rest = [{n}, *{self.value('list', 1)}]", f"print((seen := {self.value('int', 1)}), seen)", f"{table}.pop('a', None)", f"a = b = {self.value('int', 1)}",
        ))  # fmt: skip
