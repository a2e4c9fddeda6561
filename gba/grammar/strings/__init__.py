"""Strings as grammar: what is between their quotation marks, or tags, in each spelling."""

__all__: list[str] = []
