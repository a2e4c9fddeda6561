"""The first wall: the table of the language as GBNF, so that a model cannot write what is not in it.

The text is kept to read in grammars/math.gbnf. It is made for llama.cpp: no left recursion, nothing that may be
empty inside a repetition, and the words of a list as a tree over their common beginnings, so that few stacks are
alive at a time. Precedence is left to Python's parser: an expression is a flat run of values and operators here.
Blocks are indented by four spaces, ``DEPTH`` deep at most; ``return`` stands in functions only, ``break`` in loops.
A program ends with the line break after ``result = …``: there the grammar allows nothing more. A comma has a space
behind it, and several values without brackets are for several names only: ``1,200`` is no number and cannot be written.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path

from gba.tools.math import language
from gba.tools.math.language import Signature

__all__ = ["grammar_text", "main"]

DEPTH = 4
"""Blocks within one another."""
_ALNUM = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789")

_HEADER = """\
# The programs of the math tool, compiled from gba/tools/math/language.py (python -m gba.tools.math.grammar).
"""

_RULES = r"""
root ::= line* "result" " "? "=" " "? expression "\n"
comment ::= " "? " "? "#" [ -~]*
ending ::= comment? "\n" "\n"?
assignment ::= name ("[" place "]")? becomes expression | name " = " lambda | name (comma name)+ " "? "=" " "? values
becomes ::= " "? augmented? "=" " "?
values ::= expression (comma expression)*
print ::= "print(" values? ")"
change ::= name "." ("append" | "add" | "remove" | "extend") "(" expression ")"
targets ::= "_" | name (comma name)*
expression ::= either (" if " either " else " either)?
either ::= both (" or " both)*
both ::= denied (" and " denied)*
denied ::= "not "? compared
compared ::= sum ((" "? comparison " "? | " in " | " not in ") sum (" "? comparison " "? sum)?)?
sum ::= term (" "? operator " "? term)*
term ::= [-+]? (number | value suffix*) | text
value ::= name | "True" | "False" | "None" | call | member | group | list | table
suffix ::= "[" place (comma place)? "]" | "." method
place ::= expression (":" expression?)? | ":" expression?
group ::= "(" expression (clause | (comma expression)* ","?) ")"
list ::= "[" (expression (clause | (comma expression)* ","?))? "]"
table ::= "{" (entry (clause | (comma entry)*) | expression (clause | (comma expression)*))? "}"
entry ::= expression ":" " "? expression
clause ::= " for " targets " in " either (" if " either)?
lambda ::= "lambda " name (comma name)* ": " expression
anything ::= (expression (clause | (comma expression)*))? ")"
comma ::= ", "
number ::= real "j"?
real ::= (whole ("." [0-9]+)? | "." [0-9]+) ([eE] [-+]? [0-9]+)?
whole ::= "0" | [1-9] ("_"? [0-9])*
text ::= "'" [ !#-&(-Z^-~]* "'" | "\"" [ !#-&(-Z^-~]* "\"" | "f" filled
filled ::= "\"" (letter | field)* "\"" | "'" (letter | field)* "'"
letter ::= [ !#-&(-Z^-z|~]
field ::= "{" name (":" ","? ("." [0-9] "f")?)? "}"
names ::= "'" symbol (separator symbol)* "'" | "\"" symbol (separator symbol)* "\""
separator ::= "," " "? | " "
symbol ::= [A-Za-z] [A-Za-z0-9_]*
figure ::= "'" "-"? real ("/" whole)? "'" | "\"" "-"? real ("/" whole)? "\""
sign ::= "'" ("+" "-"? | "-") "'" | "\"" ("+" "-"? | "-") "\""
"""


@cache
def grammar_text() -> str:
    """The GBNF text of the language, root rule ``root``."""
    methods = {f"{name}(": _arguments(entry) for name, entry in language.METHODS.items()}
    methods |= {f"{name}(": "anything" for name in language.VALUE_METHODS}
    calls = {f"{name}(": _arguments(entry) for name, entry in language.FUNCTIONS.items()}
    calls |= {f"{name}(": _call(name, entry) for name, entry in language.BUILTINS.items() if name != "print"}
    calls |= {f"{name}(": "anything" for name in language.DEFINED}
    rules = {
        "operator": _tree(dict.fromkeys(_OPERATORS, "")),
        "augmented": _tree(dict.fromkeys((*_OPERATORS[:-1],), "")),
        "comparison": _tree(dict.fromkeys(language.COMPARISONS, "")),
        "import": _imports(),
        "call": _tree(calls),
        **_members(),
        "method": _tree({**methods, **dict.fromkeys(language.PROPERTIES | language.ATTRIBUTES, "")}),
        "defined": _tree(dict.fromkeys(sorted(language.DEFINED), "")),
        **_blocks(),
        **_argument_rules(),
        **_name_rules(language.FORBIDDEN_NAMES | {language.RESULT}),
    }
    return _HEADER + _RULES + "".join(f"{name} ::= {body}\n" for name, body in rules.items())


_OPERATORS = language.BINARY
_CONSTANTS = {"math": "pi e tau inf", "numpy": "pi e inf", "sympy": "pi E I oo EulerGamma GoldenRatio Catalan"}
_FROM = ("math", "sympy", "fractions", "decimal", "itertools", "functools", "statistics", "datetime")


def _members() -> dict[str, str]:
    """What may follow a module's name: for numpy with its arguments, as a name there means numpy's."""
    numpy = {f"linalg.{name}(": _arguments(entry) for name, entry in language.LINALG.items()}
    numpy |= {f"{name}(": _arguments(entry) for name, entry in language.NUMPY.items()}
    sympy = {f"{name}(": _arguments(language.FUNCTIONS[name]) for name in _called("sympy")}
    scipy = {f"{module[6:]}.{name}(": _arguments(entry) for module, table in language.SCIPY.items()
             for name, entry in table.items()}  # fmt: skip
    bodies = {"numpy": numpy, "sympy": sympy, "scipy": scipy}
    rules, options = {}, []
    for module, shorts in language.MODULES.items():
        if "." not in module:
            body = dict(bodies.get(module) or {f"{name}(": "anything" for name in _called(module)})
            body |= dict.fromkeys(_CONSTANTS.get(module, "").split(), "")
            rules[f"of-{module}"] = _tree(body)
            options += [(f"{name}.", f"of-{module}") for name in (module, *shorts)]
    return {"member": f'{_tree(dict(options))} | "S." ({_tree(dict.fromkeys(language.SETS, ""))})', **rules}


def _called(module: str) -> list[str]:
    """The members of a module that are functions."""
    constants = {"pi", "e", "tau", "inf", "nan", "E", "I", "oo", "EulerGamma", "GoldenRatio", "Catalan", "euler_gamma"}
    return sorted(name for name in language.MEMBERS[module] - constants if not name.startswith("ROUND_"))


def _imports() -> str:
    plain = _tree({name: _options(f" as {a}" for a in short) for name, short in language.MODULES.items()})
    options = {
        f"{name} import ": f'("*" | {_several(_tree(dict.fromkeys(language.MEMBERS[name], "")))})' for name in _FROM
    }
    options["sympy.abc import "] = f"({_several('[a-z]')})"
    return f'"import " ({plain}) | "from " ({_tree(options)})'


def _several(names: str) -> str:
    return f"({names}) (comma ({names}))*"


def _blocks() -> dict[str, str]:
    """Statements and blocks by depth, by whether they are in a function, and whether they are in a loop."""
    alone = '(import | assignment | print | change) ending | "#" [ -~]* "\\n"'
    rules = {"line": f"{alone} | {_compound(0, False, False)} | {_function()}"}
    waiting, seen = [(1, True, False), (1, False, True), (1, False, False)], set[tuple[int, bool, bool]]()
    while waiting:
        depth, function, loop = waiting.pop(0)
        if depth > DEPTH or (depth, function, loop) in seen:
            continue
        seen.add((depth, function, loop))
        words = ["assignment", "print", "change", '"pass"']
        words += ['"return " expression'] * function + ['"break"', '"continue"'] * loop
        statement = f"({' | '.join(words)}) ending"
        if depth < DEPTH:
            statement += f" | {_compound(depth, function, loop)}"
        rules[_block(depth, function, loop)] = f'("{"    " * depth}" ({statement}))+'
        waiting += [(depth + 1, function, True), (depth + 1, function, loop)]
    return rules


def _block(depth: int, function: bool, loop: bool) -> str:
    return f"block-{depth}{'-function' * function}{'-loop' * loop}"


def _compound(depth: int, function: bool, loop: bool) -> str:
    inner, repeated = _block(depth + 1, function, loop), _block(depth + 1, function, True)
    indent = f'"{"    " * depth}" ' if depth else ""
    return (
        f'"for " targets " in " expression ":\\n" {repeated} | "while " expression ":\\n" {repeated} | '
        f'"if " expression ":\\n" {inner} ({indent}"elif " expression ":\\n" {inner})* '
        f'({indent}"else:\\n" {inner})?'
    )


def _function() -> str:
    return f'"def " defined "(" (name (comma name)*)? "):\\n" {_block(1, True, False)} "\\n"?'


_MAPPED = ("int", "float", "str", "abs", "len", "sqrt")
"""Functions that a model may hand to map and filter."""


def _call(name: str, entry: Signature) -> str:
    """The arguments of one of Python's functions: some take what a comprehension gives, or a function first."""
    if name in ("map", "filter"):
        further = "expression (comma expression)*" if name == "map" else "expression"
        return f'(lambda | {_tree(dict.fromkeys(_MAPPED, ""))}) comma {further} ")"'
    if name in ("all", "any", "frozenset", "list", "set", "tuple"):
        return 'expression clause? ")"'
    if name == "sum":
        return 'expression (clause | comma expression)? ")"'
    key = f'(comma "key=" (lambda | {_tree(dict.fromkeys(_MAPPED, ""))}))?'
    if name == "sorted":
        return f'expression (clause | {key} (comma "reverse=" expression)?) ")"'
    if name in ("max", "min"):
        return f'expression (clause | (comma expression)* {key} (comma "default=" expression)?) ")"'
    if name == "isinstance":
        return f'expression ", " ({_tree(dict.fromkeys(("int", "float", "str", "list"), ""))}) ")"'
    return _arguments(entry)


def _options(texts: Iterable[str]) -> str:
    options = _tree(dict.fromkeys(texts, ""))
    return f"({options})?" if options else ""


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _tree(words: Mapping[str, str]) -> str:
    """The words, each with what follows it, as a choice that never offers the same first character twice."""
    options = []
    for first in sorted({word[:1] for word in words}):
        group = {word: after for word, after in words.items() if word[:1] == first}
        if not first:
            options.append(group[""] or '""')
            continue
        head = _common(list(group))
        rest = {word[len(head) :]: after for word, after in group.items()}
        options.append(f"{_quoted(head)} {_rest(rest)}".rstrip())
    return " | ".join(options)


def _rest(words: Mapping[str, str]) -> str:
    if set(words) == {""}:
        return words[""]
    if words.get("") == "":
        return f"({_tree({word: after for word, after in words.items() if word})})?"
    return f"({_tree(words)})"


def _common(words: list[str]) -> str:
    first, last = min(words), max(words)
    length = next((at for at, char in enumerate(first) if char != last[at]), len(first))
    return first[:length]


def _arguments(entry: Signature) -> str:
    """The name of the rule that holds the arguments, without brackets, of such a call, and the closing bracket."""
    most = "any" if entry.most is None else str(entry.most)
    text = f"-{entry.text}{entry.text_at}" if entry.text else ""
    keywords = "".join(f"-{key}" for key in entry.keywords) if entry.keywords != language.ASSUMPTIONS else "-assumed"
    return f"args-{entry.least}-{most}{text}{keywords}"


def _argument_rules() -> dict[str, str]:
    entries = (*language.FUNCTIONS.values(), *language.METHODS.values(), *language.LINALG.values())
    entries += (*language.NUMPY.values(), *language.BUILTINS.values())
    entries += tuple(entry for table in language.SCIPY.values() for entry in table.values())
    return {_arguments(entry): _argument_rule(entry) for entry in sorted(entries, key=_arguments)}


def _argument_rule(entry: Signature) -> str:
    keywords = " | ".join(f'"{key}=" {language.KEYWORD_TEXTS.get(key, "expression")}' for key in entry.keywords)
    if not entry.most and entry.most is not None:
        return '")"'
    places = _places(entry)
    if keywords:
        places = f"{places} (comma ({keywords}))*"
    if not entry.least:
        first = f"{places} | {keywords} (comma ({keywords}))*" if keywords else places
        return f'({first})? ")"'
    return f'{places} ")"'


def _places(entry: Signature) -> str:
    """The positional arguments, at least one: those that must be there, then the others, each only after the last."""
    least = max(entry.least, 1)
    needed = " comma ".join(_argument(entry, place) for place in range(least))
    if entry.most is None:
        return f"{needed} (comma expression)*"
    further = ""
    for place in reversed(range(least, entry.most)):
        further = f" (comma {_argument(entry, place)}{further})?"
    return needed + further


def _argument(entry: Signature, place: int) -> str:
    if not entry.text or place != entry.text_at:
        return "expression"
    return {"names": "names", "sign": "sign", "number": "(expression | figure)"}[entry.text]


def _name_rules(taken: frozenset[str]) -> dict[str, str]:
    """Names without two underscores in a row, that begin with a letter and are none of the taken ones.

    One rule for each beginning of a taken word: what may follow it, at least a character.
    """
    beginnings = sorted({word[:length] for word in taken for length in range(len(word))})
    rules = {("name" if not b else f"name-{b}"): _name_rule(b, beginnings, taken) for b in beginnings}
    return rules | {"tail": '("_"? [A-Za-z0-9])+ "_"? | "_"'}


def _name_rule(beginning: str, beginnings: list[str], taken: frozenset[str]) -> str:
    options, leaving = [], set(_ALNUM) if beginning else {char for char in _ALNUM if char.isalpha()}
    for char in sorted(leaving):
        word = beginning + char
        if word in beginnings or word in taken:
            leaving.discard(char)
            after = f"name-{word}" if word in beginnings else "tail"
            options.append(f'"{char}" {after}' + ("" if word in taken else "?"))
    options.append(f"[{_ranges(leaving)}] tail?")
    if beginning:
        options.append('"_" ([A-Za-z0-9] tail?)?')
    return " | ".join(options)


def _ranges(chars: set[str]) -> str:
    """The characters as the inside of a class."""
    parts: list[list[str]] = []
    for char in sorted(chars):
        if parts and ord(parts[-1][1]) + 1 == ord(char):
            parts[-1][1] = char
        else:
            parts.append([char, char])
    return "".join(a if a == b else f"{a}-{b}" for a, b in parts)


def main() -> None:
    """Write grammars/math.gbnf of a source checkout."""
    path = Path(__file__).parents[3] / "grammars" / "math.gbnf"
    path.write_text(grammar_text(), encoding="ascii")


if __name__ == "__main__":
    main()
