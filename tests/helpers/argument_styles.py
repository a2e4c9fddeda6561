"""Styles of arguments as real chat templates have them, for the tests."""

from __future__ import annotations

from dataclasses import replace

from gba.grammar.strings.spelling import (
    GEMMA,
    JSON,
    JSON_COMPACT,
    KINDS,
    PYTHON,
    ArgumentStyle,
    JsonType,
    Spelling,
    Tag,
)

__all__ = ["STYLES", "TAGGED"]


def _tags(before: str, after: str, **spellings: Spelling | None) -> dict[JsonType, Tag]:
    """The same tags for all types; strings are raw, and the others JSON where nothing else is said."""
    return {kind: Tag(before, after, spellings.get(kind, None if kind == "string" else JSON)) for kind in KINDS}


TAGGED: dict[str, ArgumentStyle] = {
    # <parameter=city>⏎Oslo⏎</parameter>⏎, True and None, but JSON in arrays
    "parameter": ArgumentStyle(
        tags=_tags(">\n", "\n</parameter>\n", boolean=PYTHON, null=PYTHON), opening="<parameter="
    ),
    # <arg_key>city</arg_key>⏎<arg_value>Oslo</arg_value>
    "key and value": ArgumentStyle(
        tags=_tags("</arg_key>\n<arg_value>", "</arg_value>"), opening="<arg_key>", separator="\n", begin="\n", end="\n"
    ),
    # Python's literals in all types but strings
    "python in tags": ArgumentStyle(
        tags=_tags(">", "</parameter>\n", **dict.fromkeys(("number", "boolean", "null", "array", "object"), PYTHON)),
        opening="<parameter=",
    ),
    # the tag says whether the value is a string
    "string or not": ArgumentStyle(
        tags={
            kind: Tag(f'" string="{str(kind == "string").lower()}">', "</p>", None if kind == "string" else JSON)
            for kind in KINDS
        },
        opening='<p name="',
        sort_keys=True,
    ),
    # the tag says the type
    "type": ArgumentStyle(
        tags={kind: Tag(f'" type="{kind}"|', "|/|", None if kind == "string" else JSON) for kind in KINDS},
        opening='|key="',
    ),
    # (city='Oslo', n=3): raw strings in quotes, nothing behind other values
    "call": ArgumentStyle(
        tags={**_tags("=", "", array=PYTHON, boolean=PYTHON, null=PYTHON), "string": Tag("='", "'", None)},
        begin="(",
        separator=", ",
        end=")",
        empty="()",
    ),
}

STYLES: dict[str, ArgumentStyle] = {
    "json": ArgumentStyle(JSON),
    "compact json": ArgumentStyle(JSON_COMPACT),
    "ascii json": ArgumentStyle(replace(JSON, ascii_only=True)),
    "python": ArgumentStyle(PYTHON),
    "gemma": ArgumentStyle(GEMMA),
    **TAGGED,
}
