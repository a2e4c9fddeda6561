"""Everyday tools about something else: the words that a request shares with its tool become other words in both.

"Set the volume to 40" and "Set the saddle to 40" are put alike and know nothing of each other: what remains to find the
tool by is that request and description have a word in common.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

from models.tiny.tasks.base import Draw, Turn
from models.tiny.tasks.everyday import kind_of, maker_of
from models.tiny.tasks.tables import TABLE, Row, Slot
from models.tiny.tasks.toolbox import Drawn, draw_tool
from models.tiny.tasks.words import pseudo_word

__all__ = ["respelled", "row_for"]

_COMMON = frozenset(
    "with from that what this somebody something user tell show give make find look into about want need have there "
    "which where when many much long does should would could please between another more list last next they them "
    "user's mine like good your".split()
)
_WORDS = tuple(
    """
    saddle anchor barrel canvas cradle dagger ember falcon gutter helmet ivory jungle kettle lantern marble needle
    orchard paddle quarry ribbon shovel tunnel umbrella velvet wagon yogurt zipper acorn beacon copper dough engine
    fabric gravel harvest insect jacket keyboard ladder magnet nectar oyster pebble quilt rocket sponge thread vase
    walnut bamboo cabin donkey elbow feather glacier hazel inkpot jigsaw kernel lemon meadow napkin onyx parade raft
    siren trophy urchin vessel willow blanket chimney drawer fountain gallery hinge island juice knot lobster mosaic
    notch outlet pouch rail stamp turbine valve wrench zinc adapt borrow carve drift enlist fetch grind hoist iron
    juggle knead launch mend nudge orbit polish quote rinse stack twist untie vary wrap yield bend climb dodge
    apple autumn balloon basket battle blossom bottle branch breeze butter button cable candle carpet castle ceiling
    circle cliff clover coast cotton cousin cradle creek crowd curtain diamond dinner doctor dolphin dozen eagle earth
    farmer fiddle finger flame flute forest garlic ghost ginger glove grain guest harbor heaven hedge hero honey hunter
    judge ketchup kidney kitten lawyer leather library lizard magic maple melody mirror monkey muscle mustard neighbor
    nephew ocean office onion orange painter palace pepper pilot planet pocket poem potato prince puzzle queen rabbit
    rifle ribbon river sailor salmon sauce scarf season shadow silver sister soldier spider spring square statue summer
    sunset teacher temple thunder tiger tomato tower turtle uncle valley village violin wealth whale
    window winter wizard answer borrow bring build carry catch choose count cross decide deliver discover divide
    dream drive earn explain explore fasten finish follow forget gather guard guess handle happen hunt
    imagine improve include join jump laugh learn lift listen notice offer permit plant praise
    prepare prove punish raise reach reduce repeat rescue retire return reward ruin serve shake
    shape smile solve split spread steal stretch supply support suppose surprise swing taste teach throw touch trade
    trust vanish waste watch weave welcome whistle wonder worry
    """.split()
)


def row_for(draw: Draw, *, lookup: bool) -> Row:
    """A row of the tables whose words can be others; without ``lookup``, none that tells."""
    return draw.pick(_TELLING_TOO if lookup else _DOING)


def respelled(draw: Draw, row: Row, taken: frozenset[str]) -> tuple[Drawn, Callable[[Draw, Drawn], Turn], str]:
    """A tool after this row, what draws requests for it, and the word that it is about."""
    words = _shared(row)
    others = {word: draw.word(_WORDS) if draw.chance(0.75) else pseudo_word(draw) for word in words}

    def put(text: str) -> str:
        return _put(text, others)

    new = Row(
        row.key,
        _derived(draw, put(row.names)),
        put(row.about),
        ("=" if row.gives.startswith("=") else "") + put(row.gives.lstrip("=") or row.key.rpartition("_")[2]),
        put(row.ask),
        tuple(_slot(slot, put) for slot in row.slots),
    )
    tool = draw_tool(draw, kind_of(new), made_up=0.08, taken=taken)
    return tool, maker_of(new), others[words[0]]


def _derived(draw: Draw, names: str) -> str:
    """Names that go by another form of a word now and then, as a player plays: what they begin with has to do."""
    return " ".join(
        name + draw.pick(("er", "er", "ing", "ment", "or", "ed"))
        if draw.chance(0.12) and name[-1] not in "ey"
        else name
        for name in names.split()
    )


def _shared(row: Row) -> list[str]:
    """The words of a request that the tool's name or description has too."""
    told = f"{row.names.replace('_', ' ')} {row.about}"
    known = {_stem(word) for word in re.findall(r"[a-z]{4,}", told.lower())}
    asked = dict.fromkeys(_stem(word) for word in re.findall(r"[a-z]{4,}", row.ask.lower()))
    return [word for word in asked if word in known and word not in _COMMON]


def _stem(word: str) -> str:
    return word[:-1] if word.endswith("s") and not word.endswith("ss") else word


def _slot(slot: Slot, put: Callable[[str], str]) -> Slot:
    return replace(slot, names=put(slot.names), said=put(slot.said), about=put(slot.about))


def _put(text: str, others: dict[str, str]) -> str:
    def other(found: re.Match[str]) -> str:
        new = others[found[1].lower()] + found[2]
        return new[:1].upper() + new[1:] if found[1][0].isupper() else new

    return re.sub(rf"(?i)(?<![a-z{{])({'|'.join(others)})(s?)(?![a-z])", other, text)


_TELLING_TOO = tuple(row for row in TABLE if _shared(row))
_DOING = tuple(row for row in _TELLING_TOO if not row.gives.startswith("="))
