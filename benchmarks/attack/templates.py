"""Hostile chat templates: each ends within its bounds, with a ConversationError or with a format that can be used.

A format can be used where it lays conversations out with all of their contents in them, and a step in it ends. The
process that renders takes 512 MB at most, whatever the template; nothing of this machine can be read or changed by it.
"""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import Any

from benchmarks.attack.cases import Case
from gba.backends.scripted import Scripted
from gba.chat import Engine, StepOptions
from gba.chat.formats import Conversation, from_template
from gba.chat.messages import Message
from gba.chat.templates import process
from gba.chat.templates.marks import MARK
from gba.errors import ConversationError, GbaError
from gba.grammar.gbnf.matcher import Matcher
from gba.grammar.gbnf.parser import parse_gbnf
from gba.schema.tools import ToolCall, ToolSpec

__all__ = ["MEGABYTES", "SECONDS", "TITLE", "cases"]

TITLE, SECONDS, MEGABYTES = "hostile chat templates", 30.0, 512.0
_CANARY = Path(tempfile.gettempdir()) / f"gba-attack-canary-{os.getpid()}"
_SECRET = "gba-attack-secret"

_CALL = ToolCall("look", {"query": "the question"}, "abcd12345")
_TOOLS = (
    ToolSpec("look", "Looks.", {"type": "object", "properties": {"query": {"type": "string"}}, "required": ["query"]}),
)
_USER = Message("user", "What is it, please?")
_CONVERSATIONS: tuple[tuple[tuple[Message, ...], tuple[ToolSpec, ...]], ...] = (
    ((_USER,), ()),
    ((Message("system", "Be very brief."), _USER), _TOOLS),
    (
        (
            _USER,
            Message("assistant", calls=(_CALL,)),
            Message("tool", "It is found here.", call_id=_CALL.id, name="look"),
            Message("assistant", "That is all of it."),
            Message("user", "And what else?"),
        ),
        _TOOLS,
    ),
)


def cases() -> list[Case]:
    """The templates, by name."""
    return [Case(name, _Attack(source)) for name, source in {**_plain(), **_calling(), **_odd()}.items()]


class _Attack:
    """Reads a template and uses what comes of it."""

    def __init__(self, source: str) -> None:
        self._source = source

    def __call__(self) -> None:
        os.environ["GBA_ATTACK_SECRET"] = _SECRET
        _CANARY.unlink(missing_ok=True)
        try:
            self._use()
        except ConversationError as error:
            if _SECRET in str(error):
                raise AssertionError("the error tells what the template must not know") from error
        assert not _CANARY.exists(), "the template wrote a file"
        assert _peak() <= MEGABYTES, f"the rendering process took {_peak():.0f} MB"

    def _use(self) -> None:
        chat_format = from_template(self._source, bos="<s>", eos="</s>")
        for messages, tools in _CONVERSATIONS:
            try:
                layout = chat_format.layout(Conversation(messages, tools))
            except ConversationError:
                continue
            text = layout.text()
            assert _SECRET not in text, "the text tells what the template must not know"
            assert "root:" not in text, "the text tells what is in a file"
            assert not MARK.search(text), "a mark was left in the text"
            contents = "\n".join(piece.text for piece in layout.pieces if piece.content)
            for message in messages:
                assert message.content in contents, f"{message.content!r} is not among the contents"
        engine = Engine(Scripted(_shortest), chat_format=chat_format, options=StepOptions(max_tokens=64))
        for asked in ({}, {"tool_choice": "look"}, {"parallel": True, "tool_choice": "required"}):
            try:
                step = engine.step([_USER], _TOOLS, **asked)
            except GbaError:
                continue
            assert asked.get("tool_choice") != "look" or [call.name for call in step.calls] == ["look"]


def _shortest(_prompt: str, grammar: str | None, _stop: tuple[str, ...]) -> str:
    """A model that says the least."""
    return "Yes." if grammar is None else Matcher(parse_gbnf(grammar)).shortest()


def _peak() -> float:
    """Megabytes of the rendering process, at most so far; 0 where it has ended, or where /proc does not tell."""
    rendering: Any = process._shared()._process
    try:
        status = Path(f"/proc/{rendering.pid}/status").read_text()
    except (AttributeError, OSError):
        return 0.0
    return int(next(line.split()[1] for line in status.splitlines() if line.startswith("VmHWM"))) / 1024


_TURNS = (
    "{% for m in messages %}<|im_start|>{{ m.role }}\n{{ m.content }}"
    "{% for c in m.tool_calls or [] %}CALL{% endfor %}<|im_end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)
_NORMAL = (
    '<tool_call>\\n{"name": "{{ c.function.name }}", "arguments": {{ c.function.arguments | tojson }}}\\n</tool_call>'
)


def _turns(call: str = _NORMAL, *, before: str = "", content: str = "{{ m.content }}") -> str:
    """A template that works, but for what is given."""
    return before + _TURNS.replace("CALL", call).replace("{{ m.content }}", content)


def _plain() -> dict[str, str]:
    """Time, memory, depth, files: whatever one expression can do."""
    loop = "{% for a in range(99999) %}"
    body = {
        "nested ranges": loop * 3 + "{% endfor %}" * 3,
        "nested ranges with text": loop * 2 + "xxxxxxxxxx" + "{% endfor %}" * 2,
        "a range beyond the sandbox": "{% for a in range(10**9) %}{% endfor %}",
        "a long repetition": "{{ 'a' * 10**9 }}",
        "a long repetition, the number first": "{{ 10**9 * 'a' }}",
        "a repetition of a repetition": "{{ ('a' * 8000000) * 8000000 }}",
        "a long list": "{{ [0] * 10**9 }}",
        "a list of long texts": "{{ ['a' * 8000000] * 1000000 }}",
        "long texts one after another": "{% for a in range(9999) %}{{ 'a' * 8000000 }}{% endfor %}",
        "a text that doubles": "{% set n = namespace(s='ab') %}{% for i in range(60) %}"
        "{% set n.s = n.s ~ n.s %}{% endfor %}{{ n.s }}",
        "a list that doubles": "{% set n = namespace(s=[1]) %}{% for i in range(60) %}"
        "{% set n.s = n.s + n.s %}{% endfor %}",
        "a list that grows": "{% set l = [] %}{% for i in range(99999) %}{% for j in range(9999) %}"
        "{{ l.append(l) }}{% endfor %}{% endfor %}",
        "a number that squares": "{% set n = namespace(x=10) %}{% for i in range(60) %}"
        "{% set n.x = n.x * n.x %}{% endfor %}{{ n.x }}",
        "powers": "{{ 10 ** 10 ** 10 }}",
        "powers of powers": "{{ (((10 ** 64) ** 64) ** 64) ** 64 }}",
        "a power of a fraction": "{{ 2.5 ** 'a' }}",
        "a shift": "{{ 1 << 10**10 }}",
        "a wide format": "{{ '%1000000000d' % 1 }}",
        "a wide format with a star": "{{ '%*d' % (1000000000, 1) }}",
        "a precise format": "{{ '%.1000000000f' % 1.5 }}",
        "a precise format with a star": "{{ '%.*f' % (1000000000, 1.5) }}",
        "a wide format of the new kind": "{{ '{:>1000000000}'.format(1) }}",
        "a wide format by the filter": "{{ '%1000000000d' | format(1) }}",
        "a wide format by the filter with a star": "{{ '%*d' | format(1000000000, 1) }}",
        "lipsum": "{{ lipsum(n=100000) }}",
        "center": "{{ 'a' | center(10**10) }}",
        "indent": "{{ ('a\n' * 1000000) | indent(100000) }}",
        "ljust": "{{ 'a'.ljust(10**9) }}",
        "zfill": "{{ 'a'.zfill(10**9) }}",
        "expandtabs": "{{ ('\\t' * 100000).expandtabs(10**8) }}",
        "replace": "{{ ('a' * 1000000) | replace('a', 'b' * 1000000) }}",
        "replace by a method": "{{ ('a' * 1000000).replace('', 'b' * 1000000) }}",
        "join": "{{ range(99999) | join('a' * 8000000) }}",
        "join by a method": "{{ ('a' * 8000000).join('b' * 8000000) }}",
        "batch": "{{ [1] | batch(10**9, 'x') | list }}",
        "slice": "{{ [1] | slice(10**9, 'x') | list }}",
        "wordwrap": "{{ ('a ' * 4000000) | wordwrap(1) | wordwrap(1) }}",
        "tojson with a deep indent": "{{ [[[[[[[[1]]]]]]]] | tojson(indent=10**9) }}",
        "tojson with long separators": "{{ range(99999) | list | tojson(separators=['a' * 8000000, 'b']) }}",
        "tojson of a circle": "{% set l = [] %}{{ l.append(l) }}{{ l | tojson }}",
        "tojson of a generator without end": "{{ cycler(1).next | tojson }}",
        "pprint": "{% set l = [1] %}{% for i in range(30) %}{{ l.append(l + l) }}{% endfor %}{{ l | pprint }}",
        "strftime with a width": "{{ strftime_now('%1000000000Y') }}",
        "strftime of a long form": "{{ strftime_now('%A' * 4000000) }}",
        "urlize": "{{ ('http://a.b/' * 100000) | urlize }}",
        "striptags": "{{ ('<' * 1000000) | striptags }}",
        "xmlattr": "{{ {'a' * 1000000: 'b'} | xmlattr }}",
        "sums": "{{ range(99999) | map('string') | sum(start='') }}",
        "sorts": "{% for i in range(9999) %}{{ range(99999) | sort(reverse=true) | length }}{% endfor %}",
        "groups": "{{ messages | groupby('role') }}"
        "{% for i in range(9999) %}{{ range(9999) | unique | list }}{% endfor %}",
        "a macro that calls itself": "{% macro f(x) %}{{ f(x) }}{% endmacro %}{{ f(1) }}",
        "a macro that calls itself twice": "{% macro f(n) %}{% if n %}{{ f(n - 1) }}{{ f(n - 1) }}{% endif %}"
        "{% endmacro %}{{ f(60) }}",
        "a loop that calls itself": "{% for m in messages recursive %}{{ loop(messages) }}{% endfor %}",
        "a block that calls itself": "{% block a %}{{ self.a() }}{% endblock %}",
        "includes itself": "{% include 'a' %}",
        "extends another one": "{% extends 'a' %}",
        "imports another one": "{% import 'a' as b %}{{ b.c() }}",
        "nested brackets": "{{ " + "(" * 5000 + "1" + ")" * 5000 + " }}",
        "nested lists": "{{ " + "[" * 3000 + "]" * 3000 + " }}",
        "nested conditions": "{% if 1 %}" * 3000 + "{% endif %}" * 3000,
        "nested loops": "{% for a in [1] %}" * 200 + "{% endfor %}" * 200,
        "nested filters": "{{ 'a'" + " | upper" * 20000 + " }}",
        "a long sum": "{{ 1" + " + 1" * 20000 + " }}",
        "a class": "{{ ''.__class__.__mro__[1].__subclasses__() }}",
        "a class by a filter": "{{ '' | attr('__class__') }}{{ [''] | map(attribute='__class__') | list }}",
        "a class by a format": "{{ '{0.__class__.__init__.__globals__}'.format(messages) }}",
        "a class by a format map": "{{ '{a.__class__.__mro__}'.format_map({'a': 1}) }}",
        "globals of a function": "{{ raise_exception.__globals__ }}{{ strftime_now.__globals__ }}",
        "globals of a class": "{{ cycler.__init__.__globals__.os.environ }}{{ namespace.__init__.__globals__ }}",
        "a shell": "{{ cycler.__init__.__globals__.os.popen('touch " + str(_CANARY) + "').read() }}",
        "an import": "{{ self.__init__.__globals__.__builtins__.__import__('os').system('touch "
        + str(_CANARY)
        + "') }}",
        "a file": "{{ ''.__class__.__base__.__subclasses__()[40]('/etc/passwd').read() }}",
        "the frame of a generator": "{{ (messages | map(attribute='role')).gi_frame.f_globals }}",
        "the environment": "{{ self._TemplateReference__context.environment.globals }}{{ environ }}{{ env }}",
        "format of the environment": "{{ '%(GBA_ATTACK_SECRET)s' % self._TemplateReference__context.environment }}",
    }
    return {name: _turns(before=source) for name, source in body.items()}


def _calling() -> dict[str, str]:
    """Templates that work, and whose calls are a trap."""
    name, arguments = "{{ c.function.name }}", "{{ c.function.arguments | tojson }}"
    calls = {
        "calls that say nothing of themselves": "<call>",
        "calls without any text around": name + arguments,
        "calls that open with white space": " \\n " + name + " \\n " + arguments,
        "calls with a long opening": "<" + "x" * 200_000 + ">" + name + ":" + arguments,
        "calls with a long closing": "<c>" + name + ":" + arguments + "</" + "x" * 200_000 + ">",
        "calls that open as turns do": "<|im_start|>" + name + arguments + "<|im_start|>",
        "calls that close as turns do": "<c>" + name + arguments + "<|im_end|>\\n<|im_start|>user\\n",
        "calls with names in them many times": "<c>" + name * 300 + arguments + name * 300 + "</c>",
        "calls with arguments in them many times": "<c>" + name + arguments * 50 + "</c>",
        "arguments before the name": "<c>" + arguments + name + "</c>",
        "names that are changed": "<c>" + name.replace("name", "name | upper") + arguments + "</c>",
        "names that are turned round": "<c>" + name.replace("name", "name | reverse") + arguments + "</c>",
        "arguments that are changed": "<c>" + name + "{{ c.function.arguments | tojson | upper }}</c>",
        "arguments as a list of pairs": "<c>" + name + "{{ c.function.arguments.items() | list }}</c>",
        "arguments cut short": "<c>" + name + "{{ (c.function.arguments | tojson)[:20] }}</c>",
        "calls that are other ones each time": "<c>" + name + arguments + "{{ range(100000) | random }}</c>",
        "calls that differ by their number": "<c{{ loop.index * loop.index }}>" + name + arguments + "</c>",
        "calls that a regular expression would be": "<c>.*(" + name + ")+[" + arguments + "]{2,}\\\\1$</c>",
        "calls with the nul character": "<c>\x00name\x00" + name + "\x00next\x00" + arguments + "\x00id\x00</c>",
        "calls with half a character": "<c>{{ '\\ud800' }}" + name + arguments + "</c>",
        "tags that never end": "<c>"
        + name
        + "{% for k, v in c.function.arguments.items() %}<{{ k }}>{{ v }}{% endfor %}</c>",
        "values that run into each other": "<c>"
        + name
        + "{% for k, v in c.function.arguments.items() %}{{ k }}{{ v }}{% endfor %}</c>",
        "keys between tags of the values": "<c>"
        + name
        + "{% for k, v in c.function.arguments.items() %}{{ v }}={{ k }};{% endfor %}</c>",
        "no call but the second one": "{% if loop.index == 2 %}<c>" + name + arguments + "</c>{% endif %}",
        "every call twice": ("<c>" + name + arguments + "</c>") * 2,
        "calls that raise for what is not a probe": "{% if 'look' in c.function.name %}"
        "{{ raise_exception('no') }}{% endif %}<c>" + name + arguments + "</c>",
        "calls that hang for what is not a probe": "{% if 'look' in c.function.name %}"
        "{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}{% endif %}<c>"
        + name
        + arguments
        + "</c>",
    }
    return {title: _turns(call) for title, call in calls.items()}


def _odd() -> dict[str, str]:
    """Templates that lose, change or repeat contents, or are no templates."""
    slow = "{% for a in range(3000) %}{% for b in range(900) %}{% endfor %}{% endfor %}"
    return {
        "an empty one": "",
        "white space": " \n ",
        "a text": "constant",
        "no end of a block": "{% for m in messages %}",
        "no end of an expression": "{{ messages",
        "an unknown tag": "{% explode %}",
        "an unknown filter": _turns(content="{{ m.content | explode }}"),
        "an unknown test": _turns(content="{% if m.content is explosive %}{% endif %}{{ m.content }}"),
        "an unknown function": _turns(before="{{ explode() }}"),
        "an unknown variable": _turns(before="{{ explosion.of.all }}"),
        "raises": "{{ raise_exception('never') }}",
        "raises something else": "{{ raise_exception(messages) }}{{ 1 / 0 }}",
        "a very long one": "{# " + "x" * 2_000_000 + " #}" + _turns(),
        "a long one": "{# " + "x" * 900_000 + " #}" + _turns(),
        "many tags": "{{ '' }}" * 60_000 + _turns(),
        "a control character": "\x00\x1b[2J" + _turns() + "\x00",
        "half a character": "\ud800" + _turns(),
        "lines that look like replies": '{"text": "x"}\n{"error": "y"}\n' + _turns(),
        "contents twice": _turns(content="{{ m.content }}{{ m.content }}"),
        "contents many times": _turns(content="{{ m.content * 1000 }}"),
        "contents nowhere": _turns(content="{{ m.role }}"),
        "contents of the user nowhere": _turns(content="{% if m.role != 'user' %}{{ m.content }}{% endif %}"),
        "contents in capitals": _turns(content="{{ m.content | upper }}"),
        "contents turned round": _turns(content="{{ m.content | reverse }}"),
        "contents cut": _turns(content="{{ m.content[:5] }}"),
        "contents in pieces": _turns(content="{{ m.content | list | join(' ') }}"),
        "contents as numbers": _turns(content="{{ m.content | length }}"),
        "contents of all in one": "{{ messages | map(attribute='content') | join }}",
        "contents in reverse order": "{% for m in messages | reverse %}{{ m.role }}: {{ m.content }}\n{% endfor %}",
        "contents at random": _turns(content="{{ (messages | random).content }}"),
        "all messages as JSON": "{{ messages | tojson }}",
        "all messages as they are": "{{ messages }}",
        "roles swapped": "{% for m in messages %}{{ 'assistant' if m.role == 'user' else 'user' }}: "
        "{{ m.content }}\n{% endfor %}",
        "messages that are changed": "{% for m in messages %}"
        "{% if m.update({'content': 'changed'}) %}{% endif %}{% endfor %}" + _turns(),
        "messages that are taken away": "{% if messages.clear() %}{% endif %}" + _turns(),
        "messages without end": "{% for m in messages %}{% if messages.append(m) %}{% endif %}{% endfor %}" + _turns(),
        "tools that are changed": "{% for t in tools or [] %}{% if t.clear() %}{% endif %}{% endfor %}" + _turns(),
        "another text each time": "{{ range(100000) | random }}" + _turns(),
        "another text with each message": "{{ messages | length }}" + _turns(),
        "slow each time": slow + _turns(),
        "slow where it is used": _turns(
            content="{{ m.content }}{% if 'please' in m.content %}" + slow * 40 + "{% endif %}"
        ),
        "a large text each time": "{% for a in range(3) %}{{ 'x' * 400000 }}{% endfor %}" + _turns(),
        "a large text before each message": _turns(content="{{ 'x' * 900000 }}{{ m.content }}"),
        "text too large where it is used": _turns(
            content="{{ m.content * (9999999 if 'please' in m.content else 1) }}"
        ),
        "a thought without end": _turns(before="").replace("assistant\n{% endif", "assistant\n<think>{% endif"),
        "a thought that closes as it opens": _turns(
            content="{% if m.reasoning_content %}<think>{{ m.reasoning_content }}<think>{% endif %}{{ m.content }}"
        ),
        "a thought that closes with nothing": _turns(
            content="{% if m.reasoning_content %}{{ m.reasoning_content }}{% endif %}{{ m.content }}"
        ),
        "a prompt that is long": _turns().replace("assistant\n{% endif", "assistant\n" + "x" * 300_000 + "{% endif"),
        "a prompt that is a call": _turns().replace("assistant\n{% endif", "assistant\n<tool_call>{% endif"),
        "BOS many times": "{{ bos_token * 1000 }}" + _turns(content="{{ m.content }}{{ bos_token }}"),
        "turns that stop at once": "{% for m in messages %}.{{ m.content }}.{% endfor %}",
        "turns that white space parts": "{% for m in messages %}{{ m.content }} {% endfor %}",
    }
