"""llama.cpp's own grammar engine and ours: the same grammars read and refused, the same texts accepted."""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterator
from pathlib import Path

import pytest
from llama_cpp import llama_grammar

from gba.errors import GrammarError
from gba.grammar.gbnf.derive import without
from gba.grammar.gbnf.matcher import Matcher
from gba.grammar.gbnf.nodes import GbnfTree
from gba.grammar.gbnf.parser import parse_gbnf
from gba.grammar.gbnf.printer import print_gbnf
from tests.helpers.vocab import PIECES, Engine, write_vocab

BUILT_IN = {name: text for name, text in vars(llama_grammar).items() if name.endswith("_GBNF")}
ALPHABET = "abé"
TEXTS = ["".join(chars) for size in range(4) for chars in itertools.product(ALPHABET, repeat=size)]

REFUSED = [
    "# no rules",
    'start ::= "a"',
    "root ::= a",
    'root := "a"',
    'root ::= "a"\n | "b"',
    'root ::= a_b\na ::= "a"',
    'root ::= ("a"',
    'root ::= "a")',
    'root ::= "a',
    "root ::= [a",
    r'root ::= "\d"',
    r'root ::= "\x4"',
    "root ::= *",
    'root ::= "" ?',
    'root ::= "a"{0}+',
    'root ::= "a"{,3}',
    'root ::= "a"{1;3}',
    'root ::= "a"{2001}',
    'root ::= ("a"{50} "b"?){1001}',
    'root ::= "a"{50}{50}',
    "root ::= !a",
    "root ::= <[x]>",
    "root ::= <think",
    'root ::= root "a" | "b"',
    'root ::= "x" b\nb ::= c "y" | "z"\nc ::= d\nd ::= b "w"',
    'root ::= (root "a")? "b"',
    'root ::= b root "z" | "x"\nb ::= "" | "y"',
    'root ::= ("a" | "")*',
    'root ::= "a"?*',
    'root ::= "a"\nb ::= b "x" | "y"',
    'root ::= "a" (("" | "x")*){0}',
]

READ = [
    'root ::= ("a" "b"?){1000}',
    'root ::= ("a"?)*',
    'root ::= ("" | "a"){2,3}',
    'root ::= line*\nline ::= [a-z]* "\\n"?',
    'root ::= [] "a" [^]',
    r"root ::= [--a] [^a-] [\]\\^-] [\x41-\u00e9] .",
    'root ::= "a" | # why\n "b"\r\n\t# more\n  c ::= (\n"d" )',
    "root ::= <think> !<[3]> <[300]>",
    'root ::= "a"\nroot ::= "b"',
    'root ::=\n "a" b{ 2 , 3 }\nb::="x"',
]

JSON_TEXTS = [
    *("{}", '{"a": [1, -2.5e+3, "x\\u00e9\\n"]}', '["é 😀", null]', "null", "0", '{"a":1}', '{ "a" : [ ] }'),
    *("", "{", "[1,,2]", '"\n"', "01", "nul", "truefalse", '{"a": }', '"\\x"', "1.", "--1", "[\n1]", "- é\n", "aa é"),
    *("1. e4 e5\n", "1. e4 e5\n2. Nf3 Nc6\n", "O-O", "int main(){return 0;}", 'int f(int a){a = 1;g("x");}', "a=1\n"),
]


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    with Engine(write_vocab(Path(tmp_path_factory.mktemp("vocab")) / "vocab.gguf")) as engine:
        yield engine


def beginnings(matcher: Matcher, text: str) -> tuple[bool, bool]:
    """Whether the text begins a sentence, and whether it is one."""
    matcher = matcher.copy()
    begins = matcher.advance(text)
    return begins, begins and matcher.accepting


def engine_beginnings(engine: Engine, text: str) -> tuple[bool, bool]:
    begins = engine.follows(text)
    return begins, begins and engine.ends()


def test_the_vocabulary_spells_what_it_should(engine: Engine) -> None:
    assert tuple(engine.piece(token) for token in range(len(PIECES))) == PIECES


@pytest.mark.parametrize("text", REFUSED)
def test_both_refuse(engine: Engine, text: str) -> None:
    assert not engine.read(text)
    with pytest.raises(GrammarError):
        parse_gbnf(text)


@pytest.mark.parametrize("text", READ)
def test_both_read(engine: Engine, text: str) -> None:
    assert engine.read(text)
    assert engine.read(print_gbnf(parse_gbnf(text)))


@pytest.mark.parametrize("name", sorted(BUILT_IN))
def test_the_grammars_of_llama_cpp(engine: Engine, name: str) -> None:
    tree = parse_gbnf(BUILT_IN[name])
    matcher = Matcher(tree)
    texts = [*JSON_TEXTS, matcher.shortest(), "[\n" + '{"a": 1}' + ",\ntrue]"]
    for grammar in (BUILT_IN[name], print_gbnf(tree)):
        assert engine.read(grammar)
        assert [engine_beginnings(engine, text) for text in texts] == [beginnings(matcher, text) for text in texts]


@pytest.mark.parametrize("text", ['{"a": [true, {"ab": "é', '{"a": ["abc", 12', '{"', "", '{"a": null}'])
def test_healing_a_token_boundary(engine: Engine, text: str) -> None:
    """What remains, begun with the last characters again, takes tokens that reach over the boundary."""
    tree = parse_gbnf(BUILT_IN["JSON_GBNF"])
    matcher = Matcher(tree)
    assert matcher.advance(text)
    assert engine.read(matcher.remaining(text[-2:]))
    tail = matcher.shortest()
    assert engine.accepts(text[-2:] + tail)
    assert not engine.accepts(text[-2:] + tail + "]")
    allowed = [token for token, piece in enumerate(PIECES) if token > 3 and _fits(matcher, text[-2:], piece)]
    engine.restart()
    assert [token for token in range(4, len(PIECES)) if engine.allows(token)] == allowed


def _fits(matcher: Matcher, prefix: str, piece: bytes) -> bool:
    """Whether the bytes may begin the text of prefix and what remains."""
    if piece.startswith(b"\0"):
        return False
    start = prefix.encode()
    if start.startswith(piece):
        return True
    if not piece.startswith(start):
        return False
    rest = piece[len(start) :]
    try:
        return matcher.allows(rest.decode())
    except UnicodeDecodeError:
        # the first byte of a character: allowed where some character that begins with it is
        lead = rest[0]
        return 0xC2 <= lead < 0xF5 and any(
            low <= code <= high for low, high in matcher.next_chars().ranges for code in _characters_from(lead)
        )


def _characters_from(lead: int) -> list[int]:
    """The least and the largest code point whose UTF-8 begins with the byte."""
    size = 2 if lead < 0xE0 else 3 if lead < 0xF0 else 4
    value = lead & (0x7F >> size)
    bits = 6 * (size - 1)
    return [max(value << bits, {2: 0x80, 3: 0x800, 4: 0x10000}[size]), min((value + 1 << bits) - 1, 0x10FFFF)]


class Writer:
    """Writes random GBNF text, all of its syntax."""

    def __init__(self, seed: int) -> None:
        self.pick = random.Random(seed)
        self.names = ["root", "b", "c-1"][: self.pick.choice([1, 2, 3])]

    def grammar(self) -> str:
        return "\n".join(f"{name} ::= {self._options(2)}" for name in self.names)

    def _options(self, depth: int) -> str:
        return " | ".join(self._sequence(depth) for _ in range(self.pick.choice([1, 1, 2, 3])))

    def _sequence(self, depth: int) -> str:
        return "  ".join(self._repeated(depth) for _ in range(self.pick.choice([0, 1, 1, 2, 2, 3])))

    def _repeated(self, depth: int) -> str:
        text = self._item(depth)
        while self.pick.random() < 0.25:
            text += self.pick.choice(["*", "+", "?", "{2}", "{1,}", "{0,2}", "{1,3}", "{2,}", "{0}", "{ 0 , 1 }"])
        return text

    def _item(self, depth: int) -> str:
        kind = self.pick.random()
        if kind < 0.3:
            return '"' + "".join(self.pick.choices(ALPHABET, k=self.pick.randint(0, 3))) + '"'
        if kind < 0.45:
            return self.pick.choice(["[ab]", "[^a]", "[^ab]", ".", "[a-b]", "[é]", "[b-a]", "[]", r"[\x61-b-]"])
        if kind < 0.75:
            return self.pick.choice(self.names)
        return f"({self._options(depth - 1)})" if depth else '"a"'


def test_random_grammars(engine: Engine) -> None:
    """Read alike by both, and so is all that is derived from them: printed, remaining, without a sentence."""
    read = sentences = 0
    for seed in range(1_200):
        writer = Writer(seed)
        text = writer.grammar()
        tree = read_by_both(engine, text)
        if tree is None:
            continue
        matcher, read = Matcher(tree), read + 1
        expected = compare(engine, text, matcher)
        compare(engine, print_gbnf(tree), matcher)
        if not expected:
            continue
        sentences += len(expected)
        sentence = writer.pick.choice(expected)
        compare_derived(engine, tree, matcher, sentence, writer.pick.randint(0, len(sentence)))
    assert read > 150
    assert sentences > 500


def read_by_both(engine: Engine, grammar: str) -> GbnfTree | None:
    """The tree, or None where both refuse. Left recursion llama.cpp is not asked about: it may not come back."""
    try:
        tree = parse_gbnf(grammar)
    except GrammarError as error:
        if "left recursive" not in str(error) and engine.read(grammar):
            pytest.fail(f"llama.cpp reads {grammar!r}, but: {error}")
        return None
    if not engine.read(grammar):
        pytest.fail(f"llama.cpp refuses {grammar!r}")
    return tree


def compare(engine: Engine, grammar: str, matcher: Matcher) -> list[str]:
    """Hold the matcher against the grammar in llama.cpp; the sentences among TEXTS."""
    assert engine.read(grammar), grammar
    ours = {text: beginnings(matcher, text) for text in TEXTS}
    theirs = {text: engine_beginnings(engine, text) for text in TEXTS}
    assert ours == theirs, grammar
    return [text for text, (_, accepted) in ours.items() if accepted]


def compare_derived(engine: Engine, tree: GbnfTree, matcher: Matcher, sentence: str, cut: int) -> None:
    following = matcher.copy()
    assert following.advance(sentence[:cut])
    compare(engine, following.remaining(), following)
    assert engine.read(following.remaining("ba"))
    assert all(engine_beginnings(engine, "ba" + text) == beginnings(following, text) for text in TEXTS)
    assert engine_beginnings(engine, "b") == (True, False)
    try:
        left = without(tree, sentence)
    except GrammarError:
        assert [text for text in TEXTS if beginnings(matcher, text)[1]] == [sentence]
        return
    accepted = compare(engine, print_gbnf(left), Matcher(left))
    assert accepted == [text for text in TEXTS if beginnings(matcher, text)[1] and text != sentence]
