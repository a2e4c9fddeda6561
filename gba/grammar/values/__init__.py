"""From the shapes of a schema to the rules of a grammar: a module for each kind of value."""

__all__: list[str] = []
