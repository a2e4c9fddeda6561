"""The process that evaluates: programs come in as lines of JSON, results go out as lines of JSON.

Started by pool.py with an empty environment, in Python's isolated mode. It loads and warms sympy first; then it locks
itself in (sandbox.py), says that it is ready, and serves one program after the other until its input ends.
"""

from __future__ import annotations

import gc
import importlib
import json
import os
import signal
import sys
import warnings
from typing import Any

from gba.errors import MathError
from gba.tools.math import late
from gba.tools.math.checker import check
from gba.tools.math.sandbox import confine, resident_memory

__all__ = ["main"]

_EVALUATIONS = 400
"""A worker is replaced after so many, so that nothing piles up."""
_MEMORY = 260 * 2**20
_REPLY = 2 * 2**20
_RECURSION = 4_000

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
)
"""Programs that touch what most programs need, so that the first one of a user does not wait for it."""


def main() -> None:
    """Serve until the input ends."""
    requests, replies = _own_channels()
    warnings.simplefilter("ignore")
    sys.setrecursionlimit(_RECURSION)
    _load()
    confine()
    _write(replies, {"ready": True})
    for served, line in enumerate(requests, 1):
        reply = _answer(json.loads(line))
        if served >= _EVALUATIONS or resident_memory() > _MEMORY:
            reply["retire"] = True
        _write(replies, reply)


def _own_channels() -> tuple[Any, Any]:
    """The pipes, moved away from the numbers under which anything else would write to them."""
    requests = os.fdopen(os.dup(0), "rb")
    replies = os.fdopen(os.dup(1), "wb")
    null = os.open(os.devnull, os.O_RDWR)
    for number in (0, 1, 2):
        os.dup2(null, number)
    os.close(null)
    return requests, replies


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
        return {"error": [error.kind, str(error)]}
    except (MemoryError, RecursionError):
        return {"error": ["too large", "The result takes too much memory."]}
    except Exception as error:  # noqa: BLE001  (whatever printing a value raises is an answer, not the worker's end)
        return {"error": ["domain", f"The result cannot be written down: {type(error).__name__}."]}
    finally:
        _set_alarm(0)


def _evaluate(text: str, digits: int) -> dict[str, Any]:
    from gba.tools.math import text as texts
    from gba.tools.math.encoding import encode
    from gba.tools.math.interpreter import run

    outcome = run(check(text))
    result = {
        "text": texts.short(outcome.value, outcome.decimal),
        "decimal": texts.decimal(outcome.value, digits),
        "latex": texts.latex(outcome.value, outcome.decimal),
        "value": encode(outcome.value),
    }
    if len(json.dumps(result)) > _REPLY:
        raise MathError("The result is too long to be written down.", kind="too large")
    return result


def _set_alarm(seconds: float) -> None:
    """End this process when it goes on after its time: the other side kills it earlier, unless it is gone itself."""
    if hasattr(signal, "setitimer"):
        signal.setitimer(signal.ITIMER_REAL, seconds + 1 if seconds else 0)


def _write(replies: Any, reply: dict[str, Any]) -> None:
    replies.write(json.dumps(reply).encode() + b"\n")
    replies.flush()
