"""The grammars of a syntax's arguments on function schemas, held against what a template renders."""

from __future__ import annotations

import random
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

import jsonschema
from harness import Case, LlamaGrammar, Vocabulary, load
from template_reference import Reference

from gba.chat.messages import Message
from gba.errors import SchemaError
from gba.grammar.arguments import Arguments, compile_arguments
from gba.grammar.strings.spelling import ArgumentStyle
from gba.grammar.tagged_text import readings
from gba.schema.tools import ToolCall, ToolSpec

__all__ = ["Checker", "Counts", "function_schemas"]

_USER = Message("user", "Do it.")
_TOOLS = (ToolSpec("search", "Search.", {"type": "object", "properties": {"q": {"type": "string"}}}),)
_SAMPLES = 3


@dataclass
class Counts:
    """What came of the argument grammars of one syntax. ``faults``: what went wrong, one by one."""

    schemas: int = 0
    refused: int = 0
    instances: int = 0
    unwritable: int = 0
    accepted: int = 0
    samples: int = 0
    loaded: int = 0
    faults: list[str] = field(default_factory=list)

    def __add__(self, other: Counts) -> Counts:
        return Counts(*(getattr(self, each.name) + getattr(other, each.name) for each in fields(self)))

    def line(self) -> str:
        """The counts in words."""
        return (
            f"{self.accepted}/{self.instances} instances ({self.unwritable} unwritable), {self.samples} samples, "
            f"{self.schemas} schemas ({self.refused} refused, {self.loaded} loaded), {len(self.faults)} faults"
        )


def function_schemas(path: Path, count: int) -> list[Case]:
    """Schemas of function calling corpora, with their instances."""
    cases = [case for case in load(path) if case["id"].startswith(("BFCL", "Glaive"))]
    return [cases[number] for number in sorted(random.Random(0).sample(range(len(cases)), min(count, len(cases))))]


class Checker:
    """Checks the arguments of one syntax after another. ``vocabulary``: with which llama.cpp loads the grammars.

    What was compiled, sampled and loaded for a style is kept a while: many templates have the same.
    """

    def __init__(self, cases: Sequence[Case], vocabulary: Vocabulary | None) -> None:
        self._cases, self._vocabulary = cases, vocabulary
        self._known: OrderedDict[tuple[str, str], tuple[Arguments, Counts] | SchemaError] = OrderedDict()

    def check(self, style: ArgumentStyle, reference: Reference, say: Callable[[str], None]) -> Counts:
        """The counts of one syntax."""
        counts = Counts()
        for case in self._cases:
            say(f"the arguments of {case['id']}")
            made, plain = self._compiled(case, style), self._compiled(case, ArgumentStyle())
            if isinstance(made, SchemaError) or isinstance(plain, SchemaError):
                counts.refused += 1
                said = f"{case['id']}: {made if isinstance(made, SchemaError) else plain}"
                if "nothing satisfies" not in said and "arguments are an object" not in said:
                    counts.faults.append(said)
                continue
            counts += made[1]
            for test in case.get("tests", ()):
                value = _in_order(case["schema"], test["data"], case["schema"])
                if test["valid"] and isinstance(value, dict) and _accepts(plain[0], plain[0].write(value)):
                    counts.instances += 1
                    _instance(reference, made[0], case["id"], value, counts)
        return counts

    def _compiled(self, case: Case, style: ArgumentStyle) -> tuple[Arguments, Counts] | SchemaError:
        key = case["id"], repr(style)
        if key not in self._known:
            self._known[key] = self._compile(case, style)
            if len(self._known) > 3 * len(self._cases):
                self._known.popitem(last=False)
        self._known.move_to_end(key)
        return self._known[key]

    def _compile(self, case: Case, style: ArgumentStyle) -> tuple[Arguments, Counts] | SchemaError:
        try:
            arguments = compile_arguments(case["schema"], style)
        except SchemaError as error:
            return error
        counts = Counts(schemas=1)
        _samples(arguments, case, counts)
        _load(arguments, self._vocabulary, case["id"], counts)
        return arguments, counts


def _accepts(arguments: Arguments, text: str) -> bool:
    matcher = arguments.grammar.matcher()
    return matcher.advance(text) and matcher.accepting


def _instance(reference: Reference, arguments: Arguments, name: str, value: dict[str, Any], counts: Counts) -> None:
    """A valid instance, as the template renders it."""
    text = arguments.write(value)
    call = ToolCall("search", value, "abcd12345")
    rendered = reference.render([_USER, Message("assistant", calls=(call,))], _TOOLS, prompt=False)
    if rendered is None or text not in rendered:
        counts.faults.append(f"{name}: {text[:200]!r} is not what the template has: {str(rendered)[-300:]!r}")
    elif not _accepts(arguments, text):
        if _reads_otherwise(arguments, text, value):
            counts.unwritable += 1
        else:
            counts.faults.append(f"{name}: refused: {text[:300]!r}")
    elif arguments.read(text) != value:
        counts.faults.append(f"{name}: {text[:200]!r} is read back as {arguments.read(text)!r}")
    else:
        counts.accepted += 1


def _reads_otherwise(arguments: Arguments, text: str, value: Mapping[str, Any]) -> bool:
    """Whether the text of these arguments says something else, so that the grammar has to refuse it."""
    if not arguments.style.tagged:
        return False
    return next(readings(arguments.style, text, arguments._kinds), None) != value


def _in_order(schema: Any, value: Any, root: Any) -> Any:
    """The value with its keys as the schema has them."""
    while isinstance(schema, dict) and isinstance(schema.get("$ref"), str) and schema["$ref"].startswith("#/"):
        found = root
        for part in schema["$ref"][2:].split("/"):
            found = found.get(part.replace("~1", "/").replace("~0", "~"), {}) if isinstance(found, dict) else {}
        schema = found
    schema = schema if isinstance(schema, dict) else {}
    if isinstance(value, list):
        items = schema.get("items")
        return [_in_order(items if isinstance(items, dict) else {}, item, root) for item in value]
    if not isinstance(value, dict):
        return value
    known = schema.get("properties") if isinstance(schema.get("properties"), dict) else {}
    keys = [*(key for key in known if key in value), *(key for key in value if key not in known)]
    return {key: _in_order(known.get(key, {}), value[key], root) for key in keys}


def _samples(arguments: Arguments, case: Case, counts: Counts) -> None:
    """Random sentences of the grammar are valid arguments, or the check says what is wrong with them."""
    kind = jsonschema.validators.validator_for(case["schema"], jsonschema.Draft202012Validator)
    validator = kind(case["schema"], format_checker=kind.FORMAT_CHECKER)
    chance = random.Random(case["id"])
    for _ in range(_SAMPLES):
        text = _sampled(arguments, chance)
        counts.samples += 1
        try:
            value = arguments.read(text)
        except ValueError as error:
            counts.faults.append(f"{case['id']}: not read back: {text[:300]!r}: {error}")
            continue
        wrong = None if arguments.grammar.check(value) else next(validator.iter_errors(value), None)
        if wrong is not None:
            counts.faults.append(f"{case['id']}: {text[:300]!r} is not valid: {wrong.message[:200]}")


def _sampled(arguments: Arguments, chance: random.Random) -> str:
    """A random walk over likely characters, closed along the shortest way."""
    matcher, text = arguments.grammar.matcher(), ""
    for _ in range(40):
        following = matcher.forced()
        if not following:
            options = [char for char in "{}[],:'\"\\abe1024-.nulTrFN<>/|= \né" if matcher.allows(char)]
            if not options:
                break
            following = chance.choice(options)
        matcher.advance(following)
        text += following
    return text + matcher.shortest()


def _load(arguments: Arguments, vocabulary: Vocabulary | None, name: str, counts: Counts) -> None:
    if vocabulary is None:
        return
    try:
        LlamaGrammar(vocabulary, str(arguments.grammar)).close()
    except ValueError as error:
        counts.faults.append(f"{name}: {error}")
    else:
        counts.loaded += 1
