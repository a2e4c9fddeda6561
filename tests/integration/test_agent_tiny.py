"""The packaged agent on requests and tools that were written by hand, as introductions to function calling have them.

They are not of the generator that it was trained on. It is small: a few of them it gets wrong, and the test says which.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from gba import LlamaInProcess
from gba.backends.base import Sampling
from gba.chat.engine import Engine
from gba.chat.messages import Message, Step
from gba.models import packaged
from gba.schema.tools import ToolSpec

WANTED = 30
"""Of the requests below so many at least get the right call."""


def _tool(name: str, description: str, **types: Any) -> ToolSpec:
    """A tool whose parameters are all required; a list of texts is an enum."""
    properties = {
        key: {"type": kind} if isinstance(kind, str) else {"type": "string", "enum": kind}
        for key, kind in types.items()
    }
    schema = {"type": "object", "properties": properties, "required": list(types), "additionalProperties": False}
    return ToolSpec(name, description, schema)


TOOLS = {
    tool.name: tool
    for tool in (
        _tool("get_weather", "Get the current weather for a city.", city="string"),
        _tool("search", "Search the web for information.", query="string"),
        _tool("wikipedia", "Look up a topic on Wikipedia.", topic="string"),
        _tool("calculate", "Evaluate a math question.", question="string"),
        _tool("multiply", "Multiply two integers.", a="integer", b="integer"),
        _tool("add", "Add two numbers.", a="integer", b="integer"),
        _tool("send_email", "Send an email to someone.", to="string", subject="string", body="string"),
        _tool("send_message", "Send a text message to a contact.", recipient="string", text="string"),
        _tool("create_event", "Add an event to the calendar.", title="string", date="string", time="string"),
        _tool("find_images", "Search for images of something.", query="string"),
        _tool("set_timer", "Start a timer.", minutes="integer"),
        _tool("set_reminder", "Set a reminder.", text="string", time="string"),
        _tool("translate", "Translate text into another language.", text="string", target_language="string"),
        _tool("play_music", "Play a song.", song="string"),
        _tool("get_stock_price", "Get the current price of a stock.", symbol="string"),
        _tool("turn_on_light", "Turn on the light in a room.", room="string"),
        _tool("set_temperature", "Set the thermostat to a temperature.", degrees="integer"),
        _tool("get_news", "Get the latest news about a topic.", topic="string"),
        _tool("search_flights", "Search for flights between two cities.", origin="string", destination="string"),
        _tool("book_restaurant", "Book a table at a restaurant.", restaurant="string", people="integer", time="string"),
        _tool("create_note", "Write down a note.", text="string"),
        _tool("get_user", "Get a user by id.", user_id="integer"),
        _tool("delete_file", "Delete a file.", path="string"),
        _tool("get_distance", "Get the distance between two cities.", city_a="string", city_b="string"),
        _tool("order_pizza", "Order a pizza.", size=["small", "medium", "large"], topping="string"),
    )
}

# What stands beside the right tool, the request, the right tool, and what of its arguments is checked.
REQUESTS: tuple[tuple[str, str, str, dict[str, Any]], ...] = (
    ("search", "What's the weather in Paris?", "get_weather", {"city": "Paris"}),
    ("calculate search", "How is the weather in Tokyo today?", "get_weather", {"city": "Tokyo"}),
    ("search", "What is 12 times 7?", "calculate", {}),
    ("get_weather", "Compute 45 + 17.", "calculate", {}),
    ("add", "Multiply 6 by 7.", "multiply", {"a": 6, "b": 7}),
    ("multiply", "What is 13 plus 29?", "add", {"a": 13, "b": 29}),
    ("get_weather", "What is 3 times 12?", "multiply", {"a": 3, "b": 12}),
    (
        "send_message",
        "Send an email to Bob with the subject Lunch saying see you at noon.",
        "send_email",
        {"to": "Bob", "subject": "Lunch", "body": "see you at noon"},
    ),
    ("create_event", "Text Alice that I am late.", "send_message", {"recipient": "Alice", "text": "I am late"}),
    ("get_weather", "Add a dentist appointment on Friday at 3 pm.", "create_event", {"date": "Friday", "time": "3 pm"}),
    (
        "search",
        "Put a meeting with Sarah on my calendar for Monday at 10:00.",
        "create_event",
        {"date": "Monday", "time": "10:00"},
    ),
    ("search", "Find pictures of cats.", "find_images", {"query": "cats"}),
    ("calculate", "Show me images of the Eiffel Tower.", "find_images", {}),
    ("create_event", "Set a timer for 10 minutes.", "set_timer", {"minutes": 10}),
    ("get_weather", "Remind me to buy milk at 6 pm.", "set_reminder", {"text": "buy milk", "time": "6 pm"}),
    (
        "search",
        "Translate good morning into French.",
        "translate",
        {"text": "good morning", "target_language": "French"},
    ),
    ("turn_on_light", "Play Yesterday.", "play_music", {"song": "Yesterday"}),
    ("get_weather", "Play the song Imagine.", "play_music", {"song": "Imagine"}),
    ("get_weather", "What is the stock price of AAPL?", "get_stock_price", {"symbol": "AAPL"}),
    ("set_temperature", "Turn on the light in the kitchen.", "turn_on_light", {"room": "kitchen"}),
    ("turn_on_light", "Set the thermostat to 21 degrees.", "set_temperature", {"degrees": 21}),
    ("get_weather", "Get the latest news about football.", "get_news", {"topic": "football"}),
    ("get_weather", "Find flights from Berlin to Madrid.", "search_flights", {"origin": "Berlin"}),
    (
        "get_weather",
        "Book a table at Luigi's for 4 people at 8 pm.",
        "book_restaurant",
        {"restaurant": "Luigi's", "people": 4, "time": "8 pm"},
    ),
    ("get_weather", "Write a note: call the bank.", "create_note", {"text": "call the bank"}),
    ("delete_file", "Get the user with id 42.", "get_user", {"user_id": 42}),
    ("get_user", "Delete the file report.txt.", "delete_file", {"path": "report.txt"}),
    ("get_weather", "How far is it from Rome to Milan?", "get_distance", {"city_a": "Rome", "city_b": "Milan"}),
    ("get_weather", "Order a large pizza with mushrooms.", "order_pizza", {"size": "large", "topping": "mushrooms"}),
    ("calculate", "Who is the president of France?", "search", {}),
    ("calculate", "What is the capital of Australia?", "search", {}),
    ("get_weather", "How tall is Mount Everest?", "search", {}),
    ("calculate", "Who was Albert Einstein?", "wikipedia", {"topic": "Albert Einstein"}),
    ("get_weather create_event send_email", "What is the population of Japan?", "search", {}),
    ("create_event find_images search", "What is the square root of 144?", "calculate", {}),
    ("create_event find_images search", "What is 25 percent of 80?", "calculate", {}),
    ("calculate create_event search", "Show me a photo of a red car.", "find_images", {}),
    ("calculate find_images search", "Schedule lunch with Tom tomorrow at 12:30.", "create_event", {}),
    # Of two things in one request, the first.
    ("send_message", "Set a timer for 5 minutes and text Bob that I am late.", "set_timer", {"minutes": 5}),
    ("get_stock_price", "What is the weather in Rome and the stock price of TSLA?", "get_weather", {"city": "Rome"}),
)


@pytest.fixture(scope="module")
def engine() -> Iterator[Engine]:
    with LlamaInProcess(packaged("tiny-agent")) as backend:
        yield Engine(backend, sampling=Sampling(temperature=0.0))


def _right(step: Step, name: str, arguments: dict[str, Any]) -> bool:
    return any(
        call.name == name and all(call.arguments.get(key) == value for key, value in arguments.items())
        for call in step.calls
    )


def test_requests_written_by_hand(engine: Engine) -> None:
    wrong = []
    for others, request, name, arguments in REQUESTS:
        tools = [TOOLS[each] for each in sorted({name, *others.split()})]
        step = engine.step([Message("user", request)], tools)
        if not _right(step, name, arguments):
            wrong.append(f"{request} -> {[(call.name, str(call.arguments)[:80]) for call in step.calls]} {step.answer}")
    assert len(REQUESTS) - len(wrong) >= WANTED, "\n".join(wrong)
