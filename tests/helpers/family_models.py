"""Random weights with a family's template and control tokens, and what is wrong with the calls that they write."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal

import jsonschema

from gba.backends.base import Backend, Sampling
from gba.chat import Engine, Message, StepOptions
from gba.chat.formats import ChatFormat
from gba.chat.io import answer
from gba.chat.messages import Step
from gba.chat.syntax import Written
from gba.errors import GbaError
from gba.schema.tools import ToolCall, ToolSpec
from tests.helpers.gguf_factory import Shape, write_gguf

__all__ = ["BUDGET", "NAME", "USER", "VOCABULARIES", "Trial", "VocabularyKind", "write_model"]

BUDGET, NAME = 256, "the_tool"
USER = Message("user", "Do it.")
VocabularyKind = Literal["plain", "spaced", "byte-level"]
VOCABULARIES: tuple[VocabularyKind, ...] = ("plain", "spaced", "byte-level")
"""SentencePiece, SentencePiece that puts a space before a text, and GPT-2's kind."""


def write_model(
    path: Path, template: str, control: Sequence[str], eos: str, vocabulary: VocabularyKind, *, context: int = 8192
) -> Path:
    """A GGUF file of a family."""
    names = dict.fromkeys(("<s>", *control, eos))
    return write_gguf(
        path,
        shape=Shape(context=context),
        chat_template=template,
        byte_level=vocabulary == "byte-level",
        space_prefix=vocabulary == "spaced",
        control=tuple(names),
        eos=eos,
        name="a random model",
    )


class Trial:
    """Makes a family's model call tools. ``control``: the names of its control tokens."""

    def __init__(self, backend: Backend, control: Sequence[str], *, seed: int = 1) -> None:
        self._backend, self._control = backend, frozenset(control)
        names = sorted(control, key=len, reverse=True)
        # with some vocabularies the tokenizer itself puts a space behind a control token
        spaced = backend.detokenize(backend.tokenize(names[0] + "a", special=True)) != names[0] + "a"
        self._behind = re.compile(f"({'|'.join(map(re.escape, names))}) ") if spaced else None
        sampling = Sampling(temperature=1.5, top_k=0, top_p=1.0, min_p=0.0, seed=seed)
        options = StepOptions(max_tokens=BUDGET, max_thought_tokens=8)
        self._engine = Engine(backend, sampling=sampling, options=options)
        self.format: ChatFormat = self._engine.chat_format()

    def verdict(self, schema: Any) -> str:
        """``valid``, or what is wrong with a call that had to be made of a tool with this schema."""
        tool = ToolSpec(NAME, "Does it.", schema)
        try:
            step = self._engine.step([USER], [tool], tool_choice=NAME)
        except GbaError as error:
            return f"{type(error).__name__}: {error}"[:300]
        if [call.name for call in step.calls] != [NAME] or step.usage.generated > BUDGET:
            return f"calls {[call.name for call in step.calls]}, {step.usage.generated} tokens"
        kind = jsonschema.validators.validator_for(schema, jsonschema.Draft202012Validator)
        found = kind(schema, format_checker=kind.FORMAT_CHECKER).iter_errors(step.calls[0].arguments)
        error = next(found, None)
        return f"invalid: {error.message[:200]}" if error is not None else self._rendered(step, tool) or "valid"

    def _rendered(self, step: Step, tool: ToolSpec) -> str:
        """What of the turn is not as the template has it; "" where nothing is. Values may be spelled in other ways
        (``1E2`` for ``100.0``), so they are compared once they are read."""
        syntax = self.format.syntax
        turn = self._text(step.tokens[step.prompt_tokens :])
        call = dataclasses.replace(step.calls[0], id=syntax.id(step.calls[0].id))
        head = _text([*syntax.fill(syntax.first, NAME, call.id, 0), *syntax.opened(call, 0)])
        end = _text(syntax.fill(syntax.end, NAME, call.id, 0))
        if head not in turn or not turn.endswith(end):
            return f"not as the syntax has it: {turn[-300:]!r} for {head!r} … {end!r}"
        if syntax.native and (wrong := self._told(step, tool, call)):
            return wrong
        if syntax.native and (wrong := self._control_tokens(step, turn, call)):
            return wrong
        return self._grows(step, tool)

    def _told(self, step: Step, tool: ToolSpec, call: ToolCall) -> str:
        """What the template has otherwise: the prompt, or the call."""
        prompt = self._text(step.tokens[: step.prompt_tokens])
        if not prompt.endswith(expected := self._render([USER], tool)):
            return f"another prompt than the template's: {prompt[-300:]!r} for {expected[-300:]!r}"
        written = _text(self.format.syntax.write([call]))
        message = dataclasses.replace(step.message(), calls=(call,))
        rendered = self._render([USER, message, Message("tool", "done", call_id=call.id, name=NAME)], tool)
        if rendered.count(written) != 1:
            return f"not as the template has it: {written[-300:]!r} in {rendered[-300:]!r}"
        return ""

    def _control_tokens(self, step: Step, turn: str, call: ToolCall) -> str:
        """Whether the turn lacks a control token of the call, or has one that is not in its text."""
        marks = [piece.text for piece in self.format.syntax.write([call]) if not piece.content]
        least = [name for text in marks for name in self._structure(self._backend.tokenize(text, special=True))]
        most = self._structure(self._backend.tokenize(turn, special=True))
        own = self._structure(step.tokens[step.prompt_tokens :])
        if _within(least, own) and _within(own, most):
            return ""
        return f"control tokens {own} where the syntax has {least}, and {most} are in the text"

    def _grows(self, step: Step, tool: ToolSpec) -> str:
        """Whether the next prompt only adds to the tokens of the step; "" where it does."""
        result = Message("tool", "done", call_id=step.calls[0].id, name=NAME)
        again = answer(self._engine._prompt([USER, step.message(), result], [tool]), self._backend).tokens
        return "" if tuple(again[: len(step.tokens)]) == step.tokens else "the next prompt begins with other tokens"

    def _render(self, messages: Sequence[Message], tool: ToolSpec) -> str:
        dialect, template = self.format.dialect, self.format.template  # type: ignore[attr-defined]
        told, tools = [dialect.message(message) for message in messages], [dialect.tool(tool)]
        text: str = template.render(told, tools, **dialect.variables(template.source, tools))
        return text.removeprefix("<s>")

    def _text(self, tokens: Sequence[int]) -> str:
        text = self._backend.detokenize(tokens)
        return text if self._behind is None else self._behind.sub(r"\1", text)

    def _structure(self, tokens: Sequence[int]) -> list[str]:
        texts = [self._backend.detokenize([token]) for token in tokens]
        return [text for text in texts if text in self._control]


def _text(pieces: Sequence[Written]) -> str:
    return "".join(piece.text for piece in pieces)


def _within(some: Sequence[str], others: Sequence[str]) -> bool:
    """Whether the first ones come in this order among the others."""
    left = iter(others)
    return all(each in left for each in some)
