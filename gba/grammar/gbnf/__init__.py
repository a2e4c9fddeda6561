"""GBNF: its syntax tree, read, printed, made and followed as llama.cpp follows it."""

__all__: list[str] = []
