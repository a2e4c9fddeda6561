"""What the compiler's tests share: texts, verdicts, and random schemas with instances."""

from __future__ import annotations

import json
from typing import Any

import jsonschema

from gba.grammar import Grammar

__all__ = ["SEPARATORS", "accepts", "text_of", "valid"]

SEPARATORS = {"compact": (",", ":"), "spaced": (", ", ": "), "flexible": (", ", ": ")}


def text_of(value: Any, whitespace: str = "compact") -> str:
    """The value as the style of this name writes it."""
    return json.dumps(value, ensure_ascii=False, separators=SEPARATORS[whitespace])


def accepts(grammar: Grammar, text: str) -> bool:
    """Whether the text is a whole sentence of the grammar."""
    matcher = grammar.matcher()
    return matcher.advance(text) and matcher.accepting


def valid(schema: Any, value: Any) -> bool:
    """Whether jsonschema, with its format checks, finds the value valid."""
    validator = jsonschema.validators.validator_for(schema, default=jsonschema.Draft202012Validator)
    return bool(validator(schema, format_checker=jsonschema.Draft202012Validator.FORMAT_CHECKER).is_valid(value))
