"""Reads a chat format out of a GGUF's Jinja template by rendering marked conversations in a sandbox."""

from __future__ import annotations

import json
import re
from datetime import datetime
from typing import Any

from jinja2 import TemplateError
from jinja2.sandbox import ImmutableSandboxedEnvironment

from gba.chat.formats import ChatFormat, Place
from gba.errors import ConversationError

__all__ = ["extract"]

_Glue = dict[tuple[Place, Place], str]
_ROLES: tuple[tuple[Place, ...], ...] = (
    ("system", "user", "assistant", "user", "assistant", "user"),
    ("user", "assistant", "user"),
    ("system", "user", "assistant", "tool", "tool"),
    ("system", "user", "assistant", "tool", "assistant", "tool", "user"),
)
_CONTROL = re.compile(r"<\|[^<>|\s]{1,40}\|>|<[a-z_]{1,20}_of_turn>|\[/?[A-Z_]{2,20}\]|<</?SYS>>|</?s>")


class _RefusedError(Exception):
    """The template raised, or a content is missing from what it rendered."""


def _raise(message: str) -> Any:
    raise TemplateError(message)


def _environment() -> ImmutableSandboxedEnvironment:
    environment = ImmutableSandboxedEnvironment(
        trim_blocks=True, lstrip_blocks=True, extensions=["jinja2.ext.loopcontrols"]
    )
    environment.filters["tojson"] = lambda value, **_: json.dumps(value, ensure_ascii=False)
    environment.globals["raise_exception"] = _raise
    environment.globals["strftime_now"] = lambda form: datetime.now().strftime(form)
    return environment


class _Probe:
    """Renders conversations whose contents are marks, and cuts the result at the marks."""

    def __init__(self, template: str, bos: str, eos: str) -> None:
        self._bos, self._tokens = bos, {"bos_token": bos, "eos_token": eos}
        try:
            self._template = _environment().from_string(template)
        except TemplateError as error:
            raise ConversationError(
                f"the model's chat template is not valid Jinja: {error}. Name a built-in format with chat_format=."
            ) from error

    def cut(self, roles: tuple[Place, ...]) -> list[str]:
        """The texts before, between and after the marked contents; the last one ends in the generation prompt."""
        marks = [f"MARK{number}QX" for number in range(len(roles))]
        messages = [{"role": role, "content": mark} for role, mark in zip(roles, marks, strict=True)]
        try:
            text = self._template.render(messages=messages, add_generation_prompt=True, tools=None, **self._tokens)
        except Exception as error:  # a template is foreign code: whatever it raises means that it refuses
            raise _RefusedError(f"{type(error).__name__}: {error}") from error
        parts, at = [], 0
        for mark in marks:
            found = text.find(mark, at)
            if found < 0:
                raise _RefusedError("it leaves the content of a message out")
            parts.append(text[at:found])
            at = found + len(mark)
        return [*parts, text[at:]]


def _learn(glue: _Glue, probe: _Probe, roles: tuple[Place, ...]) -> str:
    """Add the glue of one conversation; returns what stood before the last assistant content."""
    parts = probe.cut(roles)
    places: list[Place] = ["start", *roles]
    written = ""
    for number, role in enumerate(roles):
        if role == "assistant":
            written = parts[number]
        else:
            glue[places[number], role] = parts[number]
    glue[roles[-1], "assistant"] = parts[-1]
    return written


def _unquote(glue: _Glue) -> _Glue:
    """Without the quotes of templates that write a tool's result as a JSON string."""
    into = [text for (_, after), text in glue.items() if after == "tool"]
    if not into or not all(text.endswith('"') for text in into):
        return glue
    result = {}
    for (before, after), text in glue.items():
        text = text.removeprefix('"') if before == "tool" else text
        result[before, after] = text.removesuffix('"') if after == "tool" else text
    return result


def extract(template: str, *, bos: str, eos: str) -> ChatFormat:
    """See `gba.chat.formats.from_template`."""
    probe = _Probe(template, bos, eos)
    glue: _Glue = {}
    try:
        written = _learn(glue, probe, _ROLES[1])
    except _RefusedError as error:
        raise ConversationError(
            f"the model's chat template cannot be used: {error}. Name a built-in format with chat_format=."
        ) from error
    try:
        _learn(glue, probe, _ROLES[0])
    except _RefusedError:  # no system role: its text goes to the head of the first user turn
        glue["start", "system"], glue["system", "user"] = glue["start", "user"], "\n\n"
    native = True
    try:
        tools: _Glue = {}
        for roles in _ROLES[2:]:
            _learn(tools, probe, roles)
        glue = {**_unquote(tools), **glue}
    except _RefusedError:
        native = False
    begins = bool(bos) and glue["start", "user"].startswith(bos)
    glue = {
        (before, after): text.removeprefix(bos) if before == "start" and bos else text
        for (before, after), text in glue.items()
    }
    prompt = glue["user", "assistant"]
    lead = written[len(prompt) :] if written.startswith(prompt) else ""
    stops = sorted({found for text in glue.values() for found in _CONTROL.findall(text)} - {""})
    return ChatFormat("template", glue, lead if lead.isspace() else "", tuple(stops), native, begins)
