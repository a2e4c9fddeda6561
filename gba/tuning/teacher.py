"""A backend that knows what to write: the step runs on it as on a model, and so shows where a model has to choose.

What comes out of a step is then a model's training example, rendered by the very code that will serve the model:
which tokens are given, which are to be generated, where a turn has to end.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from gba.backends.base import Backend, Chunk, Finish, Properties, Sampling, Timings
from gba.chat.io import answer
from gba.chat.tokens import Tokens
from gba.errors import BackendError

__all__ = ["Teacher"]


class Teacher:
    """Continues a prompt along the text given to `expect`, in the tokens into which ``backend`` cuts that text.

    Free passes (those without a grammar) end with the end of the turn, at the end of the thought or of the answer;
    those under a grammar end at a stop string, as a model's do. Raises BackendError where the prompt leaves the text.
    """

    def __init__(self, backend: Backend) -> None:
        self._backend, self._properties = backend, backend.properties()
        self._pieces = Tokens()
        self._thought, self._text = "", ""
        self._start: int | None = None

    def expect(self, thought: str, text: str) -> None:
        """What the next assistant's turn is to be: the thought, and the whole turn's text, which begins with it."""
        self._thought, self._text, self._start = thought, text, None

    def tokenize(self, text: str, *, special: bool = False) -> list[int]:
        """See `Backend.tokenize`."""
        return self._backend.tokenize(text, special=special)

    def detokenize(self, tokens: Sequence[int]) -> str:
        """See `Backend.detokenize`."""
        return self._backend.detokenize(tokens)

    def complete(
        self,
        prompt: Sequence[int],
        *,
        grammar: str | None = None,
        stop: Sequence[str] = (),
        max_tokens: int = -1,
        sampling: Sampling | None = None,  # noqa: ARG002 - there is nothing to sample
        slot: int | None = None,  # noqa: ARG002
    ) -> Iterator[Chunk]:
        """Go on with the text from where the prompt is in it."""
        rest = self._rest(prompt)
        if grammar is None:
            free = rest[: len(self._thought)] if rest == self._text and self._thought else rest
            yield self._chunk(self._tokens(free), "eog", len(prompt))
            return
        written: list[int] = []
        finish: Finish = "eog"
        for token in self._tokens(rest):
            written.append(token)
            text = self._backend.detokenize(written)
            if any(each in text for each in stop):
                finish = "stop"
                break
            if len(written) == max_tokens:
                finish = "length"
                break
        yield self._chunk(written, finish, len(prompt))

    def properties(self) -> Properties:
        """See `Backend.properties`."""
        return self._properties

    def close(self) -> None:
        """Nothing: the backend below belongs to whoever opened it."""

    def _chunk(self, tokens: Sequence[int], finish: Finish, prompt: int) -> Chunk:
        timings = Timings(prompt_n=prompt, predicted_n=len(tokens) + (finish == "eog"))
        return Chunk(self._backend.detokenize(tokens), tuple(tokens), finish, timings)

    def _rest(self, prompt: Sequence[int]) -> str:
        if self._start is None:
            self._start = len(prompt)
        written = self._backend.detokenize(prompt[self._start :])
        if not self._text.startswith(written):
            raise BackendError(f"the turn {written!r} is not what was expected: {self._text!r}")
        return self._text[len(written) :]

    def _tokens(self, text: str) -> list[int]:
        return answer(self._pieces.content(text), self._backend)
