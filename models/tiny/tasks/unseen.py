"""Tasks on the kinds of tools that training never shows, and that tell whether a model reads descriptions."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from models.tiny.tasks.base import Draw, Turn
from models.tiny.tasks.toolbox import BOOLEAN, INTEGER, STRING, Drawn, Kind, Param, act_on
from models.tiny.tasks.words import name, person, place, time

__all__ = ["UNSEEN", "UNSEEN_KINDS"]


UNSEEN_KINDS: Mapping[str, Kind] = {
    kind.key: kind
    for kind in (
        Kind(
            "translate",
            ("translate", "translator"),
            "[Translate a text into another language|Translate text][.|]",
            (
                Param("text", ("text", "sentence"), STRING, ("The text to translate.",)),
                Param("language", ("language", "target_language"), STRING, ("The language to translate into.",)),
            ),
        ),
        Kind(
            "play",
            ("play_music", "music_player", "play_song"),
            "[Play a song|Play a song of an artist|Play music][.|]",
            (
                Param("song", ("song", "track"), STRING, ("The song.",)),
                Param("artist", ("artist", "band"), STRING, ("Who plays it.",), required=False),
            ),
        ),
        Kind(
            "restaurant",
            ("book_table", "reserve_table", "restaurant_booking"),
            "[Book a table at a restaurant|Reserve a table in a restaurant][.|]",
            (
                Param("place", ("restaurant", "place"), STRING, ("The restaurant.",)),
                Param("people", ("people", "guests", "party_size"), INTEGER, ("How many people.",)),
                Param("time", ("time", "at"), STRING, ("The time.",)),
            ),
        ),
        Kind(
            "stock",
            ("stock_price", "get_stock", "stocks"),
            "[Get the stock price of a company|Tell the price of a company's stock][.|]",
            (Param("company", ("company", "symbol", "ticker"), STRING, ("The company.",)),),
        ),
        Kind(
            "light",
            ("set_light", "lights", "lamp"),
            "[Set the brightness of the light in a room|Change the light of a room][.|]",
            (
                Param("room", ("room", "where"), STRING, ("The room.",)),
                Param("level", ("brightness", "percent"), INTEGER, ("The brightness in percent.",)),
            ),
        ),
        Kind(
            "define",
            ("define", "dictionary", "word_meaning"),
            "[Define a word|Tell the meaning of a word|Look up a word in the dictionary][.|]",
            (Param("word", ("word", "term"), STRING, ("The word.",)),),
        ),
        Kind(
            "parcel",
            ("track_parcel", "parcel_status", "tracking"),
            "[Track a parcel|Tell where a parcel is][.|]",
            (Param("code", ("code", "tracking_number", "parcel_id"), STRING, ("The tracking code.",)),),
        ),
        Kind(
            "route",
            ("route", "directions", "find_route"),
            "[Find the way from one place to another|Get directions from one place to another][.|]",
            (
                Param("origin", ("origin", "start", "from_place"), STRING, ("Where it starts.",)),
                Param("destination", ("destination", "end", "to_place"), STRING, ("Where it ends.",)),
                Param(
                    "mode",
                    ("mode", "by"),
                    {"type": "string", "enum": ["car", "bike", "train"]},
                    ("How to travel.",),
                    required=False,
                ),
            ),
        ),
        Kind(
            "lock",
            ("lock_door", "door", "set_lock"),
            "[Lock or unlock a door|Set whether a door is locked][.|]",
            (
                Param("door", ("door", "which"), STRING, ("The door.",)),
                Param("locked", ("locked", "lock"), BOOLEAN, ("Whether it should be locked.",)),
            ),
        ),
        Kind(
            "recipe",
            ("recipe", "find_recipe", "cook_book"),
            "[Find a recipe for a dish|Get the recipe of a dish][.|]",
            (
                Param("dish", ("dish", "meal"), STRING, ("The dish.",)),
                Param("servings", ("servings", "portions"), INTEGER, ("For how many people.",), required=False),
            ),
        ),
    )
}


def _one(tool: Drawn, request: str, result: str, answer: str, value: str, **values: Any) -> Turn:
    text = request[:1].upper() + request[1:]
    return Turn(text, (act_on(tool, result, **values),), "I have the result.", answer, value)


def _translate(draw: Draw, tool: Drawn) -> Turn:
    text = draw.free(
        "[where is the station|the soup is cold|I am in {p}|my name is {n}|we need two rooms|the train is late]",
        p=place(draw),
        n=name(draw),
    )
    language = draw.pick(("French", "German", "Italian", "Swedish", "Japanese", "Turkish"))
    request = draw.free(
        "[Translate {t} into {l}.|Please translate {t} to {l}.|Can you translate {t} into {l}?]", t=text, l=language
    )
    value = f"{name(draw)} {name(draw).lower()}"
    return _one(tool, request, value, value, value, text=text, language=language)


def _play(draw: Draw, tool: Drawn) -> Turn:
    song, artist = name(draw), person(draw) if draw.chance(0.5) else None
    by = f" by {artist}" if artist else ""
    request = draw.free("[Play {s}{b}.|Please play the song {s}{b}.|Can you play {s}{b}?]", s=song, b=by)
    return _one(
        tool,
        request,
        f"Now playing {song}.",
        f"Now playing {song}.",
        song,
        song=song,
        artist=artist,
    )


def _restaurant(draw: Draw, tool: Drawn) -> Turn:
    where, people, hour = name(draw), draw.integer(2, 20), time(draw)
    request = draw.free(
        (
            "[Book a table at {w} for {n} people at {t}.|Reserve a table for {n} people at {w} at {t}.|Can you book "
            "a table at {w} for {n} people at {t}?]"
        ),
        w=where,
        n=str(people),
        t=hour,
    )
    code = f"R{draw.integer(100, 9999)}"
    return _one(
        tool,
        request,
        f"The table has number {code}.",
        f"The table has number {code}.",
        code,
        place=where,
        people=people,
        time=hour,
    )


def _stock(draw: Draw, tool: Drawn) -> Turn:
    company = name(draw) + draw.pick(("", " Corp", " Inc"))
    request = draw.free(
        "[What is the stock price of {c}?|Tell me the stock price of {c}.|How much is the stock of {c}?]", c=company
    )
    value = f"{draw.integer(2, 900)}.{draw.rng.randint(10, 99)}"
    return _one(
        tool,
        request,
        value,
        f"The stock price of {company} is {value}.",
        value,
        company=company,
    )


def _light(draw: Draw, tool: Drawn) -> Turn:
    room, level = draw.pick(("kitchen", "bedroom", "bathroom", "hall", "cellar", "attic")), draw.rng.randint(5, 100)
    request = draw.free(
        (
            "[Set the light in the {r} to {n} percent.|Dim the light in the {r} to {n} percent.|Can you set the {r} "
            "light to {n} percent?]"
        ),
        r=room,
        n=str(level),
    )
    return _one(tool, request, "OK", "Done.", "", room=room, level=level)


def _define(draw: Draw, tool: Drawn) -> Turn:
    word = name(draw).lower()
    request = draw.free("[What does {w} mean?|Define {w}.|What is the meaning of {w}?|Define the word {w}.]", w=word)
    value = f"a kind of {name(draw).lower()}"
    return _one(
        tool,
        request,
        value,
        f"The meaning of {word} is {value}.",
        value,
        word=word,
    )


def _parcel(draw: Draw, tool: Drawn) -> Turn:
    code = f"{draw.pick('ABCDEFGH')}{draw.pick('KLMNPR')}{draw.integer(1000, 99_999)}"
    request = draw.free(
        "[Where is my parcel {c}?|Track parcel {c}.|Can you track the parcel {c}?|Where is the parcel {c}?]", c=code
    )
    value = place(draw)
    return _one(
        tool,
        request,
        f"The parcel is in {value}.",
        f"The parcel is in {value}.",
        value,
        code=code,
    )


def _route(draw: Draw, tool: Drawn) -> Turn:
    one, other = place(draw), place(draw)
    mode = draw.pick(("car", "bike", "train")) if "mode" in tool.roles and draw.chance(0.5) else None
    by = f" by {mode}" if mode else ""
    request = draw.free(
        "[How do I get from {a} to {b}{m}?|Find the way from {a} to {b}{m}.|Give me directions from {a} to {b}{m}.]",
        a=one,
        b=other,
        m=by,
    )
    value = f"{draw.integer(2, 900)} km"
    return _one(
        tool,
        request,
        value,
        f"It is {value}.",
        value,
        origin=one,
        destination=other,
        mode=mode,
    )


def _lock(draw: Draw, tool: Drawn) -> Turn:
    door, locked = draw.pick(("front", "back", "garage", "cellar", "garden", "office")), draw.chance(0.6)
    word = "locked" if locked else "not locked"
    request = draw.free(
        "[Set the {d} door and it is {w}.|Make sure that the {d} door is {w}.|I want the {d} door to be {w}.]",
        d=door,
        w=word,
    )
    return _one(tool, request, "OK", "Done.", "", door=door, locked=locked)


def _recipe(draw: Draw, tool: Drawn) -> Turn:
    dish, servings = (
        draw.pick(("lasagna", "goulash", "ramen", "paella", "borscht", "tiramisu")),
        draw.rng.randint(2, 12) if draw.chance(0.5) else None,
    )
    for_ = f" for {servings} people" if servings else ""
    request = draw.free(
        "[Find a recipe for {d}{s}.|I need a recipe for {d}{s}.|Get me the recipe of {d}{s}.]", d=dish, s=for_
    )
    value = f"{name(draw)} {dish}"
    return _one(
        tool,
        request,
        value,
        f"The recipe is {value}.",
        value,
        dish=dish,
        servings=servings,
    )


UNSEEN: Mapping[str, Callable[[Draw, Drawn], Turn]] = {
    "translate": _translate,
    "play": _play,
    "restaurant": _restaurant,
    "stock": _stock,
    "light": _light,
    "define": _define,
    "parcel": _parcel,
    "route": _route,
    "lock": _lock,
    "recipe": _recipe,
}
