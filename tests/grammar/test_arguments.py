"""Arguments in the syntaxes of real models: written, read back, and held to their schema by the grammar."""

from __future__ import annotations

import json
import random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gba.errors import GrammarError, SchemaError
from gba.grammar import Grammar
from gba.grammar.arguments import Arguments, compile_arguments, write_arguments
from gba.grammar.strings.spelling import GEMMA, JSON, JSON_COMPACT, KINDS, PYTHON, ArgumentStyle, Tag
from tests.helpers.argument_styles import STYLES, TAGGED
from tests.helpers.argument_tools import SEVERAL, WEATHER
from tests.helpers.compile_cases import CASES
from tests.helpers.random_schemas import KEYS, SCHEMAS, VALUES
from tests.helpers.schemas import accepts, valid

OSLO = {"city": "Oslo", "days": 3, "unit": "celsius", "alerts": True, "since": None, "near": ["p"], "at": {"x": 1.5}}

RENDERED = {
    "json": '{"city": "Oslo", "days": 3, "unit": "celsius", "alerts": true, "since": null, "near": ["p"], '
    '"at": {"x": 1.5}}',
    "ascii json": '{"city": "Oslo", "days": 3, "unit": "celsius", "alerts": true, "since": null, "near": ["p"], '
    '"at": {"x": 1.5}}',
    "compact json": '{"city":"Oslo","days":3,"unit":"celsius","alerts":true,"since":null,"near":["p"],"at":{"x":1.5}}',
    "python": "{'city': 'Oslo', 'days': 3, 'unit': 'celsius', 'alerts': True, 'since': None, 'near': ['p'], "
    "'at': {'x': 1.5}}",
    "gemma": '{alerts:true,at:{x:1.5},city:<|"|>Oslo<|"|>,days:3,near:[<|"|>p<|"|>],since:None,unit:<|"|>celsius<|"|>}',
    "parameter": "<parameter=city>\nOslo\n</parameter>\n<parameter=days>\n3\n</parameter>\n"
    "<parameter=unit>\ncelsius\n</parameter>\n<parameter=alerts>\nTrue\n</parameter>\n"
    '<parameter=since>\nNone\n</parameter>\n<parameter=near>\n["p"]\n</parameter>\n'
    '<parameter=at>\n{"x": 1.5}\n</parameter>\n',
    "key and value": "\n<arg_key>city</arg_key>\n<arg_value>Oslo</arg_value>\n<arg_key>days</arg_key>\n"
    "<arg_value>3</arg_value>\n<arg_key>unit</arg_key>\n<arg_value>celsius</arg_value>\n<arg_key>alerts</arg_key>\n"
    "<arg_value>true</arg_value>\n<arg_key>since</arg_key>\n<arg_value>null</arg_value>\n<arg_key>near</arg_key>\n"
    '<arg_value>["p"]</arg_value>\n<arg_key>at</arg_key>\n<arg_value>{"x": 1.5}</arg_value>\n',
    "python in tags": "<parameter=city>Oslo</parameter>\n<parameter=days>3</parameter>\n"
    "<parameter=unit>celsius</parameter>\n<parameter=alerts>True</parameter>\n<parameter=since>None</parameter>\n"
    "<parameter=near>['p']</parameter>\n<parameter=at>{'x': 1.5}</parameter>\n",
    "string or not": '<p name="alerts" string="false">true</p><p name="at" string="false">{"x": 1.5}</p>'
    '<p name="city" string="true">Oslo</p><p name="days" string="false">3</p><p name="near" string="false">["p"]</p>'
    '<p name="since" string="false">null</p><p name="unit" string="true">celsius</p>',
    "type": '|key="city" type="string"|Oslo|/||key="days" type="number"|3|/||key="unit" type="string"|celsius|/|'
    '|key="alerts" type="boolean"|true|/||key="since" type="null"|null|/||key="near" type="array"|["p"]|/|'
    '|key="at" type="object"|{"x": 1.5}|/|',
    "call": "(city='Oslo', days=3, unit='celsius', alerts=True, since=None, near=['p'], at={\"x\": 1.5})",
}


def _arguments(schema: Any, name: str) -> Arguments:
    return compile_arguments(schema, STYLES[name])


@pytest.mark.parametrize("name", STYLES)
def test_arguments_are_written_as_the_template_writes_them_and_read_back(name: str) -> None:
    arguments = _arguments(WEATHER, name)
    assert arguments.write(OSLO) == RENDERED[name] == write_arguments(STYLES[name], OSLO)
    assert accepts(arguments.grammar, RENDERED[name])
    assert arguments.read(RENDERED[name]) == OSLO
    assert not arguments.grammar.residual


@pytest.mark.parametrize("name", STYLES)
def test_no_arguments(name: str) -> None:
    arguments = _arguments({}, name)
    assert arguments.write({}) == {"call": "()"}.get(name, "{}" if name not in TAGGED else "")
    assert arguments.grammar.matcher().shortest() == arguments.write({})
    assert arguments.read(arguments.write({})) == {}
    with pytest.raises(ValueError, match="no arguments in this syntax"):
        arguments.read(arguments.write({"a": 1}))


@pytest.mark.parametrize("name", STYLES)
@pytest.mark.parametrize("case", [case for case, (_, right, _) in CASES.items() if isinstance(right[0], dict)])
def test_accepts_what_is_valid_and_refuses_what_is_not(case: str, name: str) -> None:
    schema, right, wrong = CASES[case]
    arguments = _arguments(schema, name)
    plain = Grammar.from_json_schema(schema, whitespace="spaced", closed=True)
    for value in (value for value in right if isinstance(value, dict) and accepts(plain, json.dumps(value))):
        assert accepts(arguments.grammar, arguments.write(value)), value
        assert arguments.read(arguments.write(value)) == value
        assert arguments.grammar.check(value) == []
    for value in (value for value in wrong if isinstance(value, dict)):
        text = arguments.write(value)
        assert not (accepts(arguments.grammar, text) and arguments.read(text) == value), value


@pytest.mark.parametrize("whitespace,spelling", [("spaced", JSON), ("compact", JSON_COMPACT)])
@pytest.mark.parametrize(
    "schema", [WEATHER, *(CASES[case][0] for case in ("patterns", "recursive", "odd keys"))], ids=str
)
def test_json_is_what_the_compiler_writes_anyway(schema: Any, whitespace: Any, spelling: Any) -> None:
    whole = schema if "type" in schema else {"type": "object", **schema}
    expected = Grammar.from_json_schema(whole, whitespace=whitespace, closed=True)
    assert str(compile_arguments(schema, ArgumentStyle(spelling)).grammar) == str(expected)


@pytest.mark.parametrize("name", STYLES)
def test_arguments_are_an_object_whatever_the_root_says(name: str) -> None:
    for schema in (
        {"type": ["object", "null"], "required": ["a"]},
        {"anyOf": [{"required": ["a"]}, {"type": "array"}]},
    ):
        arguments = _arguments({**schema, "properties": {"a": {"type": "integer"}}}, name)
        assert arguments.read(arguments.write({"a": 1})) == {"a": 1}
        assert arguments.grammar.matcher().forced()
    with pytest.raises(SchemaError, match="arguments are an object"):
        _arguments({"type": "string"}, name)


@pytest.mark.parametrize("name", TAGGED)
def test_what_is_forced_can_be_written_for_the_model(name: str) -> None:
    style = STYLES[name]
    schema = {"properties": {"unit": {"const": "m"}, "size": {"type": "boolean"}}, "required": ["unit", "size"]}
    matcher = _arguments(schema, name).grammar.matcher()
    first = "size" if style.sort_keys else "unit"
    assert matcher.forced().startswith(f"{style.begin}{style.opening}{first}")
    whole = matcher.shortest()
    assert matcher.advance(whole)
    assert matcher.done


# Strings between tags


@pytest.mark.parametrize("name", TAGGED)
def test_a_string_ends_where_its_closing_tag_first_occurs(name: str) -> None:
    schema = {"properties": {"a": {"type": "string"}, "b": {"type": "string"}}}
    arguments = _arguments(schema, name)
    after = STYLES[name].tags["string"].after
    for text in ("", "x", "<", "</", "a < b", '"quoted"', "line\nline\n", after[:-1], after[1:], "{}", "null", "é😀"):
        value = {"a": text, "b": text}
        if (text + after).find(after) == len(text):
            assert arguments.read(arguments.write(value)) == value, text
        else:
            assert not accepts(arguments.grammar, arguments.write(value))
    assert not accepts(arguments.grammar, arguments.write({"a": f"x{after}y"}))


URL = r"^https?:\/\/(www\.)?[-a-zA-Z0-9@:%._\+~#=]{1,256}\.[a-zA-Z0-9()]{1,6}\b([-a-zA-Z0-9()@:%_\+.~#?&//=]*)$"


@pytest.mark.parametrize("name", STYLES)
@pytest.mark.parametrize(
    "string,right,wrong",
    [
        ({"enum": ["a", "b"]}, ["a", "b"], ["c", "ab", ""]),
        ({"enum": [f"n{number}" for number in range(30)]}, ["n0", "n29"], ["n30", "n"]),
        ({"pattern": "^[a-c]+$"}, ["abc"], ["d", "", "ad"]),
        ({"format": "date"}, ["2024-02-29"], ["2023-02-29", "today"]),
        ({"minLength": 2, "maxLength": 4}, ["ab", "abcd", "é😀"], ["a", "abcde"]),
        ({"maxLength": 300}, ["", "a" * 300], ["a" * 301]),
        ({"minLength": 100}, ["a" * 100], ["a" * 99]),
        (
            {"pattern": URL},
            ["https://www.example.com/a?b=c"],
            ["ftp://example.com", "https://example", "http://a b.com"],
        ),
        ({"pattern": "^[a-z ]{1,900}$"}, ["a b", "a" * 900], ["a" * 901, "", "A"]),
    ],
    ids=lambda found: str(found)[:40],
)
def test_a_string_satisfies_its_schema(string: Any, right: list[str], wrong: list[str], name: str) -> None:
    arguments = _arguments({"properties": {"s": {"type": "string", **string}}, "required": ["s"]}, name)
    for text in right:
        assert arguments.read(arguments.write({"s": text})) == {"s": text}
    for text in wrong:
        assert not accepts(arguments.grammar, arguments.write({"s": text})), text


@pytest.mark.parametrize("name", [name for name in TAGGED if len(STYLES[name].tags["string"].after) > 1])
def test_long_text_with_pieces_of_its_closing_tag_is_left_to_the_check(name: str) -> None:
    arguments = _arguments({"properties": {"s": {"type": "string", "maxLength": 300}}}, name)
    assert [note.keyword for note in arguments.grammar.residual] == ["maxLength"]
    after = STYLES[name].tags["string"].after
    value = {"s": after[:2] + "x" * 299}
    assert arguments.grammar.check(arguments.read(arguments.write(value)))


@pytest.mark.parametrize("name", TAGGED)
def test_a_value_that_cannot_be_written_is_left_out_and_named(name: str) -> None:
    after = STYLES[name].tags["string"].after
    schema = {"properties": {"s": {"enum": ["a", f"b{after}"]}, "t": {"const": after}}}
    arguments = _arguments(schema, name)
    assert sorted((note.keyword, note.pointer) for note in arguments.grammar.residual) == [
        ("enum", "/properties/s"),
        ("enum", "/properties/t"),
    ]
    assert arguments.read(arguments.write({"s": "a"})) == {"s": "a"}
    assert not accepts(arguments.grammar, arguments.write({"s": f"b{after}"}))
    assert not accepts(arguments.grammar, arguments.write({"t": after}))
    with pytest.raises(SchemaError, match="'t' can have no value"):
        _arguments({**schema, "required": ["t"]}, name)


@pytest.mark.parametrize("name", STYLES)
def test_what_needs_too_large_automata_is_left_to_the_check(name: str) -> None:
    heavy = {f"p{number}": {"type": "string", "pattern": f"[a-z]x.{{{number % 9 + 1}}}y"} for number in range(40)}
    listed = {"enum": [f"{number:03}{'ab' * (number % 7)}" for number in range(1500)]}
    several = {"type": ["string", "null", "integer"], "maxLength": 900}
    schema = {
        "properties": {**heavy, "l": listed, "s": several, "a": {"items": several}},
        "additionalProperties": several,
    }
    arguments = _arguments({"type": "object", **schema}, name)
    assert {note.keyword for note in arguments.grammar.residual} <= {"pattern", "maxLength", "properties"}
    value = {"p8": "axzzzzzzzzzy", "l": "003ababab", "s": None, "a": ["x", None, 3], "other": "text"}
    assert arguments.read(arguments.write(value)) == value
    assert not arguments.grammar.check(value)
    wrong = arguments.write({"l": "3000"})
    assert not accepts(arguments.grammar, wrong) or arguments.grammar.check(arguments.read(wrong))


# Values of several types


@pytest.mark.parametrize("name", STYLES)
@pytest.mark.parametrize("several,right,wrong", SEVERAL, ids=str)
def test_text_that_reads_as_another_type_is_of_that_type(several: Any, right: Any, wrong: Any, name: str) -> None:
    style = STYLES[name]
    told = not style.tagged or style.tags["string"].before != style.tags["number"].before
    arguments = _arguments({"properties": {"v": several}}, name)
    for value in right if told else [value for value in right if not _rival(several, value)]:
        if name == "call" and "'" in str(value):
            continue  # closes the string
        assert arguments.read(arguments.write({"v": value})) == {"v": value}
    for value in wrong:
        text = arguments.write({"v": value})
        assert (accepts(arguments.grammar, text) and arguments.read(text) == {"v": value}) == told, value


def _rival(several: Any, value: Any) -> bool:
    """Whether the text of a string is a number that the schema's enum allows in principle."""
    return isinstance(several, dict) and value == "1" and "enum" in several


@pytest.mark.parametrize("name", STYLES)
def test_the_type_may_depend_on_another_argument(name: str) -> None:
    schema = {
        "oneOf": [
            {"properties": {"k": {"const": "n"}, "v": {"type": "integer"}}, "required": ["k", "v"]},
            {"properties": {"k": {"const": "s"}, "v": {"type": "string"}}, "required": ["k", "v"]},
        ]
    }
    arguments = _arguments(schema, name)
    for value in ({"k": "n", "v": 1}, {"k": "s", "v": "one"}, {"k": "s", "v": "1"}):
        assert arguments.read(arguments.write(value)) == value
    assert not accepts(arguments.grammar, arguments.write({"k": "n", "v": "one"}))


# Keys


@pytest.mark.parametrize("name", STYLES)
def test_other_keys_have_the_types_that_the_schema_gives_them(name: str) -> None:
    schema = {
        "properties": {"a": {"type": "string"}},
        "patternProperties": {"^n_": {"type": "integer"}},
        "additionalProperties": {"type": "boolean"},
        "type": "object",
    }
    arguments = _arguments(schema, name)
    for value in ({"a": "x", "n_b": 1, "z": True}, {"ab": False}, {"n_": 2}):
        assert arguments.read(arguments.write(value)) == value
    for wrong in ({"a": 1.5}, {"n_b": True}, {"z": 1}, {"z": "x"}):
        text = arguments.write(wrong)
        assert not (accepts(arguments.grammar, text) and arguments.read(text) == wrong)


@pytest.mark.parametrize("name", TAGGED)
def test_a_key_that_would_end_early_cannot_be_written(name: str) -> None:
    key = f"a{STYLES[name].tags['string'].before}b"
    schema = {"properties": {key: {"type": "string"}, "c": {"type": "string"}}}
    arguments = _arguments(schema, name)
    assert [note.keyword for note in arguments.grammar.residual] == ["properties"]
    assert arguments.read(arguments.write({"c": "x"})) == {"c": "x"}
    assert not accepts(arguments.grammar, arguments.write({key: "x"}))
    with pytest.raises(SchemaError, match="can have no value"):
        _arguments({**schema, "required": [key]}, name)


@pytest.mark.parametrize("name", TAGGED)
def test_listed_objects(name: str) -> None:
    schema = {"enum": [{"a": "x", "b": 1}, {}, {"a": f"y{STYLES[name].tags['string'].after}"}]}
    arguments = _arguments(schema, name)
    for value in ({"a": "x", "b": 1}, {}):
        assert arguments.read(arguments.write(value)) == value
    assert not accepts(arguments.grammar, arguments.write({"a": "x"}))
    assert [note.keyword for note in arguments.grammar.residual] == ["enum"]


# Spellings


@pytest.mark.parametrize("schema", [{}, {"maxLength": 5}, {"maxLength": 200}, {"pattern": "^[^x]*$"}], ids=str)
@settings(deadline=None)
@given(text=st.text(st.sampled_from("aé'\"\\\n\x00\x7f\xa0\xad\u200b\u2028😀\U000e0001"), max_size=5))
def test_strings_of_python_are_those_that_repr_writes(schema: Any, text: str) -> None:
    arguments = compile_arguments({"properties": {"s": {"type": "string", **schema}}}, ArgumentStyle(PYTHON))
    assert arguments.read(repr({"s": text})) == {"s": text}


@pytest.mark.parametrize(
    "schema", [{}, {"maxLength": 5}, {"pattern": "^[^x]*$"}, {"pattern": "^[é-￿😀]*$"}, {"enum": ["é", "😀"]}], ids=str
)
def test_json_in_ascii_escapes_what_is_not(schema: Any) -> None:
    arguments = _arguments({"properties": {"é😀": {"type": "string", **schema}}, "required": ["é😀"]}, "ascii json")
    for text in ("é", "😀"):
        written = arguments.write({"é😀": text})
        assert written == json.dumps({"é😀": text})
        assert arguments.read(written) == {"é😀": text}
    assert not accepts(arguments.grammar, '{"\\u00e9\\ud83d\\ude00": "\\ud83d"}')


@settings(deadline=None)
@given(text=st.text(max_size=3), low=st.integers(0x10000, 0x10FFFF), high=st.integers(0x10000, 0x10FFFF))
def test_pairs_of_surrogates_are_those_of_the_characters(text: str, low: int, high: int) -> None:
    low, high = sorted((low, high))
    schema = {"type": "string", "pattern": f"^[\\u{{{low:x}}}-\\u{{{high:x}}}]*$"}
    arguments = _arguments({"properties": {"s": schema}, "required": ["s"]}, "ascii json")
    for value in (
        text,
        chr(low),
        chr(high),
        chr((low + high) // 2),
        chr(max(low - 1, 0xFFFF)),
        chr(min(high + 1, 0x10FFFF)),
    ):
        inside = all(low <= ord(char) <= high for char in value)
        assert accepts(arguments.grammar, json.dumps({"s": value})) == inside


@pytest.mark.parametrize("text", ["'a\"b'", '"it\'s"', "'both \\' and \"'", "'\\x07'", "'\\u200b'"])
def test_python_strings_have_the_quotes_that_repr_takes(text: str) -> None:
    arguments = compile_arguments({"properties": {"s": {"type": "string"}}}, ArgumentStyle(PYTHON))
    assert accepts(arguments.grammar, f"{{'s': {text}}}")
    for other in ('"a"', "'it\\'s'", '"a\\"b"'):
        assert not accepts(arguments.grammar, f"{{'s': {other}}}")


def test_bare_keys_and_raw_strings_cannot_hold_what_ends_them() -> None:
    schema = {"properties": {"a:b": {"type": "string"}, "c": {"enum": ["x", '<|"|>']}}, "additionalProperties": True}
    arguments = compile_arguments(schema, ArgumentStyle(GEMMA))
    assert [note.keyword for note in arguments.grammar.residual] == ["properties", "enum"]
    for value in ({"c": "x", "d": {"e": "<|"}}, {"k}": [1]}):
        assert arguments.read(arguments.write(value)) == value
    for wrong in ({"a:b": "x"}, {"c": '<|"|>'}, {"}": 1}, {"d": '<|"|>'}):
        assert not accepts(arguments.grammar, arguments.write(wrong))


def test_the_same_schema_and_style_give_the_same_arguments() -> None:
    style = STYLES["call"]
    again = ArgumentStyle(style.spelling, dict(reversed(style.tags.items())), "(", "", ", ", ")", "()")
    assert compile_arguments(WEATHER, style) is compile_arguments(dict(WEATHER), again)
    assert compile_arguments(WEATHER, style) is not compile_arguments(WEATHER, STYLES["json"])


@pytest.mark.parametrize(
    "tags,why",
    [
        ({"string": Tag("=", "'", None)}, "no tag for number"),
        ({kind: Tag(kind, ";") for kind in KINDS}, "nothing ends a key"),
        ({kind: Tag("=", "", None if kind == "string" else JSON) for kind in KINDS}, "raw string would not end"),
        ({kind: Tag("=", ";", None if kind == "number" else JSON) for kind in KINDS}, "raw number would not end"),
    ],
    ids=["missing", "keys", "strings", "numbers"],
)
def test_a_style_that_leaves_open_where_things_end_is_refused(tags: Any, why: str) -> None:
    with pytest.raises(GrammarError, match=why):
        compile_arguments(WEATHER, ArgumentStyle(tags=tags))


# Random schemas


def _objects() -> st.SearchStrategy[Any]:
    return st.fixed_dictionaries(
        {"type": st.just("object"), "properties": st.dictionaries(st.sampled_from(KEYS), SCHEMAS, max_size=3)},
        optional={
            "required": st.lists(st.sampled_from(KEYS), max_size=2, unique=True),
            "additionalProperties": SCHEMAS,
            "minProperties": st.integers(0, 1),
            "dependentRequired": st.just({"a": ["b"]}),
            "anyOf": st.lists(SCHEMAS, min_size=1, max_size=2),
        },
    )


def _compiled(schema: Any, name: str) -> Arguments | None:
    try:
        return _arguments(schema, name)
    except SchemaError as error:
        if "nothing satisfies" not in str(error) and "arguments are an object" not in str(error):
            raise
        return None


@settings(max_examples=100, deadline=None)
@given(_objects(), st.dictionaries(st.sampled_from(KEYS), VALUES, max_size=3), st.sampled_from(sorted(STYLES)))
def test_a_valid_value_is_accepted_and_an_invalid_one_is_not(schema: Any, value: Any, name: str) -> None:
    plain, arguments = _compiled(schema, "json"), _compiled(schema, name)
    if plain is None or arguments is None:
        assert plain is arguments
        return
    text = arguments.write(value)
    accepted = accepts(arguments.grammar, text)
    if accepted and arguments.read(text) == value:
        assert valid(schema, value) or arguments.grammar.check(value)
    elif accepts(plain.grammar, plain.write(value)) and not STYLES[name].sort_keys and name != "gemma":
        assert not accepted or arguments.read(text) != value
        assert any(isinstance(item, str) for item in value.values())  # raw, and it reads as another type


@settings(max_examples=100, deadline=None)
@given(_objects(), st.integers(0, 2**32), st.sampled_from(sorted(STYLES)))
def test_a_sampled_sentence_is_valid(schema: Any, seed: int, name: str) -> None:
    arguments = _compiled(schema, name)
    if arguments is None:
        return
    chance = random.Random(seed)
    for _ in range(3):
        text = _sampled(arguments.grammar, chance)
        value = arguments.read(text)
        assert valid(schema, value) or arguments.grammar.check(value), text


def _sampled(grammar: Grammar, chance: random.Random) -> str:
    """A random walk over likely characters, closed along the shortest way."""
    matcher, text = grammar.matcher(), ""
    for _ in range(30):
        following = matcher.forced()
        if not following:
            options = [char for char in "{}[],:'\"\\ab1024-.enulTrFN<>/|= \né" if matcher.allows(char)]
            if not options:
                break
            following = chance.choice(options)
        matcher.advance(following)
        text += following
    return text + matcher.shortest()
