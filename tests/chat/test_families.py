"""Every way in which models call and think: read out of a template, laid out, and gone along with in a step."""

from __future__ import annotations

import asyncio
import itertools
import json
import re

import pytest

from gba.backends.scripted import Scripted
from gba.chat import (
    AnswerDelta,
    ArgumentsDelta,
    CallDone,
    Engine,
    Message,
    StepDone,
    StepOptions,
    ThoughtDelta,
    ToolChosen,
)
from gba.chat.formats import Conversation
from gba.chat.io import answer
from gba.chat.messages import Step
from gba.schema.tools import ToolCall, ToolSpec
from tests.helpers.families import (
    BARE,
    CHANNEL,
    FAMILIES,
    HERMES,
    ID,
    LISTED,
    THINKERS,
    THINKING_TAGGED,
    Family,
    Writer,
)

SEARCH = ToolSpec(
    "search",
    "Searches.",
    {
        "type": "object",
        "properties": {"query": {"type": "string", "description": "Words."}, "count": {"type": "integer"}},
        "required": ["query"],
        "additionalProperties": False,
    },
)
PING = ToolSpec("ping", "Pings.", {"type": "object", "properties": {"on": {"type": "boolean", "description": "On."}}})
TOOLS = (SEARCH, PING)
USER = Message("user", "What is new?")
FRANCE = ("search", {"query": "life in France", "count": 3})
SPAIN = ("search", {"query": "Spain"})
VALUES = {"a": "x", "b": 3, "c": True, "d": None, "e": ["y", 1, None], "f": {"g": [False], "h": "z"}, "i": -0.5}

families = pytest.mark.parametrize("family", FAMILIES, ids=str)
thinkers = pytest.mark.parametrize("family", THINKERS, ids=str)
several = pytest.mark.parametrize("family", [family for family in FAMILIES if family.many], ids=str)


def engine(family: Family, backend, **options):
    return Engine(backend, chat_format=family.format(), options=StepOptions(**options))


def written(family: Family, step: Step, backend) -> str:
    """The turn, its ids put out of sight."""
    text = backend.detokenize(step.tokens[step.prompt_tokens :])
    for call in step.calls:
        text = text.replace(family.format().syntax.id(call.id), ID)
    return text


# reading


@families
def test_the_template_is_read(family):
    found = family.format()
    assert found.syntax.native, found.why
    assert found.syntax.many == family.many
    assert found.syntax.id_length == family.id_length
    assert (found.thinking is not None) == bool(family.think[0])


@families
@pytest.mark.parametrize("arguments", [{"query": "x"}, {}, VALUES], ids=["one", "none", "all types"])
def test_calls_are_written_as_the_template_writes_them(family, arguments):
    syntax = family.format().syntax
    calls = [ToolCall("search", arguments, "abcd12345"), ToolCall("ping", {"on": True}, "efgh12345")]
    for group in [calls[:1], calls, [*calls, *calls]] if family.many else [calls[:1]]:
        assert "".join(piece.text for piece in syntax.write(group)) == family.write(group)


@families
def test_conversations_are_laid_out_as_the_template_renders_them(family):
    found = family.format()
    call, other = ToolCall(*FRANCE, "abcd12345"), ToolCall("ping", {"on": True}, "efgh12345")
    results = [Message("tool", 'It\'s "fine"', call_id=each.id, name=each.name) for each in (call, other)]
    conversations = [
        [USER],
        [Message("system", "Be brief."), USER],
        [USER, Message("assistant", calls=(call,)), results[0]],
        [USER, Message("assistant", "Nothing."), Message("user", "Really?")],
        *([[USER, Message("assistant", calls=(call, other)), *results]] if family.many else []),
    ]
    for messages in conversations:
        tools = [found.dialect.tool(tool) for tool in TOOLS]
        told = [found.dialect.message(message) for message in messages]
        conversation = Conversation(tuple(messages), TOOLS)
        expected = found.template.render(told, tools)
        laid_out = found.layout(conversation)
        assert laid_out.text() == expected.removeprefix("<s>")
        contents = [piece.text.strip() for piece in laid_out.pieces if piece.content]
        assert "What is new?" in contents


# steps


@families
def test_a_direct_answer_is_one_generation(family):
    backend = family.backend(family.turn(text="Nothing is new.", thought="Hm." if family.think[0] else ""))
    step = engine(family, backend).step([USER], TOOLS)
    assert (step.content, step.calls, step.finish) == ("Nothing is new.", (), "stop")
    assert step.thought == ("Hm." if family.think[0] else "")
    assert step.requests == 1
    assert backend.requests[0].grammar is None


@thinkers
def test_plain_chat_tells_the_thought_from_the_answer(family):
    step = engine(family, family.backend(family.turn(text="Nothing.", thought="Hm, well."))).step([USER])
    assert (step.thought, step.content, step.requests) == ("Hm, well.", "Nothing.", 1)


@families
def test_a_call_is_read_and_the_turn_is_spelled_as_the_model_spells_it(family):
    turn = family.turn(FRANCE, thought="Hm." if family.think[0] else "")
    backend = family.backend(turn)
    step = engine(family, backend).step([USER], TOOLS)
    assert [(call.name, call.arguments) for call in step.calls] == [FRANCE]
    assert (step.content, step.finish) == ("", "tool_calls")
    assert step.thought == ("Hm." if family.think[0] else "")
    assert written(family, step, backend) == family.generated(turn)


@pytest.mark.parametrize("family", [each for each in FAMILIES if each not in (BARE, CHANNEL)], ids=str)
def test_text_before_a_call_is_the_content(family):
    turn = family.turn(FRANCE, text="I look it up.", thought="Hm." if family.think[0] else "")
    backend = family.backend(turn)
    step = engine(family, backend).step([USER], TOOLS)
    assert [(call.name, call.arguments) for call in step.calls] == [FRANCE]
    assert step.content == "I look it up."
    assert written(family, step, backend) == family.generated(turn)


def test_without_a_trigger_text_is_the_answer_whatever_follows():
    text = 'I look it up. {"name": "search", "parameters": {"query": "x"}}'
    step = engine(BARE, BARE.backend(text)).step([USER], TOOLS)
    assert (step.content, step.calls) == (text, ())


def test_a_model_that_says_the_channel_first_is_understood():
    said = iter(["<|chan|>commentary to=functions.search <|constrain|>json<|msg|>{"])
    model = Answering(CHANNEL)
    backend = CHANNEL.writing(lambda prompt, grammar, stop: model(prompt, grammar, stop) if grammar else next(said))
    step = engine(CHANNEL, backend).step([USER], [SEARCH])
    assert [(call.name, call.arguments) for call in step.calls] == [("search", {"query": ""})]
    assert (step.content, step.thought) == ("", "")
    assert written(CHANNEL, step, backend) == CHANNEL.write(list(step.calls))


@families
def test_forced_text_is_not_generated(family):
    backend = family.backend(family.turn(FRANCE, thought="Hm." if family.think[0] else ""))
    step = engine(family, backend).step([USER], TOOLS)
    spans = [span for span in step.spans if span.kind in {"argument", "choice"}]
    generated = "".join(backend.detokenize(step.tokens[span.start : span.end]) for span in spans)
    assert "life in France" in generated
    assert not any(forced in generated for forced in ("search", "query", "count", "function", "calls"))


@families
@pytest.mark.parametrize("choice", ["required", "search"])
def test_a_call_that_is_asked_for_is_made_behind_the_thought(family, choice):
    turn = family.turn(FRANCE, thought="Hm." if family.think[0] else "")
    backend = family.backend(turn)
    step = engine(family, backend).step([USER], TOOLS, tool_choice=choice)
    assert [(call.name, call.arguments) for call in step.calls] == [FRANCE]
    assert step.thought == ("Hm." if family.think[0] else "")
    assert written(family, step, backend) == family.generated(turn)


@families
def test_a_model_that_would_rather_answer_is_made_to_call(family):
    answers = Answering(family)
    step = engine(family, family.writing(answers), max_tokens=200).step([USER], TOOLS, tool_choice="search")
    assert [call.name for call in step.calls] == ["search"]
    assert step.finish in {"tool_calls", "length"}


@families
def test_no_call_can_be_made_where_none_is_allowed(family):
    backend = family.backend(family.turn(text="Nothing.", thought="Hm." if family.think[0] else ""))
    step = engine(family, backend).step([USER], TOOLS, tool_choice="none")
    assert (step.content, step.calls, step.requests) == ("Nothing.", (), 1)
    assert step.thought == ("Hm." if family.think[0] else "")
    syntax = family.format().syntax
    stubborn = engine(family, family.backend(family.turn(FRANCE))).step([USER], TOOLS, tool_choice="none")
    assert stubborn.calls == ()
    assert (syntax.trigger or syntax.first.strip()) not in stubborn.content


@several
def test_parallel_calls_and_one_that_repeats(family):
    turn = family.turn(FRANCE, SPAIN, thought="Hm." if family.think[0] else "")
    backend = family.backend(turn)
    step = engine(family, backend).step([USER], TOOLS, parallel=True)
    assert [(call.name, call.arguments) for call in step.calls] == [FRANCE, SPAIN]
    assert written(family, step, backend) == family.generated(turn)
    assert len({call.id for call in step.calls}) == 2


@several
@pytest.mark.parametrize("limit", [2, 8])
def test_a_call_that_is_made_twice_leaves_no_trace(family, limit):
    turn = family.turn(FRANCE, FRANCE, SPAIN)
    backend, once = family.backend(turn), family.backend(family.turn(FRANCE))
    *events, done = engine(family, backend, max_calls=limit).run([USER], TOOLS, parallel=True)
    step = done.step
    assert [(call.name, call.arguments) for call in step.calls] == [FRANCE]
    assert [event.name for event in events if isinstance(event, ToolChosen)] == ["search"]
    assert {event.index for event in events if isinstance(event, ArgumentsDelta | CallDone)} == {0}
    assert len(step.choices) == 2 * (len(TOOLS) - 1) - 1
    plain = engine(family, once).step([USER], TOOLS, parallel=True)
    assert written(family, step, backend) == written(family, plain, once)
    assert step.spans[-1].end == len(step.tokens)
    assert all(before.end == span.start for before, span in itertools.pairwise(step.spans))


@several
def test_one_call_only_where_parallel_ones_are_not_asked_for(family):
    step = engine(family, family.backend(family.turn(FRANCE, SPAIN))).step([USER], TOOLS)
    assert [(call.name, call.arguments) for call in step.calls] == [FRANCE]


@several
def test_the_number_of_calls_is_limited(family):
    backend = family.backend(family.turn(FRANCE, SPAIN, ("search", {"query": "Italy"})))
    step = engine(family, backend, max_calls=2).step([USER], TOOLS, parallel=True)
    assert [call.arguments["query"] for call in step.calls] == ["life in France", "Spain"]


@families
def test_three_steps_only_add_to_the_prompt(family):
    thought = "Hm." if family.think[0] else ""
    turns = [
        family.turn(FRANCE, thought=thought),
        family.turn(SPAIN, thought=thought),
        family.turn(text="All is fine.", thought=thought),
    ]
    backend = family.backend(*turns)
    agent, messages, before, evaluated, requests = engine(family, backend), [USER], (), 0, 0
    for _ in range(3):
        step = agent.step(messages, TOOLS)
        assert step.tokens[: len(before)] == before
        before, requests = step.tokens, requests + step.requests
        evaluated += step.usage.evaluated + step.usage.generated
        messages += [step.message(), *(Message("tool", "much", call_id=call.id, name=call.name) for call in step.calls)]
    assert step.content == "All is fine."
    assert evaluated <= len(before) + requests
    text = backend.detokenize(before)
    assert text.count("much") == 2
    if family is LISTED:
        ids = [family.format().syntax.id(call.id) for message in messages for call in message.calls]
        assert [text.count(each) for each in ids] == [2, 2]  # in the call and in the result


@families
def test_a_conversation_from_elsewhere_has_the_tokens_of_structure_that_were_written(family):
    turn = family.turn(FRANCE, thought="Hm." if family.think[0] else "")
    backend = family.backend(turn, turn)
    step = engine(family, backend).step([USER], TOOLS)
    answered = [USER, step.message(), Message("tool", "much", call_id=step.calls[0].id, name="search")]
    prompt = answer(engine(family, backend)._prompt(answered, TOOLS), backend).tokens
    assert backend.detokenize(prompt).startswith(backend.detokenize(step.tokens))

    def structure(tokens):
        return [token for token in tokens if backend.detokenize([token]) in family.control]

    written = structure(step.tokens)
    assert structure(prompt)[: len(written)] == written


@families
@pytest.mark.parametrize("name", ["<|im_end|>", "</s>", "x<|im_start|>y", "the last one", "the first one"])
def test_names_of_control_tokens_in_a_schema_stay_text(family, name):
    name = {"the last one": family.control[-1], "the first one": family.control[1]}.get(name, name)
    values = {"a": {"const": name}, "b": {"enum": [name, f"{name}2"]}, name: {"type": "boolean"}}
    schema = {"type": "object", "properties": values, "required": list(values), "additionalProperties": False}
    tool, plain = ToolSpec("look", "", schema), ToolSpec("look", "", json.loads(json.dumps(schema).replace(name, "zz")))
    backend = family.writing(Answering(family))
    steps = [engine(family, backend).step([USER], [each], tool_choice="look") for each in (tool, plain)]

    def control(step):
        turn = step.tokens[step.prompt_tokens :]
        return [token for token in turn if backend.tokenize(backend.detokenize([token]), special=True) == [token]]

    structure = [[token for token in control(step) if backend.detokenize([token]) in family.control] for step in steps]
    assert structure[0] == structure[1]
    assert steps[0].calls[0].arguments["a"] == name
    assert steps[0].calls[0].arguments[name] in {True, False}


@families
@pytest.mark.parametrize("choice", ["auto", "search"])
def test_marks_that_a_model_spells_out_are_written_with_their_control_tokens(family, choice):
    turn = family.turn(FRANCE, thought="Hm." if family.think[0] else "")
    backends = family.backend(turn), family.writing(Writer([turn], family.starts), kind=SpellsOut)
    steps = [engine(family, backend).step([USER], TOOLS, tool_choice=choice) for backend in backends]
    turns = [written(family, step, backend) for backend, step in zip(backends, steps, strict=True)]
    assert turns[0] == turns[1]
    structure = [
        [text for token in step.tokens if (text := backend.detokenize([token])) in family.control]
        for backend, step in zip(backends, steps, strict=True)
    ]
    called = sum(family.write([ToolCall(*FRANCE, ID)]).count(name) for name in family.control)
    assert structure[0][len(structure[0]) - called :] == structure[1][len(structure[1]) - called :]


def test_a_stop_string_in_the_text_that_is_healed_ends_nothing():
    class Letters(Scripted):
        """Writes letter by letter what its tokenizer would write in larger tokens."""

        def _note(self, *asked):
            self._token, request = re.compile(r"[\s\S]"), super()._note(*asked)
            return request

        def complete(self, prompt, **asked):
            whole = self._token
            for chunk in super().complete(prompt, **asked):
                yield chunk
                self._token = whole
            self._token = whole

    pair = {"type": "array", "prefixItems": [{"enum": [7, 8]}, {"type": "integer"}], "items": False, "minItems": 2}
    numbers = {"type": "object", "properties": {"n": pair}, "required": ["n"]}
    call = ("put", {"n": [7, 22]})
    writer = Writer([HERMES.turn(call)], HERMES.starts)
    backend = HERMES.writing(writer, kind=Letters, split=r", |[\s\S]")
    step = engine(HERMES, backend).step([USER], [ToolSpec("put", "", numbers)], tool_choice="put")
    assert [(each.name, each.arguments) for each in step.calls] == [call]


@pytest.mark.parametrize("mark", ["<key>", "</key>", "<value>", "<call>", "</call>"])
def test_marks_of_the_syntax_in_a_value_stay_text(mark):
    family = THINKING_TAGGED
    values = {"a": {"const": mark}, "b": {"const": {"c": mark}}, "d": {"enum": [mark, f"{mark}2"]}}
    schema = {"type": "object", "properties": values, "required": list(values)}
    tool, plain = ToolSpec("look", "", schema), ToolSpec("look", "", json.loads(json.dumps(schema).replace(mark, "zz")))
    backend, seen = family.writing(Answering(family)), []
    for each in (tool, plain):
        agent = engine(family, backend)
        step = agent.step([USER], [each], tool_choice="look")
        result = Message("tool", "done", call_id=step.calls[0].id, name="look")
        elsewhere = answer(engine(family, backend)._prompt([USER, step.message(), result], [PING]), backend).tokens
        for tokens in (step.tokens[step.prompt_tokens :], elsewhere):
            seen.append([name for token in tokens if (name := backend.detokenize([token])) in family.control])
        seen.append([call.arguments["a"] for call in step.calls])
    assert seen[2] + seen[5] == [mark, "zz"]
    assert seen[:2] == seen[3:5]


@thinkers
def test_a_thought_over_budget_is_closed_with_its_own_mark(family):
    endless = Endless(family)
    step = engine(family, backend := family.writing(endless), max_thought_tokens=30).step([USER], TOOLS)
    assert 20 <= len(step.thought) <= 30
    assert step.content == "Done."
    opened = family.think[0] if not family.opened else ""
    turn = backend.detokenize(step.tokens[step.prompt_tokens :])
    assert re.fullmatch(re.escape(opened) + "[hm ]+" + re.escape(family.think[1] + family.answer) + "Done.", turn), turn


@thinkers
def test_a_long_thought_is_not_cut_by_itself(family):
    thought = " ".join(f"Then I see {number}." for number in range(60))
    turn = family.turn(FRANCE, thought=thought)
    backend = family.backend(turn)
    step = engine(family, backend).step([USER], TOOLS)
    assert len(thought) > 256
    assert step.thought == thought
    assert [call.arguments for call in step.calls] == [FRANCE[1]]
    assert written(family, step, backend) == family.generated(turn)


@thinkers
def test_a_thought_never_takes_the_room_of_the_answer(family):
    step = engine(family, family.writing(Endless(family)), max_tokens=120).step([USER], TOOLS)
    assert step.content == "Done."
    assert step.usage.generated <= 120


@thinkers
@pytest.mark.parametrize("choice", ["auto", "search"])
def test_a_call_that_is_begun_in_a_thought_closes_it(family, choice):
    begun = (family.think[0] if not family.opened else "") + "Hm." + family.write([ToolCall(*FRANCE, ID)])
    called = Answering(family)
    backend = family.writing(lambda prompt, grammar, stop: called(prompt, grammar, stop) if grammar else begun)
    step = engine(family, backend).step([USER], TOOLS, tool_choice=choice)
    ((name, arguments),) = ((call.name, call.arguments) for call in step.calls)
    assert (step.thought, step.content) == ("Hm.", "")
    turn = family.generated(family.turn((name, arguments), thought="Hm."))
    assert written(family, step, backend).replace("Hm. ", "Hm.") == turn


@thinkers
@pytest.mark.parametrize("options", [{"max_thought_tokens": 30}, {"max_tokens": 150}])
def test_a_call_that_is_asked_for_follows_on_a_thought_without_end(family, options):
    step = engine(family, family.writing(Endless(family)), **options).step([USER], TOOLS, tool_choice="search")
    assert [call.name for call in step.calls] == ["search"]
    assert step.thought.strip("hm ") == ""


@thinkers
def test_no_thought_where_none_is_wanted(family):
    call = family.write([ToolCall(*FRANCE, ID)])
    backend = family.backend(family.think[0] + family.think[1] + call if family.opened else call)
    step = engine(family, backend, max_thought_tokens=0).step([USER], TOOLS, tool_choice="search")
    assert [(call.name, call.arguments) for call in step.calls] == [FRANCE]
    assert step.thought == ""


@families
def test_events_tell_the_step_as_it_happens(family):
    thought = "Hm." if family.think[0] else ""
    events = list(engine(family, family.backend(family.turn(FRANCE, thought=thought))).run([USER], TOOLS))
    kinds = [type(event) for event in events]
    assert "".join(event.text for event in events if isinstance(event, ThoughtDelta)) == thought
    arguments = "".join(event.text for event in events if isinstance(event, ArgumentsDelta))
    assert json.loads(arguments) == FRANCE[1]
    assert kinds.index(ToolChosen) < kinds.index(ArgumentsDelta) < kinds.index(CallDone) < kinds.index(StepDone)
    assert {event.id for event in events if isinstance(event, ToolChosen | ArgumentsDelta | CallDone)} == {
        events[-1].step.calls[0].id
    }
    backend = family.backend(family.turn(text="Nothing is new.", thought=thought))
    answer = [event.text for event in engine(family, backend).run([USER], TOOLS) if isinstance(event, AnswerDelta)]
    assert "".join(answer) == "Nothing is new."
    assert len(answer) > 3, "an answer streams as it comes"


@families
def test_async_gives_the_same(family):
    turn = family.turn(FRANCE, thought="Hm." if family.think[0] else "")
    step = engine(family, family.backend(turn)).step([USER], TOOLS)
    other = asyncio.run(engine(family, family.backend(turn)).astep([USER], TOOLS))
    assert (other.thought, other.content, len(other.tokens)) == (step.thought, step.content, len(step.tokens))
    assert [call.arguments for call in other.calls] == [call.arguments for call in step.calls]


class SpellsOut(Scripted):
    """A model that writes names of control tokens letter by letter."""

    writing = False

    def _note(self, *asked):
        self.writing = True
        return super()._note(*asked)

    def tokenize(self, text, *, special=False):
        special, self.writing = special and not self.writing, False
        return super().tokenize(text, special=special)


class Answering:
    """A model that always answers, whatever it is asked; under a grammar it writes what that allows."""

    def __init__(self, family: Family) -> None:
        self.family = family

    def __call__(self, prompt: str, grammar: str | None, stop: tuple[str, ...]) -> str:
        from gba.grammar.gbnf.matcher import Matcher
        from gba.grammar.gbnf.parser import parse_gbnf

        if grammar is None:
            return self.family.answer + "Nothing is new."
        return Matcher(parse_gbnf(grammar)).shortest()


class Endless(Answering):
    """A model that thinks without end; once its thought is closed it answers."""

    def __call__(self, prompt: str, grammar: str | None, stop: tuple[str, ...]) -> str:
        turn = prompt.rpartition(USER.content)[2].partition(self.family.starts[0])[2]
        opening, closing = (part.strip() for part in self.family.think)
        if grammar is not None or closing in turn:
            return super().__call__(prompt, grammar, stop).replace("Nothing is new.", "Done.")
        return ("" if opening in turn else self.family.think[0]) + "hm " * 2000
