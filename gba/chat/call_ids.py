"""The ids of a conversation's calls, made unique: some models leave them empty, or count anew in each message."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from gba.schema.tools import ToolCall

__all__ = ["CallIds"]


class CallIds:
    """Gives the calls of a conversation their ids, in its order, and finds the call that a result belongs to."""

    def __init__(self) -> None:
        self._used: set[str] = set()
        self._calls: list[tuple[str, ToolCall]] = []
        self._open: list[tuple[str, ToolCall]] = []

    def calls(self, found: Sequence[tuple[str, Any, str | None]], index: int) -> tuple[ToolCall, ...]:
        """The calls of the assistant's message ``index``, of which these are name, arguments and id.

        An id that is empty or was used before is replaced.
        """
        made = tuple(
            ToolCall(name, arguments, self._unique(call_id or "", index, number))
            for number, (name, arguments, call_id) in enumerate(found)
        )
        given = [call_id or "" for _, _, call_id in found]
        # results answer the latest message first, and within it the first call
        self._open = [*zip(given, made, strict=True), *self._open]
        self._calls = [*zip(given, made, strict=True), *self._calls]
        return made

    def answer(self, call_id: str | None, name: str | None) -> ToolCall | None:
        """The call that a result belongs to, by its id and, where several have that id, by the function's name.

        Of these the latest without a result; else one that has a result; None where there is none. A ``call_id`` of
        None stands for any.
        """
        for calls, named in ((self._open, True), (self._open, False), (self._calls, True), (self._calls, False)):
            for entry in calls:
                if call_id in (None, entry[0]) and (entry[1].name == name or not (named or call_id is None)):
                    self._open = [each for each in self._open if each is not entry]
                    return entry[1]
        return None

    def _unique(self, call_id: str, index: int, number: int) -> str:
        chosen = call_id
        while not chosen or chosen in self._used:
            chosen = f"{call_id or 'call'}_{index}_{number}" if chosen == call_id else f"{chosen}x"
        self._used.add(chosen)
        return chosen
