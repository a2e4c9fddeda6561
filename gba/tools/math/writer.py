"""The code model at work: a question goes in, the text of a program comes out, written under the language's grammar."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import cast

from gba.backends.base import AsyncBackend, Backend, Chunk, Properties, Sampling
from gba.chat.formats import ChatFormat, Conversation
from gba.chat.io import Describe, Generate, Halt, More, Task, adrive, answer
from gba.chat.messages import Message
from gba.chat.pick import pick
from gba.chat.render import Renderer, Transcripts
from gba.chat.specials import Specials
from gba.chat.tokens import Tokens
from gba.errors import ContextOverflowError, StepError
from gba.grammar import Grammar
from gba.grammar.gbnf.matcher import Matcher
from gba.tools.math.grammar import grammar_text

__all__ = ["ProgramWriter", "Written"]

_MAX_TOKENS = 256
_EXACTLY = Sampling(temperature=0.0)

_matcher: Matcher | None = None
_guard = threading.Lock()


@dataclass(frozen=True)
class Written:
    """A program as the model wrote it.

    ``cut_off``: the limit of tokens was reached, and the grammar's shortest completion appended.
    """

    text: str
    cut_off: bool = False


class ProgramWriter:
    """Asks a model for programs; every one of them is a sentence of the grammar.

    ``chat_format``: as for Engine. ``sampling``: greedy unless given. When ``max_tokens`` or the context are used up,
    the program is closed along the grammar's shortest completion. Raises ContextOverflowError where the question does
    not fit, and what the backend raises.
    """

    def __init__(
        self,
        backend: Backend | AsyncBackend,
        *,
        chat_format: ChatFormat | str | None = None,
        sampling: Sampling | None = None,
        max_tokens: int = _MAX_TOKENS,
    ) -> None:
        self.backend = backend
        self._wanted, self._sampling, self._max_tokens = chat_format, sampling or _EXACTLY, max_tokens
        self._renderer: Renderer | None = None
        self._identity = ""

    def write(self, messages: list[Message]) -> Written:
        """The program that the model writes after these messages (see prompt.py)."""
        return answer(self._program(messages), cast("Backend", self.backend))

    async def awrite(self, messages: list[Message]) -> Written:
        """``write``, on an AsyncBackend."""
        driver = adrive(self._program(messages), cast("AsyncBackend", self.backend))
        try:
            return cast("Written", (await anext(driver))[0])
        finally:
            await driver.aclose()

    def _program(self, messages: list[Message]) -> Task[Written]:
        properties: Properties = yield Describe()
        renderer = yield from self._ready(properties)
        prompt = (yield from renderer.render(Conversation(tuple(messages)))).tokens
        room = properties.context - len(prompt) - 1
        if room < 1:
            raise ContextOverflowError(
                f"the question takes {len(prompt)} tokens, and the model's context holds {properties.context}. "
                "Ask a shorter question, or give the math model a larger context.",
                needed=len(prompt) + 2,
                available=properties.context,
            )
        grammar, budget = grammar_text(), min(self._max_tokens, room)
        chunk: Chunk = yield Generate(tuple(prompt), grammar, (), budget, self._sampling)
        text, matcher = "", _fresh_matcher()
        while True:
            if not matcher.advance(chunk.text.rstrip("\ufffd")):
                raise StepError("the backend wrote a program that the grammar does not allow", text=text + chunk.text)
            text += chunk.text.rstrip("\ufffd")
            if chunk.finish is not None:
                return Written(text) if matcher.accepting else Written(text + matcher.shortest(), cut_off=True)
            if matcher.done:
                yield Halt()
                return Written(text)
            chunk = yield More()

    def _ready(self, properties: Properties) -> Task[Renderer]:
        if self._renderer is None or self._identity != properties.identity:
            chat_format = yield from pick(self._wanted, properties)
            bos = properties.bos if properties.add_bos or chat_format.bos else None
            tokens = Tokens(Specials(properties.specials, chat_format.stops, chat_format.marks()))
            self._identity = properties.identity
            self._renderer = Renderer(chat_format, tokens, Transcripts(), bos=bos)
        return self._renderer


def _fresh_matcher() -> Matcher:
    """The grammar's beginning; what was learnt of the grammar is shared by all programs."""
    global _matcher
    with _guard:
        if _matcher is None:
            _matcher = Grammar.from_gbnf(grammar_text()).matcher()
        return _matcher.copy()
