"""A language model behind one interface, whatever runs it: completions of conversations, choices, token counts."""

from gba.llm.backend import Asked, LanguageBackend
from gba.llm.options import OptionChoice

__all__ = ["Asked", "LanguageBackend", "OptionChoice"]
