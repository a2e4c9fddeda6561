"""Patterns, formats and lengths: the automata against Python's own regular expressions and jsonschema's formats."""

from __future__ import annotations

import json
import re
from typing import Any

import jsonschema
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

import gba.grammar.gbnf.rules
from gba.grammar import Grammar
from gba.grammar.gbnf.matcher import Matcher
from gba.grammar.gbnf.nodes import Literal
from gba.grammar.gbnf.rules import Rules
from gba.grammar.regular.automata import complement, finite, intersect, join
from gba.grammar.regular.formats import FORMATS, INEXACT, format_language
from gba.grammar.regular.found import can_be_judged
from gba.grammar.regular.languages import full_match, length_between, search
from gba.grammar.regular.regex import NotRegularError, RegexError
from gba.schema.work import TooLargeError
from tests.helpers.examples import examples
from tests.helpers.schemas import accepts, text_of

PATTERNS = [
    r"^[a-z]+$", r"a|b", r"^a$|^b$", r"(^|,)x(,|$)", r"^(?!foo)[a-z]*$", r"^((?!ab).)*$", r"\bab\b", r"\Bb", r"(?<=a)b",
    r"(?<!a)b$", r"^(?=.*a)(?=.*b)[ab,]{2,4}$", r"^$", r"^(a|b)*abb$", r"a$b", r"x^", r"^\d{1,3}-\d{2}$", r"[^,]",
    r"(?=a)^a",
    r"^(?:ab?)+?$", r"^a{2,}b{0,1}$", r"^[\w-]+\.o$", r"\S\s\S", r"^(a*)*$", r"^(|a)+b", r"^[]a]", r"a{,2}x",
    r"^(?:(?=a)ab|o)$", r"^a.b$", r"^[^\s]*$", r"(a(?!b))+$",
]  # fmt: skip


@pytest.mark.parametrize("pattern", [pattern for pattern in PATTERNS if pattern != r"^[]a]"])
@settings(max_examples=examples(60), deadline=None)
@given(st.text("ab,xfo-1 .\n", max_size=7))
@example("")
@example("\n")
def test_a_pattern_is_searched_as_python_searches_it(pattern: str, text: str) -> None:
    """But ``$`` is the end of the text only, as in ECMA-262."""
    expected = re.search(pattern.replace("$", r"\Z"), text) is not None
    assert search(pattern).matches(text) == expected


@pytest.mark.parametrize(
    "pattern,right,wrong",
    [
        (r"^\d$", ["0", "9"], ["٣", "10", "a"]),
        (r"^\w$", ["_", "Z"], ["é", "-"]),
        (r"^\s$", ["\ufeff", "\u2003", "\t"], ["\u200b", "x"]),
        (r"^.$", ["é", "😀"], ["\n", "\u2028", ""]),
        (r"^\u00e9\x41\cA$", ["éA\x01"], ["eA\x01"]),
        (r"^\u{1F600}$", ["😀"], ["😁"]),
        (r"^\ud83d\ude00$", ["😀"], ["😁"]),
        (r"^\p{Lu}\P{L}$", ["Ä1"], ["ä1", "ÄÄ"]),
        (r"^[\b\]\-\\]$", ["\b", "]", "-", "\\"], ["b"]),
        (r"^(?<year>\d{4})$", ["1999"], ["199"]),
        (r"^[^]$", ["x"], [""]),
        (r"^[]$", [], ["", "x"]),
        (r"^/[a-z]+/$", ["/a/"], ["a"]),
    ],
)
def test_patterns_are_ecma_262(pattern: str, right: list[str], wrong: list[str]) -> None:
    dfa = search(pattern)
    assert [text for text in right if not dfa.matches(text)] == []
    assert [text for text in wrong if dfa.matches(text)] == []


@pytest.mark.parametrize("pattern", ["(", "a)", "[a", "*a", "a{3,2}", "\\", "[z-a]", "(?z)", r"\u{110000}", r"\x4"])
def test_what_is_no_pattern_is_refused(pattern: str) -> None:
    with pytest.raises(RegexError):
        search(pattern)


@pytest.mark.parametrize("pattern", [r"(a)\1", r"(?<n>a)\k<n>", "a++", "(?>a)", r"\p{Script=Greek}", "a{200000}"])
def test_what_is_not_regular_is_left_to_the_check_where_there_is_one(pattern: str) -> None:
    with pytest.raises(NotRegularError):
        search(pattern)
    if can_be_judged(pattern):
        grammar = Grammar.from_json_schema({"type": "string", "pattern": pattern})
        assert [note.keyword for note in grammar.residual] == ["pattern"]


@pytest.mark.parametrize("pattern", [r"(a)\1", r"(?<n>a)\k<n>", "a{200000}"])
def test_what_python_can_judge_is_not_refused(pattern: str) -> None:
    assert can_be_judged(pattern)


@pytest.mark.parametrize("pattern", ["^(a|b)*a(a|b){16}$", "^.{0,90000}$", "^((a{1,99}){1,99}){1,99}$"])
def test_an_automaton_that_would_be_too_large_is_not_made(pattern: str) -> None:
    with pytest.raises(TooLargeError):
        search(pattern)


@settings(max_examples=examples(60), deadline=None)
@given(st.sampled_from(PATTERNS), st.sampled_from(PATTERNS), st.text("abx,", max_size=5))
def test_automata_combine(one: str, other: str, text: str) -> None:
    left, right = search(one), search(other)
    assert intersect(left, right).matches(text) == (left.matches(text) and right.matches(text))
    assert join(left, right).matches(text) == (left.matches(text) or right.matches(text))
    assert complement(left).matches(text) != left.matches(text)
    assert length_between(left, 1, 3).matches(text) == (left.matches(text) and 1 <= len(text) <= 3)


@settings(max_examples=examples(60), deadline=None)
@given(st.lists(st.text("ab", max_size=4), max_size=6), st.text("ab", max_size=4))
def test_a_finite_language_is_its_texts(texts: list[str], text: str) -> None:
    assert finite(texts).matches(text) == (text in texts)


def test_automata_are_minimal() -> None:
    assert len(search("^(?:a|b)*abb$").edges) == 4
    assert len(full_match("(?:aa|ab|ba|bb)*").edges) == 2
    assert len(finite(["abc", "bbc", "cbc"]).edges) == 4


SAMPLES = {
    "date": ["2024-02-29", "2023-02-29", "2000-02-29", "1900-02-29", "2024-13-01",
             "2024-04-31", "24-01-01", "0000-01-01"],
    "date-time": ["2024-02-29T10:00:00Z", "2024-02-29t10:00:00.5+01:00",
                  "2024-02-29 10:00:00Z", "2024-02-29T24:00:00Z"],
    "time": ["10:00:00Z", "10:00:00", "23:59:59.123-23:59", "10:60:00Z", "1:00:00Z"],
    "duration": ["P1D", "PT1H30M", "P1W", "P", "PT", "P1DT2H", "1D", "P1YT", "P1Y2M"],
    "hostname": ["a", "a.b-c.d", "-a", "a..b", "a" * 63, "a" * 64, "ex_ample.org"],
    "ipv4": ["1.2.3.4", "256.1.1.1", "1.2.3", "01.2.3.4", "0.0.0.0"],
    "ipv6": ["::1", "1::", "1:2:3:4:5:6:7:8", "1::2::3", "::ffff:1.2.3.4", "12345::", "fe80::1%eth0", ":"],
    "uri": ["https://a.b/c?d=e#f", "urn:x:y", "a b:c", "//a", "http://[::1]:80/", "http://a/%zz", "mailto:a@b"],
    "uri-reference": ["/a/b", "", "#x", "a b", "//host/x", "\\\\x"],
    "uuid": ["2eb8aa08-aa98-11ea-b4aa-73b441d16380", "2eb8aa08aa9811eab4aa73b441d16380",
             "2EB8AA08-AA98-11EA-B4AA-73B441D16380"],
    "json-pointer": ["", "/a/~0~1b", "a", "/~2"],
    "relative-json-pointer": ["0", "1/a", "0#", "01/a", "/a"],
}  # fmt: skip


@pytest.mark.parametrize("name", SAMPLES)
def test_formats_are_judged_as_jsonschema_judges_them(name: str) -> None:
    checker = jsonschema.Draft202012Validator.FORMAT_CHECKER
    assert name in checker.checkers, "what jsonschema checks this format with is not installed"
    for text in SAMPLES[name]:
        language = format_language(name)
        assert language is not None
        verdict = language.matches(text)
        assert verdict == checker.conforms(text, name) or (verdict and name in INEXACT), text


def test_an_inexact_format_is_left_to_the_check_as_well() -> None:
    grammar = Grammar.from_json_schema({"type": "string", "format": "regex"})
    assert [note.keyword for note in grammar.residual] == ["format"]
    assert accepts(grammar, '"(a"')
    assert grammar.check("(a") != []
    assert grammar.check("(a)") == []


def test_the_check_digits_of_an_iban_are_left_to_the_check() -> None:
    grammar = Grammar.from_json_schema({"type": "string", "format": "iban"})
    assert [note.keyword for note in grammar.residual] == ["format"]
    for text in ("GB82WEST12345698765432", "DE89370400440532013000", "NO9386011117947"):
        assert accepts(grammar, text_of(text))
        assert grammar.check(text) == []
    assert accepts(grammar, text_of("GB83WEST12345698765432"))
    assert grammar.check("GB83WEST12345698765432") == ["/: 'GB83WEST12345698765432' is not a 'iban'"]
    for text in ("", "GB82", "gb82west12345698765432", "GB82 WEST 1234 5698 7654 32", "NO9386011117947" * 3):
        assert not accepts(grammar, text_of(text))
    assert Grammar.from_json_schema({"format": "iban"}).check(5) == []


def test_an_unknown_format_is_an_annotation() -> None:
    grammar = Grammar.from_json_schema({"type": "string", "format": "postcode"})
    assert grammar == Grammar.from_json_schema({"type": "string"})


@pytest.mark.parametrize("name", [name for name in FORMATS if name not in INEXACT])
def test_a_grammar_says_a_format_as_its_automaton_does(name: str) -> None:
    grammar = Grammar.from_json_schema({"type": "string", "format": name})
    language = format_language(name)
    assert language is not None
    for text in SAMPLES.get(name, ["a@b.c", "a", "@"]):
        assert accepts(grammar, text_of(text)) == language.matches(text), text


@pytest.mark.parametrize(
    "minimum,maximum",
    [(0, 0), (0, 1), (0, 5), (1, 1), (2, 7), (5, 40), (0, 33), (31, 32), (64, 64), (3, None), (17, None)],
)
def test_lengths_are_counted_exactly(minimum: int, maximum: int | None) -> None:
    schema: dict[str, Any] = {"type": "string", "minLength": minimum}
    if maximum is not None:
        schema["maxLength"] = maximum
    grammar = Grammar.from_json_schema(schema)
    for length in range((maximum or minimum) + 3):
        wanted = minimum <= length and (maximum is None or length <= maximum)
        assert accepts(grammar, text_of("é" * length)) == wanted, length
    assert grammar.residual == ()


@pytest.mark.parametrize(
    "minimum,maximum", [(0, 8), (0, 9), (0, 63), (0, 64), (0, 65), (8, 72), (70, 200), (9, None), (0, 511), (520, 530)]
)
def test_counts_are_made_of_blocks_of_blocks(
    minimum: int, maximum: int | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Blocks of eight, as in a grammar in which llama.cpp has written out many repetitions already."""
    monkeypatch.setattr(gba.grammar.gbnf.rules, "_SPELLED", -1)
    rules = Rules()
    matcher = Matcher(rules.tree(rules.counted("a", Literal("a"), minimum, maximum)))
    ends = []
    for length in range((maximum or minimum) + 3):
        if matcher.accepting:
            ends.append(length)
        if not matcher.advance("a"):
            break
    assert ends == list(range(minimum, (maximum or minimum + 2) + 1))


def test_a_long_bound_is_kept_in_few_rules() -> None:
    grammar = Grammar.from_json_schema({"type": "string", "maxLength": 10**9})
    assert len(grammar.tree.rules) < 120
    matcher = Grammar.from_json_schema({"type": "string", "maxLength": 5000}).matcher()
    assert matcher.advance('"' + "x" * 5000)
    assert not matcher.allows("x")
    assert matcher.advance('"')
    assert matcher.done


@settings(max_examples=examples(60), deadline=None)
@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=6))
@example('"\\/\b\f\n\r\t\x00\x1f\x7f')
@example("\U0010ffff\ue000\ud7ff")
def test_any_text_is_a_string(text: str) -> None:
    assert accepts(Grammar.from_json_schema({"type": "string"}), text_of(text))
    assert accepts(Grammar.from_json_schema({"type": "string", "not": {"const": "x"}}), text_of(text)) == (text != "x")


@settings(max_examples=examples(60), deadline=None)
@given(st.text(st.characters(), max_size=3))
def test_a_string_may_be_escaped_but_never_holds_a_lone_surrogate(text: str) -> None:
    spelled = json.dumps(text)
    pairless = re.sub(r"\\ud[89ab]..\\ud[c-f]..", "", spelled)
    if spelled == pairless or not re.search(r"\\ud[89a-f]", spelled):
        assert accepts(Grammar.from_json_schema({"type": "string"}), spelled) == (
            re.search(r"\\ud[89a-f]", spelled) is None
        )


@pytest.mark.parametrize(
    "text, iri, reference",
    [
        ("http://ƒøø.ßår/?∂éœ=πîx#πîüx", True, True),
        ("http://example.com/ü", True, True),
        ("urn:ü:\U0001f600", True, True),
        ("http://[2001:db8::1]", True, True),
        ("http://2001:0db8::1]", False, False),
        ("/âππ", False, True),
        ("#ƒrägmênt", False, True),
        ("#ƒräg\\mênt", False, False),
        ("http://ex.com/?x=\ue000", True, True),
        ("http://ex.com/\ue000", False, False),
        ("http://ex.com/#?\ue000", False, False),
        ("hüp://x", False, False),
        ("http://h:8ü/", False, False),
        ("http://x/a b", False, False),
    ],
)
def test_iris_are_judged_by_rfc_3987(text: str, iri: bool, reference: bool) -> None:
    for name, valid in (("iri", iri), ("iri-reference", reference)):
        assert (Grammar.from_json_schema({"type": "string", "format": name}).check(text) == []) is valid
