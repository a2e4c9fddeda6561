"""What a worker that was taken over could send: forged replies, written by hand, and any number drawn at random.

As a program it plays so many of them against the reader in this process, under an audit hook that notes every event
(evaluation of code, imports, files, processes, sockets), and prints what it saw as JSON:

    python math_messages.py FIRST COUNT
"""

from __future__ import annotations

import contextlib
import gc
import json
import random
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

if __name__ == "__main__":
    sys.path[:0] = [str(Path(__file__).parents[2])]

from gba.errors import MathError
from gba.tools.math.encoding import encode
from gba.tools.math.evaluator import MathResult
from gba.tools.math.nodes import ASSUMPTIONS, CONSTANTS, NODES
from gba.tools.math.replies import LONGEST, read_reply
from gba.tools.math.values import BOUNDS, Node, _Checker
from tests.helpers.math_values import values

__all__ = ["forged", "line", "message", "play", "receive"]

_CODE = (
    "__import__('os').system('touch /tmp/escaped')",
    "open('/tmp/escaped', 'w')",
    "exec('import os')",
    "().__class__.__base__.__subclasses__()",
    "9**9**9",
    "factorint(10**60 + 7)",
    "x",
    "",
    "\x1b[2J",
    "\u202e",
    "\ud800",
    "a" * 5_000,
    "lambda: 1",
    "Symbol('x')",
)
_NAMES = (
    *NODES,
    *(
        "int",
        "ratio",
        "float",
        "symbol",
        "dummy",
        "constant",
        "plain",
        "function",
        "matrix",
        "array",
        "root",
        "rootsum",
    ),
    *(
        "sympify",
        "S",
        "Symbol",
        "Function",
        "Matrix",
        "Poly",
        "lambdify",
        "parse_expr",
        "eval",
        "os",
        "__class__",
        "object",
    ),
)
_BAIT: tuple[list[Node], ...] = (
    [["int", "2"], ["int", "3b9aca00"], ["Pow", 0, 1], ["Pow", 0, 2], ["Add", 2, 3]],
    [["int", "3b9aca00"], ["factorial", 0], ["gamma", 1], ["binomial", 0, 1], ["Mul", 1, 2, 3]],
    [["int", "3b9aca07"], ["totient", 0], ["primepi", 0], ["partition", 0], ["mobius", 0], ["bell", 0]],
    [["int", "3b9aca07"], ["constant", "Pi"], ["zeta", 0], ["harmonic", 0], ["fibonacci", 0], ["FiniteSet", 2, 3, 4]],
    [["int", "3b9aca07"], ["constant", "Pi"], ["besselj", 0, 1], ["jacobi", 0, 1, 1, 1], ["hermite", 0, 1]],
    [["int", "0"], ["int", "1"], ["ratio", "1", "3"], ["Equality", 0, 1], ["ExprCondPair", 0, 3], ["Piecewise", 4]],
    [["int", "0"], ["constant", "Infinity"], ["Range", 0, 1, 0], ["list", 2]],
    [["symbol", "x", ""], ["Tuple", 0], ["Integral", 0, 1], ["Integral", 2, 1], ["sin", 3]],
    [["int", "0"], ["log", 0], ["Pow", 0, 1], ["Mod", 1, 0], ["Max", 1, 2, 3], ["constant", "NaN"], ["Min", 4, 5]],
    [["symbol", "x", "negative positive"]],
    [["symbol", "x", "integer !rational"]],
    [["symbol", "x", ""], ["int", "1"], ["int", "0"], ["int", "-1"], ["root", 0, 0, 1, 2, 2, 2, 3, 3], ["exp", 4]],
)
"""Nodes that a constructor of sympy's would work on for long, or fail on."""


def receive(data: bytes) -> str:
    """What becomes of a line from a worker: "refused", "nothing", "value" or "no value". Raises nothing else."""
    try:
        reply = read_reply(data)
    except (ValueError, RecursionError):  # as Worker.ask does
        return "refused"
    if reply.result is None:
        return "nothing"
    written = reply.result
    result = MathResult("", written.text, written.latex, written.exact, written.decimal, written.value)
    try:
        result.value  # noqa: B018
    except MathError:
        return "no value"
    return "value"


def line(nodes: Any) -> bytes:
    """A reply with these nodes as its value."""
    texts = {"text": "5", "latex": "5", "decimal": "5", "exact": "5", "origin": "result", "printed": ""}
    return json.dumps({"result": {**texts, "value": nodes}}).encode() + b"\n"


def forged() -> Iterator[tuple[str, bytes]]:
    """Forgeries written by hand, with their names: the largest values that are let through, and larger ones."""
    x: Node = ["symbol", "x", ""]
    most = BOUNDS.nodes
    many = [["int", format(place + 2, "x")] for place in range(most - 1)]
    yield "many numbers in a list", line([*many, ["list", *range(most - 1)]])
    yield "many numbers in a set", line([*many, ["FiniteSet", *range(most - 1)]])
    yield (
        "many decimal numbers",
        line([*[["float", format(2 * n + 1, "x"), 5, 53] for n in range(most - 1)], ["list", 0]]),
    )
    yield "many fractions", line([*[["ratio", format(n + 1, "x"), "11"] for n in range(most - 1)], ["list", 0]])
    yield "many sines", line([x, *[["sin", place] for place in range(BOUNDS.depth - 1)]])
    yield "too deep", line([x, *[["sin", place] for place in range(BOUNDS.depth)]])
    wide = [["int", "2"], *[["Add", 0, 0, place] for place in range(100)]]
    yield "sums of sums", line(wide)
    yield "a doubled tree", line([x, *[["Add", place, place] for place in range(60)]])
    yield "many symbols", line([*[["symbol", f"x{n}", "real"] for n in range(BOUNDS.symbols)], ["list", 0]])
    everything = " ".join(sorted(ASSUMPTIONS - {"zero", "negative", "imaginary", "infinite"})[:4])
    yield (
        "much said of many symbols",
        line([*[["symbol", f"x{n}", everything] for n in range(BOUNDS.symbols)], ["list"]]),
    )
    yield "too many symbols", line([*[["symbol", f"x{n}", ""] for n in range(BOUNDS.symbols + 1)], ["list"]])
    yield "many functions", line([x, *[["function", f"f{n}", 0] for n in range(BOUNDS.functions)], ["list"]])
    yield "too many functions", line([x, *[["function", f"f{n}", 0] for n in range(BOUNDS.functions + 1)], ["list"]])
    long = "f" * BOUNDS.number
    count = BOUNDS.digits // (2 * BOUNDS.number)
    ratios = [
        ["ratio", long[:-4] + f"{1000 + n:x}"[-4:].rjust(4, "1"), long[:-4] + f"{4000 + n:04x}"] for n in range(count)
    ]
    yield "long fractions in a matrix", line([*ratios, ["matrix", 1, count, *range(count)]])
    yield "long fractions in a set", line([*ratios, ["FiniteSet", *range(count)]])
    yield "a number that is too long", line([["int", long * 2]])
    yield "a matrix", line([*many[:900], ["matrix", 30, 30, *range(900)]])
    yield (
        "a matrix of fractions",
        line([*[["ratio", format(n + 1, "x"), "b"] for n in range(900)], ["matrix", 30, 30, *range(900)]]),
    )
    yield "a matrix of nothing", line([["matrix", 0, most]])
    yield "a matrix without entries", line([["matrix", 10**9, 10**9]])
    huge = [["float", format(2 * n + 1, "x"), BOUNDS.exponent - 5, 53] for n in range(900)]
    yield "huge numbers in a matrix", line([*huge, ["matrix", 30, 30, *range(900)]])
    yield "huge numbers in a set", line([*huge, ["int", "5"], ["FiniteSet", *range(901)]])
    roots = [["root", n, 0, *range(1, 190)] for n in range(99)]
    yield "roots", line([x, *many[:200], *roots, ["list", *range(201, 300)]])
    yield "roots in a set", line([x, *many[:200], *roots, ["FiniteSet", *range(201, 300)]])
    yield "an array", line([*many, ["array", most - 1, -1, *range(most - 1)]])
    period = 2**61 - 1
    alike = [["int", format(5 + n * period, "x")] for n in range(2_000)]
    yield "numbers of one hash in a set", line([*alike, ["FiniteSet", *range(2_000)]])
    yield "numbers of one hash in a dict", line([*alike, ["dict", *range(2_000)]])
    yield "numbers of one hash", line([*alike, ["list", *range(2_000)]])
    sets = [["FiniteSet", *range(50), 50 + n] for n in range(400)]
    yield "sets of the same", line([*many[:500], *sets, ["list", *range(500, 900)]])
    point: list[Node] = [x, ["symbol", "_1", ""], ["int", "1"], ["Tuple", 0], ["Tuple", 2]]
    yield "substitutions", line([*point, ["Subs", 0, 3, 4, 1], *[["sin", 5 + n] for n in range(100)]])
    inner = [["Add", *[0] * 900, *range(5, 5 + n)] for n in range(1, 20)]
    subs = [["Subs", 5, 3, 4, 24 - n] for n in range(19)]
    yield "substitutions of much", line([*point, ["sin", 1], *inner, *subs, ["list"]])
    yield "a substitution in a set", line([*point, ["Subs", 0, 3, 4, 1], ["FiniteSet", 5]])
    yield "a substitution that hides a symbol", line([["symbol", "_x; import os", ""], ["sin", 0]])
    yield (
        "old forgery: a function of code",
        b'{"result": {"value": ["function","f",[["plain","__import__(\'os\')"]]]}}\n',
    )
    for code in _CODE:
        for node in (
            ["symbol", code, ""],
            ["constant", code],
            ["plain", code],
            ["int", code],
            ["list", code],
            [code, 0],
        ):
            yield f"{node[0]} {code[:20]!a}", line([x, node])
        yield f"a function {code[:20]!a}", line([x, ["function", code, 0]])
    for place, bait in enumerate(_BAIT):
        yield f"bait {place}", line(bait)
        yield f"bait {place} in a list", line([*bait, ["list", *range(len(bait))]])
    yield "deep JSON", b'{"result": ' + b"[" * 500_000 + b"]" * 500_000 + b"}\n"
    yield "deep objects", b'{"a":' * 200_000 + b"1" + b"}" * 200_000 + b"\n"
    yield "many lists", b"[" + b"[]," * 600_000 + b"[]]\n"
    yield "many zeros", b"[" + b"0," * 900_000 + b"0]\n"
    yield "many texts", b"[" + b'"",' * 600_000 + b'""]\n'
    yield "many names", b"{" + b",".join(b'"%d":0' % n for n in range(150_000)) + b"}\n"
    yield "a long number", b'{"ready": ' + b"9" * 1_900_000 + b"}\n"
    yield "a long decimal number", b'{"ready": 0.' + b"9" * 1_900_000 + b"}\n"
    yield "a large exponent", b'{"ready": 1e999999999}\n'
    yield "not a number", b'{"ready": NaN}\n'
    yield "backslashes", b'{"ready": "' + b"\\\\" * 900_000 + b'"}\n'
    yield "quotes", b'{"ready": "' + b'\\"' * 900_000 + b'"}\n'
    yield "half a character", b'{"error": ["domain", "\\ud800"]}\n'
    yield "a terminal's command", b'{"error": ["domain", "\\u001b[2J"]}\n'
    yield "an unknown kind", b'{"error": ["evil", "x"]}\n'
    yield "a kind that is a list", b'{"error": [["domain"], "x"]}\n'
    yield "no JSON", b"\x00" * 1000 + b"\n"
    yield "UTF-16", '{"ready": true}\n'.encode("utf-16")
    yield "nothing", b"\n"
    yield "too long", b" " * (LONGEST + 1) + b"\n"
    yield (
        "long texts",
        json.dumps(
            {
                "result": {
                    **dict.fromkeys(("text", "latex", "decimal", "exact", "origin", "printed"), "x" * 450_000),
                    "value": None,
                }
            }
        ).encode(),
    )


class _Drawer:
    """Draws messages. The first are made of honest ones, and of nodes that fit each other."""

    def __init__(self) -> None:
        self.honest = [found.nodes for value in values() if (found := encode(value)) is not None]
        self._ways: tuple[Callable[[random.Random], bytes], ...] = (
            self.changed,
            self.changed,
            self.fitting,
            self.bytes,
        )

    def draw(self, seed: int | str) -> bytes:
        """The message of this seed."""
        rng = random.Random(f"message {seed}")
        return rng.choice(self._ways)(rng)

    def changed(self, rng: random.Random) -> bytes:
        """An honest value with one or a few changes."""
        nodes = json.loads(json.dumps(rng.choice(self.honest)))
        if rng.random() < 0.3:
            first = len(nodes)
            more = json.loads(json.dumps(rng.choice((*self.honest, *_BAIT))))
            nodes += [_moved(node, first) for node in more]
            nodes.append(["list", first - 1, len(nodes) - 1])
        for _ in range(rng.choice((1, 1, 1, 2, 5))):
            self._change(nodes, rng)
        return line(nodes)

    def _change(self, nodes: list[Any], rng: random.Random) -> None:
        place = rng.randrange(len(nodes)) if nodes else 0
        if not nodes or not isinstance(nodes[place], list) or not nodes[place]:
            nodes.append(["list"])
            return
        node, way = nodes[place], rng.randrange(9)
        inner = rng.randrange(len(node))
        if way == 0:
            node[0] = rng.choice(_NAMES)
        elif way == 1:
            node[inner] = rng.choice(
                (rng.randrange(-2, len(nodes) + 2), rng.choice(_CODE), rng.choice(tuple(CONSTANTS)))
            )
        elif way == 2:
            node[inner] = rng.choice(
                (None, True, [], {}, [[]], [node[0]], {"a": 1}, -1, 10**11, "f" * 40_000, "-", "0", 0.5)
            )
        elif way == 3:
            node.insert(inner, node[rng.randrange(len(node))])
        elif way == 4:
            del node[inner]
        elif way == 5:
            nodes.insert(place, node)
        elif way == 6:
            del nodes[place]
        elif way == 7:
            other = rng.randrange(len(nodes))
            nodes[place], nodes[other] = nodes[other], nodes[place]
        else:
            nodes.append([rng.choice(_NAMES), *[rng.randrange(len(nodes)) for _ in range(rng.randrange(5))]])

    def fitting(self, rng: random.Random) -> bytes:
        """Nodes of the table on top of each other, which the checks let through where they can."""
        nodes: list[Node] = json.loads(json.dumps(rng.choice(self.honest)))
        checker = _Checker()
        for node in nodes:
            checker.add(node)
        for _ in range(rng.choice((1, 5, 20, 100))):
            name = rng.choice(tuple(NODES))
            count = len(NODES[name].takes) + (rng.randrange(4) if NODES[name].more else 0)
            node = [name, *[rng.randrange(len(nodes)) for _ in range(count)]]
            with contextlib.suppress(ValueError):
                checker.add(node)
                nodes.append(node)
        return line(nodes)

    def bytes(self, rng: random.Random) -> bytes:
        """An honest line with its bytes changed."""
        data = bytearray(line(rng.choice(self.honest)))
        for _ in range(rng.choice((1, 2, 10))):
            place, way = rng.randrange(len(data)), rng.randrange(4)
            if way == 0:
                data[place] = rng.randrange(256)
            elif way == 1:
                data[place:place] = rng.choice((b"[", b"]", b"{", b'"', b",", b"\\", b"9", b"-", b"null", b"\x00"))
            elif way == 2:
                del data[place : place + rng.randrange(1, 10)]
            else:
                data[place:place] = data[place : place + rng.randrange(1, 200)]
            data = data or bytearray(b"\n")
        return bytes(data)


def _moved(node: Node, first: int) -> Node:
    """A node whose arguments stand so much later; numbers that are no places become other ones."""
    return [part + first if type(part) is int else part for part in node]


_drawer: _Drawer | None = None


def message(seed: int | str) -> bytes:
    """The message of this seed."""
    global _drawer
    _drawer = _drawer or _Drawer()
    return _drawer.draw(seed)


_QUIET = frozenset({"object.__getattr__", "object.__setattr__", "object.__delattr__", "sys._getframe", "builtins.id"})
"""Events that say nothing."""


_SLOW = 0.05
"""Seconds that reading one message may take."""


def play(first: int, count: int) -> dict[str, Any]:
    """The forgeries, and so many drawn messages: what became of them, and what they cost."""
    import resource

    drawn = _Drawer()
    for nodes in drawn.honest:  # what sympy imports late is imported now
        receive(line(nodes))
    gc.collect()
    gc.freeze()
    events: list[str] = []
    outcomes: dict[str, int] = {}
    slowest, which = 0.0, ""
    listening = False

    def listen(event: str, arguments: tuple[Any, ...]) -> None:
        if listening and event not in _QUIET:
            events.append(f"{event} {arguments!r:.80}")

    sys.addaudithook(listen)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for name, data in (*forged(), *((str(seed), drawn.draw(seed)) for seed in range(first, first + count))):
        listening, started = True, time.process_time()
        outcome = receive(data)
        took, listening = time.process_time() - started, False
        outcomes[outcome] = outcomes.get(outcome, 0) + 1
        for _ in range(2):  # a busy machine takes longer now and then; a message that is slow is slow each time
            if took > _SLOW:
                started = time.process_time()
                receive(data)
                took = min(took, time.process_time() - started)
        if took > slowest:
            slowest, which = took, name
    after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return {
        "outcomes": outcomes,
        "events": sorted(set(events)),
        "slowest_ms": round(slowest * 1e3, 1),
        "slowest": which,
        "memory_mb": round((after - before) / 1024, 1),
    }


if __name__ == "__main__":
    sys.stdout.write(json.dumps(play(int(sys.argv[1]), int(sys.argv[2]))))
