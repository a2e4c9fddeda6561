"""Conversations: small talk, facts told by the user, second requests that lean on the first, tools that fail."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from models.tiny.tasks.actions import event_turn
from models.tiny.tasks.base import Draw, Turn
from models.tiny.tasks.facts import fact, reply
from models.tiny.tasks.lookups import calculate_only, calculating, search_only, searching, two_steps
from models.tiny.tasks.numbers import operation, shown
from models.tiny.tasks.toolbox import Drawn
from models.tiny.tasks.words import COLORS, activity, name, person, place

__all__ = ["and_of", "chat", "failing", "nothing_found", "plan_then_add", "then_calculate", "told"]

Tools = dict[str, Drawn]

_TALK = (
    (
        "[Hello|Hi|Hey|Good morning|Good evening|Hi there|Hello there|Good day|Hey there][|!|.]",
        "Hello! How can I help you?",
    ),
    (
        (
            "[Thanks|Thank you|Thanks a lot|Thank you very much|Great, thanks|Perfect, thank you|Many thanks|Cool, "
            "thanks][|!|.]"
        ),
        "You are welcome!",
    ),
    ("[Bye|Goodbye|See you|Good night|See you later|Bye bye|That is all for today|Have a nice day][|!|.]", "Goodbye!"),
    (
        "[How are you|How are you doing|How is it going|How do you do|Are you well|How do you feel][| today]?",
        "I am fine, thank you!",
    ),
    (
        (
            "[Who are you|What are you|What is your name|What can you do|Are you a robot|What are you good at|Can you "
            "help me|How can you help me]?"
        ),
        "I am an assistant and I can use tools.",
    ),
    (
        "[Nice|Great|Cool|Good job|Well done|Awesome|Very good|Wonderful|OK|Okay|Fine|Alright][|!|.]",
        "I am glad to help.",
    ),
)


def chat(draw: Draw) -> Turn:
    """Hello!"""
    pattern, answer = draw.pick(_TALK)
    text = draw.free(pattern)
    for _ in range(20):
        if draw.mine(text):
            break
        text = draw.free(pattern)
    return Turn(text.lower() if draw.chance(0.3) else text, (), "I can answer this directly.", answer)


def told(draw: Draw) -> tuple[Turn, Turn]:
    """My sister is called Anna. — What is my sister's name?"""
    value, statement, ask, answer = draw.pick(_TOLD)(draw)
    style = draw.style()
    first = Turn(
        draw.phrase(
            (
                f"[{statement}|{statement}|Remember this: {statement}|Just so you know: {statement}|"
                f"By the way, {statement}|Note that {statement}|Hi! {statement}|FYI: {statement}]"
            ),
            v=value,
        ),
        (),
        "I can answer this directly.",
        draw.pick(("Good to know.",)),
    )
    return first, Turn(style.say(draw.phrase(ask)), (), "The user told me this.", answer.format(v=value), value)


def _about_name(draw: Draw) -> tuple[str, str, str, str]:
    who = draw.pick(
        (
            "sister",
            "brother",
            "dog",
            "cat",
            "boss",
            "neighbor",
            "teacher",
            "mother",
            "son",
            "daughter",
            "horse",
            "friend",
        )
    )
    return (
        name(draw),
        f"My {who} is called {{v}}.",
        (
            f"[What is my {who} called?|What is my {who}'s name?|Who is my {who}?|How is my {who} called?|Tell me "
            f"the name of my {who}.|What's the name of my {who}?|Do you remember my {who}'s name?|What did I say my "
            f"{who} is called?]"
        ),
        f"Your {who} is called {{v}}.",
    )


def _about_place(draw: Draw) -> tuple[str, str, str, str]:
    return (
        place(draw),
        "I live in {v}.",
        (
            "[Where do I live?|In which city do I live?|Which place do I live in?|Do you know where I live?|What "
            "did I say where I live?|Tell me where I live.|Where is my home?|Do you remember where I live?|Can you "
            "tell me where I live?|Remind me where I live?]"
        ),
        "You live in {v}.",
    )


def _about_self(draw: Draw) -> tuple[str, str, str, str]:
    return (
        person(draw),
        "My name is {v}.",
        (
            "[What is my name?|What's my name?|Who am I?|Do you know my name?|Do you remember my name?|Tell me my "
            "name.|How am I called?|Can you tell me my name?|What did I say my name is?|Do you still know my name?]"
        ),
        "Your name is {v}.",
    )


def _about_number(draw: Draw) -> tuple[str, str, str, str]:
    what = draw.pick(("room", "locker", "ticket", "phone", "lucky", "seat", "order", "house", "bus", "pin"))
    return (
        str(draw.integer(10, 99_999)),
        f"My {what} number is {{v}}.",
        (
            f"[What is my {what} number?|What's my {what} number?|Tell me my {what} number.|Do you remember my "
            f"{what} number?|Which {what} number do I have?|Which is my {what} number?|What {what} number did I "
            f"tell you?|Can you tell me my {what} number?|Do you know my {what} number?]"
        ),
        f"Your {what} number is {{v}}.",
    )


def _about_color(draw: Draw) -> tuple[str, str, str, str]:
    return (
        draw.pick(COLORS),
        "My favorite color is {v}.",
        (
            "[What is my favorite color?|Which color do I like?|Which color do I like most?|What's my favorite "
            "color?|Tell me my favorite color.|Do you remember my favorite color?|Which color did I say I like?|Do "
            "you know my favorite color?|Can you tell me my favorite color?]"
        ),
        "Your favorite color is {v}.",
    )


_TOLD: tuple[Callable[[Draw], tuple[str, str, str, str]], ...] = (
    _about_name,
    _about_place,
    _about_self,
    _about_number,
    _about_color,
)


def then_calculate(draw: Draw, tools: Tools) -> tuple[Turn, Turn]:
    """… — And what is that plus 7?"""
    makers = (calculate_only, two_steps, search_only)
    while True:
        first = draw.pick(makers)(draw, tools)
        if first.value.replace(".", "", 1).isdigit() and len(first.value) < 12:
            break
    style = draw.style()
    step = operation(draw)
    if draw.chance(0.6) and step.words.startswith("X "):
        op = step.words[2:]
        request = draw.phrase(
            (
                "[|||||OK, |Good, |Great, |Thanks, |Fine, |So, ][And what is that {op}?|What is that {op}?|And {op}?|"
                "What is it {op}?|And now {op}?|How much is that {op}?|Now what is that {op}?|What's that {op}?|And "
                "that {op}?|What is the result {op}?|Now {op}.|What do I get {op}?|And if it is {op}?]"
            ),
            op=op,
        )
        asked = step.on(first.value)
    else:
        order = step.order
        request = draw.phrase(
            (
                "[|||||OK, |Good, |Great, |Thanks, |Fine, |So, ][{op}.|{op}.|now {op}.|and now {op}.|then {op}.|[can|"
                "could|would] you {op}?|please {op}.|{op} please.|next, {op}.|also {op}.|after that {op}.]"
            ),
            op=order,
        )
        asked = step.carried_out_on(first.value)
    value = shown(step.apply(float(first.value)))
    act = calculating(tools["calculate"], style.word(asked), value, draw)
    return first, Turn(style.say(request), (act,), "I have the result.", f"The answer is {value}.", value)


def and_of(draw: Draw, tools: Tools) -> tuple[Turn, Turn]:
    """What is the capital of Norway? — And of Italy?"""
    style = draw.style()
    while True:
        known = fact(draw)
        if " of " in known.query and known.noun:
            break
    of = known.query[: -len(known.subject)]
    query = style.word(known.query)
    first_act = searching(tools["search"], query, known.told, draw, found=known.query)
    first = Turn(
        style.say(
            draw.phrase(
                (
                    "[||||Hi, |Hello, |A question: |Say, |Hey, ][What is {q}?|What's {q}?|Tell me {q}.|[Find|Look up|"
                    "Get] {q}.|[Can|Could] you tell me {q}?|I want to know {q}.|{q}?|I need {q}.|Do you know {q}?|"
                    "Please look up {q}.]"
                ),
                q=known.asked,
            )
        ),
        (first_act,),
        "I have the result.",
        reply(first_act.result, found=known.query, value=known.told),
        known.shown,
    )
    while True:
        other = fact(draw, numeric=known.numeric)
        if other.subject != known.subject:
            break
    query = style.word(of + other.subject)
    act = searching(tools["search"], query, other.told, draw, found=of + other.subject)
    request = draw.phrase(
        (
            "[|||||OK, |Thanks, |Good, |Great, |Now, |Fine, ][And of {x}?|And {x}?|What about {x}?|How about {x}?|And "
            "what about {x}?|And that of {x}?|And for {x}?|Now {x}.|[The|And the] same for {x}[.|?]|The same of {x}.|"
            "Same question for {x}.|[And|Now] what is it for {x}?|[Same|And] with {x}?|And the one of {x}?|Do {x} too.|"
            "I also need it for {x}.|Now that of {x}.|What is that of {x}?]"
        ),
        x=other.subject,
    )
    answer = reply(act.result, found=of + other.subject, value=other.told)
    return first, Turn(style.say(request), (act,), "I have the result.", answer, other.shown)


def plan_then_add(draw: Draw, tool: Drawn) -> tuple[Turn, Turn]:
    """I plan a picnic. — Add it to my calendar on Friday at 12:30."""
    title = activity(draw) + (f" with {person(draw)}" if draw.chance(0.5) else "")
    first = Turn(
        draw.phrase(
            (
                "[|||||Hi, |Hello, |Hey, |You know, |By the way, |Guess what: ][I am planning a {t}.|I will have a "
                "{t}.|There is a {t} soon.|I have a {t} soon.|We are going to have a {t}.|I must not forget the {t}.|"
                "I'm looking forward to the {t}.|I want to go to the {t}.|Next comes the {t}.|There will be a {t}.|We "
                "plan a {t}.|I am thinking of a {t}.]"
            ),
            t=title,
        ),
        (),
        "I can answer this directly.",
        "Good to know.",
    )
    return first, event_turn(draw, tool, title)


_ERRORS = (
    "[Error: time-out|Error: service not available|Error: connection lost|Error: the server is down|Error 503|"
    "Error: too many requests|Error: internal error|The tool failed: no connection]"
)


def failing(draw: Draw, turn: Turn) -> Turn:
    """A tool that fails: it is tried once more, and then either works or is given up with an apology."""
    act = turn.acts[0]
    failed = replace(act, result=draw.free(_ERRORS))
    again = replace(act, again=True)
    if draw.chance(0.6):
        return replace(turn, acts=(failed, again))
    second = replace(again, result=failed.result)
    return replace(
        turn,
        acts=(failed, second),
        thought="It failed again.",
        answer="I am sorry, the tool does not work now.",
        value="sorry",
    )


def nothing_found(draw: Draw, tools: Tools) -> Turn:
    """A search without a result."""
    turn = search_only(draw, tools)
    act = replace(
        turn.acts[0], result=draw.free("[Nothing found.|No results.|No results found.|Not found.|I found nothing.]")
    )
    return replace(
        turn, acts=(act,), thought="There is no result.", answer="I am sorry, I could not find it.", value="sorry"
    )
