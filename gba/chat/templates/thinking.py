"""Reads out of a chat template what stands around thoughts and answers."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from gba.chat.messages import Message
from gba.chat.syntax import Thinking
from gba.chat.tags import whole_tags
from gba.chat.templates.marks import ANSWER, THOUGHT, USER, behind
from gba.chat.templates.probe import Probe
from gba.chat.templates.process import RefusedError

__all__ = ["Turn", "read_turn"]

_PAIRS = (
    ("<think>\n", "\n</think>\n\n"),
    ("[THINK]", "[/THINK]"),
    ("<seed:think>", "</seed:think>"),
    ("<mm:think>", "</mm:think>"),
    ("<think:opensource>", "</think:opensource>"),
    ("<thinking>\n", "\n</thinking>\n"),
    ("<|START_THINKING|>", "<|END_THINKING|>"),
    ("<|inner_prefix|>", "<|inner_suffix|>"),
    ("<|channel>thought\n", "\n<channel|>"),
    ("<|channel|>analysis<|message|>", "<|end|>"),
    ("Here are my reasoning steps:\n", "\n[BEGIN FINAL RESPONSE]\n"),
)
"""Marks of thoughts that are in use, for templates that never show a past thought."""

_STARTS = tuple(opening.strip() for opening, _ in _PAIRS)
_TAG = re.compile(r"<\|(?:open|close)\|>[^<>\n]{1,60}<\|sep\|>|<[^<>\n]{1,60}>|\[[A-Z/][A-Z _]{1,40}\]")
_FIELDS = ("reasoning_content", "thinking", "reasoning", "thought")
_SWITCHES = ("enable_thinking", "thinking")


class Turn:
    """What stands around the parts of the assistant's turn.

    ``prompt``: what the template writes between a user's content and the place where the model goes on. ``answer``:
    what stands before and behind an answer in a past turn, ``lead``: the part of the former that the model writes.
    ``thinking``: None where nothing tells of thoughts. ``probe``: with the field in which thoughts are told.
    """

    def __init__(self, probe: Probe, prompt: str, answer: tuple[str, str], thinking: Thinking | None) -> None:
        self.probe, self.prompt, self.answer, self.thinking = probe, prompt, answer, thinking
        self.lead = _lead(answer[0], prompt, thinking)
        if thinking is not None and self.lead and thinking.close.endswith(self.lead):
            self.thinking = replace(thinking, close=thinking.close.removesuffix(self.lead))
        self.closing = answer[1]

    def agent_lead(self) -> str:
        """What the model writes before an answer where it could have called: some templates open answers only then."""
        try:
            text = behind(self.probe.render([USER, ANSWER]), USER.content)
        except RefusedError:
            return self.lead
        before = text.partition(ANSWER.content)[0] if ANSWER.content in text else self.answer[0]
        return _lead(before, self.prompt, self.thinking)

    def closers(self) -> tuple[str, ...]:
        """What may stand before a call and closes something else: a thought, or the text before it."""
        first = _TAG.match(self.closing.lstrip())
        thought = () if self.thinking is None else (self.thinking.open, self.thinking.close, self.thinking.marker)
        return (*thought, self.lead, first.group() if first else "")


def read_turn(probe: Probe) -> Turn:
    """Read it. Raises RefusedError where the template does not even render an answer."""
    prompt = behind(probe.render([USER], tools=False, prompt=True), USER.content)
    text = behind(probe.render([USER, ANSWER], tools=False), USER.content)
    before, found, closing = text.partition(ANSWER.content)
    if not found:
        raise RefusedError("it leaves the content of an answer out")
    probe, thinking = _read_thinking(probe, prompt, before)
    if thinking is not None:
        thinking = replace(thinking, switch=_switch(probe, prompt))
    return Turn(probe, prompt, (before, closing), thinking)


def _read_thinking(probe: Probe, prompt: str, before: str) -> tuple[Probe, Thinking | None]:
    for field in _FIELDS:
        told = replace(probe, dialect=replace(probe.dialect, thoughts=field))
        for content in (ANSWER.content, ""):
            try:
                text = told.render([USER, Message("assistant", content, THOUGHT)], tools=False)
            except RefusedError:
                continue
            if THOUGHT in behind(text, USER.content):
                return told, _around(behind(text, USER.content), prompt, before)
    return probe, _by_marks(probe.template.source, prompt, before)


def _around(text: str, prompt: str, before: str) -> Thinking | None:
    """The marks that a rendered thought shows."""
    head, _, tail = text.partition(THOUGHT)
    close = tail.partition(ANSWER.content)[0] if ANSWER.content in tail else tail
    shared = prompt if head.startswith(prompt) else max((whole_tags(head, text) for text in (prompt, before)), key=len)
    opening = head[len(shared) :]
    if not opening.strip():  # the prompt opens the thought
        tags = list(_TAG.finditer(head))
        opening = head[tags[-1].start() :] if tags else head.rpartition("\n\n")[2] or head
    opening = next((prompt[prompt.rindex(start) :] for start in _STARTS if prompt.rstrip().endswith(start)), opening)
    found = _TAG.search(close)
    return None if found is None else Thinking(opening, close, found.group())


def _by_marks(source: str, prompt: str, before: str) -> Thinking | None:
    """The marks by which thoughts are known, where the prompt ends in one or the template's text has them."""
    for opening, closing in _PAIRS:
        start, marker = opening.strip(), closing.strip()
        shown = prompt.rstrip().endswith((start, marker)) or start + marker in before
        if shown or (marker in source and (start in source or marker == "</think>")):
            if start + marker in before:  # an empty thought, as the template writes it
                return Thinking(start, marker, marker)
            if prompt.rstrip().endswith(start):
                opening = prompt[prompt.rindex(start) :]
            return Thinking(opening, closing, marker)
    return None


def _switch(probe: Probe, prompt: str) -> str:
    """The variable that turns thinking off."""
    for name in _SWITCHES:
        for value in (False, True):
            try:
                text = replace(
                    probe, template=replace(probe.template, variables={**probe.template.variables, name: value})
                )
                if behind(text.render([USER], tools=False, prompt=True), USER.content) != prompt:
                    return name
            except RefusedError:
                continue
    return ""


def _lead(before: str, prompt: str, thinking: Thinking | None) -> str:
    """What the model writes before an answer, an empty thought left out."""
    rest = before[len(whole_tags(before, prompt)) :]
    if thinking is not None:
        for text in (thinking.open, thinking.open.strip(), thinking.marker):
            if text:
                rest = rest.replace(text, "", 1) if rest.lstrip().startswith(text.strip()) else rest
    return rest if rest.strip() else ""


def markers(texts: Sequence[str]) -> tuple[str, ...]:
    """The tags in texts of a format."""
    return tuple(dict.fromkeys(found for text in texts for found in _TAG.findall(text)))
