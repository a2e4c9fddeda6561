"""The tools that introductions to function calling have: arithmetic on two numbers, a user by id, an encyclopedia."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from models.tiny.tasks.tables.slots import Row, Slot, Value, count, decimal, topic
from models.tiny.tasks.toolbox import INTEGER, NUMBER

__all__ = ["ROWS"]


def _two(value: Value, schema: Mapping[str, Any]) -> tuple[Slot, Slot]:
    """The numbers of an operation; both are copied as they stand."""
    return (
        Slot("a a x first first_number n1 left", value, schema, about="The first number."),
        Slot("b b y second second_number n2 right", value, schema, about="The second number."),
    )


_WHOLE = _two(count(2, 9999), INTEGER)
_SMALL = _two(count(2, 60), INTEGER)
_ANY = _two(decimal, NUMBER)

ROWS: tuple[Row, ...] = (
    Row("bs_multiply", "multiply multiply multiply_numbers product times mul",
     "[Multiply two numbers|Multiply two integers|Multiply a and b|Return the product of two numbers|Multiplies two "
     "numbers together]", "=product",
     "[<multiply {a} by {b}>|<multiply {a} and {b}>|What is {a} times {b}?|What's {a} multiplied by {b}?|How much is "
     "{a} times {b}?|What is {a} * {b}?|{a} times {b}?|{a} * {b}|I need the product of {a} and {b}.]", _SMALL),
    Row("bs_multiply_any", "multiply multiply_numbers product multiply_floats",
     "[Multiply two numbers|Multiply a number by another one|The product of two numbers]", "=product",
     "[<multiply {a} by {b}>|What is {a} times {b}?|How much is {a} multiplied by {b}?|What is {a} * {b}?|{a} times "
     "{b} is what?|<compute the product of {a} and {b}>]", _ANY),
    Row("bs_add", "add add add_numbers sum plus sum_numbers",
     "[Add two numbers|Add two integers|Add a and b|Return the sum of two numbers|Adds two numbers]", "=sum",
     "[<add {a} and {b}>|<add {b} to {a}>|What is {a} plus {b}?|What's {a} + {b}?|How much is {a} and {b}?|What is "
     "the sum of {a} and {b}?|{a} plus {b}?|{a} + {b}|I need the sum of {a} and {b}.]", _WHOLE),
    Row("bs_add_any", "add add_numbers sum add_floats",
     "[Add two numbers|Add one number to another|The sum of two numbers]", "=sum",
     "[<add {a} and {b}>|What is {a} plus {b}?|What is {a} + {b}?|{a} plus {b} is what?|<compute the sum of {a} and "
     "{b}>|"
     "How much is {a} plus {b}?]", _ANY),
    Row("bs_subtract", "subtract subtract minus difference sub",
     "[Subtract two numbers|Subtract b from a|Return the difference of two numbers|Subtract one number from another]",
     "=difference",
     "[<subtract {b} from {a}>|What is {a} minus {b}?|What's {a} - {b}?|How much is {a} minus {b}?|What is the "
     "difference between {a} and {b}?|{a} minus {b}?|{a} - {b}|<take {b} away from {a}>]", _WHOLE),
    Row("bs_divide", "divide divide division quotient div",
     "[Divide two numbers|Divide a by b|Return the quotient of two numbers|Divide one number by another]", "=quotient",
     "[<divide {a} by {b}>|What is {a} divided by {b}?|What's {a} / {b}?|How much is {a} divided by {b}?|{a} over {b}?|"
     "{a} / {b}|What is the quotient of {a} and {b}?]", _ANY),
    Row("bs_power", "power exponentiate pow raise_to_power exponent",
     "[Raise a number to a power|Exponentiate a number|Return a to the power of b|Compute a power]", "=power",
     "[<raise {a} to the power of {b}>|What is {a} to the power of {b}?|What's {a} to the power {b}?|How much is {a} "
     "raised to {b}?|{a} ^ {b}|What is {a} ** {b}?|<exponentiate {a} to {b}>]",
     (Slot("base a x number", count(2, 99), INTEGER, about="The base."),
      Slot("exponent b y power", count(2, 20), INTEGER, about="The exponent."))),
    Row("bs_user", "get_user fetch_user user_info find_user user_profile lookup_user",
     "[Get a user by id|Get a user|Look up a user by the id|Get the profile of a user|Fetch the user with an id]",
     "=user",
     "[<get the user with id {a}>|<get user {a}>|Who is user {a}?|<show the user with the id {a}>|Which user has the "
     "id {a}?|I need the profile of user {a}.|<fetch user {a}>|<look up user number {a}>|What do we know about user "
     "{a}?]",
     (Slot("user_id id uid number", count(1, 9999), INTEGER, about="The id of the user."),)),
    Row("bs_wiki", "wikipedia wiki wiki_article encyclopedia wikipedia_search read_wikipedia",
     "[Look up a topic on Wikipedia|Get the article about a topic|Search Wikipedia|Get a summary of a topic|Find an "
     "article in the encyclopedia]", "=article",
     "[Who [was|is] {a}?|Tell me [about|something about|more about] {a}.|What do you know about {a}?|<look up "
     "{a}>|<look {a} "
     "up>|What is {a}?|<find the article about {a}>|<search Wikipedia for {a}>|I want to read about {a}.|Do you know "
     "{a}?|"
     "What does Wikipedia say about {a}?]",
     (Slot("topic title query page subject search", topic, about="What to look up."),)),
)  # fmt: skip
