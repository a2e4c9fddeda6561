"""Word problems for the math model: a few sentences with numbers in them, and a question."""

from __future__ import annotations

from collections.abc import Callable

from models.tiny.tasks.base import Draw
from models.tiny.tasks.numbers import in_words
from models.tiny.tasks.words import FIRST_NAMES, name

__all__ = ["STORIES"]

_GOODS = tuple(
    """
    apple pear book pencil ticket cookie bottle shirt box card marble coin balloon sticker lemon egg stamp flower
    toy cup melon brick candle ball chair shoe button sandwich magazine battery
    """.split()
)
_BIG = (2, 99)


def _who(draw: Draw) -> str:
    return draw.word(FIRST_NAMES) if draw.chance(0.6) else name(draw)


def _n(draw: Draw, low: int = 2, high: int = 99) -> str:
    return str(draw.integer(low, high))


def _spoken(draw: Draw, number: str) -> str:
    return in_words(int(number)) if draw.chance(0.15) else number


def _more(draw: Draw) -> tuple[str, str]:
    who, things, a, b = _who(draw), draw.pick(_GOODS) + "s", _n(draw), _n(draw)
    pattern = draw.pick(
        (
            (
                "[{w} has|I have|{w} owns|There are] {a} {t}[ and|. {w}|, and {w}] [buys|gets|finds|receives] {b} "
                "more. How many {t} [are there|are there now|are there in all]?"
            ),
            "If [I have|{w} has] {a} {t} and [buy|buys|get|gets] {b} more, how many {t} are there?",
        )
    )
    return draw.phrase(pattern, w=who, t=things, a=_spoken(draw, a), b=_spoken(draw, b)), f"result = {a} + {b}\n"


def _fewer(draw: Draw) -> tuple[str, str]:
    who, things, a = _who(draw), draw.pick(_GOODS) + "s", _n(draw, 20, 400)
    b = _n(draw, 2, 19)
    pattern = (
        "[{w} has|I have|{w} owns|There are] {a} {t}[ and|. {w}|, and {w}] [gives away|loses|sells|eats|uses] {b}[| "
        "of them]. How many [{t} |]are left?"
    )
    return draw.phrase(pattern, w=who, t=things, a=_spoken(draw, a), b=_spoken(draw, b)), f"result = {a} - {b}\n"


def _each(draw: Draw) -> tuple[str, str]:
    thing, a = draw.pick(_GOODS), _n(draw)
    price = draw.pick((_n(draw), f"{draw.rng.randint(0, 40)}.{draw.integer(10, 99)}"))
    pattern = (
        "[[A|One] {t} costs {p} dollars. How much [do|are] {a} {t}s[ cost|]?|How much do {a} {t}s cost if [one|"
        "each] costs {p} dollars?|{w} buys {a} {t}s for {p} dollars each. How much [does {w} pay|is that|does it "
        "cost]?|{a} {t}s at {p} dollars each cost how much?|What do {a} {t}s cost at {p} dollars each?]"
    )
    text = draw.phrase(pattern, t=thing, p=price, a=a, w=_who(draw))
    order = (price, a) if text.index(price) < text.index(f"{a} {thing}s") else (a, price)
    return text, f"result = {order[0]} * {order[1]}\n"


def _share(draw: Draw) -> tuple[str, str]:
    things, a, b = draw.pick(_GOODS) + "s", _n(draw, 20, 400), _n(draw, 2, 19)
    pattern = (
        "[{a} {t} are shared [equally |]among {b} [people|children|friends]. How many does each get?|If {b} [people|"
        "children|friends] share {a} {t}, how many does each get?|How many {t} does each get if {a} {t} are divided "
        "among {b} people?|{w} puts {a} {t} into {b} boxes, the same number in each. How many are in a box?]"
    )
    return draw.phrase(pattern, t=things, a=a, b=b, w=_who(draw)), f"result = {a} / {b}\n"


def _travel(draw: Draw) -> tuple[str, str]:
    speed, hours, km = (
        _n(draw, 10, 300),
        draw.pick((_n(draw, 2, 12), f"{draw.rng.randint(1, 9)}.{draw.rng.randint(1, 9)}")),
        _n(draw, 50, 2000),
    )
    roll = draw.rng.random()
    what = draw.pick(("train", "car", "bus", "ship", "plane", "truck"))
    unit = draw.pick(("km", "kilometers", "miles"))
    if roll < 0.4:
        text = draw.phrase(
            (
                "[A {c} [drives|goes|travels] [at |]{s} {u} per hour for {h} hours. How far does it [go|travel|"
                "get]?|How far does a {c} get in {h} hours at {s} {u} per hour?|How many {u} does a {c} travel in "
                "{h} hours at {s} {u} per hour?]"
            ),
            c=what,
            s=speed,
            h=hours,
            u=unit,
        )
        return text, f"result = {speed} * {hours}\n"
    if roll < 0.7:
        text = draw.phrase(
            (
                "[A {c} [travels|goes|drives] {d} {u} in {h} hours. What is its [average |]speed?|What is the "
                "[average |]speed of a {c} that [travels|goes|drives] {d} {u} in {h} hours?]"
            ),
            c=what,
            d=km,
            h=hours,
            u=unit,
        )
        return text, f"result = {km} / {hours}\n"
    text = draw.phrase(
        (
            "[How long does a {c} [need|take] for {d} {u} at {s} {u} per hour?|A {c} goes {s} {u} per hour. How "
            "[long|many hours] does it [need|take] for {d} {u}?|How many hours does a {c} need for {d} {u} at {s} "
            "{u} per hour?]"
        ),
        c=what,
        d=km,
        s=speed,
        u=unit,
    )
    return text, f"result = {km} / {speed}\n"


def _shape(draw: Draw) -> tuple[str, str]:
    a, b = draw.pick((_n(draw), f"{draw.rng.randint(1, 40)}.{draw.rng.randint(1, 9)}")), _n(draw)
    figure, ask, program = draw.pick(
        (
            ("a rectangle with sides {a} and {b}", "area", "{a} * {b}"),
            ("a rectangle of {a} by {b}", "area", "{a} * {b}"),
            ("a rectangle with sides {a} and {b}", "perimeter", "2 * ({a} + {b})"),
            ("a square with side {a}", "area", "{a} ** 2"),
            ("a square with side {a}", "perimeter", "4 * {a}"),
            ("a circle with radius {a}", "area", "pi * {a} ** 2"),
            ("a circle with radius {a}", "circumference", "2 * pi * {a}"),
            ("a circle with diameter {a}", "circumference", "pi * {a}"),
            ("a cube with side {a}", "volume", "{a} ** 3"),
            ("a sphere with radius {a}", "volume", "4 / 3 * pi * {a} ** 3"),
            ("a triangle with base {a} and height {b}", "area", "{a} * {b} / 2"),
            ("a right triangle with legs {a} and {b}", "hypotenuse", "sqrt({a} ** 2 + {b} ** 2)"),
            ("a cylinder with radius {a} and height {b}", "volume", "pi * {a} ** 2 * {b}"),
        )
    )
    text = draw.phrase(
        (
            "[What is the {k} of {f}?|the {k} of {f}|{k} of {f}|[Calculate|Compute|Find] the {k} of {f}.|How large "
            "is the {k} of {f}?|Tell me the {k} of {f}.]"
        ),
        k=ask,
        f=figure.format(a=a, b=b),
    )
    return text, f"result = {program.format(a=a, b=b)}\n"


def _money(draw: Draw) -> tuple[str, str]:
    amount, rate, years = (
        _n(draw, 100, 20_000),
        draw.pick((str(draw.rng.randint(1, 12)), f"{draw.rng.randint(0, 9)}.{draw.rng.randint(1, 9)}")),
        str(draw.rng.randint(2, 30)),
    )
    roll = draw.rng.random()
    if roll < 0.35:
        text = draw.phrase(
            (
                "[{a} dollars at {r} [percent|%] [interest |]for {y} years with compound interest.|What [are|do] "
                "{a} dollars [become |]at {r} [percent|%] compound interest after {y} years?|How much is {a} "
                "dollars after {y} years at {r} [percent|%] compound interest?]"
            ),
            a=amount,
            r=rate,
            y=years,
        )
        return text, f"result = {amount} * (1 + {rate} / 100) ** {years}\n"
    if roll < 0.65:
        text = draw.phrase(
            (
                "[A {t} costs {a} dollars and is [reduced|discounted] by {r} [percent|%]. What is the new price?|"
                "What is the price of a {t} of {a} dollars with {r} [percent|%] off?|A {t} of {a} dollars is {r} "
                "[percent|%] cheaper now. What does it cost?]"
            ),
            t=draw.pick(_GOODS),
            a=amount,
            r=rate,
        )
        return text, f"result = {amount} * (1 - {rate} / 100)\n"
    text = draw.phrase(
        (
            "[A {t} costs {a} dollars plus {r} [percent|%] tax. What is the [total|price]?|How much is {a} dollars "
            "plus {r} [percent|%] tax?|A bill of {a} dollars gets a {r} [percent|%] tip. How much is it in all?|"
            "What is {a} dollars with {r} [percent|%] tax?]"
        ),
        t=draw.pick(_GOODS),
        a=amount,
        r=rate,
    )
    return text, f"result = {amount} * (1 + {rate} / 100)\n"


def _age(draw: Draw) -> tuple[str, str]:
    who, other, a, b = _who(draw), _who(draw), _n(draw, 10, 80), _n(draw, 2, 9)
    text, program = draw.pick(
        (
            ("{w} is {a} years old. {o} is {b} years older. How old is {o}?", "{a} + {b}"),
            ("{w} is {a} years old. {o} is {b} years younger. How old is {o}?", "{a} - {b}"),
            ("{w} is {a} years old. How old will {w} be in {b} years?", "{a} + {b}"),
            ("{w} is {a}. How old was {w} {b} years ago?", "{a} - {b}"),
            ("{w} is {a} years old and {o} is {b} times as old. How old is {o}?", "{a} * {b}"),
            ("If {w} is {a} and {o} is {b} years older, how old is {o}?", "{a} + {b}"),
        )
    )
    return text.format(w=who, o=other, a=a, b=b), f"result = {program.format(a=a, b=b)}\n"


STORIES: tuple[Callable[[Draw], tuple[str, str]], ...] = (
    _more,
    _fewer,
    _each,
    _each,
    _share,
    _travel,
    _shape,
    _shape,
    _money,
    _age,
)
