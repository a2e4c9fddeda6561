"""Schemas that ask for far more work than they look like, and what gba must make of each.

Each is compiled, printed, and followed to its shortest completion within the bounds, and nothing but SchemaError may
come out. ``enforced``: the grammar has to say all of it; ``refused``: it has to be a SchemaError that names a remedy;
others may be enforced, left to the check or refused.
"""

from __future__ import annotations

import functools
import json
import sys
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from benchmarks.attack.cases import Case
from gba import Grammar
from gba.errors import GrammarError, SchemaError

__all__ = ["SECONDS", "TITLE", "cases"]

TITLE = "JSON Schemas that take long to compile"
SECONDS = 2.0
"""Seconds that a schema may take, from the schema to the shortest text of its grammar."""

_LONGEST = 20_000
"""Characters of a shortest text that is still followed, and read as JSON."""

Build = Callable[[], Any]
Bomb = tuple[str, Build, str]
"""A name, what makes the schema, and what has to come of it: "enforced", "refused" or "" for anything."""


def cases() -> list[Case]:
    """All bombs, in their order."""
    return [
        *(Case(name, functools.partial(_run, build, expected)) for name, build, expected in _bombs()),
        *(Case(name, functools.partial(_run_regex, pattern)) for name, pattern in _regexes()),
        *(Case(f"{count} choices", functools.partial(_run_choices, count)) for count in (1000, 30_000, 100_000)),
    ]


def _run(build: Build, expected: str) -> None:
    schema = build()
    grammar, error = _compiled(lambda: Grammar.from_json_schema(schema))
    if grammar is None:
        assert expected != "enforced", f"refused: {str(error)[:200]}"
        return
    assert expected != "refused", "compiled, and it had to be refused"
    if expected == "enforced":
        assert not grammar.residual, f"left to the check: {str(grammar.residual[0])[:200]}"
    assert all(note.keyword for note in grammar.residual)
    _follow(grammar)


def _compiled(make: Callable[[], Grammar]) -> tuple[Grammar | None, SchemaError | None]:
    """The grammar, or the error, which has to say what to do."""
    try:
        return make(), None
    except SchemaError as refused:
        error = refused
    assert error.remedy, f"no remedy: {str(error)[:200]}"
    return None, error


def _follow(grammar: Grammar) -> None:
    assert str(grammar).startswith("root ::= ")
    matcher = grammar.matcher()
    matcher.forced()
    length = matcher.shortest_length()
    try:
        text = matcher.shortest()
    except GrammarError:
        assert length > 100_000, "a completion that is short enough is refused"
        return
    assert len(text) == length
    if length <= _LONGEST:
        assert matcher.advance(text), "its own shortest text is refused"
        assert matcher.accepting
        grammar.check(json.loads(text))


def _run_regex(pattern: str) -> None:
    grammar, _ = _compiled(lambda: Grammar.from_regex(pattern))
    if grammar is None:
        return
    matcher = grammar.matcher()
    assert matcher.advance(matcher.shortest())
    assert str(grammar)


def _run_choices(count: int) -> None:
    choices = [f"{number * 7919 % 1_000_003:x}-{number}" for number in range(count)]
    matcher = Grammar.from_choices(choices).matcher()
    assert matcher.advance(choices[-1])
    assert matcher.accepting


def _bombs() -> Iterator[Bomb]:
    yield from _patterns()
    yield from _counts()
    yield from _lists()
    yield from _combined()
    yield from _objects()
    yield from _numbers()
    yield from _depths()
    yield from _references()
    yield from _malformed()


def _text(pattern: str, **more: Any) -> Mapping[str, Any]:
    return {"type": "string", "pattern": pattern, **more}


def _fixed(name: str, schema: Any, expected: str = "") -> Bomb:
    return name, lambda: schema, expected


_LETTERS = "abcdefghijklmnopqrstuvwxyz"
_CONDITIONS = (
    "(?=.*[a-z])",
    "(?=.*[A-Z])",
    r"(?=.*\d)",
    "(?=.*[@$!%*?&])",
    "(?=.*[^a-zA-Z0-9])",
    r"(?!.*\s)",
    "(?!.*aaa)",
)


def _patterns() -> Iterator[Bomb]:
    for count in (2, 5, 8, 10, 12, 15, 20, 26):
        chosen = _LETTERS[:count]
        looks = {
            "one": "(?=.*{0})",
            "three": "(?=.*{0}.*{0}.*{0})",
            "none": "(?!.*{0}{0})",
            "counted": "(?=(?:.*{0}){{3,9}})",
            "placed": "(?=.{{0,40}}{0})",
        }
        for kind, look in looks.items():
            expected = "enforced" if kind == "one" and count <= 10 else ""
            yield _fixed(f"{count} look-aheads, {kind}", _text(f"^{''.join(map(look.format, chosen))}.*$"), expected)
    for depth in (2, 4, 6, 9, 12, 20, 60):
        for sign in "=!":
            inner = "".join(f"(?{sign}.*{char}" for char in (_LETTERS * 3)[:depth]) + ")" * depth
            yield _fixed(f"look-aheads {depth} deep, {sign}", _text(f"^{inner}"), "enforced" if depth <= 6 else "")
    for count in range(3, 8):
        for lengths in ("{8,}", "{8,32}", "{8,64}", "{12,128}"):
            expected = "enforced" if count <= 6 and lengths != "{12,128}" else ""
            yield _fixed(
                f"a password, {count}, {lengths}", _text(f"^{''.join(_CONDITIONS[:count])}.{lengths}$"), expected
            )
    for name in ("L", "Lu", "Ll", "M", "N", "Nd", "P", "S", "Z", "Letter"):
        yield _fixed(f"property {name}", _text(rf"^\p{{{name}}}+$"), "enforced")
        yield _fixed(f"property {name}, counted", _text(rf"^[\p{{{name}}} '-]{{1,100}}$"), "enforced")
    yield _fixed("properties in words", _text(r"^\p{Lu}[\p{L}\p{M}]*( \p{Lu}[\p{L}\p{M}]*){0,30}$"), "enforced")
    for size in (5, 9, 12, 16, 30, 100, 1000):
        yield _fixed(f"the {size}th from the end", _text(f"^(a|b)*a(a|b){{{size}}}$"), "enforced" if size < 20 else "")
        yield _fixed(f"any {size} after an a", _text(f"a.{{{size}}}$"))
        yield _fixed(f"{size} optional", _text(f"^(a?){{{size}}}a{{{size}}}$"))
    for number, (pattern, expected) in enumerate(_WRITTEN):
        yield _fixed(f"as people write them, {number}", _text(pattern), expected)


_WRITTEN: tuple[tuple[str, str], ...] = (
    (
        r"^https?:\/\/(www\.)?[-a-zA-Z0-9@:%._\+~#=]{1,256}\.[a-zA-Z0-9()]{1,6}\b([-a-zA-Z0-9()@:%_\+.~#?&//=]*)$",
        "enforced",
    ),
    (r"^(?!.*://)(?=.{1,255}$)((.{1,63}\.){1,127}(?![0-9]*$)[a-z0-9-]+\.?)$", ""),
    (r"^(?!^[-+.]*$)[+-]?0*\d*\.?\d*$", "enforced"),
    (r"^((a{1,99}){1,99}){1,99}$", ""),
    (r"^(a*)*(b*)*(a*b*)*$", "enforced"),
    (r"^(([a-z])+.)+[A-Z]([a-z])+$", "enforced"),
    (r"^(x+x+)+y$", "enforced"),
    (r"^(a+)+$", "enforced"),
    (
        r"^([a-zA-Z0-9])(([\-.]|[_]+)?([a-zA-Z0-9]+))*(@){1}[a-z0-9]+[.]{1}(([a-z]{2,3})|([a-z]{2,3}[.]{1}[a-z]{2,3}))$",
        "enforced",
    ),
    (r"^(?:[a-z0-9]{1,300}\.){1,20}[a-z]{2,300}$", "enforced"),
    (r"^\s*(\S+\s+){0,1000}\S+\s*$", "enforced"),
    (r"^[A-Za-z0-9+/]{0,100000}={0,2}$", "enforced"),
    (r"^(\w+\s?){1,500}$", ""),
    (r"^(?:(?!foo|bar|baz).)*$", "enforced"),
    (r"^(?:(?=.{2}x)a|b)*$", ""),
    (r"^(?:(?:(?!aa).)*(?:(?!bb).)*)*$", ""),
    (r"(\b\w+\b ?)+$", "enforced"),
    (r"\b(\w)\w*\b.*\b\w*\d\b", "enforced"),
    (r"(?<=a.{20})b", ""),
    (r"(?<!a.{12})b(?!.{12}c)", ""),
    (r"^(?=.*\bfoo\b)(?=.*\bbar\b)(?!.*\bbaz\b).*$", "enforced"),
    (r"(a)\1", ""),
    (r"^.{0,90000}$", "enforced"),
    (r"^[a-z ]{1,2000}$", "enforced"),
    ("^(" + "|".join(f"{a}{b}{c}" for a in _LETTERS for b in _LETTERS for c in "xyz") + ")$", "enforced"),
    ("|".join(f"{a}.*{b}" for a in _LETTERS[:8] for b in _LETTERS[8:16]), ""),
    ("(" * 300 + "a" + ")" * 300, ""),
    ("(?:" * 90 + "a" + ")*" * 90, "enforced"),
    ("^" + "(a|b|" * 60 + "c" + ")" * 60 + "$", "enforced"),
    ("[" + "".join(chr(0x100 + 2 * number) for number in range(5000)) + "]+", "enforced"),
    ("a" * 3000, ""),
    ("^" + "a?" * 300 + "a" * 300 + "$", ""),
    ("^" + ".*a" * 60 + "$", "enforced"),
    ("^" + "".join(f"[^{char}]*{char}" for char in _LETTERS * 4) + "$", "enforced"),
    (r"^(\d{1,3},?){1,400}$", ""),
    (r"^((25[0-5]|2[0-4]\d|1?\d?\d)(\.|$)){4}", ""),
)
"""Patterns out of public reports, and of their kinds; the second is what has to come of them."""


def _regexes() -> Iterator[tuple[str, str]]:
    for number, (pattern, _) in enumerate(_WRITTEN):
        yield f"as a regular expression, {number}", pattern
    for count in (2, 10, 100, 2000, 99_999):
        yield f"a class {count} times", f"[a-z ]{{1,{count}}}"


def _counts() -> Iterator[Bomb]:
    for power in (3, 5, 7, 9, 15, 100, 300):
        size = 10**power
        yield _fixed(f"minLength 10**{power}", {"type": "string", "minLength": size}, "enforced")
        yield _fixed(f"maxLength 10**{power}", {"type": "string", "maxLength": size}, "enforced")
        yield _fixed(f"minItems 10**{power}", {"type": "array", "minItems": size}, "enforced")
        yield _fixed(f"maxItems 10**{power}", {"items": {"type": "integer"}, "maxItems": size}, "enforced")
        yield _fixed(f"minProperties 10**{power}", {"type": "object", "minProperties": size})
        yield _fixed(f"maxProperties 10**{power}", {"type": "object", "maxProperties": size})
        yield _fixed(f"a pattern of 10**{power}", _text("^a+b+$", maxLength=size))
        yield _fixed(f"contains 10**{power}", {"type": "array", "contains": {"const": 1}, "minContains": size})
        yield _fixed(f"{power} counts in counts", _nested_arrays(power % 40, 10**6), "enforced")


def _nested_arrays(depth: int, size: int) -> Any:
    schema: Any = {"type": "null"}
    for _ in range(depth):
        schema = {"type": "array", "items": schema, "minItems": size, "maxItems": 2 * size}
    return schema


def _lists() -> Iterator[Bomb]:
    for count in (100, 2000, 10_000, 100_000):
        yield (
            f"enum of {count} words",
            lambda n=count: {"enum": [f"item-{i * 7919 % 1_000_003}" for i in range(n)]},
            "enforced",
        )
        yield (
            f"enum of {count} hashes",
            lambda n=count: {"enum": [f"{i * 2654435761 % 2**32:08x}" for i in range(n)]},
            "enforced",
        )
        yield f"enum of {count} numbers", lambda n=count: {"enum": list(range(n))}, "enforced" if count < 20_000 else ""
        yield (
            f"enum of {count} words, bounded",
            lambda n=count: {"enum": [f"w{i}" for i in range(n)], "maxLength": 3},
            "enforced",
        )
        yield (
            f"enum of {count} words, matched",
            lambda n=count: {"enum": [f"w{i}" for i in range(n)], "pattern": "7$"},
            "enforced",
        )
        yield (
            f"none of {count} words",
            lambda n=count: {"type": "string", "not": {"enum": [f"w{i}" for i in range(n)]}},
            "",
        )
        yield (
            f"enum twice, {count}",
            lambda n=count: {"allOf": [{"enum": list(range(n))}, {"enum": list(range(5, n))}]},
            "",
        )
    for count in (100, 1000, 5000, 20_000):
        yield (
            f"enum of {count} objects",
            lambda n=count: {"enum": [{"a": i, "b": [i, str(i)]} for i in range(n)]},
            "enforced" if count <= 5000 else "",
        )
        yield (
            f"enum of {count} lists",
            lambda n=count: {"enum": [[i, i + 1, [str(i)]] for i in range(n)]},
            "enforced" if count <= 5000 else "",
        )
        yield f"none of {count} numbers", lambda n=count: {"type": "integer", "not": {"enum": list(range(n))}}, ""
    for size in (1000, 100_000, 1_000_000):
        yield f"a word of {size}", lambda n=size: {"const": "ab" * (n // 2)}, "enforced"
        yield (
            f"20 words of {size // 20}",
            lambda n=size: {"enum": [chr(97 + i) + "x" * (n // 20) for i in range(20)]},
            "enforced",
        )
        yield (
            f"words with a common start of {size // 20}",
            lambda n=size: {"enum": ["x" * (n // 20) + chr(97 + i) for i in range(20)]},
            "enforced",
        )
    yield (
        "all of Unicode",
        lambda: {"enum": [chr(i) for i in range(0x20, 0x20000) if not 0xD800 <= i < 0xE000]},
        "enforced",
    )
    yield "words within each other", lambda: {"enum": ["a" * i for i in range(1500)]}, "enforced"
    yield "a value 900 deep", lambda: {"const": _deep_value(900)}, ""
    yield "a value 100 deep", lambda: {"const": _deep_value(100)}, "enforced"


def _deep_value(depth: int) -> Any:
    value: Any = 1
    for _ in range(depth):
        value = [value]
    return value


def _combined() -> Iterator[Bomb]:
    for count in (60, 300, 1000, 2000, 5000):
        yield (
            f"oneOf of {count} words",
            lambda n=count: {"oneOf": [{"const": f"value-{i}"} for i in range(n)]},
            "enforced",
        )
        yield (
            f"oneOf of {count} numbers",
            lambda n=count: {"oneOf": [{"const": i} for i in range(n)]},
            "enforced" if count <= 2000 else "",
        )
        yield (
            f"oneOf of {count} equal words",
            lambda n=count: {"oneOf": [{"const": f"value-{i % 7}"} for i in range(n)]},
            "",
        )
        yield (
            f"oneOf of {count} kinds",
            lambda n=count: {"oneOf": [_kind(i) for i in range(n)]},
            "enforced" if count <= 300 else "",
        )
        yield (
            f"anyOf of {count} kinds",
            lambda n=count: {"anyOf": [_kind(i) for i in range(n)]},
            "enforced" if count <= 300 else "",
        )
    for count in (20_000, 100_000):
        for keyword in ("anyOf", "oneOf"):
            yield (
                f"{keyword} of {count} words",
                lambda n=count, k=keyword: {k: [{"const": f"value-{i}"} for i in range(n)]},
                "enforced",
            )
            yield (
                f"{keyword} of {count} listed pairs",
                lambda n=count, k=keyword: {k: [{"enum": [f"a{i}", f"b{i}"]} for i in range(n // 2)]},
                "enforced",
            )
        yield f"enum of {count} decimals", lambda n=count: {"enum": [i + 0.5 for i in range(n)]}, "enforced"
    for count in (10, 60, 200):
        yield (
            f"oneOf of {count} open objects",
            lambda n=count: {
                "oneOf": [{"type": "object", "properties": {f"a{i}": {"type": "string"}}} for i in range(n)]
            },
            "",
        )
        yield (
            f"oneOf of {count} overlapping objects",
            lambda n=count: {"oneOf": [_overlapping(i) for i in range(n)]},
            "",
        )
        yield (
            f"oneOf of {count} ranges",
            lambda n=count: {
                "oneOf": [{"type": "integer", "minimum": i * 10, "maximum": i * 10 + 12} for i in range(n)]
            },
            "",
        )
        yield (
            f"oneOf of {count} patterns",
            lambda n=count: {"oneOf": [_text(f"^{_LETTERS[i % 26]}.*{i}$") for i in range(n)]},
            "",
        )
        yield (
            f"allOf of {count} patterns",
            lambda n=count: {"allOf": [_text(f"{_LETTERS[i % 26]}.*{i}") for i in range(n)]},
            "",
        )
        yield (
            f"anyOf of {count} patterns",
            lambda n=count: {"anyOf": [_text(f"{_LETTERS[i % 26]}.*{i}") for i in range(n)]},
            "",
        )
        yield (
            f"allOf of {count} choices",
            lambda n=count: {
                "allOf": [{"anyOf": [{"required": [f"a{i}"]}, {"required": [f"b{i}"]}]} for i in range(n)]
            },
            "",
        )
        yield (
            f"allOf of {count} conditions",
            lambda n=count: {
                "allOf": [
                    {"if": {"properties": {"k": {"const": i}}, "required": ["k"]}, "then": {"required": [f"v{i}"]}}
                    for i in range(n)
                ]
            },
            "",
        )
        yield (
            f"allOf of {count} objects",
            lambda n=count: {"allOf": [{"properties": {f"p{i}": {"type": "integer"}}} for i in range(n)]},
            "enforced",
        )
        yield (
            f"not of {count} objects",
            lambda n=count: {
                "not": {"anyOf": [{"properties": {f"p{i}": {"const": i}}, "required": [f"p{i}"]} for i in range(n)]}
            },
            "",
        )
        yield (
            f"{count} dependencies",
            lambda n=count: {"dependentRequired": {f"p{i}": [f"p{i + 1}", f"q{i}"] for i in range(n)}},
            "",
        )
        yield (
            f"{count} dependent schemas",
            lambda n=count: {"dependentSchemas": {f"p{i}": {"properties": {f"q{i}": {"const": i}}} for i in range(n)}},
            "",
        )
        yield (
            f"unevaluated beside {count}",
            lambda n=count: {
                "unevaluatedProperties": False,
                "anyOf": [{"properties": {f"p{i}": True}} for i in range(n)],
            },
            "",
        )
    for depth in (3, 6, 12, 30):
        yield f"unevaluated, {depth} deep", lambda n=depth: _unevaluated(n), ""
        yield f"oneOf in oneOf, {depth} deep", lambda n=depth: _choices(n, "oneOf"), ""
        yield f"anyOf in anyOf, {depth} deep", lambda n=depth: _choices(n, "anyOf"), ""


def _kind(number: int) -> Any:
    return {
        "type": "object",
        "properties": {"kind": {"const": f"k{number}"}, **{f"p{i}": {"type": "string"} for i in range(number % 7)}},
        "required": ["kind"],
    }


def _overlapping(number: int) -> Any:
    names = [f"p{i}" for i in range(number % 7 + 1)]
    return {"type": "object", "properties": {name: {"type": "string"} for name in names}, "required": names[-1:]}


def _unevaluated(depth: int) -> Any:
    schema: Any = {"properties": {"x": True}}
    for level in range(depth):
        schema = {
            "unevaluatedProperties": False,
            "anyOf": [schema, {"properties": {f"a{level}": True}}, {"properties": {f"b{level}": True}}],
        }
    return schema


def _choices(depth: int, keyword: str) -> Any:
    schema: Any = {"type": "null"}
    for level in range(depth):
        schema = {
            keyword: [schema, {"const": level}, {"type": "object", "properties": {f"a{level}": {"const": level}}}]
        }
    return schema


def _objects() -> Iterator[Bomb]:
    for count in (2, 4, 10, 20, 100):
        kinds = {
            "letters": lambda i: _LETTERS[i % 26] + _LETTERS[i // 26],
            "pairs": lambda i: f"^.*{_LETTERS[i % 26]}.*{i}.*$",
            "ends": lambda i: f"[a-z]{{{i + 2}}}.*{_LETTERS[i % 26]}$",
            "starts": lambda i: f"^x{i}-",
            "looks": lambda i: f"^(?=.*{_LETTERS[i % 26]})(?!.*{i}).*$",
        }
        for kind, pattern in kinds.items():
            yield (
                f"{count} patternProperties, {kind}",
                lambda n=count, p=pattern: {
                    "type": "object",
                    "patternProperties": {p(i): {"minimum": i} for i in range(n)},
                },
                "",
            )
        yield (
            f"{count} patterns of one value",
            lambda n=count: {
                "patternProperties": {f"{_LETTERS[i % 26]}{i}": {"type": "null"} for i in range(n)},
                "additionalProperties": False,
            },
            "",
        )
    for count in (1000, 5000, 20_000, 60_000):
        yield (
            f"{count} properties",
            lambda n=count: {"type": "object", "properties": {f"property{i}": {"type": "integer"} for i in range(n)}},
            "enforced" if count <= 1000 else "",
        )
        yield (
            f"{count} required",
            lambda n=count: {
                "type": "object",
                "properties": {f"p{i}": {"type": "integer"} for i in range(n)},
                "required": [f"p{i}" for i in range(n)],
            },
            "enforced" if count <= 1000 else "",
        )
        yield (
            f"{count} different properties",
            lambda n=count: {
                "type": "object",
                "properties": {f"p{i}": {"type": "string", "maxLength": i} for i in range(n)},
            },
            "",
        )
        yield (
            f"{count} required without a value",
            lambda n=count: {"type": "object", "required": [f"p{i}" for i in range(n)]},
            "",
        )
    yield (
        "names of 10,000 characters",
        lambda: {"type": "object", "properties": {"n" * 10_000 + str(i): True for i in range(20)}},
        "enforced",
    )
    yield (
        "names with escapes",
        lambda: {"type": "object", "properties": {f'"\\\n{i}\u2028': True for i in range(300)}},
        "",
    )
    yield "names of a pattern that is too large", lambda: {"propertyNames": {"pattern": "^(a|b)*a(a|b){16}$"}}, ""
    yield (
        "1,000 counted properties",
        lambda: {
            "type": "object",
            "properties": {f"p{i}": True for i in range(1000)},
            "minProperties": 500,
            "maxProperties": 600,
        },
        "",
    )
    yield (
        "a pattern of each key",
        lambda: {
            "patternProperties": {
                "^(?=.*a)(?=.*b)(?=.*c)(?=.*d)(?=.*e).*$": {"type": "null"},
                "^(a|b)*a(a|b){14}$": {"type": "integer"},
            }
        },
        "",
    )


def _numbers() -> Iterator[Bomb]:
    for keyword in ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf", "const"):
        for power in (400, 5000):
            yield _fixed(f"{keyword} 10**{power}", {"type": "number", keyword: 10**power}, "refused")
        yield _fixed(f"{keyword} not a number", {"type": "number", keyword: float("nan")}, "refused")
        yield _fixed(f"{keyword} infinite", {"type": "number", keyword: float("inf")}, "refused")
        yield _fixed(f"{keyword} 1e-300", {"type": "number", keyword: 1e-300})
        yield _fixed(f"{keyword} the largest double", {"type": "number", keyword: sys.float_info.max})
        yield _fixed(f"{keyword} 10**300", {"type": "integer", keyword: 10**300})
    for divisor in (7, 997, 2999, 1_000_003, 0.1, 0.0001, 1e-10, 3.14159, 123456.789):
        yield _fixed(f"a multiple of {divisor}", {"type": "number", "multipleOf": divisor})
        yield _fixed(
            f"a multiple of {divisor}, bounded",
            {"type": "number", "multipleOf": divisor, "minimum": -1e9, "maximum": 1e9},
        )
    for keyword in ("minLength", "maxItems", "minProperties", "minContains"):
        yield _fixed(f"{keyword} 10**5000", {keyword: 10**5000, "contains": True}, "refused")
        yield _fixed(f"{keyword} -1", {keyword: -1}, "refused")
        yield _fixed(f"{keyword} 1.5", {keyword: 1.5}, "refused")
    yield _fixed("an enum with 10**5000", {"enum": [1, {"a": [10**5000]}]}, "refused")
    yield _fixed(
        "products of multiples", {"allOf": [{"type": "integer", "multipleOf": prime} for prime in (7, 11, 13, 17, 19)]}
    )


def _nest(depth: int, kind: str) -> Any:
    schema: Any = {"type": "string"}
    for level in range(depth):
        schema = {
            "properties": {"type": "object", "properties": {"a": schema}, "required": ["a"]},
            "items": {"type": "array", "items": schema},
            "not": {"not": schema},
            "allOf": {"allOf": [schema]},
            "anyOf": {"anyOf": [schema, {"const": level}]},
            "additionalProperties": {"additionalProperties": schema},
            "patternProperties": {"patternProperties": {"^a": schema}},
            "contains": {"contains": schema},
            "if": {"if": schema, "then": {"minimum": level}},
            "prefixItems": {"prefixItems": [schema, True]},
        }[kind]
    return schema


def _depths() -> Iterator[Bomb]:
    for kind in ("properties", "items", "additionalProperties", "patternProperties", "contains", "prefixItems"):
        for depth in (30, 400, 900, 5000):
            expected = "enforced" if depth == 30 else "refused" if depth > 1000 else ""
            yield f"{kind} {depth} deep", lambda n=depth, k=kind: _nest(n, k), expected
    for kind in ("not", "allOf", "anyOf", "if"):
        for depth in (10, 40, 400, 5000):
            yield f"{kind} {depth} deep", lambda n=depth, k=kind: _nest(n, k), "refused" if depth > 100 else ""


def _references() -> Iterator[Bomb]:
    for count in (10, 400, 5000):
        yield (
            f"{count} references in a row",
            lambda n=count: {
                "$ref": "#/$defs/0",
                "$defs": {**{str(i): {"$ref": f"#/$defs/{i + 1}"} for i in range(n)}, str(n): {"type": "null"}},
            },
            "enforced",
        )
        yield (
            f"a circle of {count} references",
            lambda n=count: {
                "$ref": "#/$defs/0",
                "$defs": {str(i): {"$ref": f"#/$defs/{(i + 1) % n}"} for i in range(n)},
            },
            "refused",
        )
        yield (
            f"a circle of {count} objects",
            lambda n=count: {
                "$ref": "#/$defs/0",
                "$defs": {
                    str(i): {"type": "object", "properties": {"n": {"$ref": f"#/$defs/{(i + 1) % n}"}}}
                    for i in range(n)
                },
            },
            "",
        )
        yield (
            f"a circle of {count} allOf",
            lambda n=count: {
                "$ref": "#/$defs/0",
                "$defs": {str(i): {"allOf": [{"$ref": f"#/$defs/{(i + 1) % n}"}]} for i in range(n)},
            },
            "refused",
        )
    for count in (10, 30, 60):
        yield (
            f"each twice the next, {count}",
            lambda n=count: {
                "$ref": "#/$defs/0",
                "$defs": {
                    **{
                        str(i): {"properties": {"a": {"$ref": f"#/$defs/{i + 1}"}, "b": {"$ref": f"#/$defs/{i + 1}"}}}
                        for i in range(n)
                    },
                    str(n): {"type": "null"},
                },
            },
            "",
        )
        yield (
            f"allOf of twice the next, {count}",
            lambda n=count: {
                "$ref": "#/$defs/0",
                "$defs": {
                    **{
                        str(i): {"allOf": [{"$ref": f"#/$defs/{i + 1}"}, {"$ref": f"#/$defs/{i + 1}"}]}
                        for i in range(n)
                    },
                    str(n): {"type": "null"},
                },
            },
            "",
        )
        yield (
            f"anyOf of two more, {count}",
            lambda n=count: {
                "$ref": "#/$defs/0",
                "$defs": {
                    **{
                        str(i): {
                            "anyOf": [{"$ref": f"#/$defs/{i + 1}"}, {"required": [f"r{i}"]}],
                            "properties": {f"p{i}": {"type": "null"}},
                        }
                        for i in range(n)
                    },
                    str(n): {"type": "object"},
                },
            },
            "",
        )
        yield (
            f"an object of itself, {count} times",
            lambda n=count: {
                "properties": {f"p{i}": {"allOf": [{"$ref": "#"}, {"required": [f"p{i}"]}]} for i in range(n)}
            },
            "",
        )
    yield _fixed("itself", {"$ref": "#"}, "refused")
    yield _fixed("not itself", {"not": {"$ref": "#"}}, "refused")
    yield _fixed("a list of itself without end", {"type": "array", "items": {"$ref": "#"}, "minItems": 1}, "refused")
    yield _fixed("nothing at the other end", {"$ref": "#/$defs/none"}, "refused")
    yield _fixed("another document", {"$ref": "http://127.0.0.1:9/other.json"}, "refused")
    yield "an object of Python that is used again and again", lambda: _shared(40), "enforced"
    yield "a list of Python that is used again and again", lambda: {"enum": [_shared_list(40)]}, "refused"
    yield "a dictionary that holds itself", _endless, "enforced"


def _shared(depth: int) -> Any:
    schema: Any = {"type": "null"}
    for _ in range(depth):
        schema = {"properties": {"a": schema, "b": schema}}
    return schema


def _shared_list(depth: int) -> Any:
    value: Any = [1]
    for _ in range(depth):
        value = [value, value]
    return value


def _endless() -> Any:
    schema: dict[str, Any] = {"type": "object"}
    schema["properties"] = {"a": schema}
    return schema


def _malformed() -> Iterator[Bomb]:
    for name, schema in {
        "bytes": {"const": b"x"},
        "a set": {"enum": {1, 2}},
        "an object of Python": {"const": object()},
        "complex numbers": {"const": 1j},
        "a lone surrogate": {"const": "\ud800"},
        "a lone surrogate in a key": {"type": "object", "properties": {"\udfff": True}},
        "a lone surrogate in a pattern": {"type": "string", "pattern": "[\ud800]"},
        "a list": [1],
        "a string": "string",
        "a number": 7,
        "null": None,
        "properties as a list": {"properties": [1]},
        "an unknown type": {"type": "text"},
        "a type as a number": {"type": 1},
        "no pattern": {"type": "string", "pattern": "("},
        "a pattern as a number": {"pattern": 1},
        "required as text": {"required": "a"},
        "an empty allOf": {"allOf": []},
        "a reference as a number": {"$ref": 1},
        "a dialect that is none": {"$schema": "http://example.invalid/none"},
    }.items():
        yield _fixed(f"malformed: {name}", schema, "refused")
