"""Requests and tools that were written by hand, as introductions to function calling have them.

They are not of the generator that the packaged agent was trained on.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from gba.chat.engine import Engine
from gba.chat.messages import Message, Step
from gba.schema.tools import ToolSpec

__all__ = ["REQUESTS", "TOOLS", "Request", "wrong_end"]


def _tool(name: str, description: str, /, **types: Any) -> ToolSpec:
    """A tool whose parameters are all required; a list of texts is an enum."""
    properties = {
        key: {"type": kind} if isinstance(kind, str) else {"type": "string", "enum": kind}
        for key, kind in types.items()
    }
    schema = {"type": "object", "properties": properties, "required": list(types), "additionalProperties": False}
    return ToolSpec(name, description, schema)


@dataclass(frozen=True)
class Request:
    """What is asked for, with the tools that stand ``beside`` those that are needed.

    ``calls``: the tools to call in turn, with those of their arguments that are checked and the result that the tool
    gives. ``answer``: what the answer has to contain; None where it ends with the last call.
    """

    text: str
    beside: str
    calls: tuple[tuple[str, dict[str, Any], str], ...]
    answer: str | None

    @property
    def tools(self) -> list[ToolSpec]:
        """All tools, by their names."""
        return [TOOLS[name] for name in sorted({*self.beside.split(), *(name for name, _, _ in self.calls)})]


def wrong_end(engine: Engine, request: Request) -> str:
    """What the agent does where it goes wrong; "" where it does not."""
    messages = [Message("user", request.text)]
    for name, arguments, result in request.calls:
        step = engine.step(messages, request.tools)
        call = next((call for call in step.calls if call.name == name), None)
        if call is None or any(call.arguments.get(key) != value for key, value in arguments.items()):
            return _shown(step)
        messages += [step.message(), Message("tool", result, call_id=call.id, name=name)]
    if request.answer is None:
        return ""
    step = engine.step(messages, request.tools)
    return _shown(step) if step.calls or request.answer not in step.answer else ""


def _shown(step: Step) -> str:
    return ", ".join(f"{call.name} {dict(call.arguments)}" for call in step.calls) or repr(step.answer)


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
        _tool("web_search", "Search the internet for facts.", query="string"),
        _tool("lookup", "Look a fact up.", question="string"),
        _tool("calculator", "Do arithmetic.", expression="string"),
        _tool("math", "Answers questions about numbers.", question="string"),
        _tool("weather", "Tells the weather in a city.", location="string"),
        _tool("forecast", "Weather forecast for a place on a day.", place="string", day="string"),
        _tool("image_search", "Find images on the web.", query="string"),
        _tool("calendar_add", "Add an event to the user's calendar.", title="string", day="string", time="string"),
        _tool("list_events", "List the events of a day.", day="string"),
        _tool("send_sms", "Send an SMS to a phone contact.", contact="string", message="string"),
        _tool("email", "Send an email.", recipient="string", subject="string", body="string"),
        _tool("set_alarm", "Set an alarm.", time="string"),
        _tool("timer", "Start a countdown timer.", minutes="integer"),
        _tool("todo", "Add an item to the to-do list.", item="string"),
        _tool("shopping_list", "Add something to the shopping list.", item="string"),
        _tool("square_root", "Compute the square root of a number.", x="number"),
        _tool("power", "Raise a number to a power.", base="number", exponent="number"),
        _tool("divide", "Divide a by b.", a="number", b="number"),
        _tool("subtract", "Subtract b from a.", a="integer", b="integer"),
        _tool("sum_numbers", "Add two numbers together.", x="number", y="number"),
        _tool("get_order", "Get the status of an order.", order_id="string"),
        _tool("get_customer", "Look up a customer by name.", name="string"),
        _tool("create_ticket", "Open a support ticket.", title="string", priority=["low", "medium", "high"]),
        _tool("book_hotel", "Book a hotel room in a city.", city="string", nights="integer"),
        _tool("book_flight", "Book a flight.", origin="string", destination="string", date="string"),
        _tool("rent_car", "Rent a car in a city for some days.", city="string", days="integer"),
        _tool("currency", "Convert money between currencies.", amount="number", source="string", target="string"),
        _tool("units", "Convert between units.", value="number", from_unit="string", to_unit="string"),
        _tool("spotify_play", "Play music by an artist.", artist="string"),
        _tool("volume", "Set the volume of the speaker.", level="integer"),
        _tool("lights", "Switch the lights of a room on or off.", room="string", on="boolean"),
        _tool("run_python", "Run Python code.", code="string"),
        _tool("read_file", "Read a file from disk.", path="string"),
        _tool("write_file", "Write text to a file.", path="string", text="string"),
        _tool("stock", "Get the price of a share.", ticker="string"),
        _tool("headlines", "Get today's news headlines on a subject.", subject="string"),
        _tool("define_word", "Get the definition of a word.", word="string"),
        _tool("recipe", "Find a recipe for a dish.", dish="string"),
        _tool("movie_info", "Get information about a movie.", title="string"),
        _tool("distance", "Distance between two places.", start="string", end="string"),
        _tool("capital", "Get the capital of a country.", country="string"),
        _tool("time_in", "Get the current time in a city.", city="string"),
        _tool("get_current_temperature", "Get the current temperature at a location.", location="string"),
        _tool("google", "Search Google.", query="string"),
        _tool("evaluate", "Evaluate a mathematical expression.", expression="string"),
        _tool("generate_image", "Generate an image from a description.", prompt="string"),
        _tool("photos", "Find photos.", subject="string"),
        _tool("schedule", "Put an appointment into the calendar.", what="string", date="string", time="string"),
        _tool("whatsapp", "Send a WhatsApp message.", to="string", text="string"),
        _tool("post_tweet", "Post a tweet.", text="string"),
        _tool("restart_server", "Restart a server.", server="string"),
        _tool("deploy", "Deploy an app to an environment.", app="string", environment=["staging", "production"]),
        _tool("git_branch", "Create a git branch.", name="string"),
        _tool("list_users", "List the users of a team.", team="string"),
        _tool("get_product", "Get details of a product.", product_id="integer"),
        _tool("update_price", "Change the price of a product.", product_id="integer", price="number"),
        _tool("refund", "Refund an order.", order_id="string"),
        _tool("track_package", "Track a package.", tracking_number="string"),
        _tool("exchange_rate", "Get the exchange rate between two currencies.", base="string", quote="string"),
        _tool("tip", "Calculate the tip for a bill.", bill="number", percent="number"),
        _tool("bmi", "Compute the body mass index.", weight="number", height="number"),
        _tool("random_number", "Pick a random number.", low="integer", high="integer"),
        _tool("days_between", "Count the days between two dates.", start="string", end="string"),
        _tool("thermostat", "Set the temperature of the heating.", temperature="integer"),
        _tool("blinds", "Open or close the blinds.", open="boolean"),
        _tool("vacuum", "Start the vacuum robot in a room.", room="string"),
        _tool("order_food", "Order food from a restaurant.", dish="string", restaurant="string"),
        _tool("call", "Call somebody.", name="string"),
        _tool("find_restaurant", "Find a restaurant in a city.", cuisine="string", city="string"),
        _tool("train_times", "Get the trains between two stations.", origin="string", destination="string"),
        _tool("summarize", "Summarize a text.", text="string"),
        _tool("lyrics", "Get the lyrics of a song.", song="string"),
        _tool("book_info", "Get information about a book.", title="string"),
        _tool("factorial", "Compute the factorial of a number.", n="integer"),
        _tool("is_prime", "Check whether a number is prime.", n="integer"),
        _tool("max_of", "Return the larger of two numbers.", a="number", b="number"),
        _tool("reverse", "Reverse a text.", text="string"),
        _tool("upper", "Turn a text into upper case.", text="string"),
    )
}

REQUESTS: tuple[Request, ...] = (
    Request("What's the weather in Paris?", "search", (("get_weather", {"city": "Paris"}, ""),), None),
    Request("How is the weather in Tokyo today?", "calculate search", (("get_weather", {"city": "Tokyo"}, ""),), None),
    Request("What is 12 times 7?", "search", (("calculate", {}, ""),), None),
    Request("Compute 45 + 17.", "get_weather", (("calculate", {}, ""),), None),
    Request("Multiply 6 by 7.", "add", (("multiply", {"a": 6, "b": 7}, ""),), None),
    Request("What is 13 plus 29?", "multiply", (("add", {"a": 13, "b": 29}, ""),), None),
    Request("What is 3 times 12?", "get_weather", (("multiply", {"a": 3, "b": 12}, ""),), None),
    Request(
        "Send an email to Bob with the subject Lunch saying see you at noon.",
        "send_message",
        (("send_email", {"to": "Bob", "subject": "Lunch", "body": "see you at noon"}, ""),),
        None,
    ),
    Request(
        "Text Alice that I am late.",
        "create_event",
        (("send_message", {"recipient": "Alice", "text": "I am late"}, ""),),
        None,
    ),
    Request(
        "Add a dentist appointment on Friday at 3 pm.",
        "get_weather",
        (("create_event", {"date": "Friday", "time": "3 pm"}, ""),),
        None,
    ),
    Request(
        "Put a meeting with Sarah on my calendar for Monday at 10:00.",
        "search",
        (("create_event", {"date": "Monday", "time": "10:00"}, ""),),
        None,
    ),
    Request("Find pictures of cats.", "search", (("find_images", {"query": "cats"}, ""),), None),
    Request("Show me images of the Eiffel Tower.", "calculate", (("find_images", {}, ""),), None),
    Request("Set a timer for 10 minutes.", "create_event", (("set_timer", {"minutes": 10}, ""),), None),
    Request(
        "Remind me to buy milk at 6 pm.",
        "get_weather",
        (("set_reminder", {"text": "buy milk", "time": "6 pm"}, ""),),
        None,
    ),
    Request(
        "Translate good morning into French.",
        "search",
        (("translate", {"text": "good morning", "target_language": "French"}, ""),),
        None,
    ),
    Request("Play Yesterday.", "turn_on_light", (("play_music", {"song": "Yesterday"}, ""),), None),
    Request("Play the song Imagine.", "get_weather", (("play_music", {"song": "Imagine"}, ""),), None),
    Request("What is the stock price of AAPL?", "get_weather", (("get_stock_price", {"symbol": "AAPL"}, ""),), None),
    Request(
        "Turn on the light in the kitchen.", "set_temperature", (("turn_on_light", {"room": "kitchen"}, ""),), None
    ),
    Request("Set the thermostat to 21 degrees.", "turn_on_light", (("set_temperature", {"degrees": 21}, ""),), None),
    Request("Get the latest news about football.", "get_weather", (("get_news", {"topic": "football"}, ""),), None),
    Request(
        "Find flights from Berlin to Madrid.", "get_weather", (("search_flights", {"origin": "Berlin"}, ""),), None
    ),
    Request(
        "Book a table at Luigi's for 4 people at 8 pm.",
        "get_weather",
        (("book_restaurant", {"restaurant": "Luigi's", "people": 4, "time": "8 pm"}, ""),),
        None,
    ),
    Request("Write a note: call the bank.", "get_weather", (("create_note", {"text": "call the bank"}, ""),), None),
    Request("Get the user with id 42.", "delete_file", (("get_user", {"user_id": 42}, ""),), None),
    Request("Delete the file report.txt.", "get_user", (("delete_file", {"path": "report.txt"}, ""),), None),
    Request(
        "How far is it from Rome to Milan?",
        "get_weather",
        (("get_distance", {"city_a": "Rome", "city_b": "Milan"}, ""),),
        None,
    ),
    Request(
        "Order a large pizza with mushrooms.",
        "get_weather",
        (("order_pizza", {"size": "large", "topping": "mushrooms"}, ""),),
        None,
    ),
    Request("Who is the president of France?", "calculate", (("search", {}, ""),), None),
    Request("What is the capital of Australia?", "calculate", (("search", {}, ""),), None),
    Request("How tall is Mount Everest?", "get_weather", (("search", {}, ""),), None),
    Request("Who was Albert Einstein?", "calculate", (("wikipedia", {"topic": "Albert Einstein"}, ""),), None),
    Request("What is the population of Japan?", "create_event get_weather send_email", (("search", {}, ""),), None),
    Request("What is the square root of 144?", "create_event find_images search", (("calculate", {}, ""),), None),
    Request("What is 25 percent of 80?", "create_event find_images search", (("calculate", {}, ""),), None),
    Request("Show me a photo of a red car.", "calculate create_event search", (("find_images", {}, ""),), None),
    Request(
        "Schedule lunch with Tom tomorrow at 12:30.", "calculate find_images search", (("create_event", {}, ""),), None
    ),
    Request(
        "Set a timer for 5 minutes and text Bob that I am late.",
        "send_message",
        (("set_timer", {"minutes": 5}, ""),),
        None,
    ),
    Request(
        "What is the weather in Rome and the stock price of TSLA?",
        "get_stock_price",
        (("get_weather", {"city": "Rome"}, ""),),
        None,
    ),
    Request(
        "What is the weather in Oslo?", "calculator", (("weather", {"location": "Oslo"}, "sunny, 20 degrees"),), "sunny"
    ),
    Request(
        "Will it rain in Madrid on Sunday?",
        "web_search",
        (("forecast", {"place": "Madrid", "day": "Sunday"}, "rain"),),
        "rain",
    ),
    Request("Who wrote Hamlet?", "calculator weather", (("web_search", {}, "William Shakespeare"),), "Shakespeare"),
    Request("When was Barack Obama born?", "calculator weather", (("web_search", {}, "1961"),), "1961"),
    Request("What is the height of the Eiffel Tower?", "image_search math", (("lookup", {}, "330 meters"),), "330"),
    Request("What is 45 times 13?", "web_search", (("calculator", {}, "585"),), "585"),
    Request("What is 1024 divided by 16?", "web_search", (("math", {}, "64"),), "64"),
    Request("How much is 15 percent of 240?", "lookup weather", (("math", {}, "36"),), "36"),
    Request(
        "What is the population of Norway times 2?",
        "",
        (("web_search", {}, "5400000"), ("calculator", {}, "10800000")),
        "10800000",
    ),
    Request(
        "How old is Tom Hanks? Multiply his age by 3.",
        "image_search",
        (("web_search", {}, "68"), ("calculator", {}, "204")),
        "204",
    ),
    Request(
        "What is the height of Mount Everest divided by 2?",
        "weather",
        (("web_search", {}, "8849"), ("math", {}, "4424.5")),
        "4424.5",
    ),
    Request(
        "What is the age of Angela Merkel raised to the 0.5 power?",
        "",
        (("web_search", {}, "70"), ("calculator", {}, "8.3666")),
        "8.3666",
    ),
    Request(
        "Show me pictures of the Golden Gate Bridge.",
        "calculator web_search",
        (("image_search", {}, "https://a.b/1.jpg"),),
        "",
    ),
    Request("Find a photo of a tiger.", "weather", (("image_search", {}, "https://a.b/1.jpg"),), ""),
    Request(
        "Put a team meeting on my calendar on Tuesday at 9 am.",
        "list_events weather",
        (("calendar_add", {"day": "Tuesday", "time": "9 am"}, "OK"),),
        "",
    ),
    Request(
        "Schedule a call with Peter for Thursday at 16:00.",
        "list_events weather",
        (("calendar_add", {"day": "Thursday", "time": "16:00"}, "OK"),),
        "",
    ),
    Request(
        "What do I have on Monday?",
        "calendar_add weather",
        (("list_events", {"day": "Monday"}, "lunch at noon"),),
        "lunch",
    ),
    Request(
        "Send a text to Maria saying I am on my way.",
        "email",
        (("send_sms", {"contact": "Maria", "message": "I am on my way"}, "sent"),),
        "",
    ),
    Request(
        "Email Tom with the subject Report saying it is done.",
        "send_sms",
        (("email", {"recipient": "Tom", "subject": "Report", "body": "it is done"}, "sent"),),
        "",
    ),
    Request("Wake me up at 7 am.", "timer", (("set_alarm", {"time": "7 am"}, "OK"),), ""),
    Request("Start a timer for 25 minutes.", "set_alarm", (("timer", {"minutes": 25}, "OK"),), ""),
    Request("Add buy flowers to my to-do list.", "weather", (("todo", {"item": "buy flowers"}, "OK"),), ""),
    Request("Add eggs to the shopping list.", "todo", (("shopping_list", {"item": "eggs"}, "OK"),), ""),
    Request("What is the square root of 81?", "divide power", (("square_root", {"x": 81}, "9"),), "9"),
    Request(
        "What is 2 to the power of 10?", "divide square_root", (("power", {"base": 2, "exponent": 10}, "1024"),), "1024"
    ),
    Request("Divide 84 by 4.", "subtract sum_numbers", (("divide", {"a": 84, "b": 4}, "21"),), "21"),
    Request("What is 90 minus 35?", "divide sum_numbers", (("subtract", {"a": 90, "b": 35}, "55"),), "55"),
    Request("Add 12 and 30.", "divide subtract", (("sum_numbers", {"x": 12, "y": 30}, "42"),), "42"),
    Request(
        "What is the status of order A1234?",
        "get_customer",
        (("get_order", {"order_id": "A1234"}, "shipped"),),
        "shipped",
    ),
    Request("Look up the customer John Smith.", "get_order", (("get_customer", {"name": "John Smith"}, "id 7"),), "7"),
    Request(
        "Open a support ticket called Login broken with high priority.",
        "get_order",
        (("create_ticket", {"title": "Login broken", "priority": "high"}, "T-1"),),
        "",
    ),
    Request(
        "Book a hotel in Rome for 3 nights.", "rent_car", (("book_hotel", {"city": "Rome", "nights": 3}, "OK"),), ""
    ),
    Request("Rent a car in Lisbon for 5 days.", "book_hotel", (("rent_car", {"city": "Lisbon", "days": 5}, "OK"),), ""),
    Request(
        "Book a flight from London to New York on May 3.",
        "book_hotel",
        (("book_flight", {"origin": "London", "destination": "New York"}, "OK"),),
        "",
    ),
    Request(
        "Convert 50 dollars to euros.",
        "units",
        (("currency", {"amount": 50, "source": "dollars", "target": "euros"}, "46"),),
        "46",
    ),
    Request("How many miles are 10 kilometers?", "currency", (("units", {"value": 10}, "6.2"),), "6.2"),
    Request("Play something by Adele.", "volume", (("spotify_play", {"artist": "Adele"}, "OK"),), ""),
    Request("Set the volume to 40.", "lights spotify_play", (("volume", {"level": 40}, "OK"),), ""),
    Request("Turn off the lights in the bedroom.", "volume", (("lights", {"room": "bedroom", "on": False}, "OK"),), ""),
    Request(
        "Switch on the lights in the garage.", "timer volume", (("lights", {"room": "garage", "on": True}, "OK"),), ""
    ),
    Request("Read the file notes.txt.", "write_file", (("read_file", {"path": "notes.txt"}, "hello"),), "hello"),
    Request("What is the share price of MSFT?", "web_search", (("stock", {"ticker": "MSFT"}, "410"),), "410"),
    Request(
        "What are the headlines about climate?", "stock", (("headlines", {"subject": "climate"}, "Hot summer"),), "Hot"
    ),
    Request(
        "What does serendipity mean?",
        "weather",
        (("define_word", {"word": "serendipity"}, "a happy chance"),),
        "chance",
    ),
    Request("Find a recipe for lasagna.", "weather", (("recipe", {"dish": "lasagna"}, "Mix and bake"),), ""),
    Request(
        "Tell me about the movie Inception.",
        "weather",
        (("movie_info", {"title": "Inception"}, "2010, by Nolan"),),
        "2010",
    ),
    Request("How far is Berlin from Munich?", "weather", (("distance", {}, "585 km"),), "585"),
    Request("What is the capital of Peru?", "calculator", (("capital", {"country": "Peru"}, "Lima"),), "Lima"),
    Request("What time is it in Tokyo?", "weather", (("time_in", {"city": "Tokyo"}, "14:00"),), "14"),
    Request(
        "What is the population of Berlin?",
        "calculator calendar_add image_search",
        (("web_search", {}, "3700000"),),
        "3700000",
    ),
    Request("Calculate the cube root of 27.", "calendar_add image_search web_search", (("calculator", {}, "3"),), "3"),
    Request(
        "I want to see images of a lighthouse.",
        "calculator calendar_add web_search",
        (("image_search", {}, "https://x.y/2.jpg"),),
        "",
    ),
    Request(
        "Add lunch with Sara on Friday at 12:30 to my calendar.",
        "calculator image_search web_search",
        (("calendar_add", {"day": "Friday", "time": "12:30"}, "OK"),),
        "",
    ),
    Request(
        "Who is Leo DiCaprio's girlfriend? What is her current age raised to the 0.43 power?",
        "",
        (("web_search", {}, "Vittoria Ceretti"), ("web_search", {}, "26"), ("calculator", {}, "4.0588")),
        "4.0588",
    ),
    Request("Hello!", "calculator", (), ""),
    Request("Thanks!", "weather", (), ""),
    Request(
        "How warm is it in Lisbon?",
        "google",
        (("get_current_temperature", {"location": "Lisbon"}, "24 degrees"),),
        "24",
    ),
    Request(
        "What is the temperature in Cairo right now?",
        "evaluate",
        (("get_current_temperature", {"location": "Cairo"}, "35 degrees"),),
        "35",
    ),
    Request("Who invented the telephone?", "evaluate", (("google", {}, "Alexander Graham Bell"),), "Bell"),
    Request("Who is the mayor of Chicago?", "evaluate photos", (("google", {}, "Brandon Johnson"),), "Johnson"),
    Request("Calculate 17 * 23.", "google", (("evaluate", {}, "391"),), "391"),
    Request("What is 5 to the power of 3?", "google photos", (("evaluate", {}, "125"),), "125"),
    Request(
        "What is the population of Spain divided by 3?",
        "",
        (("google", {}, "48000000"), ("evaluate", {}, "16000000")),
        "16000000",
    ),
    Request("What is the age of Brad Pitt plus 10?", "", (("google", {}, "60"), ("evaluate", {}, "70")), "70"),
    Request(
        "Draw a dragon in the snow.", "google", (("generate_image", {"prompt": "a dragon in the snow"}, "x.png"),), ""
    ),
    Request("Show me photos of Venice.", "google", (("photos", {"subject": "Venice"}, "http://a.b/c.jpg"),), ""),
    Request(
        "Schedule a haircut on Wednesday at 11:00.",
        "photos",
        (("schedule", {"date": "Wednesday", "time": "11:00"}, "OK"),),
        "",
    ),
    Request(
        "Put dinner with Lisa in my calendar on June 7 at 8 pm.",
        "",
        (("schedule", {"date": "June 7", "time": "8 pm"}, "OK"),),
        "",
    ),
    Request(
        "Write Anna that the train is late.",
        "schedule",
        (("whatsapp", {"to": "Anna", "text": "the train is late"}, "sent"),),
        "",
    ),
    Request(
        "Send a WhatsApp message to Paul saying call me back.",
        "",
        (("whatsapp", {"to": "Paul", "text": "call me back"}, "sent"),),
        "",
    ),
    Request("Post a tweet saying hello world.", "whatsapp", (("post_tweet", {"text": "hello world"}, "OK"),), ""),
    Request("Restart the server web-1.", "deploy", (("restart_server", {"server": "web-1"}, "OK"),), ""),
    Request(
        "Deploy the app billing to production.",
        "restart_server",
        (("deploy", {"app": "billing", "environment": "production"}, "OK"),),
        "",
    ),
    Request("Create a git branch called login-fix.", "deploy", (("git_branch", {"name": "login-fix"}, "OK"),), ""),
    Request(
        "List the users of the team Platform.", "git_branch", (("list_users", {"team": "Platform"}, "Ann, Bob"),), "Ann"
    ),
    Request("Show me product 512.", "update_price", (("get_product", {"product_id": 512}, "A red lamp"),), "lamp"),
    Request(
        "Change the price of product 77 to 19.99.",
        "get_product",
        (("update_price", {"product_id": 77, "price": 19.99}, "OK"),),
        "",
    ),
    Request("Refund the order B2231.", "track_package", (("refund", {"order_id": "B2231"}, "OK"),), ""),
    Request(
        "Track the package ZX9921.",
        "refund",
        (("track_package", {"tracking_number": "ZX9921"}, "in Hamburg"),),
        "Hamburg",
    ),
    Request(
        "What is the exchange rate between USD and EUR?",
        "evaluate",
        (("exchange_rate", {"base": "USD", "quote": "EUR"}, "0.92"),),
        "0.92",
    ),
    Request(
        "What is the tip for a bill of 80 at 15 percent?", "bmi", (("tip", {"bill": 80, "percent": 15}, "12"),), "12"
    ),
    Request("Compute the BMI for 70 kg and 1.75 m.", "tip", (("bmi", {"weight": 70, "height": 1.75}, "22.9"),), "22.9"),
    Request("Pick a random number between 1 and 6.", "tip", (("random_number", {"low": 1, "high": 6}, "4"),), "4"),
    Request("How many days are between May 1 and June 3?", "schedule", (("days_between", {}, "33"),), "33"),
    Request("Set the heating to 22 degrees.", "blinds", (("thermostat", {"temperature": 22}, "OK"),), ""),
    Request("Close the blinds.", "thermostat", (("blinds", {"open": False}, "OK"),), ""),
    Request("Vacuum the living room.", "blinds", (("vacuum", {"room": "living room"}, "OK"),), ""),
    Request("Order a burger from Joe's.", "call", (("order_food", {"dish": "burger"}, "OK"),), ""),
    Request("Call Mom.", "order_food", (("call", {"name": "Mom"}, "OK"),), ""),
    Request(
        "Find an Italian restaurant in Boston.",
        "order_food",
        (("find_restaurant", {"cuisine": "Italian", "city": "Boston"}, "Luigi's"),),
        "Luigi",
    ),
    Request(
        "When do trains go from Hamburg to Berlin?",
        "find_restaurant",
        (("train_times", {"origin": "Hamburg", "destination": "Berlin"}, "10:05"),),
        "10",
    ),
    Request("Get the lyrics of Hallelujah.", "google", (("lyrics", {"song": "Hallelujah"}, "la la"),), ""),
    Request(
        "Tell me about the book Dune.", "lyrics", (("book_info", {"title": "Dune"}, "by Frank Herbert"),), "Herbert"
    ),
    Request("What is the factorial of 5?", "is_prime", (("factorial", {"n": 5}, "120"),), "120"),
    Request("Is 97 a prime number?", "factorial", (("is_prime", {"n": 97}, "true"),), ""),
    Request("Which is larger, 12 or 19?", "factorial", (("max_of", {"a": 12, "b": 19}, "19"),), "19"),
    Request("Reverse the text hello.", "upper", (("reverse", {"text": "hello"}, "olleh"),), "olleh"),
)
