"""Reads a turn of the assistant as it is written: what of it is thought, what is text, and where a call begins.

No input or output: text is fed in as it comes, and what can be told of it comes out.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Literal, TypeAlias

from gba.chat.syntax import CallSyntax, Thinking

__all__ = ["Kind", "Told", "TurnReader"]

Kind = Literal["thought", "text"]
Told: TypeAlias = list[tuple[Kind, str]]
"""Pieces of thought and of text, in order."""
_End: TypeAlias = Literal["call", "stop"]


class TurnReader:
    """The state of one turn.

    ``thinking``: how the model thinks, None where it does not. ``opened``: the prompt has opened the thought already.
    ``calls``: a call may begin. ``stops``: texts that end the turn, wherever they come; ``text_stops``: those that end
    it in text only.

    ``thought`` and ``text`` are what was read, without white space around them. ``raw`` is all that was fed;
    ``thought_end`` is how much of it was the thought and its marks; ``stopped`` tells why reading has ended, if it has,
    ``stopped_by`` the text at which it has, and ``end`` how much of ``raw`` belongs to the turn then; ``thought_open``:
    it has inside of a thought.
    """

    def __init__(
        self,
        syntax: CallSyntax,
        thinking: Thinking | None = None,
        *,
        opened: bool = False,
        calls: bool = False,
        stops: Sequence[str] = (),
        text_stops: Sequence[str] = (),
    ) -> None:
        self._syntax, self._thinking = syntax, thinking
        self._calls, self._stops, self._text_stops = calls, tuple(stops), tuple(text_stops)
        self.thought = self.text = self.raw = ""
        self.stopped: Literal["", "call", "stop"] = ""
        self.stopped_by = ""
        self.end = self.thought_end = 0
        self.thought_open = False
        gap = syntax.gap.strip() if calls else ""  # what closes a text that has a call behind it
        self._text_close = next((stop for stop in self._stops if gap.startswith(stop)), "")
        self._state: Literal["start", "thought", "closing", "text", "behind text", "stopped"]
        self._state = "thought" if opened else "start"
        self._at = 0
        self._space = ""  # white space behind what was shown: part of it only if more comes

    @property
    def thinks(self) -> bool:
        """Whether a thought is under way."""
        return self._state == "thought"

    @property
    def behind_thought(self) -> bool:
        """Whether the thought, if there is one, is over: text or a call is next, or has begun."""
        return self._state in {"closing", "text", "behind text", "stopped"}

    def watched(self) -> tuple[str, ...]:
        """The texts at which a generation should end: those that may end this turn."""
        ends = (*self._stops, *self._text_stops, *self._call_marks())
        return tuple(dict.fromkeys(text for text in ends if text and text != self._text_close))

    def feed(self, more: str) -> Told:
        """Read on; returns what is certain now, and holds back what may still be a part of a mark."""
        self.raw += more
        return self._read(last=False)

    def finish(self) -> Told:
        """What was held back, when nothing more comes."""
        told = self._read(last=True)
        if not self.stopped:
            self.end = len(self.raw)
        return told

    def drop_text(self) -> None:
        """Take the text back: it was no text, but the beginning of a call."""
        at = self.raw.rfind(self.text, 0, self.end) if self.text else -1
        if at >= 0:
            self.end, self.text = at, ""

    def _call_marks(self) -> tuple[str, ...]:
        """The texts at which a call begins, or a choice between calls and an answer."""
        if not self._calls:
            return ()
        answer = self._syntax.answer.strip() if self._syntax.chosen else ""
        return tuple(text for text in (self._syntax.trigger, answer) if text)

    def _read(self, *, last: bool) -> Told:
        told: Told = []
        while self._state != "stopped":
            before = self._state, self._at
            if self._state == "thought":
                told += self._think(last)
            elif self._state == "text":
                told += self._write(last)
            elif self._state == "behind text":
                self._close(last)
            else:
                self._open(last)
            if (self._state, self._at) == before:
                break
        return told

    def _open(self, last: bool) -> None:
        """At the beginning of the turn, or behind a thought: a thought is opened, another one or one that is closed at
        once, an answer, a call, or text begins."""
        rest = self.raw[self._at :].lstrip()
        options: dict[str, str] = {}
        if self._thinking is not None:
            options[self._thinking.open.strip()] = "thought"
            closing = self._thinking.close.partition(self._thinking.marker)[2] if self._state == "closing" else ""
            options[closing.strip() or self._thinking.marker] = "closing"
        if not (self._syntax.chosen and self._calls):
            options[self._syntax.answer.strip()] = "text"
        if self._calls and self._syntax.at_start:
            options[self._syntax.first.strip()] = "call"
        options.pop("", None)
        if not rest:
            return
        for text, state in options.items():
            if rest.startswith(text):
                if state == "call":
                    self._stop("call", self._at, text)
                    return
                self._at, self._state = len(self.raw) - len(rest) + len(text), state  # type: ignore[assignment]
                if state == "closing":
                    self.thought_end = self._at
                self._space = "\n" if state == "thought" and self.thought else ""
                return
        if last or not any(text.startswith(rest) for text in options):
            self._state = "text"

    def _think(self, last: bool) -> Told:
        assert self._thinking is not None
        marker = self._thinking.marker
        ends: dict[str, _End | None] = {
            **dict.fromkeys(self._stops, "stop"),
            **dict.fromkeys(self._call_marks(), "call"),
        }
        ends[marker] = None
        found, upto = self._look(ends, last)
        told = self._show("thought", upto, over=last or bool(found))
        self.thought_end = upto
        if found == marker:
            self._at = self.thought_end = upto + len(marker)
            self._state = "closing"
        elif found:
            self.thought_open = True
            self._stop(ends[found], upto, found)
        return told

    def _write(self, last: bool) -> Told:
        ends: dict[str, _End | None] = dict.fromkeys((*self._stops, *self._text_stops), "stop")
        ends |= dict.fromkeys(self._call_marks(), "call")
        found, upto = self._look(ends, last)
        told = self._show("text", upto, over=bool(found) and ends[found] == "call")
        if found and found == self._text_close:
            self._at, self._state = upto + len(found), "behind text"
        elif found:
            self._stop(ends[found], upto, found)
        if (found or last) and self._space:  # an answer that just ends keeps its white space
            told.append(("text", self._space))
            self.text += self._space
            self._space = ""
        return told

    def _close(self, last: bool) -> None:
        """Behind a text that was closed: a call begins, or the turn is over."""
        ends: dict[str, _End | None] = dict.fromkeys(self._stops, "stop")
        ends |= dict.fromkeys(self._call_marks(), "call")
        found, upto = self._look(ends, last)
        self._at = upto
        if found:
            self._stop(ends[found], upto, found)

    def _look(self, ends: Mapping[str, _End | None], last: bool) -> tuple[str, int]:
        """The first of the texts that comes, and up to where nothing can be one of them any more."""
        places = [(at, -len(text), text) for text in ends if text and (at := self.raw.find(text, self._at)) >= 0]
        if places:
            at, _, text = min(places)
            return text, at
        return "", len(self.raw) - (0 if last else _overlap(self.raw[self._at :], ends))

    def _show(self, kind: Kind, upto: int, *, over: bool) -> Told:
        """Add to the thought or the text, the white space around it left out."""
        so_far = self.thought if kind == "thought" else self.text
        new = self._space + self.raw[self._at : upto]
        new = new if so_far else new.lstrip()
        kept = new.rstrip()
        self._at, self._space = upto, "" if over else new[len(kept) :]
        if kind == "thought":
            self.thought += kept
        else:
            self.text += kept
        return [(kind, kept)] if kept else []

    def _stop(self, why: _End | None, at: int, text: str) -> None:
        self.stopped, self.stopped_by, self.end, self._state = why or "stop", text, at, "stopped"


def _overlap(text: str, stops: Iterable[str]) -> int:
    """Length of the longest end of the text with which one of the stop strings begins."""
    return max(
        (size for stop in stops for size in range(1, min(len(stop), len(text) + 1)) if text.endswith(stop[:size])),
        default=0,
    )
