"""A backend that writes given turns, token by token, as a model under grammar and stop strings would."""

from __future__ import annotations

import re
from collections.abc import Sequence

from gba.backends.base import Chunk, Properties, Timings
from gba.errors import GenerationInterruptedError
from gba.grammar.gbnf.matcher import Matcher
from gba.grammar.gbnf.parser import parse_gbnf

TEMPLATE = (
    "{% for m in messages %}<|im_start|>{{ m.role }}\n{{ m.content }}<|im_end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)
_JOINED = ("<tool_call>", '"}}', '"}', '",', ' "', '":', "search", "calc", "respond", " the", "popu", "lation", "</s>")
_CONTROL = ("<|im_start|>", "<|im_end|>")


class Along:
    """Writes ``turns`` (each the full text of an assistant's turn, the thought up to the first mark ``¶``).

    Its tokens are characters and some longer pieces, among them such that cross the ends of JSON values.
    ``break_after``: number of generated tokens after which the connection is lost.
    """

    def __init__(self, *turns: str, context: int = 4096, break_after: int | None = None) -> None:
        self.turns, self.context, self.break_after = list(turns), context, break_after
        self.ids: dict[str, int] = {}
        self.cache: list[int] = []
        self.requests: list[tuple[str, str | None]] = []

    def tokenize(self, text: str, *, special: bool = False) -> list[int]:
        words = [*(_CONTROL if special else ()), *_JOINED]
        pieces = re.findall("|".join([*map(re.escape, words), "."]), text, re.DOTALL)
        return [self.ids.setdefault(piece if piece not in _CONTROL else "^" + piece, len(self.ids)) for piece in pieces]

    def detokenize(self, tokens: Sequence[int]) -> str:
        texts = {number: text for text, number in self.ids.items()}
        return "".join(texts[token].removeprefix("^") for token in tokens)

    def properties(self) -> Properties:
        return Properties(self.context, model="along", chat_template=TEMPLATE)

    def close(self) -> None:
        pass

    def complete(self, prompt, *, grammar=None, stop=(), max_tokens=-1, sampling=None, slot=None):
        self.requests.append((self.detokenize(prompt), grammar))
        texts = {number: text for text, number in self.ids.items()}
        turns = "".join(texts[token] for token in prompt).split("^<|im_start|>assistant\n")
        begun, turn = turns[-1], self.turns[len(turns) - 2]
        thought, _, rest = turn.partition("¶")
        whole = thought + rest
        assert whole.startswith(begun), f"the prompt {begun!r} leaves the turn {whole!r}"
        left = whole[len(begun) :] if begun or grammar or not rest else thought
        shared = next((n for n, pair in enumerate(zip(self.cache, prompt, strict=False)) if pair[0] != pair[1]), None)
        cached = min(len(self.cache), len(prompt)) if shared is None else shared
        matcher = Matcher(parse_gbnf(grammar)) if grammar else None
        written, made, finish = "", [], "eog"
        for token in self.tokenize(left):
            if matcher is not None and matcher.done:
                break
            if 0 <= max_tokens <= len(made):
                finish = "length"
                break
            if self.break_after is not None and len(made) >= self.break_after:
                raise GenerationInterruptedError("the line went dead", text=written, tokens=tuple(made))
            piece = self.detokenize([token])
            assert matcher is None or matcher.advance(piece), f"the grammar refuses {piece!r} of {left!r}:\n{grammar}"
            written, made = written + piece, [*made, token]
            yield Chunk(piece, (token,))
            if any(word in written for word in stop):
                finish = "stop"
                break
        if len(made) == max_tokens and finish == "eog":
            finish = "length"
        self.cache = [*prompt, *made]
        counts = Timings(cached, len(prompt) - cached, len(made) + (finish == "eog"))
        yield Chunk(finish=finish, timings=counts)

    async def atokenize(self, text, *, special=False):
        return self.tokenize(text, special=special)

    async def adetokenize(self, tokens):
        return self.detokenize(tokens)

    async def aproperties(self):
        return self.properties()

    async def aclose(self):
        self.close()

    async def acomplete(self, prompt, **asked):
        for chunk in self.complete(prompt, **asked):
            yield chunk
