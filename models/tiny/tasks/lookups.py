"""Tasks that look something up, calculate, or do one after the other."""

from __future__ import annotations

from models.tiny.tasks.base import Act, Draw, Style, Turn
from models.tiny.tasks.facts import Fact, fact, follow_up_attribute, relation, reply, result_of, telling
from models.tiny.tasks.numbers import Operation, number, operation, question, shown
from models.tiny.tasks.stories import STORIES
from models.tiny.tasks.toolbox import Drawn

__all__ = ["calculate_only", "calculating", "search_only", "searching", "three_steps", "two_facts", "two_steps"]

_ASK_NOUN = (
    "[What is {q}?|What is {q}?|What's {q}?|Tell me {q}.|[Find|Find out|Look up|Search for|Get|Get me|Give me] {q}.|"
    "[Can|Could] you [find|tell me|look up|find out|check] {q}?|Do you know {q}?|I [want|need|would like] to know "
    "{q}.|I need {q}.|{q}?|Please [tell me|look up|find] {q}.|[What|Which] is {q} right now?|Any idea what {q} is?|"
    "Search the web for {q}.|I'm curious about {q}.|Let me know {q}.|Show me {q}.]"
)
_ASK_CLAUSE = (
    "[{q}?|{q}?|{q}?|Tell me: {q}?|{q}? [Look it up|Please look it up|Find out|Search for it].|I'd like to know: "
    "{q}?|A question: {q}?|Do you know this: {q}?]"
)

_CALC = (
    "[What is {q}?|What is {q}?|What is {q}?|What's {q}?|[Calculate|Compute|Work out|Evaluate|Find|Determine|Get] "
    "{q}.|How much is {q}?|[Can|Could] you [calculate|compute|work out|tell me] {q}?|Tell me {q}.|I need [|to know "
    "]{q}.|Please [calculate|compute|work out] {q}.|{q}|{q}?|{q} = ?|What do you get for {q}?|What is the result of "
    "{q}?|What is the value of {q}?|Give me {q}.|Do you know [|what is ]{q}?|Solve {q}.|What does {q} equal?|Help "
    "me with {q}.]"
)

_SUFFIX = (
    "[What is {q} {op}?|What's {q} {op}?|[Calculate|Compute|Find|Work out] {q} {op}.|Tell me {q} {op}.|How much is "
    "{q} {op}?|[Can|Could] you [tell me|work out|calculate] {q} {op}?|I need {q} {op}.|I want to know {q} {op}.]"
)
_AROUND = (
    "[What is {op}?|What's {op}?|[Calculate|Compute|Find|Work out] {op}.|Tell me {op}.|How much is {op}?|[Can|"
    "Could] you [tell me|work out] {op}?]"
)
_ORDER = (
    "[[Find out|Find|Look up|Search for|Get|Search] {q}[ and| and then|, then|, and then] {op}.|What is {q}? [{Op}|"
    "Then {op}|Now {op}|Please {op}].|[Take|Get] {q} and {op}.|I need {q}[, then| and then|. Then] {op}.|Tell me "
    "{q}[ and|. Then] {op}.|First [find|look up|find out|get] {q}, then {op}.|Look up {q}, [and |]{op}, and tell me "
    "the result.]"
)
_ORDER_CLAUSE = (
    "[{q}? [{Op}|Then {op}|Now {op}|Please {op}].|{q}? {Op} and tell me the result.|{q}? Find out and {op}.|Find "
    "out: {q}? Then {op}.]"
)
_INSIDE = (
    "[{Op}.|Please {op}.|[Can|Could] you {op}?|I want you to {op}.|I need you to {op}.|{Op} and tell me the result.|"
    "Now {op}.|{Op} for me.]"
)
_ASK_THAT = (
    "[{q}? What is that {op}?|{q}? What is that number {op}?|{q}, and what is that {op}?|{q}? And what is it {op}?|"
    "{q}? How much is that {op}?|{q}? Calculate that {op}.]"
)


def calculating(tool: Drawn, asked: str, value: str, draw: Draw) -> Act:
    """The call of the calculator and its answer."""
    result = (
        value
        if draw.chance(0.7)
        else draw.free("[The answer is {v}.|Result: {v}|= {v}|The result is {v}.|Answer: {v}]", v=value)
    )
    return Act(tool.spec.name, tool.arguments({"question": asked}), result)


def searching(tool: Drawn, query: str, told: str, draw: Draw, *, found: str = "") -> Act:
    """The call of the search and its answer; ``found``: the query as the answer has it, where that is another."""
    return Act(tool.spec.name, tool.arguments({"query": query}), result_of(draw, found or query, told))


def calculate_only(draw: Draw, tools: dict[str, Drawn]) -> Turn:
    """What is 25 times 4?"""
    if draw.chance(0.06):
        return _story(draw, tools)
    style = draw.style()
    asked, value = question(draw)
    the = "the " if asked.split(" ")[0].isalpha() and " of " in asked and draw.chance(0.75) else ""
    if draw.chance(0.25):
        return _direct_order(draw, tools, style)
    request = style.say(draw.phrase(_CALC, q=the + asked))
    act = calculating(tools["calculate"], style.word(asked), value, draw)
    return Turn(request, (act,), "I have the result.", f"The answer is {value}.", value)


def _story(draw: Draw, tools: dict[str, Drawn]) -> Turn:
    """A word problem goes to the calculator as it is."""
    style = draw.style()
    request = style.say(draw.pick(STORIES)(draw)[0])
    value = number(draw)
    tool = tools["calculate"]
    act = Act(tool.spec.name, tool.arguments({"question": request}), value)
    return Turn(request, (act,), "I have the result.", f"The answer is {value}.", value)


def _direct_order(draw: Draw, tools: dict[str, Drawn], style: Style) -> Turn:
    """Multiply 12 by 7."""
    step = operation(draw)
    while " it" not in step.order:
        step = operation(draw)
    start = str(draw.integer(2, 999)) if draw.chance(0.7) else f"{draw.integer(2, 999)}.{draw.rng.randint(1, 9)}"
    order = step.order.replace("its square root", "the square root of it").replace(" it", f" {start}", 1)
    request = draw.phrase(
        (
            "[{Op}.|{Op}.|Please {op}.|[Can|Could] you {op}?|I want you to {op}.|Now {op}.|{Op} for me.|I need you "
            "to {op}.]"
        ),
        op=order,
        Op=_capital(order),
    )
    value = shown(step.apply(float(start)))
    act = calculating(tools["calculate"], style.word(order), value, draw)
    return Turn(style.say(request), (act,), "I have the result.", f"The answer is {value}.", value)


def search_only(draw: Draw, tools: dict[str, Drawn]) -> Turn:
    """What is the capital of Norway?"""
    style = draw.style()
    known = fact(draw)
    request = style.say(draw.phrase(_ASK_NOUN if known.noun else _ASK_CLAUSE, q=known.asked))
    query = style.word(known.query)
    act = searching(tools["search"], query, known.told, draw, found=known.query)
    return Turn(
        request, (act,), "I have the result.", reply(act.result, found=known.query, value=known.told), known.shown
    )


def two_steps(draw: Draw, tools: dict[str, Drawn]) -> Turn:
    """Find out the population of Norway and multiply it by 3."""
    style = draw.style()
    known = fact(draw, numeric=True)
    step = operation(draw)
    request, asked = _with_operation(draw, known, step)
    first = searching(tools["search"], style.word(known.query), known.told, draw, found=known.query)
    value = shown(step.apply(float(known.value)))
    second = calculating(tools["calculate"], style.word(asked), value, draw)
    return Turn(style.say(request), (first, second), "I have the result.", f"The answer is {value}.", value)


def _with_operation(draw: Draw, known: Fact, step: Operation) -> tuple[str, str]:
    """A request that names the fact and the operation, and the calculation that it leads to."""
    if draw.chance(0.5):
        pattern = _ORDER if known.noun else _ORDER_CLAUSE
        text = draw.phrase(pattern, q=known.asked, op=step.order, Op=_capital(step.order))
        return text, step.carried_out_on(known.value)
    if known.noun and " it" in step.order and draw.chance(0.3):
        order = step.order.replace("its square root", "the square root of it").replace(" it", f" {known.asked}", 1)
        return draw.phrase(_INSIDE, op=order, Op=_capital(order)), step.carried_out_on(known.value)
    asked = step.on(known.value)
    if step.words.startswith("X "):
        if known.noun and draw.chance(0.75):
            return draw.phrase(_SUFFIX, q=known.asked, op=step.words[2:]), asked
        question_ = f"What is {known.asked}" if known.noun else known.asked
        return draw.phrase(_ASK_THAT, q=question_, op=step.words[2:]), asked
    if known.noun:
        the = "the " if step.words.startswith("square") else ""
        return draw.phrase(_AROUND, op=the + step.words.replace("X", known.asked)), asked
    return draw.phrase(_ORDER_CLAUSE, q=known.asked, op=step.order, Op=_capital(step.order)), step.carried_out_on(
        known.value
    )


def three_steps(draw: Draw, tools: dict[str, Drawn]) -> Turn:
    """Who is somebody's sister? What is her age times 2? Sometimes without the calculation."""
    style = draw.style()
    first = relation(draw)
    people = first.pronoun != "its"
    attribute, amount = follow_up_attribute(draw, people)
    who = "Who is" if people else draw.pick(("What is", "Which is"))
    step = operation(draw)
    while not step.words.startswith("X "):
        step = operation(draw)
    with_step = draw.chance(0.65)
    tail = f" {step.words[2:]}" if with_step else ""
    nested = draw.chance(0.3)
    if nested:
        request = draw.phrase(_ASK_NOUN, q=f"the {attribute} of {first.asked}{tail}")
    else:
        request = draw.phrase(
            (
                "[{who} {x}? What is {p} {a}?|{who} {x}? What's {p} {a}?|{who} {x}, and what is {p} {a}?|Find out "
                "[who is|who] {x} [is|] and [tell me|calculate] {p} {a}.|{who} {x} and what is {p} {a}?|Look up "
                "{x}. What is {p} {a}?|{who} {x}? Tell me {p} {a}.|{who} {x}? And {p} {a}?]"
            ),
            who=who,
            x=first.asked,
            p=first.pronoun,
            a=attribute + tail,
        )
    search = tools["search"]
    # What was found stays as it is written there, what was asked as the user wrote it.
    asked = f"{style.word(attribute)} of {first.value}" if nested else f"{first.value}'s {style.word(attribute)}"
    told = telling(draw, attribute, amount)
    acts = [
        searching(search, style.word(first.query), first.value, draw, found=first.query),
        searching(search, asked, told, draw),
    ]
    if not with_step:
        answer = reply(acts[-1].result, found=asked, value=told)
        return Turn(style.say(request), tuple(acts), "I have the result.", answer, told.split(" ")[0])
    value = shown(step.apply(float(amount)))
    acts.append(calculating(tools["calculate"], style.word(step.on(amount)), value, draw))
    return Turn(style.say(request), tuple(acts), "I have the result.", f"The answer is {value}.", value)


def two_facts(draw: Draw, tools: dict[str, Drawn]) -> Turn:
    """What is the age of one plus the age of another?"""
    style = draw.style()
    one, other = fact(draw, numeric=True), fact(draw, numeric=True)
    while not (one.noun and other.noun):
        one, other = fact(draw, numeric=True), fact(draw, numeric=True)
    sign = draw.pick(("plus", "minus", "times", "divided by"))
    a, b = float(one.value), float(other.value)
    value = shown({"plus": a + b, "minus": a - b, "times": a * b, "divided by": a / b}[sign])
    if sign == "plus" and draw.chance(0.5):
        request = draw.phrase(_AROUND, op=f"the sum of {one.asked} and {other.asked}")
    elif sign == "minus" and draw.chance(0.5):
        request = draw.phrase(_AROUND, op=f"the difference between {one.asked} and {other.asked}")
    else:
        request = draw.phrase(_SUFFIX, q=one.asked, op=f"{sign} {other.asked}")
    search = tools["search"]
    acts = (
        searching(search, style.word(one.query), one.told, draw, found=one.query),
        searching(search, style.word(other.query), other.told, draw, found=other.query),
        calculating(tools["calculate"], f"{one.value} {sign} {other.value}", value, draw),
    )
    return Turn(style.say(request), acts, "I have the result.", f"The answer is {value}.", value)


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
