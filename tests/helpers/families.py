"""Small chat templates, one for each way in which models call and think, and what their models write.

All of them are made up for these tests; the ways are those of real models. What a turn looks like is written down here
by hand, so that the tests do not ask gba what gba should have read.
"""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from gba.backends.scripted import Scripted
from gba.chat.formats import ChatFormat, from_template
from gba.grammar.gbnf.matcher import Matcher
from gba.grammar.gbnf.parser import parse_gbnf
from gba.schema.tools import ToolCall

__all__ = [
    "BARE",
    "CHANNEL",
    "FAMILIES",
    "HERMES",
    "ID",
    "LISTED",
    "PAIRED",
    "TAGGED",
    "THINKERS",
    "THINKING",
    "THINKING_TAGGED",
    "Family",
    "Writer",
]

ID = "#########"
"""Where a turn has the id of a call, which nobody knows before."""

_TOOLS = "{% if tools %}{% for tool in tools %}{{ tool.function | tojson }}\n{% endfor %}{% endif %}"

# What most of them share: turns as ChatML has them, results in a turn of the tool's
_CHATML = """
{%- if tools %}<|im_start|>system
{% if messages[0].role == 'system' %}{{ messages[0].content }}

{% endif %}Tools:
{% for tool in tools %}{{ tool.function | tojson }}
{% endfor %}<|im_end|>
{% elif messages[0].role == 'system' %}<|im_start|>system
{{ messages[0].content }}<|im_end|>
{% endif %}
{%- for message in messages if message.role != 'system' %}
{%- if message.role == 'assistant' %}<|im_start|>assistant
THOUGHT{{ message.content or '' }}
{%- if message.tool_calls %}CALLS{% endif %}<|im_end|>
{% elif message.role == 'tool' %}<|im_start|>tool
RESULT<|im_end|>
{% else %}<|im_start|>user
{{ message.content }}<|im_end|>
{% endif %}
{%- endfor %}
{%- if add_generation_prompt %}<|im_start|>assistant
PROMPT{% endif %}"""


def _chatml(calls: str, *, thought: str = "", prompt: str = "", result: str = "{{ message.content }}") -> str:
    filled = _CHATML.replace("THOUGHT", thought).replace("CALLS", calls)
    return filled.replace("RESULT", result).replace("PROMPT", prompt)


@dataclass(frozen=True)
class Family:
    """A template and its model. ``write``: the text of a turn's calls; ``gap``: between text and calls; ``starts``:
    what the assistant's turn begins behind; ``answer``: what opens an answer; ``think``: what stands around a thought,
    ``opened`` by the prompt or not. ``control``: the vocabulary's control tokens. ``many``: calls of one turn.
    """

    name: str
    template: str = field(repr=False)
    write: Callable[..., str]
    control: tuple[str, ...]
    gap: str = "\n"
    starts: tuple[str, ...] = ("<|im_start|>assistant\n",)
    eos: str = "<|im_end|>"
    answer: str = ""
    think: tuple[str, str] = ("", "")
    opened: bool = False
    many: bool = True
    id_length: int | None = None

    def __str__(self) -> str:
        return self.name

    def format(self) -> ChatFormat:
        """The chat format that gba reads; read once."""
        return _read(self.template, self.eos)

    def turn(self, *calls: tuple[str, Mapping[str, Any]], text: str = "", thought: str = "") -> str:
        """What the model writes: a thought, text or an answer, and calls."""
        head = self.think[0] + thought + self.think[1] if thought or (self.opened and self.think[0]) else ""
        if not calls:
            return head + self.answer + text
        said = text + self.gap if text else ""
        return head + said + self.write([ToolCall(name, arguments, ID) for name, arguments in calls])

    def generated(self, turn: str) -> str:
        """What of a turn stands behind the prompt."""
        return turn.removeprefix(self.think[0]) if self.opened else turn

    def backend(self, *turns: str, **options: Any) -> Scripted:
        """A backend that writes these turns, each behind a prompt of its own."""
        return self.writing(Writer(turns, self.starts), **options)

    def writing(
        self,
        reply: Callable[[str, str | None, tuple[str, ...]], str],
        *,
        kind: type[Scripted] = Scripted,
        **options: Any,
    ) -> Scripted:
        """A backend with the vocabulary and the template of the family."""
        options = {"chat_template": self.template, "control": self.control, "eos": self.eos, **options}
        return kind(reply, **options)


class Writer:
    """Writes the rest of the turn under way, and under a grammar no more than that allows."""

    def __init__(self, turns: Sequence[str], starts: Sequence[str]) -> None:
        self._turns, self._starts = tuple(turns), tuple(starts)
        self._begun: list[str] = []  # the prompts behind which the turns began

    def __call__(self, prompt: str, grammar: str | None, stop: tuple[str, ...]) -> str:
        for begun, turn in reversed(list(zip(self._begun, self._turns, strict=False))):
            left = _rest(turn, prompt.removeprefix(begun)) if prompt.startswith(begun) else None
            if left is not None:
                return left if grammar is None else _allowed(left, Matcher(parse_gbnf(grammar)))
        begin = max(prompt.rfind(start) + len(start) for start in self._starts if start in prompt)
        assert len(self._begun) < len(self._turns), f"none of the turns goes on behind {prompt[-300:]!r}"
        assert _rest(self._turns[len(self._begun)], prompt[begin:]) is not None, f"no turn goes on in {prompt[-300:]!r}"
        self._begun.append(prompt[:begin])
        return self(prompt, grammar, stop)


def _rest(turn: str, written: str) -> str | None:
    """What is left of the turn; None where it does not begin with what was written."""
    if ID not in turn:
        return turn.removeprefix(written) if turn.startswith(written) else None
    for size in range(len(turn), -1, -1):
        pattern = re.escape(turn[:size]).replace(re.escape(ID), r"\w+")
        if re.fullmatch(pattern, written, re.DOTALL):
            return turn[size:]
    return None


def _allowed(text: str, matcher: Matcher) -> str:
    """The text as far as the grammar allows it, closed along that. An id is what the grammar has there."""
    written = ""
    while text:
        if text.startswith(ID):
            made = re.match(r"\w*", matcher.forced())
            text = (made.group() if made else "") + text.removeprefix(ID)
        if not matcher.advance(text[0]):
            return written + matcher.shortest()
        written, text = written + text[0], text[1:]
    return written


@functools.cache
def _read(template: str, eos: str) -> ChatFormat:
    return from_template(template, bos="<s>", eos=eos)


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


_BOTH = ("<s>", "<|im_start|>", "<|im_end|>")

# JSON in tags


def _hermes(calls: list[ToolCall]) -> str:
    texts = [f'{{"name": "{call.name}", "arguments": {_json(call.arguments)}}}' for call in calls]
    return "\n".join(f"<tool_call>\n{text}\n</tool_call>" for text in texts)


_HERMES_CALLS = """
{%- for call in message.tool_calls %}
{%- if message.content or not loop.first %}{{ '\\n' }}{% endif -%}
<tool_call>
{"name": "{{ call.function.name }}", "arguments": {{ call.function.arguments | tojson }}}
</tool_call>
{%- endfor %}"""
HERMES = Family("hermes", _chatml(_HERMES_CALLS), _hermes, (*_BOTH, "<tool_call>", "</tool_call>"))

# No trigger, and one call a turn


def _bare(calls: list[ToolCall]) -> str:
    (call,) = calls
    return f'{{"name": "{call.name}", "parameters": {_json(call.arguments)}}}'


BARE = Family(
    "no trigger",
    "{{ bos_token }}{% for message in messages %}"
    "{% if message.tool_calls %}"
    "{% if message.tool_calls | length != 1 %}{{ raise_exception('one call at a time') }}{% endif %}"
    "<|head|>assistant<|body|>\n\n"
    '{{ \'{"name": "\' + message.tool_calls[0].function.name + \'", "parameters": \' }}'
    "{{ message.tool_calls[0].function.arguments | tojson }}{{ '}' }}<|done|>"
    "{% elif message.role == 'tool' %}<|head|>ipython<|body|>\n\n{{ message.content | tojson }}<|done|>"
    "{% else %}<|head|>{{ message.role }}<|body|>\n\n"
    "{% if tools and loop.first %}" + _TOOLS + "\n{% endif %}{{ message.content | trim }}<|done|>{% endif %}"
    "{% endfor %}{% if add_generation_prompt %}<|head|>assistant<|body|>\n\n{% endif %}",
    _bare,
    ("<s>", "<|head|>", "<|body|>", "<|done|>"),
    starts=("<|head|>assistant<|body|>\n\n",),
    eos="<|done|>",
    many=False,
)

# A list of JSON objects behind a token, with ids of nine letters and digits


def _listed(calls: list[ToolCall]) -> str:
    texts = [f'{{"name": "{call.name}", "arguments": {_json(call.arguments)}, "id": "{call.id}"}}' for call in calls]
    return "[CALLS][" + ", ".join(texts) + "]"


LISTED = Family(
    "list with ids",
    "{{ bos_token }}{% for message in messages %}{% if message.role == 'user' %}"
    "{% if tools and message == (messages | selectattr('role', 'equalto', 'user') | list)[-1] %}"
    "[TOOLS]{{ tools | tojson }}[/TOOLS]{% endif %}[ASK]{{ message.content }}[/ASK]"
    "{% elif message.role == 'system' %}[SYS]{{ message.content }}[/SYS]"
    "{% elif message.role == 'tool' %}[RESULT]{{ '{\"content\": ' + (message.content | tojson) }}"
    ', "call_id": "{{ message.tool_call_id }}"}[/RESULT]'
    "{% elif message.tool_calls %}{{ message.content or '' }}[CALLS][{% for call in message.tool_calls %}"
    "{% if call.id | length != 9 %}{{ raise_exception('ids have nine characters') }}{% endif %}"
    '{{ \'{"name": "\' + call.function.name + \'", "arguments": \' + (call.function.arguments | tojson) }}'
    ', "id": "{{ call.id }}"}{% if not loop.last %}, {% endif %}{% endfor %}]{{ eos_token }}'
    "{% else %}{{ message.content }}{{ eos_token }}{% endif %}{% endfor %}",
    _listed,
    ("<s>", "</s>", "[TOOLS]", "[/TOOLS]", "[ASK]", "[/ASK]", "[SYS]", "[/SYS]", "[RESULT]", "[/RESULT]", "[CALLS]"),
    gap="",
    starts=("[/ASK]", "[/RESULT]"),
    eos="</s>",
    id_length=9,
)

# The name outside, JSON arguments, and calls that are counted


def _counted(calls: list[ToolCall]) -> str:
    texts = [
        f"<|call|>functions.{call.name}:{at}<|args|>{_json(call.arguments)}<|/call|>" for at, call in enumerate(calls)
    ]
    return "<|calls|>" + "".join(texts) + "<|/calls|>"


_COUNTED_CALLS = (
    "<|calls|>{% for call in message.tool_calls %}<|call|>functions.{{ call.function.name }}:{{ loop.index0 }}<|args|>"
    "{{ call.function.arguments | tojson }}<|/call|>{% endfor %}<|/calls|>"
)
COUNTED = Family(
    "name outside, counted",
    _chatml(_COUNTED_CALLS, result="## {{ message.name }}\n{{ message.content }}"),
    _counted,
    (*_BOTH, "<|calls|>", "<|call|>", "<|args|>", "<|/call|>", "<|/calls|>"),
    gap="",
)

# Arguments between tags: XML of a kind, with literals of Python


def _tagged(calls: list[ToolCall]) -> str:
    return "\n".join(
        f"<tool_call>\n<function={call.name}>\n"
        + "".join(f"<parameter={key}>\n{_python(value)}\n</parameter>\n" for key, value in call.arguments.items())
        + "</function>\n</tool_call>"
        for call in calls
    )


def _python(value: Any) -> str:
    if isinstance(value, dict | list):
        return _json(value)
    return str(value)


_TAGGED_CALLS = """
{%- for call in message.tool_calls %}
{%- if message.content or not loop.first %}{{ '\\n' }}{% endif -%}
<tool_call>
<function={{ call.function.name }}>
{% for key, value in call.function.arguments.items() -%}
<parameter={{ key }}>
{{ value | tojson if value is mapping or (value is sequence and value is not string) else value | string }}
</parameter>
{% endfor -%}
</function>
</tool_call>
{%- endfor %}"""
TAGGED = Family("tagged", _chatml(_TAGGED_CALLS), _tagged, (*_BOTH, "<tool_call>", "</tool_call>"))


def _paired(calls: list[ToolCall]) -> str:
    return "\n".join(
        f"<call>{call.name}\n"
        + "".join(f"<key>{key}</key>\n<value>{_raw(value)}</value>\n" for key, value in call.arguments.items())
        + "</call>"
        for call in calls
    )


def _raw(value: Any) -> str:
    return value if isinstance(value, str) else _json(value)


_PAIRED_CALLS = """
{%- for call in message.tool_calls %}
{%- if message.content or not loop.first %}{{ '\\n' }}{% endif -%}
<call>{{ call.function.name }}
{% for key, value in call.function.arguments.items() -%}
<key>{{ key }}</key>
<value>{{ value if value is string else value | tojson }}</value>
{% endfor -%}
</call>
{%- endfor %}"""
PAIRED = Family("keys and values", _chatml(_PAIRED_CALLS), _paired, (*_BOTH, "<call>", "</call>"))


def _invoked(calls: list[ToolCall]) -> str:
    return (
        "<calls>\n"
        + "".join(
            f'<invoke name="{call.name}">\n'
            + "".join(f'<parameter name="{key}">{_raw(value)}</parameter>\n' for key, value in call.arguments.items())
            + "</invoke>\n"
            for call in calls
        )
        + "</calls>"
    )


_INVOKED_CALLS = """
{%- if message.content %}{{ '\\n' }}{% endif -%}
<calls>
{% for call in message.tool_calls -%}
<invoke name="{{ call.function.name }}">
{% for key, value in call.function.arguments.items() -%}
<parameter name="{{ key }}">{{ value if value is string else value | tojson }}</parameter>
{% endfor -%}
</invoke>
{% endfor -%}
</calls>"""
INVOKED = Family("invoke", _chatml(_INVOKED_CALLS), _invoked, (*_BOTH, "<calls>", "</calls>"))

# Calls as in Python


def _literal(calls: list[ToolCall]) -> str:
    texts = [
        call.name + "(" + ", ".join(f"{key}={value!r}" for key, value in call.arguments.items()) + ")" for call in calls
    ]
    return "<|list|>[" + ", ".join(texts) + "]<|/list|>"


_LITERAL_CALLS = (
    "<|list|>[{% for call in message.tool_calls %}{{ call.function.name }}("
    "{% for key, value in call.function.arguments.items() %}{{ key }}="
    "{% if value is string %}'{{ value }}'{% else %}{{ value }}{% endif %}"
    "{% if not loop.last %}, {% endif %}{% endfor %}){% if not loop.last %}, {% endif %}{% endfor %}]<|/list|>"
)
LITERAL = Family("literals", _chatml(_LITERAL_CALLS), _literal, (*_BOTH, "<|list|>", "<|/list|>"), gap="")

# Channels, one message after another


def _channel(calls: list[ToolCall]) -> str:
    (call,) = calls
    return f" to=functions.{call.name}<|chan|>commentary<|msg|>{_json(call.arguments)}<|go|>"


CHANNEL = Family(
    "channels",
    "{% if tools %}<|begin|>developer<|msg|>" + _TOOLS + "<|stop|>{% endif %}{% for message in messages %}"
    "{% if message.role == 'tool' %}<|begin|>functions.{{ message.name }} to=assistant<|chan|>commentary<|msg|>"
    "{{ message.content | tojson }}<|stop|>"
    "{% elif message.role != 'assistant' %}<|begin|>{{ message.role }}<|msg|>{{ message.content }}<|stop|>"
    "{% elif message.tool_calls %}"
    "{% if message.thinking or message.content %}"
    "<|begin|>assistant<|chan|>analysis<|msg|>{{ message.thinking or message.content }}<|stop|>{% endif %}"
    "<|begin|>assistant to=functions.{{ message.tool_calls[0].function.name }}<|chan|>commentary<|msg|>"
    "{{ message.tool_calls[0].function.arguments | tojson }}<|go|>"
    "{% else %}{% if message.thinking and loop.last %}"
    "<|begin|>assistant<|chan|>analysis<|msg|>{{ message.thinking }}<|stop|>{% endif %}"
    "<|begin|>assistant<|chan|>final<|msg|>{{ message.content }}<|stop|>{% endif %}"
    "{% endfor %}{% if add_generation_prompt %}<|begin|>assistant{% endif %}",
    _channel,
    ("<s>", "<|begin|>", "<|chan|>", "<|msg|>", "<|stop|>", "<|go|>", "<|over|>"),
    gap="",
    starts=("<|begin|>assistant",),
    eos="<|over|>",
    answer="<|chan|>final<|msg|>",
    think=("<|chan|>analysis<|msg|>", "<|stop|><|begin|>assistant"),
    many=False,
)

# Thinking: opened by the prompt, by the model, or not at all where a variable says so

_TOLD = "{% if message.reasoning_content %}<think>\n{{ message.reasoning_content }}\n</think>\n\n{% endif %}"
OPENED = Family(
    "thought opened by the prompt",
    _chatml(_HERMES_CALLS, thought=_TOLD, prompt="<think>\n"),
    _hermes,
    (*_BOTH, "<think>", "</think>", "<tool_call>", "</tool_call>"),
    think=("<think>\n", "\n</think>\n\n"),
    opened=True,
)
THINKING = Family(
    "thought opened by the model",
    _chatml(
        _HERMES_CALLS,
        thought=_TOLD,
        prompt="{% if enable_thinking is defined and not enable_thinking %}<think>\n\n</think>\n\n{% endif %}",
    ),
    _hermes,
    (*_BOTH, "<think>", "</think>", "<tool_call>", "</tool_call>"),
    think=("<think>\n", "\n</think>\n\n"),
)
THINKING_TAGGED = Family(
    "thought and tagged arguments",
    _chatml(
        _PAIRED_CALLS,
        thought="{% if message.reasoning_content %}<think>{{ message.reasoning_content }}</think>\n{% endif %}",
        prompt="{{ '<think></think>\n' if enable_thinking is defined and not enable_thinking else '<think>' }}",
    ),
    _paired,
    (*_BOTH, "<think>", "</think>", "<call>", "<key>", "</key>", "<value>", "</value>", "</call>"),
    think=("<think>", "</think>\n"),
    opened=True,
)

FAMILIES = (
    HERMES,
    BARE,
    LISTED,
    COUNTED,
    TAGGED,
    PAIRED,
    INVOKED,
    LITERAL,
    CHANNEL,
    OPENED,
    THINKING,
    THINKING_TAGGED,
)
THINKERS = tuple(family for family in FAMILIES if family.think[0])
