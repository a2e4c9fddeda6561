"""Regular languages: patterns, formats and numbers as automata. Knows nothing of GBNF."""

__all__: list[str] = []
