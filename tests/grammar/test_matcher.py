"""The matcher against tables of sentences, and against brute force on random grammars."""

from __future__ import annotations

import threading

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gba.errors import GrammarError
from gba.grammar.gbnf.matcher import MAX_FORCED, Matcher
from gba.grammar.gbnf.nodes import EMPTY, CharClass, GbnfTree, Node, Ref, Repeat, TokenTerminal, alt, lit, optional, seq
from gba.grammar.gbnf.parser import parse_gbnf
from tests.helpers.examples import examples
from tests.helpers.grammar_trees import LONGEST, TEXTS, sentences, trees

JSON = r"""
root   ::= value
value  ::= object | array | string | number | "true" | "false" | "null"
object ::= "{" (string ": " value (", " string ": " value)*)? "}"
array  ::= "[" (value (", " value)*)? "]"
string ::= "\"" ([^"\\\x00-\x1F] | "\\" (["\\/bfnrt] | "u" [0-9a-fA-F]{4}))* "\""
number ::= "-"? ("0" | [1-9] [0-9]*) ("." [0-9]+)? ([eE] [-+]? [0-9]+)?
"""

CALL = r"""
root ::= "{\"name\": \"" name "\"}"
name ::= "get_weather" | "get_time" | "search"
"""

CASES = {
    "json": (
        JSON,
        ["{}", "[]", '{"a": [1, -2.5e+3, "x\\u00e9\\n"]}', '"é 😀"', "null", "0"],
        ["", "{", "[1,2]", '"\n"', "01", "nul", "truefalse", '{"a": }', '"\\x"', "1.", "--1"],
    ),
    "nested": ('root ::= "(" root ")" | "x"', ["x", "(x)", "((((x))))"], ["", "(x", "x)", "()", "((x)"]),
    "palindrome": ('root ::= "a" root "a" | "b" root "b" | ""', ["", "aa", "abba", "baab"], ["a", "ab", "aba"]),
    "ambiguous": ('root ::= "a"* "a"* "b"?', ["", "a", "aaa", "aab"], ["b" * 2, "aba"]),
    "nullable": ('root ::= x y z "."\nx ::= "a"?\ny ::= x x\nz ::= [bc]*', [".", "a.", "aaabc."], ["", "aaaa.", "b"]),
    "nullable repeated": ("root ::= word*\nword ::= [a-z]* [ ]*", ["", "a b", "  "], ["A", "a B"]),
    "counts": ("root ::= [ab]{2,3} [c]{2} [d]{1,}", ["abccd", "aaaccddd"], ["accd", "aaaaccd", "abcd", "abcc"]),
    "token by its text": ('root ::= <think> "x" </think>', ["<think>x</think>"], ["x", "<think>x"]),
    "nothing fits an empty class": ('root ::= "a" [b-a] | "c"', ["c"], ["a", "ab", ""]),
    "beyond the basic plane": ("root ::= [\\U0001F600-\\U0001F64F]+", ["😀😂"], ["☺", "😀a"]),
    "no null character": ("root ::= .*", ["", "\x01", "é\n"], ["\0", "a\0"]),
}


def follow(grammar: str, text: str = "") -> Matcher:
    matcher = Matcher(parse_gbnf(grammar))
    assert matcher.advance(text)
    return matcher


def accepts(matcher: Matcher, text: str) -> bool:
    matcher = matcher.copy()
    return matcher.advance(text) and matcher.accepting


@pytest.mark.parametrize("name", CASES)
def test_sentences(name: str) -> None:
    grammar, accepted, refused = CASES[name]
    matcher = Matcher(parse_gbnf(grammar))
    assert [text for text in accepted if not accepts(matcher, text)] == []
    assert [text for text in refused if accepts(matcher, text)] == []


def test_a_refused_text_changes_nothing() -> None:
    matcher = follow(JSON, '{"a": ')
    assert not matcher.advance('"b"} and more')
    assert not matcher.allows("}")
    assert matcher.allows("[1, 2]}")
    assert matcher.advance("1}")
    assert matcher.done


def test_copies_go_their_own_ways() -> None:
    matcher = follow(JSON, "[")
    other = matcher.copy()
    assert other.advance("1")
    assert matcher.advance('"')
    assert other.shortest() == "]"
    assert matcher.shortest() == '"]'


@pytest.mark.parametrize(
    "text, forced",
    [
        ("", '{"name": "'),
        ('{"name": "', ""),
        ('{"name": "g', "et_"),
        ('{"name": "get_t', 'ime"}'),
        ('{"name": "search"', "}"),
        ('{"name": "search"}', ""),
    ],
)
def test_forced(text: str, forced: str) -> None:
    assert follow(CALL, text).forced() == forced


def test_forced_stops_where_the_sentence_may_end() -> None:
    matcher = follow('root ::= "ab" "cd"?')
    assert matcher.forced() == "ab"
    assert matcher.advance("ab")
    assert (matcher.forced(), matcher.accepting, matcher.done) == ("", True, False)
    assert matcher.advance("c")
    assert matcher.forced() == "d"


def test_forced_is_bounded() -> None:
    matcher = follow('root ::= "ab" root')
    assert matcher.forced() == "ab" * (MAX_FORCED // 2)


def test_done_means_that_nothing_can_follow() -> None:
    assert follow('root ::= "a" [b-a]? ""', "a").done
    assert not follow('root ::= "a" "b"?', "a").done
    assert not follow('root ::= "ab"', "a").done


@pytest.mark.parametrize(
    "grammar, text, shortest",
    [
        (JSON, "", "0"),
        (JSON, '{"a": [1, {"b": "', '"}]}'),
        (JSON, "-", "0"),
        (JSON, '"\\u', '0000"'),
        (JSON, "12", ""),
        (CALL, "", '{"name": "search"}'),
        (CALL, '{"name": "get_', 'time"}'),
        ('root ::= [1-9] [^0-9]{2} [ -~] "é"', "", "1aa0é"),
        ("root ::= [\\n] [\\u4E00-\\u9FFF]", "", "\n一"),
        ('root ::= "(" root ")" | "x" "yz"', "((", "xyz))"),
        ('root ::= a | b\na ::= "x" a\nb ::= "x" "y"{3}', "x", "yyy"),
        ("root ::= <end>", "", "<end>"),
    ],
)
def test_shortest(grammar: str, text: str, shortest: str) -> None:
    assert follow(grammar, text).shortest() == shortest


def test_shortest_of_an_endless_grammar_is_an_error() -> None:
    matcher = follow('root ::= "a" root', "aa")
    assert not matcher.accepting
    with pytest.raises(GrammarError, match="never ends"):
        matcher.shortest()


@pytest.mark.parametrize(
    "grammar, text, ranges",
    [
        ('root ::= [a-c] | "d" | "z"', "", ((97, 100), (122, 122))),
        ("root ::= [^a]", "", ((1, 96), (98, 0x10FFFF))),
        ('root ::= "a" "b"*', "a", ((98, 98),)),
        ('root ::= "a"', "a", ()),
    ],
)
def test_next_chars(grammar: str, text: str, ranges: tuple[tuple[int, int], ...]) -> None:
    assert follow(grammar, text).next_chars() == CharClass(ranges)


def test_remaining_says_what_may_come() -> None:
    matcher = Matcher(parse_gbnf(follow(CALL, '{"name": "get_').remaining("et_")))
    assert matcher.forced() == "et_"
    assert accepts(matcher, 'et_weather"}')
    assert accepts(matcher, 'et_time"}')
    assert not matcher.allows("et_s")


def test_remaining_leaves_out_what_cannot_come() -> None:
    assert follow(JSON, '"abc').remaining(" x").splitlines() == [
        r'root ::= " x" ([^"\\\x00-\x1F] | "\\" (["\\/bfnrt] | "u" [0-9a-fA-F]{4}))* "\""'
    ]


def test_remaining_of_a_grammar_that_comes_back_to_its_root() -> None:
    text = follow('root ::= "(" root ")" | "x"', "((").remaining("((")
    matcher = Matcher(parse_gbnf(text))
    assert accepts(matcher, "((x))")
    assert accepts(matcher, "((((x))))")
    assert not matcher.allows("((x)))")
    assert not accepts(matcher, "((x)")


def test_remaining_after_the_end() -> None:
    matcher = Matcher(parse_gbnf(follow('root ::= "a"', "a").remaining("")))
    assert matcher.done


def doubled(most: int) -> dict[str, Node]:
    """Rules for at most so many letters ``x``, without a count: ``e<i>`` is exactly 2**i letters."""
    rules: dict[str, Node] = {"e0": lit("x"), "most0": EMPTY}
    bits = most.bit_length()
    for bit in range(1, bits):
        rules[f"e{bit}"] = seq(Ref(f"e{bit - 1}"), Ref(f"e{bit - 1}"))
    for bit in range(bits):
        rules[f"below{bit}"] = EMPTY if bit == 0 else seq(optional(Ref(f"e{bit - 1}")), Ref(f"below{bit - 1}"))
        less = Ref(f"most{bit}")
        rules[f"most{bit + 1}"] = alt(Ref(f"below{bit}"), seq(Ref(f"e{bit}"), less)) if most >> bit & 1 else less
    return {"root": seq(lit("<"), Ref(f"most{bits}"), lit(">")), **rules}


def test_a_count_of_ten_thousand_by_doubling() -> None:
    matcher = Matcher(GbnfTree(doubled(10_000)))
    assert matcher.advance("<" + "x" * 9_999)
    assert matcher.allows("x>")
    assert matcher.allows(">")
    assert not matcher.allows("xx")
    assert matcher.advance("x")
    assert matcher.forced() == ">"


def test_a_count_of_ten_thousand_in_one_node() -> None:
    matcher = Matcher(GbnfTree({"root": seq(lit("<"), Repeat(lit("x"), 9_000, 10_000), lit(">"))}))
    assert matcher.advance("<" + "x" * 8_999)
    assert not matcher.allows(">")
    assert matcher.shortest() == "x>"
    assert matcher.advance("x" * 1_001)
    assert matcher.forced() == ">"


def test_deep_nesting_does_not_recurse() -> None:
    matcher = follow(JSON, "[" * 5_000)
    assert matcher.shortest() == "]" * 5_000
    assert matcher.advance("]" * 5_000)
    assert matcher.done


def test_thousands_of_rules() -> None:
    rules: dict[str, Node] = {"root": Ref("r0")}
    for number in range(2_000):
        rules[f"r{number}"] = seq(lit(f"{number};"), Ref(f"r{number + 1}"))
    rules["r2000"] = lit("end")
    matcher = Matcher(GbnfTree(rules))
    assert matcher.advance("".join(f"{number};" for number in range(1_998)))
    assert matcher.forced() == matcher.shortest() == "1998;1999;end"


def test_states_are_bounded_in_number(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gba.grammar.gbnf.stacks._MAX_STATES", 10)
    matcher = follow('root ::= "a"{0,100} "b"')
    assert matcher.advance("a" * 60)
    later = matcher.copy()
    assert later.advance("a" * 40)
    assert later.forced() == "b"
    assert matcher.allows("a" * 40 + "b")
    assert not matcher.allows("a" * 41)


def test_threads_share_a_matcher() -> None:
    first, failures = Matcher(parse_gbnf(JSON)), []

    def work(number: int) -> None:
        for round_ in range(50):
            text = f'[{number}, "{"x" * round_}", {{"k": [{round_}]}}]'
            if not accepts(first, text) or accepts(first, text[:-1]):
                failures.append(text)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []


@pytest.mark.parametrize(
    "rules, message",
    [
        ({"x": lit("a")}, "no rule 'root'"),
        ({"root": Ref("gone")}, "rule 'gone' is used but not defined"),
        ({"root": alt(seq(Ref("root"), lit("a")), lit("b"))}, "left recursive"),
        ({"root": TokenTerminal(None, 7)}, r"<\[7\]> stands for tokens"),
        ({"root": TokenTerminal("<x>", None, negated=True)}, "!<x> stands for tokens"),
    ],
)
def test_grammars_that_cannot_be_followed(rules: dict[str, Node], message: str) -> None:
    with pytest.raises(GrammarError, match=message):
        Matcher(GbnfTree(rules))


@settings(max_examples=examples(150), deadline=None)
@given(trees())
def test_random_grammars_against_brute_force(tree: GbnfTree) -> None:
    matcher, expected = Matcher(tree), sentences(tree)
    assert {text for text in TEXTS if accepts(matcher, text)} == expected
    for text in sorted(expected):
        assert all(matcher.allows(text[:end]) for end in range(len(text)))


@settings(max_examples=examples(100), deadline=None)
@given(trees(), st.sampled_from([text for text in TEXTS if len(text) < LONGEST]))
def test_random_states_against_brute_force(tree: GbnfTree, text: str) -> None:
    matcher = Matcher(tree)
    if not matcher.advance(text):
        return
    rests = {sentence[len(text) :] for sentence in sentences(tree) if sentence.startswith(text)}
    assert matcher.accepting == ("" in rests)
    assert matcher.done <= (rests == {""})
    assert all(rest.startswith(matcher.forced()) for rest in rests)
    assert {rest[0] for rest in rests if rest} <= {
        chr(code) for low, high in matcher.next_chars().ranges for code in (97, 98, 0xE9) if low <= code <= high
    }
    if rests:
        shortest = matcher.shortest()
        assert len(shortest) == min(map(len, rests))
        assert accepts(matcher, shortest)
    again = Matcher(parse_gbnf(matcher.remaining("ab")))
    assert {rest for rest in TEXTS if accepts(again, "ab" + rest)} >= rests
    assert all(accepts(again, "ab" + rest) == accepts(matcher, rest) for rest in TEXTS)
    assert not any(accepts(again, other) for other in TEXTS if not other.startswith("ab"))
