"""A calendar of one week: events to add, move and cancel, and questions about them."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace

from gba.environments.answers import says, says_number
from gba.environments.base import (
    Act,
    EnvironmentFailure,
    Facts,
    Function,
    Functions,
    Split,
    Task,
    Tool,
    World,
    draw,
    nearness,
    share,
    spec,
)
from gba.environments.words import FIRST_NAMES

__all__ = ["Calendar"]

_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday")
_OPENS, _CLOSES, _PIECE = 8 * 60, 18 * 60, 30
_TIMES = tuple(range(_OPENS, _CLOSES, _PIECE))
_EVENTS = (
    "team meeting|budget review|design workshop|staff training|project call|yoga class|choir practice|book club|"
    "job interview|site visit|safety briefing|product demo|lab session|press talk|planning round|piano lesson|"
    "language course|board meeting|stand-up|inventory check"
).split("|")
_MOST = 50

_DAY = {"type": "string", "enum": list(_DAYS)}
_TITLE = {"type": "string", "description": "The title of the event."}
_START = {"type": "string", "description": "When it begins, such as 09:30."}
_MINUTES = {"type": "integer", "description": "How long it takes."}
_TOOLS = (
    spec("list_events", "The events of a day.", day=_DAY),
    spec("add_event", "Add an event to the calendar.", title=_TITLE, day=_DAY, start=_START, minutes=_MINUTES),
    spec("move_event", "Move an event to another day or time.", title=_TITLE, day=_DAY, start=_START),
    spec("cancel_event", "Take an event out of the calendar.", title=_TITLE),
)


@dataclass(frozen=True)
class Event:
    """``start`` is in minutes of the day. Titles are unique."""

    title: str
    day: str
    start: int
    minutes: int

    @property
    def end(self) -> int:
        """In minutes of the day."""
        return self.start + self.minutes

    def meets(self, other: Event) -> bool:
        """Whether both take place at the same time."""
        return self.day == other.day and self.start < other.end and other.start < self.end


@dataclass(frozen=True)
class _Goal:
    """The events in the end (None: as they were), and what the answer has to say."""

    events: tuple[Event, ...] | None = None
    value: str | int = ""
    others: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Problem:
    kind: str
    request: str
    acts: tuple[Act, ...]
    answer: str
    goal: _Goal


class Calendar:
    """See `Environment`."""

    name = "calendar"
    system = "You keep a calendar from Monday to Friday. Use the tools to read and change it."

    def task(self, index: int, split: Split = "train", *, seed: int = 0) -> Task:
        """See `Environment.task`."""
        return draw(self.name, index, split, seed, lambda rng: _task(rng, index, split), lambda task: task.request)

    @contextmanager
    def open(self, task: Task) -> Iterator[World]:
        """See `Environment.open`."""
        events, goal = task.data
        yield _Book(events, goal)


class _Book(Functions):
    def __init__(self, events: Sequence[Event], goal: _Goal) -> None:
        runs: Sequence[Function] = (self._list, self._add, self._move, self._cancel)
        super().__init__([Tool(each, run) for each, run in zip(_TOOLS, runs, strict=True)])
        self._events, self._goal = {event.title: event for event in events}, goal
        self._before: Facts = Counter(events)

    def _list(self, day: str) -> str:
        events = sorted((event for event in self._events.values() if event.day == day), key=lambda event: event.start)
        return "\n".join(map(_line, events)) or f"There is nothing on {day}."

    def _add(self, title: str, day: str, start: str, minutes: int) -> str:
        if title.lower() in map(str.lower, self._events):
            raise EnvironmentFailure(f"there is an event called {title} already")
        if not 0 < minutes <= _CLOSES - _OPENS:
            raise EnvironmentFailure(f"an event takes from 1 to {_CLOSES - _OPENS} minutes")
        if len(self._events) >= _MOST:
            raise EnvironmentFailure("the calendar is full")
        return self._put(Event(title, day, _minute(start), minutes), "added")

    def _move(self, title: str, day: str, start: str) -> str:
        return self._put(replace(self._found(title), day=day, start=_minute(start)), "moved")

    def _cancel(self, title: str) -> str:
        event = self._found(title)
        del self._events[event.title]
        return f"{event.title} is cancelled."

    def _put(self, event: Event, done: str) -> str:
        others = [other for other in self._events.values() if other.title != event.title]
        taken = next((other for other in others if other.meets(event)), None)
        if taken is not None:
            raise EnvironmentFailure(f"{event.day} at {_clock(event.start)} is taken: {_line(taken)}")
        self._events[event.title] = event
        return f"{event.title} is {done}: {event.day}, {_line(event)}."

    def _found(self, title: str) -> Event:
        for event in self._events.values():
            if event.title.lower() == title.strip().lower():
                return event
        raise EnvironmentFailure(f"there is no event called {title!r}")

    def reward(self, answer: str) -> float:
        """For a change how much of it is done; for a question 1 or 0."""
        now, goal = Counter(self._events.values()), self._goal
        if goal.events is not None:
            return nearness(self._before, Counter(goal.events), Counter(now))
        if isinstance(goal.value, int):
            right = says_number(answer, goal.value)
        else:
            right = says(answer, goal.value, goal.others)
        return float(right and self.looked and now == self._before)


def _clock(minute: int) -> str:
    return f"{minute // 60:02d}:{minute % 60:02d}"


def _line(event: Event) -> str:
    return f"{_clock(event.start)}-{_clock(event.end)} {event.title}"


def _minute(text: str) -> int:
    hour, colon, minute = text.strip().partition(":")
    good = colon and all(part.isascii() and part.isdigit() and len(part) <= 2 for part in (hour, minute))
    if not good or int(hour) > 23 or int(minute) > 59:
        raise EnvironmentFailure(f"{text!r} is no time: write one such as 09:30")
    return 60 * int(hour) + int(minute)


def _task(rng: random.Random, index: int, split: Split) -> Task:
    events = _events(rng, split)
    problem = rng.choice(_KINDS)(rng, events, split)
    return Task(
        Calendar.name,
        split,
        index,
        problem.kind,
        problem.request,
        problem.acts,
        "I have done it." if problem.goal.events is not None else "I see it now.",
        problem.answer,
        hard=problem.kind == "several",
        data=(events, problem.goal),
    )


def _events(rng: random.Random, split: Split) -> tuple[Event, ...]:
    """From three to six events that do not meet, on few days, so that most days have several or none."""
    days, events = rng.sample(_DAYS, 3), list[Event]()
    for title in _titles(rng, split, rng.randint(3, 6)):
        events.append(_placed(rng, title, days, events))
    return tuple(events)


def _titles(rng: random.Random, split: Split, count: int, *, taken: Sequence[Event] = ()) -> list[str]:
    """Titles, each with another person. Held-out ones are of kinds and people that training never has."""
    used = {event.title.rpartition(" ")[2] for event in taken}
    free = [name for name in share(FIRST_NAMES, split) if name not in used]
    return [f"{rng.choice(share(_EVENTS, split))} with {name}" for name in rng.sample(free, count)]


def _placed(rng: random.Random, title: str, days: Sequence[str], events: Sequence[Event]) -> Event:
    while True:
        start, minutes = rng.choice(_TIMES), rng.choice([30, 60, 90])
        event = Event(title, rng.choice(days), start, minutes)
        if event.end <= _CLOSES and not any(event.meets(other) for other in events):
            return event


def _see(day: str) -> Act:
    return Act("list_events", {"day": day}, f"I look at {day}.")


def _when(rng: random.Random, events: Sequence[Event], _: Split) -> _Problem:
    event = rng.choice(events)
    ask = rng.choice(["When does {title} begin on {day}?", "At what time is {title} on {day}?"])
    goal = _Goal(value=_clock(event.start), others=tuple(_clock(time) for time in range(0, 24 * 60, 30)))
    answer = f"It begins at {_clock(event.start)}."
    return _Problem("when", ask.format(title=event.title, day=event.day), (_see(event.day),), answer, goal)


def _how_many(rng: random.Random, events: Sequence[Event], _: Split) -> _Problem:
    event = rng.choice(events)
    count = sum(other.day == event.day for other in events)
    ask = rng.choice(
        [
            "How many events are there on {day}, {title} included?",
            "{day} has {title}. How many events does it have in all?",
        ]
    )
    request = ask.format(day=event.day, title=event.title)
    answer = f"The number of events on {event.day} is {count}."
    return _Problem("how many", request, (_see(event.day),), answer, _Goal(value=count))


def _free(rng: random.Random, events: Sequence[Event], split: Split) -> _Problem:
    """A new event at the first time of a day that is free."""
    title, day = _titles(rng, split, 1, taken=events)[0], rng.choice(events).day
    minutes = rng.choice([30, 60])
    starts = (Event(title, day, time, minutes) for time in _TIMES)
    new = next(event for event in starts if not any(event.meets(other) for other in events))
    request = (
        f"Add {title} on {day} for {minutes} minutes, at the first time from {_clock(_OPENS)} on that is free, "
        f"counting in steps of {_PIECE} minutes."
    )
    return _Problem("first free", request, (_see(day), _adding(new)), "It is added.", _Goal((*events, new)))


def _adding(event: Event) -> Act:
    arguments = {
        "title": event.title,
        "day": event.day,
        "start": _clock(event.start),
        "minutes": event.minutes,
    }
    return Act("add_event", arguments, f"I add {event.title}.")


Change = tuple[str, Act, tuple[Event, ...]]
"""A change in words, its call, and the events behind it."""


def _add(rng: random.Random, events: Sequence[Event], title: str) -> Change:
    new = _placed(rng, title, _DAYS, events)
    words = f"add {title} on {new.day} at {_clock(new.start)} for {new.minutes} minutes"
    return words, _adding(new), (*events, new)


def _move(rng: random.Random, events: Sequence[Event], event: Event) -> Change:
    others = [other for other in events if other.title != event.title]
    while True:
        moved = replace(event, day=rng.choice(_DAYS), start=rng.choice(_TIMES))
        if moved != event and moved.end <= _CLOSES and not any(moved.meets(other) for other in others):
            break
    arguments = {"title": event.title, "day": moved.day, "start": _clock(moved.start)}
    words = f"move {event.title} to {moved.day} at {_clock(moved.start)}"
    return words, Act("move_event", arguments, f"I move {event.title}."), (*others, moved)


def _cancel(events: Sequence[Event], event: Event) -> Change:
    left = tuple(other for other in events if other.title != event.title)
    return f"cancel {event.title}", Act("cancel_event", {"title": event.title}, f"I cancel {event.title}."), left


def _changes(rng: random.Random, events: Sequence[Event], split: Split, kinds: Sequence[str]) -> _Problem:
    """Changes one after the other, each of another event."""
    there, new = rng.sample(list(events), len(kinds)), _titles(rng, split, 1, taken=events)[0]
    now, words, acts = tuple(events), list[str](), list[Act]()
    for kind, event in zip(kinds, there, strict=True):
        if kind == "add":
            said, act, now = _add(rng, now, new)
        else:
            said, act, now = _move(rng, now, event) if kind == "move" else _cancel(now, event)
        words.append(said)
        acts.append(act)
    request = words[0] if len(words) == 1 else f"{', '.join(words[:-1])}, and {words[-1]}"
    answer = "It is done." if len(words) == 1 else "All of it is done."
    kind = kinds[0] if len(kinds) == 1 else "several"
    return _Problem(kind, f"{request[0].upper()}{request[1:]}.", tuple(acts), answer, _Goal(now))


def _single(rng: random.Random, events: Sequence[Event], split: Split) -> _Problem:
    return _changes(rng, events, split, [rng.choice(["add", "move", "cancel"])])


def _several(rng: random.Random, events: Sequence[Event], split: Split) -> _Problem:
    kinds = ["add", "move", "cancel"]
    rng.shuffle(kinds)
    return _changes(rng, events, split, kinds)


_KINDS: Sequence[Callable[[random.Random, Sequence[Event], Split], _Problem]] = (
    _when,
    _how_many,
    _free,
    _single,
    _single,
    _several,
)
