"""Tools of daily life and work, a line or two for each: many kinds, so that a model learns to read and not to know."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from gba.tuning.tasks.base import Draw, Turn
from gba.tuning.tasks.outcomes import done, found
from gba.tuning.tasks.roles import message_text
from gba.tuning.tasks.toolbox import BOOLEAN, INTEGER, NUMBER, STRING, Drawn, Kind, Param, act_on
from gba.tuning.tasks.words import COLORS, date, name, person, place, pseudo_word, thing, time

__all__ = ["EVERYDAY", "EVERYDAY_KINDS", "LOOKUPS", "TABLE", "Slot", "kind_of", "maker_of"]

Value = Callable[[Draw], str]


@dataclass(frozen=True)
class Slot:
    """What a request tells a tool. ``said``: how an optional slot is brought up, with ``{}`` for its text."""

    names: str
    value: Value
    schema: Mapping[str, Any] = field(default_factory=lambda: STRING)
    said: str = ""
    about: str = ""


def _count(low: int, high: int) -> Value:
    return lambda draw: str(draw.integer(low, high))


def _decimal(draw: Draw) -> str:
    return f"{draw.rng.randint(2, 99)}.{draw.rng.randint(1, 9)}" if draw.chance(0.4) else str(draw.rng.randint(2, 400))


def _of(*options: str) -> Value:
    return lambda draw: draw.pick(options)


def _choice(*options: str) -> tuple[Value, Mapping[str, Any]]:
    return _of(*options), {"type": "string", "enum": list(options)}


def _file(draw: Draw) -> str:
    ending = draw.pick(("txt", "pdf", "csv", "md", "py", "doc", "json", "png"))
    return (
        f"{pseudo_word(draw)}.{ending}"
        if draw.chance(0.6)
        else f"{pseudo_word(draw, 1)}_{draw.integer(2, 99)}.{ending}"
    )


def _page(draw: Draw) -> str:
    start = draw.pick(("https://", "https://www.", "www.", ""))
    return f"{start}{pseudo_word(draw)}.{draw.pick(('com', 'org', 'net', 'io'))}"


def _mail(draw: Draw) -> str:
    return f"{pseudo_word(draw)}@{pseudo_word(draw)}.{draw.pick(('com', 'org', 'net'))}"


def _company(draw: Draw) -> str:
    return name(draw) + draw.pick(("", "", " Ltd", " Group", " Bank"))


def _item(draw: Draw) -> str:
    return draw.pick(_ITEMS) if draw.chance(0.5) else pseudo_word(draw)


def _word(draw: Draw) -> str:
    return pseudo_word(draw)


def _topic(draw: Draw) -> str:
    return draw.pick((name, place, person, thing, _word))(draw)


_ITEMS = tuple(
    "milk bread eggs butter rice apples onions cheese honey tea salt sugar soap flour beans paper batteries".split()
)
_ROOM = _of("office", "nursery", "studio", "library", "garage", "lobby", "workshop", "guest room", "living room", "gym")
_DEVICE = _of("fan", "heater", "radio", "printer", "television", "oven", "pump", "alarm", "router", "dryer", "boiler")
_PLANT = _of("ficus", "cactus", "fern", "orchid", "rose", "basil", "palm", "tomato plant", "ivy", "tulips")
_PET = _of("cat", "dog", "rabbit", "hamster", "parrot", "fish", "horse", "turtle")
_SPORT = _of("running", "swimming", "cycling", "rowing", "yoga", "tennis", "climbing", "dancing")
_ON, _OPEN, _TRUE = ("on", "off"), ("open", "closed"), ("public", "not public")

TABLE: tuple[tuple[str, str, str, str, str, tuple[Slot, ...]], ...] = (
    # key, names, description, what is wanted ("=x" where the tool tells an x), requests, slots
    ("alarm", "set_alarm alarm alarm_clock wake_up", "[Set an alarm|Set the alarm clock|Wake the user]", "alarm",
     "[<set an alarm for {a}{b}>|<wake me at {a}{b}>|I need an alarm at {a}{b}.|I have to get up at {a}{b}.]",
     (Slot("time at when", time, about="When it rings."), Slot("label name", name, said=" called {}"))),
    ("heat", "set_temperature thermostat heating", "[Set the temperature of a room|Control the heating of a room]", "",
     "[<set the temperature in the {a} to {b} degrees>|<heat the {a} to {b} degrees>|Make it {b} degrees in the {a}.|"
     "The {a} should have {b} degrees.]",
     (Slot("room where zone", _ROOM), Slot("temperature degrees value", _decimal, NUMBER, about="Degrees."))),
    ("volume", "set_volume volume loudness", "[Set the volume of the speaker|Make it louder or quieter]", "",
     "[<set the volume to {a}>|<turn the volume to {a}>|Volume {a}.|I want the volume at {a}.]",
     (Slot("level volume percent", _count(2, 100), INTEGER),)),
    ("vacuum", "clean_room vacuum robot start_cleaning", "[Let the robot clean a room|Vacuum a room]", "cleaning",
     "[<clean the {a}{b}>|<vacuum the {a}{b}>|The {a} is dirty, clean it{b}.|Let the robot clean the {a}{b}.]",
     (Slot("room where area", _ROOM), Slot("time at", time, said=" at {}"))),
    ("device", "switch_device device set_power power switch", "[Switch a device on or off|Turn a device on or off]", "",
     "[<turn {b} the {a}>|<switch the {a} {b}>|<turn the {a} {b}>|The {a} should be {b}.|I want the {a} {b}.]",
     (Slot("device name appliance", _DEVICE, about="Which device."), Slot("on active power", _of(*_ON), BOOLEAN))),
    ("window", "set_window window shutter blinds", "[Open or close the window of a room|Set whether a window is open]",
     "", "[I want the window in the {a} {b}.|The window in the {a} should be {b}.|<keep the {a} window {b}>|"
     "<make sure the window in the {a} is {b}>]",
     (Slot("room where", _ROOM), Slot("open opened is_open", _of(*_OPEN), BOOLEAN, about="Whether it is open."))),
    ("call", "call phone make_call dial", "[Call somebody|Make a phone call|Phone somebody]", "call",
     "[<call {a}>|<phone {a}>|<give {a} a call>|I need to talk to {a}, please call.|I want to speak with {a}.]",
     (Slot("person who contact to name", person),)),
    ("contact", "find_contact contacts address_book phone_number", "[Look up a contact|Get the number of a contact]",
     "=number", "[What is the phone number of {a}?|<find the number of {a}>|How can I reach {a}?|<look up {a} in my "
     "contacts>|What's {a}'s number?]", (Slot("name person contact who", person),)),
    ("flights", "search_flights flights find_flight flight_search", "[Find flights|Search flights between two cities]",
     "=flight", "[<find flights from {a} to {b}{c}>|<search a flight from {a} to {b}{c}>|I want to fly from {a} to {b}"
     "{c}.|Which flights go from {a} to {b}{c}?|How can I fly from {a} to {b}{c}?]",
     (Slot("origin from_city departure", place, about="Where it starts."), Slot("destination to_city arrival", place,
      about="Where it lands."), Slot("date day", date, said=" on {}"))),
    ("hotel", "book_hotel hotel hotel_booking stay", "[Book a hotel|Book a hotel room in a city]", "booking",
     "[<book a hotel in {a} for {b} nights{c}>|I need a hotel in {a} for {b} nights{c}.|I will stay in {a} for {b} "
     "nights{c}, book a hotel.|<find me a hotel in {a} for {b} nights{c}>]",
     (Slot("city place location", place), Slot("nights duration", _count(2, 60), INTEGER, about="How many nights."),
      Slot("guests persons", _count(2, 20), INTEGER, said=" for {} guests"))),
    ("taxi", "order_taxi taxi cab get_ride", "[Order a taxi|Call a taxi that brings the user somewhere]", "taxi",
     "[<order a taxi to {a}{b}>|<get me a taxi to {a}{b}>|I need a ride to {a}{b}.|I want to take a taxi to {a}{b}.]",
     (Slot("destination to goal", place), Slot("time at pickup", time, said=" at {}"))),
    ("news", "news get_news headlines latest_news", "[Get the news about a topic|Latest headlines]", "=headline",
     "[What is the news about {a}?|<show the news about {a}>|What is new about {a}?|<get the headlines on {a}>|Any "
     "news on {a}?]", (Slot("topic subject about query", _topic),)),
    ("joke", "joke tell_joke funny", "[Tell a joke|Tell a joke about something]", "=joke",
     "[<tell a joke about {a}>|<tell me a joke about {a}>|I want to hear a joke about {a}.|Do you know a joke about "
     "{a}?|Make me laugh about {a}.]", (Slot("topic about subject", _topic),)),
    ("create_file", "create_file write_file new_file", "[Create a file with a text|Write a text into a new file]",
     "file", "[<create a file {a} with the text {b}>|<write {b} into the file {a}>|<make a file called {a} that says "
     "{b}>|I need a file {a} saying {b}.]",
     (Slot("path filename file name", _file), Slot("content text body", message_text, about="What is in it."))),
    ("delete_file", "delete_file remove_file rm erase", "[Delete a file|Remove a file from the disk]", "",
     "[<delete {a}>|<remove the file {a}>|<delete the file {a}>|I do not need {a}, delete it.|<erase {a}>]",
     (Slot("path filename file name", _file),)),
    ("read_file", "read_file open_file cat file_content", "[Read a file|Get the content of a file]", "=content",
     "[What is in {a}?|<read the file {a}>|<open {a}>|What does the file {a} say?|<show me the content of {a}>]",
     (Slot("path filename file name", _file),)),
    ("rename", "rename_file rename move_file mv", "[Rename a file|Give a file a new name]", "",
     "[<rename {a} to {b}>|<change the name of {a} to {b}>|The file {a} should be called {b}.|<rename the file {a} to "
     "{b}>]", (Slot("old_name source old path", _file), Slot("new_name target new", _file))),
    ("share", "share_file share give_access", "[Share a file with somebody|Give somebody access to a file]", "link",
     "[<share {a} with {b}>|<give {b} access to {a}>|{b} needs the file {a}.|<let {b} see {a}>]",
     (Slot("file document path", _file), Slot("person user with_user", person))),
    ("run_script", "run_script execute run_file", "[Run a script|Execute a program]", "run",
     "[<run {a}{b}>|<execute the script {a}{b}>|<start the program {a}{b}>|I want to run {a}{b}.]",
     (Slot("script file program", _file), Slot("timeout seconds", _count(2, 600), INTEGER, said=" for {} seconds"))),
    ("branch", "create_branch git_branch new_branch", "[Create a git branch|Make a new branch of the code]", "branch",
     "[<create a branch {a}>|<make a new branch called {a}>|I need a git branch named {a}.|New branch {a}.]",
     (Slot("name branch title", _word),)),
    ("rows", "count_rows table_size row_count", "[Count the rows of a table|Tell how many rows a table has]", "=count",
     "[How many rows does the table {a} have?|<count the rows of {a}>|How long is the table {a}?|How many rows are in "
     "{a}?]", (Slot("table name", _word, about="The table."),)),
    ("shopping", "add_to_shopping_list shopping_list groceries buy_later", "[Add an item to the shopping list|Write "
     "something on the shopping list]", "item",
     "[<add {b}{a} to the shopping list>|<put {b}{a} on my shopping list>|We need {b}{a}.|I have to buy {b}{a}, "
     "put it on the list.]", (Slot("item product what", _item),
      Slot("quantity amount", _count(2, 40), INTEGER, said="{} "))),
    ("todo", "add_todo todo new_task add_task", "[Add a task to the to-do list|Create a task]", "task",
     "[<add {a} to my to-do list{b}>|New task{b}: {a}.|<create a task {a}{b}>|<put {a} on the to-do list{b}>]",
     (Slot("task title text", lambda draw: draw.free("[call {n}|write to {n}|visit {p}|fix the {w}|clean the "
      "{w}|learn {w}|sell the {w}]", n=person(draw), p=place(draw), w=pseudo_word(draw))),
      Slot("priority importance", *_choice("low", "medium", "high"), said=" with {} priority"))),
    ("movie", "movie_info movie film find_movie", "[Get facts about a movie|Look up a movie]", "=movie",
     "[What do you know about the movie {a}?|<look up the movie {a}>|<tell me about the film {a}>|Is the movie {a} any "
     "good?]", (Slot("title movie film name", name),)),
    ("books", "find_books books_by library_search", "[Find the books of an author|List books by an author]", "=book",
     "[Which books did {a} write?|<find books by {a}>|What can I read by {a}?|<list the books of {a}>]",
     (Slot("author writer name", person),)),
    ("channel", "set_channel tv_channel channel", "[Switch the TV to a channel|Change the channel]", "",
     "[<switch to channel {a}>|<put the TV on channel {a}>|I want to watch channel {a}.|Channel {a}.|<change the "
     "channel to {a}>]", (Slot("channel number program", _count(2, 999), INTEGER),)),
    ("summary", "summarize summarize_page summary", "[Summarize a web page|Give the summary of a web page]", "=summary",
     "[<summarize {a}>|What does {a} say?|<give me the summary of {a}>|What is on the page {a}?|Too long: {a}]",
     (Slot("url page link", _page),)),
    ("open_page", "open_url browse go_to visit", "[Open a web page in the browser|Go to a web page]", "",
     "[<open {a}>|<go to {a}>|<visit {a}>|I want to see the page {a}.|<open the page {a} in the browser>]",
     (Slot("url page address site", _page),)),
    ("password", "generate_password password new_password", "[Generate a password|Make a safe password]", "=password",
     "[<generate a password with {a} characters>|I need a password of {a} characters.|<make a password that has {a} "
     "characters>|A password of length {a}.]", (Slot("length characters size", _count(4, 64), INTEGER),)),
    ("random", "random_number random roll pick_number", "[Draw a random number|Pick a number between two numbers]",
     "=number", "[<pick a number between {a} and {b}>|A random number from {a} to {b}.|<give me a random number "
     "between {a} and {b}>|<draw a number from {a} to {b}>]",
     (Slot("low minimum start", _count(1, 50), INTEGER), Slot("high maximum end", _count(60, 5000), INTEGER))),
    ("clock", "current_time time_in world_clock local_time", "[Tell the time in a city|Get the local time of a place]",
     "=time", "[What time is it in {a}?|<tell me the time in {a}>|How late is it in {a}?|What is the local time in "
     "{a}?]",
     (Slot("city place location timezone", place),)),
    ("holidays", "holidays public_holidays get_holidays", "[List the holidays of a country|Get public holidays]",
     "=holiday", "[Which holidays are there in {a}{b}?|<list the holidays of {a}{b}>|When are the holidays in {a}{b}?]",
     (Slot("country land", place), Slot("year", _count(2020, 2040), INTEGER, said=" in {}"))),
    ("bmi", "bmi body_mass bmi_calculator", "[Compute the body mass index|Get the BMI of a person]", "=index",
     "[What is the BMI of somebody with {a} kg and {b} cm?|<compute my BMI with {a} kg and {b} cm>|I weigh {a} kg and "
     "am {b} cm tall, what is my BMI?]",
     (Slot("weight kg mass", _decimal, NUMBER), Slot("height cm size", _count(120, 210), INTEGER))),
    ("score", "sports_score score match_result", "[Get the score of a team|Tell how a team played]", "=score",
     "[How did {a} play{b}?|What is the score of {a}{b}?|<get the result of {a}{b}>|Did {a} win{b}?]",
     (Slot("team club name", name), Slot("date day", date, said=" on {}"))),
    ("ticket", "buy_tickets tickets ticket_shop", "[Buy tickets for an event|Get tickets for a show]", "order",
     "[<buy {b} tickets for {a}>|<get {b} tickets for {a}>|I need {b} tickets for {a}.|We are {b} people and want to "
     "see {a}.]", (Slot("event show name", name), Slot("count number amount", _count(2, 30), INTEGER))),
    ("workout", "log_workout workout training add_exercise", "[Log a workout|Write down how long the user trained]",
     "workout", "[<log {b} minutes of {a}>|I did {b} minutes of {a}.|<write down that I did {b} minutes of {a}>|{b} "
     "minutes of {a}.]", (Slot("sport activity kind", _SPORT), Slot("minutes duration", _count(2, 240), INTEGER))),
    ("plant", "water_plant watering irrigate", "[Water a plant|Give water to a plant]", "",
     "[<water the {a}{b}>|<give the {a} water{b}>|The {a} is dry{b}.|The {a} needs water{b}.]",
     (Slot("plant name which", _PLANT), Slot("liters amount", _count(2, 20), INTEGER, said=", {} liters"))),
    ("pet", "feed_pet feeder feed", "[Feed a pet|Give food to an animal]", "",
     "[<feed the {a}{b}>|<give the {a} food{b}>|The {a} is hungry{b}.|The {a} needs food{b}.]",
     (Slot("pet animal which", _PET), Slot("grams amount", _count(5, 900), INTEGER, said=", {} grams"))),
    ("coffee", "make_coffee coffee_machine coffee", "[Make coffee|Brew a coffee]", "coffee",
     "[<make {b}a {a} coffee>|<brew {b}a {a} coffee>|I want {b}a {a} coffee.|A {a} coffee, please{b}.]",
     (Slot("size cup", *_choice("small", "medium", "large")), Slot("sugar spoons", _count(2, 9), INTEGER,
      said="with {} spoons of sugar "))),
    ("print", "print_document printer print_file", "[Print a document|Print a file on paper]", "job",
     "[<print {a}{b}>|<print the document {a}{b}>|I need {a} on paper{b}.|I want {a} printed{b}.]",
     (Slot("file document path", _file), Slot("copies count", _count(2, 50), INTEGER, said=" in {} copies"))),
    ("words", "count_words word_count text_length", "[Count the words of a text|Tell how many words a text has]",
     "=count", "[How many words are in: {a}?|<count the words in: {a}>|How long is this text: {a}?]",
     (Slot("text content string", message_text),)),
    ("sentiment", "sentiment analyze_sentiment mood", "[Tell the mood of a text|Analyze the sentiment of a text]",
     "=sentiment", "[What is the mood of: {a}?|<analyze the sentiment of: {a}>|Is this friendly: {a}?|How does this "
     "sound: {a}?]", (Slot("text content message", message_text),)),
    ("spelling", "check_spelling spell_check correct", "[Check the spelling of a text|Correct a text]", "=text",
     "[<check the spelling of: {a}>|Is this right: {a}?|<correct this: {a}>|Are there mistakes in: {a}?]",
     (Slot("text sentence content", message_text),)),
    ("pay", "send_money pay transfer make_payment", "[Send money to somebody|Make a payment|Transfer money]", "payment",
     "[<send {b} dollars to {a}{c}>|<pay {a} {b} dollars{c}>|I owe {a} {b} dollars{c}, please pay.|<transfer {b} "
     "dollars to {a}{c}>]", (Slot("recipient to person", person), Slot("amount sum dollars", _decimal, NUMBER),
      Slot("reason note purpose", _item, said=" for {}"))),
    ("balance", "account_balance balance get_balance", "[Get the balance of an account|Tell how much is on an account]",
     "=balance", "[What is the balance of the account {a}?|How much is on my account {a}?|<check the account {a}>|How "
     "much money is in {a}?]", (Slot("account name id", _word),)),
    ("invoice", "create_invoice bill invoice", "[Create an invoice|Write a bill for a customer]", "invoice",
     "[<create an invoice for {a} over {b} dollars>|<bill {a} {b} dollars>|{a} has to pay {b} dollars, write an "
     "invoice.|<write {a} an invoice over {b} dollars>]",
     (Slot("customer company client", _company), Slot("amount total sum", _decimal, NUMBER))),
    ("user", "create_user add_user new_user register_user", "[Create a user account|Add a user]", "user",
     "[<create a user {a} with the email {b}>|<add the user {a} with the mail {b}>|New user {a}, email {b}.|<register "
     "{a} with {b}>]", (Slot("name username user", person), Slot("email mail address", _mail))),
    ("remove_user", "delete_user remove_user ban block_user", "[Delete a user account|Remove a user]", "",
     "[<delete the user {a}>|<remove {a} from the users>|<ban {a}>|{a} should not have an account any more.]",
     (Slot("name username user", person),)),
    ("mails", "search_mail find_mails inbox search_inbox", "[Search the mails of the user|Find mails from somebody]",
     "=mail", "[<find the mails from {a}>|Did {a} write to me?|<search my inbox for {a}>|What did {a} write?]",
     (Slot("sender person query", person),)),
    ("visibility", "set_visibility publish_page visibility", "[Make a page public or not|Set whether a page is public]",
     "", "[<make sure that {a} is {b}>|The page {a} should be {b}.|I want {a} to be {b}.]",
     (Slot("page document name", _word), Slot("public visible", _of(*_TRUE), BOOLEAN))),
    ("bus", "next_bus bus_times departures", "[Tell when the next bus leaves|Get the next bus at a stop]", "=time",
     "[When does the next bus leave at {a}?|<show the buses at {a}>|Which bus comes next at {a}?|When is the next bus "
     "from {a}?]", (Slot("stop station place", name),)),
    ("rate", "rate_app rate give_rating stars", "[Rate something with stars|Give a rating]", "rating",
     "[<rate {a} with {b} stars>|<give {a} {b} stars>|{b} stars for {a}.|I would give {a} {b} stars.]",
     (Slot("name product what", name), Slot("stars rating points", _count(1, 5), INTEGER))),
    ("cancel", "cancel_subscription unsubscribe end_subscription", "[Cancel a subscription|End a subscription]", "",
     "[<cancel my subscription of {a}>|<unsubscribe me from {a}>|I do not want {a} any more, cancel it.|<end the "
     "subscription of {a}>]", (Slot("service name product", name),)),
    ("qr", "make_qr_code qr_code qr", "[Make a QR code|Turn a text into a QR code]", "QR code",
     "[<make a QR code for {a}>|<turn {a} into a QR code>|I need a QR code of {a}.|A QR code that leads to {a}.]",
     (Slot("text content data url", _page),)),
    ("horoscope", "horoscope stars_today zodiac", "[Read the horoscope of a sign|Tell the horoscope]", "=horoscope",
     "[What is the horoscope of {a}?|<read me the horoscope for {a}>|What do the stars say for {a}?|I am {a}, what "
     "will happen?]", (Slot("sign zodiac_sign", _of("Aries", "Taurus", "Gemini", "Cancer", "Leo", "Virgo", "Libra",
      "Scorpio", "Aquarius", "Pisces")),)),
    ("paint_wall", "order_paint paint mix_color", "[Order paint|Mix paint in a color]", "paint",
     "[<order {b} liters of {a} paint>|I need {b} liters of {a} paint.|<get {b} liters of paint in {a}>|{b} liters of "
     "{a} paint.]", (Slot("color shade", _of(*COLORS)), Slot("liters amount", _count(2, 90), INTEGER))),
    ("rental", "rent_car car_rental hire_car", "[Rent a car|Rent a car in a city]", "booking",
     "[<rent a car in {a} for {b} days{c}>|I need a car in {a} for {b} days{c}.|<hire a car for {b} days in {a}{c}>]",
     (Slot("city location place", place), Slot("days duration", _count(2, 60), INTEGER),
      Slot("kind category", *_choice("small", "family", "luxury"), said=", {} class"))),
    ("elevator", "call_elevator elevator lift", "[Send the elevator to a floor|Call the elevator]", "",
     "[<send the elevator to floor {a}>|<call the elevator to floor {a}>|I want to go to floor {a}.|Floor {a}, "
     "please.]",
     (Slot("floor level", _count(2, 90), INTEGER),)),
    ("countdown", "days_until countdown_to days_left", "[Tell how many days there are until a day|Count the days left]",
     "=count", "[How many days are left until {a}?|<count the days until {a}>|How long is it until {a}?]",
     (Slot("date day until", date),)),
    ("synonym", "synonyms thesaurus similar_words", "[Find words that mean the same|Get synonyms]", "=synonym",
     "[What is another word for {a}?|<find a synonym of {a}>|Which words are like {a}?|<give me a synonym for {a}>]",
     (Slot("word expression", _word),)),
)  # fmt: skip


def kind_of(key: str, names: str, about: str, slots: tuple[Slot, ...]) -> Kind:
    """The kind of tool of an entry of the table."""
    params = tuple(
        Param(str(index), tuple(slot.names.split()), slot.schema, (slot.about,) if slot.about else (), not slot.said)
        for index, slot in enumerate(slots)
    )
    return Kind(key, tuple(names.split()), f"{about}[.|.|]", params)


EVERYDAY_KINDS: Mapping[str, Kind] = {
    key: kind_of(key, names, about, slots) for key, names, about, _, _, slots in TABLE
}
LOOKUPS = frozenset(key for key, _, _, what, _, _ in TABLE if what.startswith("="))
"""Those that tell something: where a search stands beside one of them, either would be right."""

_ORDERS = (
    "[{V}.|{V}.|{V}.|Please {v}.|[Can|Could|Would] you {v}?|I [want|need] you to {v}.|I'd like you to {v}.|{V} for me.|"
    "You should {v}.|Now {v}.|Go and {v}.]"
)


def _typed(slot: Slot, text: str) -> Any:
    kind = slot.schema["type"]
    if kind == "integer":
        return int(text)
    if kind == "number":
        return float(text) if "." in text else int(text)
    if kind == "boolean":
        return text in (_ON[0], _OPEN[0], _TRUE[0])
    return text


def maker_of(key: str, what: str, ask: str, slots: tuple[Slot, ...]) -> Callable[[Draw, Drawn], Turn]:
    """What draws a request for the tool of an entry, and its solution."""

    def turn(draw: Draw, tool: Drawn) -> Turn:
        style = draw.style()
        texts = [slot.value(draw) if not slot.said or draw.chance(0.5) else "" for slot in slots]
        shown = [_shown(draw, slot, text) for slot, text in zip(slots, texts, strict=True)]
        wanted = draw.phrase(ask, **dict(zip("abc", shown, strict=False)))
        if wanted.startswith("<"):
            wanted = draw.free(_ORDERS, v=wanted[1:-1], V=wanted[1].upper() + wanted[2:-1])
        values = {
            str(index): _typed(slot, style.word(text) if slot.schema is STRING else text)
            for index, (slot, text) in enumerate(zip(slots, texts, strict=True))
            if text
        }
        if what.startswith("="):
            outcome = found(draw, what[1:], texts[0], draw.pick(_ANSWERS)(draw))
        else:
            outcome = done(draw, what or key.replace("_", " "))
        act = act_on(tool, outcome.result, **values)
        return Turn(style.say(wanted), (act,), "I have the result.", outcome.answer, outcome.value)

    return turn


_ANSWERS: tuple[Value, ...] = (name, _count(2, 99_999), _decimal, time, lambda draw: f"{name(draw)} {_word(draw)}")


def _shown(draw: Draw, slot: Slot, text: str) -> str:
    """The text of a slot in a request, now and then in quotes; with what leads to it, where it is optional."""
    if not text:
        return ""
    if slot.schema is STRING and draw.chance(0.07):
        text = draw.pick(("'{}'", '"{}"')).format(text)
    return slot.said.format(text) if slot.said else text


EVERYDAY: Mapping[str, Callable[[Draw, Drawn], Turn]] = {
    key: maker_of(key, what, ask, slots) for key, _, _, what, ask, slots in TABLE
}
