"""The process that evaluates: programs come in as lines of JSON, results go out as lines of JSON.

Started by process.py. It loads and warms sympy first; a worker then locks itself in (sandbox.py), says that it is
ready, and answers one program after the other. The nursery, from which workers are forked, never sees a program.
"""

from __future__ import annotations

import gc
import importlib
import json
import os
import signal
import socket
import sys
import warnings
from typing import Any

from gba.errors import MathError
from gba.tools.math import late
from gba.tools.math.checker import check
from gba.tools.math.process import MESSAGE
from gba.tools.math.replies import MESSAGE_LENGTH, TEXTS
from gba.tools.math.sandbox import confine, follow, resident_memory

__all__ = ["main"]

_EVALUATIONS = 400
"""A worker is replaced after so many, so that nothing piles up."""
_MEMORY = 260 * 2**20
_RECURSION = 12_000

_WARMING = (
    "result = 25 ** 0.24",
    "x = symbols('x')\nresult = solve(x**2 - 5*x + 6, x)",
    "x, y = symbols('x y')\nresult = solve((x + y - 3, x - y - 1), (x, y))",
    "result = integrate(sin(x)*exp(x), (x, 0, 1))",
    "result = diff(x**2*log(x), x)",
    "result = limit(sin(x)/x, x, 0)",
    "result = Matrix([[1, 2], [3, 4]]).inv()",
    "result = Matrix([[2, 1], [1, 2]]).eigenvals()",
    "result = summation(1/k**2, (k, 1, oo))",
    "result = simplify(sin(x)**2 + cos(x)**2)",
    "result = factor(x**4 - 1)",
    "result = series(exp(x), x, 0, 4)",
    "y = Function('y')\nresult = dsolve(Eq(y(x).diff(x), y(x)), y(x))",
    "result = factorint(360)",
    "result = solveset(sin(x), x, domain=S.Reals)",
    "result = nsolve(cos(x) - x, x, 1)",
    "result = integrate(exp(-x**2), (x, -oo, oo))",
    "result = laplace_transform(exp(-2*t), t, s)",
    "def f(n):\n    return n if n < 2 else f(n - 1) + f(n - 2)\nprint(f'{f(9) / 3:.2f}', [f(k) for k in range(5)])",
)
"""Programs that touch what most programs need, so that the first one of a user does not wait for it."""


def main(control: int) -> None:
    """Be a nursery on this socket, or, where it is -1, a single worker on standard input and output."""
    channel = None if control >= 0 else (os.dup(0), os.dup(1))
    _leave_standard_streams()
    warnings.simplefilter("ignore")
    sys.setrecursionlimit(_RECURSION)
    _load()
    if channel is None:
        _nurse(socket.socket(fileno=control))
    else:
        _serve(*channel)


def _leave_standard_streams() -> None:
    """Nobody may write to the channel but us: what sympy prints goes nowhere."""
    null = os.open(os.devnull, os.O_RDWR)
    for number in (0, 1, 2):
        os.dup2(null, number)
    os.close(null)


def _nurse(control: socket.socket) -> None:
    """Fork workers and kill them, as the other side asks, until it is gone. No program is read here."""
    control.sendall(b"r")
    children: set[int] = set()
    while True:
        data, channels, _, _ = socket.recv_fds(control, MESSAGE.size, 1)
        if len(data) < MESSAGE.size:
            for pid in children:
                os.kill(pid, signal.SIGKILL)
            os._exit(0)
        pid = MESSAGE.unpack(data)[1]
        if not channels:
            if pid in children:
                children.discard(pid)
                os.kill(pid, signal.SIGKILL)
                os.waitpid(pid, 0)
            continue
        nursery, pid = os.getpid(), os.fork()
        if not pid:
            follow(nursery)
            control.close()
            _serve(channels[0], channels[0])
            os._exit(0)
        os.close(channels[0])
        children.add(pid)
        control.sendall(MESSAGE.pack(b"w", pid))


def _serve(requests: int, replies: int) -> None:
    """Answer one program after the other until the input ends."""
    source, sink = os.fdopen(os.dup(requests), "rb"), os.fdopen(replies, "wb")
    confine()
    _write(sink, {"ready": True})
    for served, line in enumerate(source, 1):
        reply = _answer(json.loads(line))
        if served >= _EVALUATIONS or resident_memory() > _MEMORY:
            reply["retire"] = True
        _write(sink, reply)


def _load() -> None:
    if hasattr(sys, "set_int_max_str_digits"):
        sys.set_int_max_str_digits(100_000)
    late.load()
    for name in ("encoding", "interpreter", "text"):
        importlib.import_module(f"gba.tools.math.{name}")
    for program in _WARMING:
        _answer({"program": program, "digits": 15, "seconds": 0})
    gc.collect()
    gc.freeze()


def _answer(request: dict[str, Any]) -> dict[str, Any]:
    """The reply to one request: a result, or the kind and the message of what is wrong."""
    _set_alarm(request["seconds"])
    try:
        return {"result": _evaluate(request["program"], request["digits"])}
    except MathError as error:
        return {"error": [error.kind, _plain(str(error))[:MESSAGE_LENGTH]]}
    except (MemoryError, RecursionError):
        return {"error": ["too large", "The result takes too much memory."]}
    except Exception as error:  # noqa: BLE001  (whatever printing a value raises is an answer, not the worker's end)
        return {"error": ["domain", f"The result cannot be written down: {type(error).__name__}."]}
    finally:
        _set_alarm(0)


def _plain(text: str) -> str:
    """The text in printable characters, which is all that the other side reads."""
    return "".join(char if char.isprintable() or char == "\n" else ascii(char)[1:-1] for char in text)


def _evaluate(text: str, digits: int) -> dict[str, Any]:
    from gba.tools.math import text as texts
    from gba.tools.math.encoding import encode
    from gba.tools.math.interpreter import run

    outcome = run(check(text))
    result: dict[str, Any] = {
        "text": texts.short(outcome.value, outcome.style),
        "decimal": texts.decimal(outcome.value, digits),
        "latex": texts.latex(outcome.value, outcome.style.rough),
        "exact": texts.exact(outcome.value, TEXTS["exact"]),
        "origin": outcome.origin,
        "printed": outcome.printed,
    }
    result = {name: _plain(found) for name, found in result.items()}
    if any(len(result[name]) > longest for name, longest in TEXTS.items()):
        raise MathError("The result is too long to be written down.", kind="too large")
    value = encode(outcome.value)
    return {**result, "value": value and value.nodes}


def _set_alarm(seconds: float) -> None:
    """End this process when it goes on after its time: the other side kills it earlier, unless it is gone itself."""
    if hasattr(signal, "setitimer"):
        signal.setitimer(signal.ITIMER_REAL, seconds + 1 if seconds else 0)


def _write(replies: Any, reply: dict[str, Any]) -> None:
    replies.write(json.dumps(reply).encode() + b"\n")
    replies.flush()
