"""Shows a value while it is written under its grammar: the model's own text as it comes, and what was forced."""

from __future__ import annotations

from gba.chat.calls import Fill, JsonFill
from gba.chat.events import AnswerDelta, ArgumentsDelta
from gba.chat.io import Task
from gba.chat.messages import Looped, Part
from gba.schema.tools import ToolCall

__all__ = ["Telling"]


class Telling:
    """One value. ``answer``: it is the answer to the user, else the arguments of the call ``index``. ``streams``: its
    text is JSON, and is shown as it comes. ``parts``: all of it, what was forced told apart."""

    def __init__(self, call: ToolCall, index: int, fill: Fill | JsonFill, *, answer: bool, streams: bool) -> None:
        self.parts: list[Part] = []
        self._call, self._index, self._end, self._final = call, index, fill.end, not fill.residual
        self._answer, self._streams = answer, streams
        self._shown = 0

    @property
    def kind(self) -> Looped:
        """What it is."""
        return "answer" if self._answer else "arguments"

    def show(self, text: str, own: int) -> Task[None]:
        """Show what is new of the value's text; up to ``own`` the model wrote it, behind that it was forced."""
        new = text[self._shown :]
        own = min(max(0, own - self._shown), len(new))
        for part, forced in ((new[:own], False), (new[own:], True)):
            if part and self.parts and self.parts[-1].forced == forced:
                self.parts[-1] = Part(self.parts[-1].text + part, forced)
            elif part:
                self.parts.append(Part(part, forced))
        self._shown += len(new)
        if new and self._streams:
            yield (
                AnswerDelta(new, self._final) if self._answer else ArgumentsDelta(self._index, self._call.id, new, own)
            )

    def show_some(self, text: str) -> Task[None]:
        """The same of a text that the model is still writing: what may turn out not to belong to the value is held
        back, which are characters that are not whole, and the end of the call."""
        cut = text.find("\ufffd", self._shown)
        sure = text if cut < 0 else text[:cut]
        held = next(
            (size for size in range(min(len(self._end), len(sure)), 0, -1) if sure.endswith(self._end[:size])), 0
        )
        yield from self.show(sure[: len(sure) - held], len(sure))
