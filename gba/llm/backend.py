"""LanguageBackend: conversations, choices and token counts on any backend."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal, TypeAlias, cast

from gba.backends.base import Backend, Properties, Sampling
from gba.chat.engine import Engine
from gba.chat.formats import ChatFormat
from gba.chat.messages import Message, Step, check_order
from gba.chat.options import StepOptions
from gba.errors import ContextOverflowError, ConversationError
from gba.llm.options import By, Length, OptionChoice, check_options, choose
from gba.schema.tools import ToolSpec

__all__ = ["Asked", "Conversation", "LanguageBackend"]

Conversation: TypeAlias = "str | Sequence[Message | tuple[str, str]]"
"""A request, or messages: each a Message, or a role and a text."""

_TRIM = ", have its oldest exchanges left out (overflow='trim')"


@dataclass(frozen=True)
class Asked:
    """A line of the history: what was asked and what came of it.

    ``prompt``: the tokens that the model was given; `LanguageBackend.text` has them as text. ``dropped``: messages that
    were left out because the conversation was too long.
    """

    messages: tuple[Message, ...]
    prompt: tuple[int, ...] = field(repr=False)
    answer: str
    dropped: int = 0


class LanguageBackend:
    """A language model, whichever backend runs it.

        llm = LanguageBackend(LlamaInProcess("model.gguf"))
        llm.chat_completion("Name a colour.").answer
        llm.choose_from_options("Is the sea blue?", ["yes", "no"]).probabilities

    ``chat_format``, ``call_syntax``: as of `gba.chat.Engine`. ``sampling``, ``max_tokens``: of completions that bring
    none. ``overflow``: what happens to a conversation that does not fit into the context together with ``reserve``
    tokens for the answer (and ``max_tokens``, where that is given): ``error``, or ``trim``: its oldest exchanges are
    left out, whole, each from one message of the user's up to the next; system messages and the last exchange stay.
    ``history``: how many requests are remembered, None for all of them. The backend is its owner's to close.
    """

    def __init__(
        self,
        backend: Backend,
        *,
        chat_format: ChatFormat | str | None = None,
        call_syntax: str | None = None,
        sampling: Sampling | None = None,
        max_tokens: int | None = None,
        overflow: Literal["error", "trim"] = "error",
        reserve: int = 64,
        history: int | None = 100,
    ) -> None:
        if overflow not in ("error", "trim"):
            raise ConversationError(f"overflow is {overflow!r}: it has to be 'error' or 'trim'")
        self.backend, self.overflow, self.reserve = backend, overflow, reserve
        options = StepOptions(max_tokens=max_tokens)
        self.engine = Engine(
            backend, chat_format=chat_format, call_syntax=call_syntax, sampling=sampling, options=options
        )
        self._history: deque[Asked] = deque(maxlen=history)

    @property
    def history(self) -> tuple[Asked, ...]:
        """What was asked, the oldest first."""
        return tuple(self._history)

    def properties(self) -> Properties:
        """What is known of the model."""
        return self.backend.properties()

    def text(self, tokens: Sequence[int] | Asked) -> str:
        """Tokens, or the prompt of a line of the history, as the text that the model got, control tokens by name."""
        return self.backend.detokenize(tokens.prompt if isinstance(tokens, Asked) else tokens)

    def count_tokens(self, asked: Conversation, tools: Sequence[ToolSpec] = ()) -> int:
        """Tokens: of a text as it is, of messages as the prompt that they become, opening of the answer included."""
        if isinstance(asked, str):
            return len(self.backend.tokenize(asked))
        return self.engine.count_tokens(_messages(asked), tools)

    def chat_completion(
        self,
        asked: Conversation,
        *,
        tools: Sequence[ToolSpec] = (),
        tool_choice: str = "auto",
        response_schema: Mapping[str, Any] | None = None,
        grammar: str | None = None,
        stop: Sequence[str] = (),
        sampling: Sampling | None = None,
        max_tokens: int | None = None,
    ) -> Step:
        """The next turn of a conversation: ``.answer`` is its text, or it has ``.calls``. See `gba.chat.Engine.step`.

        Raises ContextOverflowError, with the numbers, and what a step raises.
        """
        budget = self.engine.options.max_tokens if max_tokens is None else max_tokens
        messages, dropped = self._fitting(_messages(asked), tools, budget)
        step = self.engine.step(
            messages,
            tools,
            tool_choice=tool_choice,
            response_schema=response_schema,
            grammar=grammar,
            stop=tuple(stop),
            sampling=sampling,
            options=replace(self.engine.options, max_tokens=budget),
        )
        self._history.append(Asked(messages, step.tokens[: step.prompt_tokens], step.content, dropped))
        return step

    def choose_from_options(
        self, asked: Conversation, options: Sequence[str], *, by: By = "grammar", length: Length = "sum"
    ) -> OptionChoice:
        """Which of the options the model would answer with. The end of its turn belongs to each of them.

        ``by``: ``grammar``, what a generation under the grammar of the options gives, at temperature 1; ``logprobs``,
        the probability of each option's own tokens. ``length``, for the latter: ``sum`` as it is, which favours short
        options; ``tokens`` or ``characters``: its logarithm is divided by so many. Sampling parameters change nothing.

        Raises OptionsError for options that are empty or there twice, ContextOverflowError, BackendError.
        """
        check_options(options)
        if by not in ("grammar", "logprobs") or length not in ("sum", "tokens", "characters"):
            raise ConversationError(
                f"by={by!r}, length={length!r}: by is 'grammar' or 'logprobs', length 'sum', 'tokens' or 'characters'"
            )
        room = max(len(self.backend.tokenize(option)) for option in options) + 1
        messages, dropped = self._fitting(_messages(asked), (), room)
        prompt = self.engine.prompt(messages)
        choice = choose(self.backend, prompt, options, by, length)
        self._history.append(Asked(messages, tuple(prompt), choice.chosen, dropped))
        return choice

    def _fitting(
        self, messages: tuple[Message, ...], tools: Sequence[ToolSpec], budget: int | None
    ) -> tuple[tuple[Message, ...], int]:
        """The messages that fit, and how many were left out. Raises ContextOverflowError."""
        check_order(messages)
        room = self.properties().context - (self.reserve if budget is None else budget)
        kept = messages
        while (needed := self.engine.count_tokens(kept, tools)) > room:
            shorter = _without_oldest(kept) if self.overflow == "trim" else kept
            if shorter == kept:
                context = self.properties().context
                raise ContextOverflowError(
                    f"the conversation has {needed} tokens, and {max(room, 0)} of the context of {context} are free "
                    f"for it, the rest is kept for the answer. Shorten it{_TRIM if self.overflow == 'error' else ''}, "
                    "ask for a shorter answer (max_tokens, reserve), or load the model with a larger context",
                    needed=needed,
                    available=max(room, 0),
                )
            kept = shorter
        return kept, len(messages) - len(kept)


def _messages(asked: Conversation) -> tuple[Message, ...]:
    if isinstance(asked, str):
        return (Message("user", asked),)
    return tuple(_message(index, one) for index, one in enumerate(asked))


def _message(index: int, one: Message | tuple[str, str]) -> Message:
    if isinstance(one, Message):
        return one
    if (
        isinstance(one, (tuple, list))
        and len(one) == 2
        and one[0] in ("system", "user", "assistant")
        and isinstance(one[1], str)
    ):
        return Message(cast("Literal['system', 'user', 'assistant']", one[0]), one[1])
    raise ConversationError(
        f"message {index} is {one!r}: it has to be a Message, or a role (system, user, assistant) and a text",
        index=index,
    )


def _without_oldest(messages: tuple[Message, ...]) -> tuple[Message, ...]:
    """The messages without the oldest exchange; the same where there is only one."""
    users = [index for index, message in enumerate(messages) if message.role == "user"]
    if len(users) < 2:
        return messages
    kept = [m for index, m in enumerate(messages) if index >= users[1] or m.role == "system"]
    return tuple(kept)
