"""Reading and printing GBNF: every construct of the syntax, and every way to get it wrong."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from llama_cpp import llama_grammar

from gba.errors import GrammarError
from gba.grammar.gbnf.analysis import check_tree, is_left_recursive, nullable_rules
from gba.grammar.gbnf.matcher import Matcher
from gba.grammar.gbnf.nodes import (
    ANY,
    EMPTY,
    CharClass,
    GbnfTree,
    Literal,
    Node,
    Ref,
    Repeat,
    TokenTerminal,
    alt,
    lit,
    optional,
    repeat,
    seq,
)
from gba.grammar.gbnf.parser import MAX_NESTING, parse_gbnf
from gba.grammar.gbnf.printer import fresh_name, print_gbnf
from tests.helpers.examples import examples
from tests.helpers.grammar_trees import trees

BUILT_IN = {name: text for name, text in vars(llama_grammar).items() if name.endswith("_GBNF")}

READ = [
    ('root ::= "a"', lit("a")),
    ('root ::= "a" "b" | [c-e]', alt(lit("ab"), CharClass(((99, 101),)))),
    ('root ::= ""', EMPTY),
    ("root ::=", EMPTY),
    ("root ::= | [x]", alt(EMPTY, CharClass(((120, 120),)))),
    ("root ::= .", ANY),
    (r'root ::= "\n\r\t\\\"\[\]\-\x41\u00e9\U0001F600"', lit('\n\r\t\\"[]-Aé😀')),
    (r"root ::= [\x00-\x1F\]\\^-]", CharClass(((0, 31), (93, 93), (92, 92), (94, 94), (45, 45)))),
    ("root ::= [^a-]", CharClass(((97, 97), (45, 45)), negated=True)),
    ("root ::= [--a]", CharClass(((45, 97),))),
    ("root ::= [é-ü]", CharClass(((0xE9, 0xFC),))),
    ("root ::= [] [^]", EMPTY),
    ('root ::= "ab"*', Repeat(lit("ab"), 0, None)),
    ('root ::= "a"+ "b"?', seq(Repeat(lit("a"), 1, None), optional(lit("b")))),
    ('root ::= "a"{2} "b"{ 2 , } "c"{0,3}', seq(repeat(lit("a"), 2, 2), repeat(lit("b"), 2), repeat(lit("c"), 0, 3))),
    ('root ::= ("a" | ("b"))*', Repeat(alt(lit("a"), lit("b")), 0, None)),
    ('root ::= (\n"a" # one\n\n| "b"\r\n)', alt(lit("a"), lit("b"))),
    ('# first\n  root ::=\n  "a" |\n  "b"  # last', alt(lit("a"), lit("b"))),
    ("root ::= <think> !</think> <[7]> !<[8]>", seq(
        TokenTerminal("<think>", None), TokenTerminal("</think>", None, negated=True),
        TokenTerminal(None, 7), TokenTerminal(None, 8, negated=True),
    )),
    ('root ::= "a"\rroot ::= "b"', lit("b")),
    ('root ::="x"b-1\nb-1::="y"', seq(lit("x"), Ref("b-1"))),
]  # fmt: skip

REFUSED = [
    ("", 1, 1, "no rule 'root'"),
    ('start ::= "a"', 1, 14, "no rule 'root'"),
    ('root ::= "a"\nb ::= c "x"', 2, 7, "rule 'c' is used but not defined"),
    ('root := "a"', 1, 6, "expected '::=' after the rule name 'root', found ':'"),
    ('root ::= "a" b ::= "c"', 1, 16, "begin each rule on a line of its own"),
    ('root ::= "a"\n  | "b"', 2, 3, "an alternative cannot begin a line"),
    ('root ::= a_b\na ::= "a"', 1, 11, "names of rules have no '_'"),
    ("root ::= 'a'", 1, 10, "write strings in double quotes"),
    ('root ::= ("a"', 1, 14, "expected ')', but the text ends here; it closes '(' of line 1, column 10"),
    ('root ::= ("a" ]', 1, 15, "expected ')', found ']'"),
    ('root ::= "a")', 1, 13, "it closes no '('"),
    ('root ::= "a\n', 2, 1, "before the \" that closes '\"' of line 1, column 10"),
    ("root ::= [a", 1, 12, "before the ] that closes '[' of line 1, column 10"),
    ("root ::= [a-", 1, 13, "before the ]"),
    (r'root ::= "a\d"', 1, 12, r"the escape \d is unknown"),
    ('root ::= "\\', 1, 11, "is unknown"),
    (r'root ::= "\x4"', 1, 11, r"\x takes exactly 2 hexadecimal digits"),
    (r'root ::= "\u12"', 1, 11, r"\u takes exactly 4"),
    (r'root ::= "\U00110000"', 1, 11, "no character U+110000"),
    ("root ::= *", 1, 10, "nothing that '*' could repeat"),
    ('root ::= "" ?', 1, 13, "nothing that"),
    ('root ::= "a"{0}+', 1, 16, "nothing that"),
    ('root ::= "a" | + "b"', 1, 16, "nothing that"),
    ('root ::= "a"{}', 1, 14, "expected a number"),
    ('root ::= "a"{,3}', 1, 14, "expected a number"),
    ('root ::= "a"{1;3}', 1, 15, "expected '}' after the count"),
    ('root ::= "a"{3,2}', 1, 13, "ends (2) before it begins (3)"),
    ('root ::= "a"{2001}', 1, 13, "counts to 2000 only"),
    ('root ::= "a"{0,2001}', 1, 13, "counts to 2000 only"),
    ('root ::= "a"{99999999999999999999999}', 1, 13, "counts to 2000 only"),
    ('root ::= ("a"{50} "b"?){1001}', 1, 24, "makes 2002 rules"),
    ('root ::= "a"{50}{50}', 1, 17, "makes 2500 rules"),
    ("root ::= !a", 1, 11, "expected '<' after '!'"),
    ("root ::= <[x]>", 1, 10, "written <[123]>"),
    ("root ::= <[4294967296]>", 1, 10, "too large"),
    ("root ::= <think", 1, 10, "before the '>'"),
    ("root ::= \0", 1, 10, "null character"),
    ("root ::= " + "(" * (MAX_NESTING + 1) + '"a"' + ")" * (MAX_NESTING + 1), 1, 11 + MAX_NESTING, "groups within"),
]

LEFT_RECURSIVE = [
    'root ::= root "a" | "b"',
    "root ::= root",
    'root ::= "x" b\nb ::= c "y" | "z"\nc ::= d\nd ::= b "w"',
    'root ::= (root "a")? "b"',
    'root ::= "a"? root "b" | "c"',
    'root ::= b root "z" | "x"\nb ::= "" | "y"',
    # llama.cpp overlooks this one, and then eats all memory
    'root ::= b root "z" | "x"\nb ::= c\nc ::= "" | "y"',
    'root ::= b* root "z" | "x"\nb ::= "y"',
    'root ::= ("a" | "")*',
    "root ::= a*\na ::= | [x]",
    'root ::= "a"?*',
    'root ::= ("")+',
    'root ::= "a"\nb ::= b "x" | "y"',
    'root ::= "a" (("" | "x")*){0}',
]

NOT_LEFT_RECURSIVE = [
    'root ::= "a" root | "b"',
    # what is repeated may be empty, but llama.cpp does not see it, and comes back to the same stack
    'root ::= line*\nline ::= [a-z]* "\\n"?',
    'root ::= ("a"?)*',
    'root ::= ("" | "a"){2,3}',
    'root ::= a a a\na ::= | "x" a',
]


@pytest.mark.parametrize("text, node", READ)
def test_reads(text: str, node: Node) -> None:
    tree = parse_gbnf(text if "b-1" in text else text + "\n")
    assert tree.rules["root"] == node
    assert tree.root == "root"


@pytest.mark.parametrize("text, line, column, message", REFUSED)
def test_refuses_and_says_where(text: str, line: int, column: int, message: str) -> None:
    with pytest.raises(GrammarError) as caught:
        parse_gbnf(text)
    assert message in str(caught.value)
    assert (caught.value.line, caught.value.column) == (line, column)


@pytest.mark.parametrize("text", LEFT_RECURSIVE)
def test_left_recursion_is_refused(text: str) -> None:
    with pytest.raises(GrammarError, match="left recursive"):
        parse_gbnf(text)


@pytest.mark.parametrize("text", NOT_LEFT_RECURSIVE)
def test_other_recursion_is_read(text: str) -> None:
    assert not is_left_recursive(parse_gbnf(text))


def test_left_recursion_names_the_way_and_the_place() -> None:
    with pytest.raises(GrammarError, match="b -> c -> b") as caught:
        parse_gbnf('root ::= "x" b\nb ::= c "y"\nc ::= "z" | b')
    assert (caught.value.line, caught.value.column) == (2, 1)


def test_rules_that_llama_cpp_would_look_into_for_hours() -> None:
    rules = {"root": Ref("r40"), "r0": lit("x")}
    for number in range(1, 41):
        rules[f"r{number}"] = alt(seq(Ref(f"r{number - 1}"), lit("a")), seq(Ref(f"r{number - 1}"), lit("b")))
    with pytest.raises(GrammarError, match="would take hours"):
        check_tree(GbnfTree(rules))


def test_chains_that_overflow_the_stack_of_llama_cpp() -> None:
    rules: dict[str, Node] = {"root": Ref("r0"), **{f"r{number}": Ref(f"r{number + 1}") for number in range(10_001)}}
    rules["r10001"] = lit("x")
    with pytest.raises(GrammarError, match="chain of more than 10000 rules"):
        check_tree(GbnfTree(rules))


def test_nullable_rules() -> None:
    tree = parse_gbnf('root ::= a b "x"\na ::= b b\nb ::= c*\nc ::= "c" a\nd ::= "d"{0,3}\ne ::= a | e-1\ne-1 ::= "e"')
    assert nullable_rules(tree) == {"a", "b", "d", "e"}


@pytest.mark.parametrize("name", sorted(BUILT_IN))
def test_the_grammars_of_llama_cpp(name: str) -> None:
    tree = parse_gbnf(BUILT_IN[name])
    text = print_gbnf(tree)
    assert print_gbnf(parse_gbnf(text)) == text
    matcher = Matcher(tree)
    assert matcher.advance(matcher.shortest())
    assert matcher.accepting


def test_there_are_grammars_of_llama_cpp() -> None:
    assert {"JSON_GBNF", "C_GBNF", "CHESS_GBNF"} <= BUILT_IN.keys()


PRINTED = [
    (seq(lit("a"), alt(lit("b"), Ref("x")), optional(lit("cd"))), r'"a" ("b" | x) "cd"?'),
    (alt(lit("a"), EMPTY), r'"a" | ""'),
    (repeat(seq(lit("a"), Ref("x")), 1), '("a" x)+'),
    (repeat(lit("ab"), 2, 2), '"ab"{2}'),
    (repeat(ANY, 2), ".{2,}"),
    (repeat(repeat(lit("a"), 0, 2), 0, 3), '("a"{0,2}){0,3}'),
    (Repeat(EMPTY, 0, None), '""'),
    (Repeat(lit("a"), 0, 0), '""'),
    (lit('\n\t\r\x00\x7f\\"é😀\u2028\u0301\ud800[-]'), r'"\n\t\r\x00\x7F\\\"é😀\u2028\u0301\uD800[-]"'),
    (CharClass(((45, 45), (94, 94), (91, 93), (0xE9, 0x1F600))), r"[\x2D\x5E\[-\]\xE9-\U0001F600]"),
    (CharClass(((34, 34), (97, 98)), negated=True), '[^"ab]'),
    (CharClass(()), "[b-a]"),
    (TokenTerminal("<think>", None), "<think>"),
    (TokenTerminal(None, 12, negated=True), "!<[12]>"),
]


@pytest.mark.parametrize("node, text", PRINTED)
def test_prints(node: Node, text: str) -> None:
    tree = GbnfTree({"root": node, "x": lit("x")})
    assert print_gbnf(tree) == f'root ::= {text}\nx ::= "x"\n'
    assert print_gbnf(parse_gbnf(print_gbnf(tree))) == print_gbnf(tree)


def test_the_root_is_printed_as_root() -> None:
    tree = GbnfTree({"start": seq(lit("("), Ref("root")), "root": alt(Ref("root-1"), Ref("start")), "root-1": lit("x")})
    with pytest.raises(GrammarError, match="no rule 'root'"):
        print_gbnf(GbnfTree({"start": lit("a")}))
    text = print_gbnf(GbnfTree(tree.rules, "start"))
    assert text == 'root ::= "(" root-2\nroot-2 ::= root-1 | root\nroot-1 ::= "x"\n'


@pytest.mark.parametrize(
    "rules, message",
    [
        ({"root": lit("a"), "a_b": lit("c")}, "'a_b' cannot name a rule"),
        ({"root": repeat(lit("a"), 0, 2001)}, "2001 repetitions are more than"),
        ({"root": repeat(lit("a"), 2001)}, "2001 repetitions are more than"),
        ({"root": TokenTerminal(None, None)}, "needs the token's text or its id"),
    ],
)
def test_refuses_to_print(rules: dict[str, Node], message: str) -> None:
    with pytest.raises(GrammarError, match=message):
        print_gbnf(GbnfTree(rules))


def test_constructors_flatten() -> None:
    assert seq(lit("a"), seq(lit("b"), EMPTY, Literal("")), lit("c")) == Literal("abc")
    assert seq() == lit("") == repeat(EMPTY) == repeat(lit("a"), 0, 0) == EMPTY
    assert alt(lit("a"), alt(lit("b"), lit("a"))) == alt(lit("a"), lit("b"))
    assert repeat(lit("a"), 1, 1) == alt(lit("a")) == lit("a")
    for wrong in (lambda: alt(), lambda: repeat(lit("a"), 2, 1), lambda: repeat(lit("a"), -1)):
        with pytest.raises(ValueError, match=r"choice needs|makes no sense"):
            wrong()


def test_fresh_names() -> None:
    assert fresh_name("get_weather (v2)", {}) == "get-weather-v2"
    assert fresh_name("été", {"t": 0}) == "t-1"
    assert fresh_name("🙂", {}) == "rule"
    assert fresh_name("a", {"a", "a-1"}) == "a-2"


@settings(max_examples=examples(200), deadline=None)
@given(trees())
def test_what_is_printed_reads_the_same(tree: GbnfTree) -> None:
    text = print_gbnf(tree)
    assert all(text.isprintable() for text in text.splitlines())
    again = parse_gbnf(text)
    stable = print_gbnf(again)  # options that are printed alike are read as one
    assert print_gbnf(parse_gbnf(stable)) == stable
    assert stable == text or len(stable) < len(text)
    assert again.rules.keys() == tree.rules.keys()
