"""Tasks that take one of the tools that people do have: calendar, images, weather, units."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from models.tiny.tasks.base import Draw, Turn
from models.tiny.tasks.numbers import number, shown
from models.tiny.tasks.outcomes import done
from models.tiny.tasks.toolbox import Drawn, act_on
from models.tiny.tasks.words import activity, date, name, person, place, thing, time
from models.tiny.tasks.writing import WRITING

__all__ = ["ACTIONS", "event_turn"]


def _event(draw: Draw) -> str:
    what = activity(draw)
    roll = draw.rng.random()
    if roll < 0.35:
        return f"{what} with {person(draw)}"
    if roll < 0.45:
        return f"{name(draw)} {what}"
    return what


def event_turn(draw: Draw, tool: Drawn, title: str | None = None) -> Turn:
    """Add lunch with Anna to my calendar on Friday at 12:30."""
    style = draw.style()
    it = title or _event(draw)
    day, hour = date(draw), time(draw)
    timed = "time" in tool.roles or ("text" in tool.roles and draw.chance(0.7))
    at = f" at {hour}" if timed else ""
    the = draw.pick(("", "", "", "a ")) if title is None else ""
    when = f"[on {{day}}{at}|on {{day}}{at}|{{day}}{at}]" if day[0].isupper() or day[0].isdigit() else f"{day}{at}"
    if title is not None:
        pattern = (
            f"[[Add|Put] [it|this|that] [to|in|into] my calendar {when}.|[Schedule|Plan] [it|that] {when}.|[Can|"
            f"Could] you [add|put] [it|that] [to|in] my calendar {when}?]"
        )
    else:
        pattern = (
            f"[[Add|Put|Enter|Write|Save] {{t}} [to|in|into] [my|the] calendar {when}.|[Schedule|Plan|Add|"
            f"Create|Book|Set up] {{t}} {when}.|"
            f"[Can|Could] you [add|put] {{t}} [to|in] my calendar {when}?|[Create|Make|Add] [an event|a "
            f"calendar event|a calendar entry] [for|called] {{n}} {when}.|"
            f"I have {{t}} {when}, [please |]add it to my calendar.|Add to my calendar: {{n}} {when}.|Put {{t}} "
            f"{when} [in|into] my calendar.|"
            f"New event: {{n}} {when}.|I need {{t}} {when} in my calendar.|Remember {{t}} {when} in my calendar.]"
        )
    request = style.say(draw.phrase(pattern, t=the + it, n=it, day=day))
    shown_title = it if title is not None else style.word(it)
    result, answer, value = done(draw, "event")
    if "text" in tool.roles:
        on = "on " if f"on {day}".lower() in request.lower() else ""
        values: dict[str, Any] = {"text": f"{shown_title} {on}{style.word(day + at)}"}
    else:
        values = {"title": shown_title, "date": style.word(day), "time": style.word(hour)}
    return Turn(
        request,
        (act_on(tool, result, **values),),
        "I have the result.",
        answer,
        value,
    )


def _calendar(draw: Draw, tool: Drawn) -> Turn:
    return event_turn(draw, tool)


def _agenda(draw: Draw, tool: Drawn) -> Turn:
    style = draw.style()
    day = date(draw)
    request = draw.phrase(
        (
            "[What is [in|on] my calendar [on|for] {d}?|What do I have on {d}?|[Show|Show me|List|Tell me] my "
            "[events|appointments|plans] [on|for] {d}.|Am I busy on {d}?|What are my plans for {d}?|Check my "
            "calendar for {d}.|Do I have anything on {d}?|What's on my agenda for {d}?]"
        ),
        d=day,
    )
    event = f"{_event(draw)} at {time(draw)}"
    result = draw.pick((event, f"Events: {event}", f'["{event}"]'))
    return Turn(
        style.say(request),
        (act_on(tool, result, date=style.word(day)),),
        "I have the result.",
        f"It is {event}.",
        event,
    )


def _images(draw: Draw, tool: Drawn) -> Turn:
    style = draw.style()
    what = draw.pick((thing, thing, thing, place, person))(draw)
    a = "a " if draw.chance(0.3) and what[0].islower() else ""
    request = draw.phrase(
        (
            "[[Show|Show me|Find|Find me|Get|Get me|Search for|Search|Look for|I want to see|I want|Give me|I need] "
            "[pictures|images|photos|some images|some pictures|an image|a picture|a photo] of {q}.|[Can|Could] you "
            "[find|show me|search for|get] [images|pictures|photos|a picture] of {q}?|[Images|Pictures|Photos] of "
            "{q}.|What does {q} look like? [Show me a picture|Find images|Show me images].|Do you have [pictures|"
            "images] of {q}?]"
        ),
        q=a + what,
    )
    if "What does" in request or "what does" in request:
        a = a if "does a " in request else ""
    link = f"https://{name(draw).lower()}.com/{draw.integer(1, 9999)}.jpg"
    result = draw.pick((link, f"Found: {link}", f'["{link}"]', f"1 image: {link}"))
    query = style.word(what)
    return Turn(
        style.say(request),
        (act_on(tool, result, query=query),),
        "I have the result.",
        f"Here is an image: {link}",
        link,
    )


def _draw(draw: Draw, tool: Drawn) -> Turn:
    style = draw.style()
    what = thing(draw)
    full = f"a {what}" if draw.chance(0.5) else what
    if draw.chance(0.4):
        full += draw.free(
            "[ in {p}| with a {t}| at night| in the rain| next to a {t}| in the style of {n}]",
            p=place(draw),
            t=thing(draw),
            n=name(draw),
        )
    request = draw.phrase(
        (
            "[[Draw|Paint|Generate|Create] {q}.|[Generate|Create|Make|Draw|Paint] [an image|a picture|me a picture] "
            "of {q}.|[Can|Could] you [draw|paint] {q}?|Please [draw|paint] {q}.|I want [a drawing|a new picture|you "
            "to draw a picture] of {q}.|Draw me {q}.]"
        ),
        q=full,
    )
    file = f"{name(draw).lower()}_{draw.integer(1, 999)}.png"
    result = draw.pick((file, f"Saved as {file}", f"image: {file}"))
    prompt = style.word(full)
    return Turn(
        style.say(request),
        (act_on(tool, result, prompt=prompt),),
        "I have the result.",
        f"Here is the picture: {file}",
        file,
    )


def _weather(draw: Draw, tool: Drawn) -> Turn:
    style = draw.style()
    where = place(draw)
    dated = "date" in tool.roles
    day = date(draw) if dated else ""
    unit = draw.pick(("celsius", "fahrenheit")) if "unit" in tool.roles and draw.chance(0.4) else None
    on = "" if not dated else f" {day}" if day.split(" ")[0] in ("tomorrow", "today", "next") else f" on {day}"
    tail = on + (f" in {unit}" if unit else "")
    now = "" if dated else "[| now| today| right now]"
    request = draw.phrase(
        (
            f"[[What is|What's] the weather [|like ]in {{p}}{now}{{t}}?|How is the weather in {{p}}{now}{{t}}?|"
            f"[Tell me|Check|Get|Show me] the weather [in|for] {{p}}{{t}}.|Will it rain in {{p}}{now}{{t}}?|[What "
            f"is|Give me|Show] the [weather |]forecast for {{p}}{{t}}.|Weather in {{p}}{{t}}.|Is it [cold|warm|"
            f"sunny|hot] in {{p}}{now}{{t}}?|Do I need an umbrella in {{p}}{now}{{t}}?|What is the temperature in "
            f"{{p}}{now}{{t}}?]"
        ),
        p=where,
        t=tail,
    )
    sky = draw.pick(("sunny", "cloudy", "rainy", "snowy", "windy", "foggy", "stormy", "clear"))
    value = f"{sky}, {draw.rng.randint(-15, 39)} degrees"
    shown_place = style.word(where)
    result = draw.pick((value, value, f"Weather in {where}: {value}", f"It is {value}.", f'{{"weather": "{value}"}}'))
    act = act_on(
        tool,
        result,
        place=shown_place,
        date=style.word(day),
        unit=unit,
    )
    return Turn(style.say(request), (act,), "I have the result.", f"It is {value}.", value)


_UNITS = tuple(
    """
    kilometers miles meters feet inches centimeters yards pounds kilograms ounces grams liters gallons pints hours
    minutes seconds days weeks knots acres hectares celsius fahrenheit kelvin joules calories watts bytes kilobytes
    tons cups
    """.split()
)
_MONEY = tuple(
    """
    dollars euros pounds yen francs rupees pesos kronor rubles dinars won baht lira rand zloty USD EUR GBP JPY CHF
    CAD AUD INR MXN SEK NOK DKK PLN CZK BRL
    """.split()
)


def _convert(draw: Draw, tool: Drawn, units: tuple[str, ...] = _UNITS) -> Turn:
    style = draw.style()
    amount = number(draw)
    one, other = draw.some(units, 2)
    request = draw.phrase(
        (
            "[[Convert|Change|Turn] {v} {a} [to|into] {b}.|How many {b} are {v} {a}?|How [much|many] is {v} {a} in "
            "{b}?|What is {v} {a} in {b}?|What's {v} {a} in {b}?|{v} {a} [in|to] {b}[.|?]|[Can|Could] you convert "
            "{v} {a} [to|into] {b}?|I need {v} {a} in {b}.|Express {v} {a} in {b}.|I have {v} {a}. How [much|many] "
            "is that in {b}?]"
        ),
        v=amount,
        a=one,
        b=other,
    )
    value = shown(float(amount) * draw.pick((0.5, 1.6, 2.2, 0.03, 3.28, 1.1, 0.9, 12, 60)))
    source, target = style.word(one), style.word(other)
    result = draw.pick((value, f"{value} {other}", f"{amount} {one} = {value} {other}"))
    act = act_on(
        tool,
        result,
        value=float(amount) if "." in amount else int(amount),
        source=source,
        target=target,
    )
    return Turn(
        style.say(request),
        (act,),
        "I have the result.",
        f"It is {value}." if result == value else f"It is {value} {other}.",
        value,
    )


def _currency(draw: Draw, tool: Drawn) -> Turn:
    return _convert(draw, tool, _MONEY)


ACTIONS: Mapping[str, Callable[[Draw, Drawn], Turn]] = {
    "calendar": _calendar,
    "calendar_day": _calendar,
    "calendar_text": _calendar,
    "agenda": _agenda,
    "images": _images,
    "draw": _draw,
    "weather": _weather,
    "weather_day": _weather,
    "convert": _convert,
    "currency": _currency,
    **WRITING,
}
