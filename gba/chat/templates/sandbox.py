"""The process that renders chat templates: a program of its own, which never touches the rest of gba.

A template is code of whoever made the model file, or of a server that reports it. So it runs in Jinja's sandbox, in a
process whose memory is limited, and which dies where one rendering takes too much processor time. Requests come in and
replies go out as lines of JSON (`gba.chat.templates.process` has the other side); the first line out says that the
process is ready.

It is started as a script, by its path, so that it imports nothing but Jinja: that takes a few dozen milliseconds.
"""

from __future__ import annotations

import contextlib
import json
import signal
import sys
import time
from collections import OrderedDict
from collections.abc import Iterator
from datetime import datetime
from typing import Any

__all__ = ["LONGEST", "MEMORY", "Templates", "environment", "main"]

MEMORY = 512 * 2**20
"""Address space of this process in bytes."""
SECONDS = 2.0
"""Processor time that one rendering may take. What else the machine does is not counted."""
LONGEST = 8 * 2**20
"""Characters that a rendering may have."""
_KEPT_TEMPLATES = 16


def environment() -> Any:
    """Jinja as chat templates know it: the options, filters and functions that transformers and llama.cpp give them."""
    from jinja2 import TemplateError, nodes
    from jinja2.ext import Extension
    from jinja2.sandbox import SandboxedEnvironment

    class Generation(Extension):
        """``{% generation %}`` marks what the model writes, for training; it renders its content."""

        tags = {"generation"}  # noqa: RUF012

        def parse(self, parser: Any) -> Any:
            line = next(parser.stream).lineno
            body = parser.parse_statements(("name:endgeneration",), drop_needle=True)
            return nodes.Scope(body).set_lineno(line)

    class Bounded(SandboxedEnvironment):
        """Refuses what would make texts of any length out of a few characters."""

        intercepted_binops = frozenset({"*", "**", "%"})

        def call_binop(self, context: Any, operator: str, left: Any, right: Any) -> Any:
            if operator == "**" or any(isinstance(side, str | list | tuple) for side in (left, right)):
                if operator == "*":
                    size = max((len(side) for side in (left, right) if hasattr(side, "__len__")), default=1)
                    times = next((side for side in (left, right) if isinstance(side, int)), 1)
                    if size * times > LONGEST:
                        raise TemplateError("a repetition makes too long a text")
                elif operator == "**" and (abs(left) > 10**6 or abs(right) > 64):
                    raise TemplateError("a power is too large")
                elif operator == "%" and isinstance(left, str) and _wide(left):
                    raise TemplateError("a format makes too long a text")
            return super().call_binop(context, operator, left, right)

    def refuse(message: Any) -> Any:
        raise TemplateError(str(message))

    made = Bounded(trim_blocks=True, lstrip_blocks=True, extensions=["jinja2.ext.loopcontrols", Generation])
    del made.filters["random"]  # a template that draws cannot be read by rendering it; llama.cpp knows no such filter
    made.filters["tojson"] = _to_json
    made.filters["from_json"] = json.loads
    made.globals["raise_exception"] = refuse
    made.globals["strftime_now"] = lambda form: datetime.now().strftime(str(form))
    made.globals.pop("lipsum", None)
    return made


def _wide(form: str) -> bool:
    """Whether a format names a width of more than five digits."""
    digits = 0
    for character in form:
        digits = digits + 1 if character.isdigit() else 0
        if digits > 5:
            return True
    return False


def _to_json(
    value: Any, ensure_ascii: bool = False, indent: Any = None, separators: Any = None, sort_keys: bool = False
) -> str:
    """``tojson`` as transformers has it: real JSON, nothing escaped for HTML. Iterables of any kind are lists."""
    width = indent if indent is None or isinstance(indent, str) else min(int(indent), 64)
    pair = None if separators is None else (str(separators[0]), str(separators[1]))
    return json.dumps(
        value, ensure_ascii=ensure_ascii, indent=width, separators=pair, sort_keys=sort_keys, default=_listed
    )


def _listed(value: Any) -> Any:
    if hasattr(value, "__iter__"):
        return list(value)
    raise TypeError(f"{type(value).__name__} is no JSON value")


class Templates:
    """Templates by key, compiled once."""

    def __init__(self) -> None:
        self._environment = environment()
        self._known: OrderedDict[str, Any] = OrderedDict()

    def render(self, request: dict[str, Any]) -> dict[str, Any]:
        """The reply to one request: a text, or what is wrong. ``unknown``: the template has to be sent, too."""
        key, source = request["key"], request.get("template")
        try:
            template = self._known.get(key)
            if template is None:
                if source is None:
                    return {"unknown": True}
                template = self._known[key] = self._environment.from_string(source)
                while len(self._known) > _KEPT_TEMPLATES:
                    self._known.popitem(last=False)
            self._known.move_to_end(key)
            text = _joined(template.generate(**request["variables"]))
            text.encode()  # half a character is no text
            return {"text": text}
        except MemoryError:
            return {"error": "it takes too much memory", "fatal": True}
        except RecursionError:
            return {"error": "it is nested too deeply"}
        except Exception as error:  # noqa: BLE001 - a template is foreign code: whatever it raises is its refusal
            return {"error": f"{type(error).__name__}: {error}"[:500]}


def _joined(pieces: Any) -> str:
    parts: list[str] = []
    length = 0
    for piece in pieces:
        length += len(piece)
        if length > LONGEST:
            raise ValueError("it makes a text without end")
        parts.append(piece)
    return "".join(parts)


def _limit() -> None:
    try:
        import resource
    except ImportError:  # Windows: the time limit of the other side is all there is
        return
    for name, most in (("RLIMIT_AS", MEMORY), ("RLIMIT_CORE", 0), ("RLIMIT_FSIZE", 0), ("RLIMIT_NOFILE", 32)):
        with contextlib.suppress(OSError, ValueError, AttributeError):
            resource.setrlimit(getattr(resource, name), (most, most))


@contextlib.contextmanager
def _timed() -> Iterator[None]:
    """A signal ends this process where this takes too long; Windows has none: there the other side does."""
    timed = hasattr(signal, "setitimer")
    if timed:
        signal.setitimer(signal.ITIMER_PROF, SECONDS)
    try:
        yield
    finally:
        if timed:
            signal.setitimer(signal.ITIMER_PROF, 0)


def main(roots: list[str]) -> None:
    """Answer requests until the input ends. ``roots``: where Jinja and MarkupSafe are to be found."""
    sys.path.extend(roots)
    templates = Templates()
    templates.render({"key": "", "template": "{{ messages }}{{ x | tojson }}", "variables": {"messages": [], "x": []}})
    _limit()
    _write({"ready": True})
    for line in sys.stdin.buffer:
        begun = time.process_time()
        with _timed():
            reply = templates.render(json.loads(line))
        _write({**reply, "seconds": time.process_time() - begun})


def _write(reply: dict[str, Any]) -> None:
    sys.stdout.buffer.write(json.dumps(reply).encode() + b"\n")
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    main(sys.argv[1:])
