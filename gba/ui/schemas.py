"""What a JSON Schema becomes: its grammar, what that leaves to a check, a sentence, and where a text is not one."""

from __future__ import annotations

import json
from typing import Any

from gba.errors import SchemaError
from gba.grammar.gbnf.matcher import Matcher
from gba.grammar.grammar import Grammar
from gba.grammar.sampling import sample
from gba.ui.forms import SchemaForm

__all__ = ["examine"]

_MOST = 200_000
"""Characters of a text that are looked at."""
_RANGES = 12
"""Ranges of characters that are named as what may come next."""


def examine(form: SchemaForm) -> dict[str, Any]:
    """Compile the schema of the form. Raises SchemaError, also where its text is no JSON."""
    grammar = Grammar.from_json_schema(_read(form.schema_text), whitespace=form.whitespace)
    sentence = sample(grammar, seed=form.seed)
    return {
        "gbnf": str(grammar),
        "residual": [str(each) for each in grammar.residual],
        "sentence": sentence,
        "sentence_breaks": _broken(grammar, sentence),
        "text": None if not form.text else _follow(grammar, form.text[:_MOST]),
    }


def _broken(grammar: Grammar, sentence: str) -> list[str]:
    """What of the schema a sentence breaks that the grammar does not enforce."""
    try:
        return grammar.check(json.loads(sentence)) if grammar.residual else []
    except (ValueError, RecursionError) as error:  # Python reads no integer of more than 4300 digits
        return [f"it cannot be checked: {error}"]


def _read(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise SchemaError(
            f"this is no JSON: {error}",
            remedy="Paste a JSON Schema. Python is not run here: of a pydantic model, paste what "
            "json.dumps(Model.model_json_schema()) prints.",
        ) from None


def _follow(grammar: Grammar, text: str) -> dict[str, Any]:
    """How far the grammar allows a text, in characters, and what could come there."""
    matcher = grammar.matcher()
    at = _longest(matcher, text)
    valid = at == len(text) and matcher.accepting
    before = text[:at]
    return {
        "valid": valid,
        "at": at,
        "line": before.count("\n") + 1,
        "column": at - (before.rfind("\n") + 1) + 1,
        "complete": matcher.accepting,
        "expected": [] if valid else _expected(matcher),
        "violations": _broken(grammar, text) if valid else [],
    }


def _longest(matcher: Matcher, text: str) -> int:
    """Go on by the longest beginning of the text that is allowed; its length."""
    for at, char in enumerate(text):
        if not matcher.advance(char):
            return at
    return len(text)


def _expected(matcher: Matcher) -> list[str]:
    """What may come next, in words: one text, or some ranges of characters, and the end."""
    forced = matcher.forced()
    if forced:
        return [json.dumps(forced, ensure_ascii=False)]
    ranges = matcher.next_chars().ranges
    told = [_range(low, high) for low, high in ranges[:_RANGES]] + (["…"] if len(ranges) > _RANGES else [])
    return [*told, *(["the end"] if matcher.accepting else [])]


def _range(low: int, high: int) -> str:
    first, last = (json.dumps(chr(point)) for point in (low, high))
    return first if low == high else f"{first} to {last}"
