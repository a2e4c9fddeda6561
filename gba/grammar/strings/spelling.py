"""How a model's own syntax spells the arguments of a call: as one JSON value, or one after another between tags.

Pure data, read out of a chat template (`gba.chat`) and written out as grammars (`gba.grammar.tagged`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

__all__ = ["GEMMA", "JSON", "JSON_COMPACT", "KINDS", "PYTHON", "ArgumentStyle", "JsonType", "Spelling", "Tag"]

JsonType: TypeAlias = Literal["string", "number", "boolean", "null", "array", "object"]
KINDS: tuple[JsonType, ...] = ("string", "number", "boolean", "null", "array", "object")
"""The JSON types that a template can tell apart; an integer is a number."""


@dataclass(frozen=True)
class Spelling:
    """How values are written as literals.

    ``escapes``: how a string stands between its ``quote`` and ``unquote``: with JSON's escapes, as Python's ``repr``
    writes it (which takes double quotes where there are single ones inside), or raw, up to ``unquote``. ``bare_keys``:
    keys of objects stand without quotes. ``sort_keys``: keys are sorted, at all depths. ``ascii_only``: the template
    escapes what is not ASCII (as JSON it says the same).
    """

    quote: str = '"'
    unquote: str = '"'
    escapes: Literal["json", "python", "raw"] = "json"
    true: str = "true"
    false: str = "false"
    null: str = "null"
    item_separator: str = ", "
    key_separator: str = ": "
    bare_keys: bool = False
    sort_keys: bool = False
    ascii_only: bool = False


JSON = Spelling()
JSON_COMPACT = Spelling(item_separator=",", key_separator=":")
PYTHON = Spelling("'", "'", "python", "True", "False", "None")
GEMMA = Spelling(
    '<|"|>', '<|"|>', "raw", null="None", item_separator=",", key_separator=":", bare_keys=True, sort_keys=True
)


@dataclass(frozen=True)
class Tag:
    """How an argument of one JSON type is written: its key, ``before``, the value, ``after``.

    ``spelling`` is None where the value is raw text up to ``after`` (strings only).
    """

    before: str
    after: str
    spelling: Spelling | None = JSON


@dataclass(frozen=True)
class ArgumentStyle:
    """How the arguments of a call are written.

    Without ``tags`` they are one value, an object in ``spelling``. With ``tags`` (one for each JSON type) they stand
    one after another: ``begin``, then for each argument ``opening``, the key, and the value as the tag of its type
    says, ``separator`` between two arguments, ``end`` after the last one; ``empty`` instead of all that where there
    are no arguments. ``sort_keys``: arguments are sorted by key, else they keep their order.
    """

    spelling: Spelling = JSON
    tags: Mapping[JsonType, Tag] = field(default_factory=dict)
    begin: str = ""
    opening: str = ""
    separator: str = ""
    end: str = ""
    empty: str = ""
    sort_keys: bool = False

    def texts(self) -> tuple[str, ...]:
        """All texts of the style: what stands around keys and values."""
        spellings = [tag.spelling for tag in self.tags.values()] if self.tags else [self.spelling]
        quotes = [text for each in spellings if each is not None for text in (each.quote, each.unquote)]
        around = [text for tag in self.tags.values() for text in (tag.before, tag.after)]
        return (self.begin, self.opening, self.separator, self.end, self.empty, *around, *quotes)

    @property
    def tagged(self) -> bool:
        """Whether arguments stand one after another, each between tags of its own."""
        return bool(self.tags)
