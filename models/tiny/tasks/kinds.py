"""The kinds of tools that requests of several steps and conversations are about."""

from __future__ import annotations

from collections.abc import Mapping

from models.tiny.tasks.toolbox import INTEGER, NUMBER, STRING, Kind, Param

__all__ = ["KINDS"]

_QUERY = ("query", "query", "query", "q", "text", "question", "topic", "search_query", "input")

KINDS: Mapping[str, Kind] = {
    kind.key: kind
    for kind in (
        Kind(
            "search",
            (
                "search",
                "search",
                "search",
                "web_search",
                "lookup",
                "look_up",
                "find",
                "google",
                "wiki",
                "knowledge",
                "facts",
                "ask",
                "fact_search",
            ),
            (
                "[Search|Search the web|Search the internet|Look things up|Look up facts|Find facts|Find "
                "information|Search for information|Search for facts|Look up a fact|Answers questions about facts|"
                "Useful for questions about people, places and current events|Find out about people, places and "
                "things|Get information from the web|Look up a fact in an encyclopedia|Search an encyclopedia|"
                "Look up a fact in a table of facts|Answer a question about the world]"
                "[||| online| for a query|, such as the population of a country|, like the age of a person][.|.|]"
            ),
            (
                Param(
                    "query",
                    _QUERY,
                    STRING,
                    (
                        "What to look up.",
                        "What to search for.",
                        "The search query.",
                        "The question.",
                        "The fact that is asked for.",
                    ),
                ),
            ),
        ),
        Kind(
            "calculate",
            (
                "calculate",
                "calculate",
                "calculate",
                "calculator",
                "math",
                "compute",
                "calc",
                "evaluate",
                "arithmetic",
                "do_math",
            ),
            (
                "[Calculate a question in words or symbols|Calculate[| the answer to] a [math |math |]question"
                "[|| in words or symbols]|Do arithmetic|Do math|Solve a math problem|Work out a calculation|"
                "Compute the value of an expression|Evaluate a mathematical expression|"
                "Useful for questions about math|Answer a question about numbers|"
                "A calculator|Calculate something|Calculate with numbers][.|.|]"
            ),
            (
                Param(
                    "question",
                    (
                        "question",
                        "question",
                        "question",
                        "expression",
                        "query",
                        "problem",
                        "input",
                        "text",
                        "calculation",
                    ),
                    STRING,
                    (
                        "The calculation.",
                        "What to calculate.",
                        "The question in words or symbols.",
                        "The math question.",
                        "The calculation in words or symbols, with all its numbers.",
                    ),
                ),
            ),
        ),
        Kind(
            "images",
            ("images", "images", "image_search", "search_images", "pictures", "find_images", "photos", "photo_search"),
            (
                "[Search for images|Search images|Find images|Find pictures|Find pictures of something|Find photos|"
                "Look up photos|Search for pictures|Get images of something|Show pictures of something][.|.|]"
            ),
            (
                Param(
                    "query",
                    ("query", "query", "subject", "q", "topic", "what", "text"),
                    STRING,
                    ("What the pictures show.", "What to find pictures of.", "The search query."),
                ),
            ),
        ),
        Kind(
            "draw",
            ("generate_image", "draw", "paint", "create_image", "make_picture", "text_to_image", "illustrate"),
            (
                "[Generate an image[| from a text| from a description]|Draw a picture|Create a picture from a text|"
                "Paint something new|Make a new image][.|.|]"
            ),
            (
                Param(
                    "prompt",
                    ("prompt", "prompt", "description", "text", "subject"),
                    STRING,
                    ("What to draw.", "What the image shows."),
                ),
            ),
        ),
        Kind(
            "calendar",
            (
                "calendar",
                "calendar",
                "add_event",
                "create_event",
                "calendar_add",
                "schedule",
                "schedule_event",
                "new_event",
            ),
            (
                "[Add an event to the calendar|Add an event to the user's calendar|Create a calendar event|Create "
                "an event in the calendar|Put something into the calendar|Schedule an event|Write an event into the "
                "calendar][.|.|]"
            ),
            (
                Param(
                    "title",
                    ("title", "title", "event", "name", "what", "summary"),
                    STRING,
                    ("The title of the event.", "What the event is."),
                ),
                Param("date", ("date", "date", "day", "when", "on"), STRING, ("The day.", "The date of the event.")),
                Param(
                    "time",
                    ("time", "time", "start_time", "at", "hour", "start"),
                    STRING,
                    ("The time of day.", "When it starts."),
                ),
            ),
        ),
        Kind(
            "calendar_day",
            ("calendar", "add_to_calendar", "mark_day", "calendar_entry"),
            (
                "[Add an entry to the calendar|Put an event on a day of the calendar|Create an event on a day|Save "
                "an event in the calendar][.|.|]"
            ),
            (
                Param("title", ("title", "event", "entry", "what", "summary"), STRING, ("The title.", "What it is.")),
                Param("date", ("date", "day", "when"), STRING, ("The day.", "The date.")),
            ),
        ),
        Kind(
            "calendar_text",
            ("calendar", "calendar", "add_event", "agenda"),
            "[Add an event to the calendar|Create a calendar event from a text|Put an event into the calendar][.|.|]",
            (
                Param(
                    "text",
                    ("event", "event", "text", "entry", "description"),
                    STRING,
                    ("The event with its day and time.",),
                ),
            ),
        ),
        Kind(
            "agenda",
            ("list_events", "events", "calendar", "get_calendar", "show_agenda", "day_plan", "check_calendar"),
            (
                "[List the events of a day|Show what is in the calendar on a day|Read the calendar of a day|Get the "
                "events of a day][.|.|]"
            ),
            (Param("date", ("date", "day", "when"), STRING, ("The day.",)),),
        ),
        Kind(
            "weather",
            ("weather", "weather", "get_weather", "forecast", "weather_report", "current_weather"),
            (
                "[Get the weather|Get the weather of a place|Tell the weather in a city|Weather forecast|Current "
                "weather of a city|Show the weather forecast for a place][.|.|]"
            ),
            (
                Param(
                    "place",
                    ("city", "city", "place", "location", "where", "town"),
                    STRING,
                    ("The city.", "The name of the place."),
                ),
            ),
        ),
        Kind(
            "weather_day",
            ("weather", "get_forecast", "forecast", "weather_on"),
            "[Get the weather of a place on a day|Weather forecast for a day|Tell how the weather will be][.|.|]",
            (
                Param("place", ("city", "place", "location"), STRING, ("The city.",)),
                Param("date", ("date", "day", "when"), STRING, ("The day.",)),
                Param(
                    "unit",
                    ("unit", "units", "scale"),
                    {"type": "string", "enum": ["celsius", "fahrenheit"]},
                    ("The unit of temperature.",),
                    required=False,
                ),
            ),
        ),
        Kind(
            "convert",
            ("convert", "convert_units", "unit_converter", "units", "conversion"),
            (
                "[Convert units|Convert a value between units|Convert from one unit to another|Change the unit of a "
                "value][.|.|]"
            ),
            (
                Param("value", ("value", "amount", "number", "quantity"), NUMBER, ("The number.", "How much.")),
                Param("source", ("from_unit", "source", "unit_from", "from"), STRING, ("The unit it is in.",)),
                Param("target", ("to_unit", "target", "unit_to", "to"), STRING, ("The unit it should be in.",)),
            ),
        ),
        Kind(
            "currency",
            ("currency", "exchange", "convert_currency", "exchange_money", "fx"),
            (
                "[Convert money|Convert an amount between currencies|Exchange one currency for another|Convert an "
                "amount of money to another currency][.|.|]"
            ),
            (
                Param("value", ("amount", "value", "sum"), NUMBER, ("How much money.",)),
                Param("source", ("from_currency", "source", "base", "from"), STRING, ("The currency it is in.",)),
                Param("target", ("to_currency", "target", "to"), STRING, ("The currency wanted.",)),
            ),
        ),
        Kind(
            "email",
            ("send_email", "email", "mail", "write_email", "send_mail"),
            "[Send an email|Send an e-mail|Write an email to somebody|Send a mail to somebody][.|.|]",
            (
                Param("to", ("to", "recipient", "receiver", "address"), STRING, ("Who gets it.", "The recipient.")),
                Param("subject", ("subject", "title", "about"), STRING, ("The subject.",), required=False),
                Param("body", ("body", "text", "message", "content"), STRING, ("The text.", "What it says.")),
            ),
        ),
        Kind(
            "message",
            ("send_message", "message", "sms", "text_message", "chat", "notify"),
            "[Send a message|Send a message to somebody|Send a text message|Write somebody a short message][.|.|]",
            (
                Param(
                    "to",
                    ("to", "recipient", "person", "contact", "name"),
                    STRING,
                    ("Who gets it.", "The name of the person."),
                ),
                Param("body", ("text", "message", "body", "content"), STRING, ("The text.", "What it says.")),
            ),
        ),
        Kind(
            "reminder",
            ("remind", "reminder", "set_reminder", "add_reminder", "remember"),
            "[Set a reminder|Create a reminder|Remind the user of something|Remember something for later][.|.|]",
            (
                Param("text", ("text", "what", "task", "about", "title"), STRING, ("What to remember.",)),
                Param("time", ("time", "when", "at"), STRING, ("When to remind.",)),
            ),
        ),
        Kind(
            "note",
            ("note", "add_note", "take_note", "save_note", "notes", "write_note"),
            "[Save a note|Write a note|Take a note|Write something down][.|.|]",
            (Param("text", ("text", "note", "content", "body"), STRING, ("The note.", "What to write down.")),),
        ),
        Kind(
            "timer",
            ("timer", "set_timer", "start_timer", "countdown"),
            "[Start a timer|Set a timer|Count down some minutes][.|.|]",
            (Param("minutes", ("minutes", "duration", "length"), INTEGER, ("How many minutes.",)),),
        ),
    )
}
