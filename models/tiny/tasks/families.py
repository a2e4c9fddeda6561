"""Which tasks there are and how often, and how tools that are not needed are put beside those that are."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from gba.schema.tools import ToolSpec
from models.tiny.tasks import lookups, talk
from models.tiny.tasks.actions import ACTIONS
from models.tiny.tasks.base import Draw, Split, Task, Turn, lowered
from models.tiny.tasks.everyday import EVERYDAY, EVERYDAY_KINDS
from models.tiny.tasks.invented import invent, inventor
from models.tiny.tasks.kinds import KINDS
from models.tiny.tasks.near import NEAR, alike
from models.tiny.tasks.tables import LATEST
from models.tiny.tasks.toolbox import Drawn, Kind, draw_tool
from models.tiny.tasks.unseen import UNSEEN, UNSEEN_KINDS

__all__ = ["FAMILIES", "agent_task", "agent_tasks"]

_SYSTEMS = (
    "You are a helpful assistant.",
    "You are a friendly assistant.",
    "Be brief.",
    "Use the tools where you need them.",
    "You help with questions.",
    "Answer the user.",
    "You are an agent.",
    "Today is a good day.",
)

_ALL_KINDS: Mapping[str, Kind] = {**KINDS, **EVERYDAY_KINDS, **UNSEEN_KINDS}
_MAKERS: Mapping[str, Callable[[Draw, Drawn], Turn]] = {**ACTIONS, **EVERYDAY, **UNSEEN}
_COMMON = ("search", "calculate", "images", "calendar")
_LATEST = tuple(row.key for row in LATEST)


class _Bench:
    """The tools of one task as they are put together."""

    def __init__(self, draw: Draw) -> None:
        self.draw = draw
        self.tools: dict[str, Drawn] = {}
        self.others: list[ToolSpec] = []

    def names(self) -> frozenset[str]:
        return frozenset(tool.spec.name for tool in self.tools.values()) | {spec.name for spec in self.others}

    def need(self, *keys: str, made_up: float = 0.08) -> dict[str, Drawn]:
        for key in keys:
            self.tools[key] = draw_tool(self.draw, _ALL_KINDS[key], made_up=made_up, taken=self.names())
        return self.tools

    def distract(self, avoid: Iterable[str] = (), matters: Iterable[str] = ()) -> None:
        """Between none and three tools more, of which none does what the task asks for."""
        used = set(self.tools) | set(avoid)
        matter_words = list(matters)
        for _ in range(self.draw.pick((0, 1, 1, 1, 2, 2, 2, 3, 3)) if self.tools else self.draw.pick((1, 2, 3))):
            roll = self.draw.rng.random()
            if roll < 0.45:
                made, matter = invent(self.draw, self.names(), matter_words, lookup="search" not in used)
                matter_words.append(matter)
                self.others.append(made.tool.spec)
                continue
            pool = tuple(EVERYDAY) if roll < 0.75 else _COMMON if roll < 0.87 else tuple(KINDS)
            banned = alike(used)
            options = [key for key in pool if key not in banned]
            if options:
                key = self.draw.pick(options)
                used.add(key)
                self.others.append(draw_tool(self.draw, _ALL_KINDS[key], taken=self.names()).spec)

    def task(self, family: str, turns: Iterable[Turn]) -> Task:
        specs = [tool.spec for tool in self.tools.values()] + self.others
        self.draw.rng.shuffle(specs)
        system = self.draw.pick(_SYSTEMS) if self.draw.chance(0.25) else ""
        return Task(family, tuple(specs), tuple(turns), system)


def _lookup(family: str, maker: Callable[[Draw, dict[str, Drawn]], Turn], *keys: str) -> Callable[[Draw], Task]:
    def build(draw: Draw) -> Task:
        bench = _Bench(draw)
        tools = bench.need(*keys)
        bench.distract()
        return bench.task(family, [maker(draw, tools)])

    return build


def _pair(
    family: str, maker: Callable[[Draw, dict[str, Drawn]], tuple[Turn, Turn]], *keys: str
) -> Callable[[Draw], Task]:
    def build(draw: Draw) -> Task:
        bench = _Bench(draw)
        tools = bench.need(*keys)
        bench.distract()
        return bench.task(family, maker(draw, tools))

    return build


def _action(draw: Draw) -> Task:
    key = draw.pick(_ACTION_KEYS)
    bench = _Bench(draw)
    tools = bench.need(key)
    bench.distract()
    return bench.task(_FAMILY_OF.get(key, key), [ACTIONS[key](draw, tools[key])])


_ACTION_KEYS = (
    "calendar",
    "calendar",
    "calendar_day",
    "calendar_text",
    "agenda",
    "images",
    "images",
    "images",
    "draw",
    "weather",
    "weather",
    "weather_day",
    "convert",
    "currency",
    "email",
    "message",
    "message",
    "reminder",
    "note",
    "timer",
)
_FAMILY_OF = {
    "calendar_day": "calendar",
    "calendar_text": "calendar",
    "weather_day": "weather",
    "draw": "images",
    "currency": "convert",
    "email": "message",
    "note": "reminder",
    "timer": "reminder",
    "agenda": "calendar",
}


def _everyday(draw: Draw) -> Task:
    key = draw.pick(_LATEST if draw.split == "latest" else tuple(EVERYDAY))
    bench = _Bench(draw)
    tools = bench.need(key)
    bench.distract()
    return bench.task("everyday", [EVERYDAY[key](draw, tools[key])])


def _invented(draw: Draw) -> Task:
    bench = _Bench(draw)
    made, matter = invent(draw)
    bench.tools[""] = made.tool
    bench.distract(avoid=("search",), matters=(matter,))
    turns = [made.turn(draw)]
    if draw.chance(0.08):
        turns.append(made.turn(draw))
    return bench.task("invented", turns)


def _chat(draw: Draw) -> Task:
    bench = _Bench(draw)
    bench.distract()
    if draw.chance(0.5):
        return bench.task("chat", talk.told(draw))
    if draw.chance(0.5):
        return bench.task("chat", [talk.chat(draw)])
    tools = bench.need(draw.pick(("search", "calculate")))
    maker = lookups.search_only if "search" in tools else lookups.calculate_only
    turns = [maker(draw, tools), talk.chat(draw)]
    return bench.task("chat", turns if draw.chance(0.5) else reversed(turns))


def _plan(draw: Draw) -> Task:
    bench = _Bench(draw)
    key = draw.pick(("calendar", "calendar_day", "calendar_text"))
    tools = bench.need(key)
    bench.distract()
    return bench.task("memory", talk.plan_then_add(draw, tools[key]))


def _failing(draw: Draw) -> Task:
    bench = _Bench(draw)
    key = draw.pick(("search", "search", "calculate", *_ACTION_KEYS, *draw.some(tuple(EVERYDAY), 6)))
    tools = bench.need(key)
    bench.distract()
    return bench.task("error", [_failing_turn(draw, tools, key)])


def _failing_turn(draw: Draw, tools: dict[str, Drawn], key: str) -> Turn:
    if key == "search":
        return (
            talk.nothing_found(draw, tools)
            if draw.chance(0.5)
            else talk.failing(draw, lookups.search_only(draw, tools))
        )
    if key == "calculate":
        return talk.failing(draw, lookups.calculate_only(draw, tools))
    return talk.failing(draw, _MAKERS[key](draw, tools[key]))


def _mixed(draw: Draw) -> Task:
    """Two requests that have nothing to do with each other."""
    bench = _Bench(draw)
    keys = draw.some(("search", "calculate", "images", "calendar"), 2)
    tools = bench.need(*keys)
    bench.distract()
    makers: Mapping[str, Callable[[], Turn]] = {
        "search": lambda: lookups.search_only(draw, tools),
        "calculate": lambda: lookups.calculate_only(draw, tools),
        "images": lambda: ACTIONS["images"](draw, tools["images"]),
        "calendar": lambda: ACTIONS["calendar"](draw, tools["calendar"]),
    }
    return bench.task("memory", [makers[key]() for key in keys])


_SINGLE = tuple(dict.fromkeys((*EVERYDAY, *_ACTION_KEYS)))


def _compound(draw: Draw) -> Task:
    """Two things asked for in one request, with a tool for each."""
    bench = _Bench(draw)
    first = second = draw.pick(_SINGLE)
    while second in alike({first}):
        second = draw.pick(_SINGLE)
    tools = bench.need(first, second)
    bench.distract()
    return bench.task("two-in-one", [_both(draw, [_MAKERS[key](draw, tools[key]) for key in (first, second)])])


def _both(draw: Draw, turns: Sequence[Turn]) -> Turn:
    """One request out of two, and the answers to both."""
    first, second = turns
    join = draw.pick((" and ", " and ", " and then ", ", then ", ". ", ". Then ", " and also ", "; "))
    follows = join.endswith((". ", "; "))
    request = first.request.rstrip(".!?") + join + (second.request if follows else lowered(second.request))
    return Turn(
        request,
        first.acts + second.acts,
        second.thought,
        f"{first.answer} {second.answer}",
        second.value or first.value,
    )


def _session(draw: Draw) -> Task:
    """Several requests under one list of tools: of each, the tools of the others are the ones to pass over."""
    bench = _Bench(draw)
    wanted = [key for key in ("search", "calculate") if draw.chance(0.5)]
    wanted += draw.some(_ACTION_KEYS, draw.pick((0, 0, 1, 1, 2)))
    wanted += draw.some(tuple(EVERYDAY), draw.pick((0, 1, 1, 2, 2, 3)))
    wanted += draw.some(_LATEST, draw.pick((0, 1, 1)))  # they have had the fewest stages
    keys = draw.some(draw.pick(NEAR), draw.pick((2, 2, 2, 3))) if draw.chance(0.3) else []
    for key in wanted:
        if key not in alike(set(keys)):
            keys.append(key)
    tools = bench.need(*keys, made_up=0.14)
    makers: list[Callable[[], Sequence[Turn]]] = [*_turn_makers(draw, tools)]
    single: list[Callable[[], Turn]] = [
        lambda key=key: _MAKERS[key](draw, tools[key])  # type: ignore[misc]
        for key in keys
        if key in _MAKERS
    ]
    matters: list[str] = []
    for _ in range(draw.pick((1, 1, 2, 2, 3)) if len(keys) > 1 else 2):
        make = inventor(draw, lookup="search" not in keys)
        for _ in range(draw.pick((1, 1, 2))):  # two that differ in nothing but their words
            made, matter = make(bench.names(), matters)
            matters.append(matter)
            bench.tools[f"invented {matter}"] = made.tool
            makers += [lambda made=made: [made.turn(draw)]] * 3  # type: ignore[misc]
            single.append(lambda made=made: made.turn(draw))  # type: ignore[misc]
    if len(single) > 1:
        makers += [lambda: [_both(draw, [make() for make in draw.some(single, 2)])]] * 6
    if draw.chance(0.8):  # not all tools of a conversation are ever needed
        bench.distract(avoid=keys, matters=matters)
    count = draw.pick((2, 3, 4, 4, 5, 5, 6))
    turns: list[Turn] = []
    while len(turns) < count:
        turns += draw.pick(makers)()
    return bench.task("session", turns)


def _turn_makers(draw: Draw, tools: dict[str, Drawn]) -> Iterator[Callable[[], Sequence[Turn]]]:
    """What can be asked for with these tools, what is more interesting several times."""
    yield lambda: [talk.chat(draw)]
    if draw.chance(0.2):
        yield lambda: talk.told(draw)
    if "search" in tools:
        yield from [lambda: [lookups.search_only(draw, tools)]] * 3
        yield lambda: talk.and_of(draw, tools)
    if "calculate" in tools:
        yield from [lambda: [lookups.calculate_only(draw, tools)]] * 3
    if {"search", "calculate"} <= tools.keys():
        yield from [lambda: [lookups.two_steps(draw, tools)]] * 4
        yield lambda: [lookups.three_steps(draw, tools)]
        yield lambda: [lookups.two_facts(draw, tools)]
        yield lambda: talk.then_calculate(draw, tools)
    for key in tools:
        if key in _MAKERS:
            yield from [lambda key=key: [_MAKERS[key](draw, tools[key])]] * 3
        if key in ("calendar", "calendar_day", "calendar_text"):
            yield lambda key=key: talk.plan_then_add(draw, tools[key])  # type: ignore[misc]
        if draw.chance(0.25):
            yield lambda key=key: [_failing_turn(draw, tools, key)]  # type: ignore[misc]


FAMILIES: Mapping[str, tuple[int, Callable[[Draw], Task]]] = {
    "calculate": (12, _lookup("calculate", lookups.calculate_only, "calculate")),
    "search": (8, _lookup("search", lookups.search_only, "search")),
    "both": (5, _lookup("search", lookups.search_only, "search", "calculate")),
    "both_too": (5, _lookup("calculate", lookups.calculate_only, "search", "calculate")),
    "two_steps": (18, _lookup("two_steps", lookups.two_steps, "search", "calculate")),
    "three_steps": (7, _lookup("three_steps", lookups.three_steps, "search", "calculate")),
    "two_facts": (3, _lookup("two_facts", lookups.two_facts, "search", "calculate")),
    "action": (20, _action),
    "everyday": (20, _everyday),
    "invented": (12, _invented),
    "chat": (5, _chat),
    "then_calculate": (5, _pair("memory", talk.then_calculate, "search", "calculate")),
    "and_of": (4, _pair("memory", talk.and_of, "search")),
    "plan": (2, _plan),
    "mixed": (2, _mixed),
    "error": (4, _failing),
}
"""How often each maker of tasks is drawn, by weight."""

_WEIGHTED = tuple(name for name, (weight, _) in FAMILIES.items() for _ in range(weight))
_SESSIONS = 0.75
"""The share of training tasks that have several requests: the tools are read once for all of them."""


def _unseen(draw: Draw) -> Task:
    bench = _Bench(draw)
    key = draw.pick(tuple(UNSEEN_KINDS))
    tools = bench.need(key, made_up=0.0)
    # What a search or another tool could do as well stays away.
    bench.distract(
        avoid=("search", "convert", "currency", "weather", "weather_day", "flights", "taxi", "synonym", "bs_wiki")
    )
    return bench.task(f"unseen:{key}", [UNSEEN[key](draw, tools[key])])


def agent_task(seed: int | str, split: Split = "train") -> Task:
    """The task of this seed: the same one on every machine."""
    draw = Draw(seed, split)
    if split == "unseen":
        return _unseen(draw)
    if split == "two-in-one":
        return _compound(draw)
    if split == "latest":
        return _everyday(draw)
    if split == "train" and draw.chance(_SESSIONS):
        return _session(draw)
    return FAMILIES[draw.pick(_WEIGHTED)][1](draw)


def agent_tasks(count: int, seed: int = 0, split: Split = "train") -> Iterable[Task]:
    """``count`` tasks, those of seeds ``seed``/0, ``seed``/1 and so on."""
    return (agent_task(f"{seed}/{index}", split) for index in range(count))
