"""GBNF text from a syntax tree, and a syntax tree from GBNF text."""

from __future__ import annotations

from gba.grammar.parser import parse_gbnf
from gba.grammar.printer import print_gbnf

__all__ = ["parse_gbnf", "print_gbnf"]
