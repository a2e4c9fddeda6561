"""What invented tools are about, and how one goes together with the way to ask for it."""

from __future__ import annotations

from collections.abc import Callable

from models.tiny.tasks.base import Draw, Turn
from models.tiny.tasks.toolbox import Drawn, Kind, Param, draw_tool
from models.tiny.tasks.words import phrases

__all__ = ["ATTRIBUTES", "OBJECTS", "OWNERS", "VERBS", "Invented", "a", "drawn", "tool_name"]

ATTRIBUTES = phrases("""
    tide level| opening hours| bus line| train number| status| owner| serial number| fuel level| battery level|
    birth date| room number| phone number| address| closing time| menu| price list| water depth| member list|
    license| exam grade| blood type| seat| wind speed| air quality| pollen count| sunrise| sunset| ticket price|
    debt| order status| delivery date| stock level| warranty| sensor value| engine speed| oil pressure| humidity|
    noise level| traffic| parking fee| toll| gate| platform| departure| arrival| waiting time| queue length|
    visitor count| playlist| homework| timetable| shift| diet| allergy| favorite color| postal code| area code|
    time zone| exchange code| mascot| anthem| nickname| password hint| locker number| badge| team| department
""")
OWNERS = tuple(
    """
    city town harbor station shop school hotel ship plane customer student patient member employee player team
    machine robot sensor room building street park museum library farm factory lake river island car truck train
    order ticket account project client guest driver pilot doctor kitchen garden tower bridge store warehouse office
    """.split()
)
VERBS = tuple(
    """
    book reserve order rent buy sell open close start stop create delete print copy move send deliver pack wash
    paint clean repair build cancel register publish archive scan measure cook prepare water feed charge polish
    upgrade activate rename share export import inspect collect return hire test paint record upload download mount
    store
    """.split()
)
OBJECTS = phrases("""
    room| car| boat| hall| taxi| flight ticket| bus ticket| hotel room| desk| locker| parking space| pizza| cake|
    coffee| salad| parcel| letter| report| invoice| contract| form| poster| badge| account| folder| backup|
    playlist| survey| ticket| task| job| machine| robot| drone| pump| heater| fan| oven| washing machine| printer|
    door| gate| garden| plant| window| roof| wall| fence| shelf| box| crate| bicycle| scooter| truck| tent|
    costume| piano| telescope| microscope| camera| sensor| server| database| website| channel| album
""")


class Invented:
    """One invented tool with the way to ask for it: ``turn`` draws a request and its solution."""

    def __init__(self, tool: Drawn, turn: Callable[[Draw, Drawn], Turn]) -> None:
        self.tool, self._turn = tool, turn

    def turn(self, draw: Draw) -> Turn:
        """A request that takes this tool."""
        return self._turn(draw, self.tool)


def a(noun: str) -> str:
    """The noun with its article."""
    return f"{'an' if noun[0] in 'aeiou' else 'a'} {noun}"


def tool_name(words: str) -> str:
    """Words as a tool's name."""
    return words.replace(" ", "_").replace("'", "")


def drawn(
    draw: Draw,
    names: tuple[str, ...],
    about: str,
    params: tuple[Param, ...],
    taken: frozenset[str],
) -> Drawn:
    """A tool by one of these names, whose description may end with a full stop or not."""
    kind = Kind("invented", tuple(map(tool_name, names)), f"{about}[.|.|]", params)
    return draw_tool(draw, kind, made_up=0.12, taken=taken)
