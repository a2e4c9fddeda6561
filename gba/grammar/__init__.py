"""Grammars: from a schema to GBNF, and the matcher that reads along."""

from __future__ import annotations

from gba.grammar.gbnf.matcher import Matcher
from gba.grammar.grammar import Grammar
from gba.schema.nodes import Residual

__all__ = ["Grammar", "Matcher", "Residual"]
