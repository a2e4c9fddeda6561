"""GBNF text from a syntax tree and back."""

from __future__ import annotations

from gba.grammar.printer import fresh_name, print_gbnf

__all__ = ["fresh_name", "print_gbnf"]
