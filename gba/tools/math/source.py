"""A program's text before Python's parser sees it: taken out of its fence, spelled as Python is, and looked through."""

from __future__ import annotations

import re
import textwrap

from gba.errors import MathError

__all__ = ["MAX_LENGTH", "columns", "spelled", "unfenced"]

MAX_LENGTH = 8_000
_MAX_BRACKETS = 40
_SHOWN = 40
"""Characters of a number that an error repeats."""

_FENCE = re.compile(r"^[ \t]*(`{3,}|~{3,})[^\n`]*\n(.*?)^[ \t]*\1[ \t]*$", re.MULTILINE | re.DOTALL)
_QUOTED = (
    r'"""(?:[^"\\]|\\.|"(?!""))*"""' r"|'''(?:[^'\\]|\\.|'(?!''))*'''"
    r'|"(?:[^"\\\n]|\\.)*"' r"|'(?:[^'\\\n]|\\.)*'" r"|\#[^\n]*"
)  # fmt: skip
"""A text in quotes, or a comment."""
_CODE = re.compile(rf"({_QUOTED})|\^(?!=)", re.DOTALL)
_PARTS = re.compile(rf"({_QUOTED})", re.DOTALL)
_ESCAPES = re.compile(r"\\[\\'\"nt\n]|[^\\]")
_SPELLINGS = str.maketrans(
    {"\t": "    ", "×": "*", "·": "*", "÷": "/", "−": "-", "–": "-", "π": "pi", "∞": "oo", "\r": "\n"}
)
_SEPARATED = re.compile(
    rf"{_QUOTED}|[A-Za-z_]\w*"
    r"|(?P<number>(?:[1-9]\d{0,2}|0\d{1,2})(?:,\d{2,3}){0,12},\d{3}(?![\d_])(?:\.\d+)?)"
    r"|[\d.](?:[eE][-+]|[\w.])*",
    re.DOTALL,
)
"""Texts, comments, names, numbers with thousands separators, and other numbers: so that each is read as a whole."""
_PREFIXES = re.compile(r"(?:(?:[-+~]|\bnot\b)\s*){20}")


def unfenced(text: str) -> str:
    """The program of a text with one fenced block, without what stands around it. Raises MathError for several."""
    if "```" not in text and "~~~" not in text:
        return text
    blocks = [match[2] for match in _FENCE.finditer(text)]
    if len(blocks) > 1:
        raise MathError("There are several programs between fences. Write one.", kind="syntax", program=text)
    return blocks[0] if blocks else text


def spelled(text: str) -> str:
    """The source that is parsed. Raises MathError for what Python's parser should not even see."""
    if not isinstance(text, str):
        raise TypeError(f"a program is a str, not {type(text).__name__}")
    if len(text) > MAX_LENGTH:
        message = f"The program has {len(text)} characters; at most {MAX_LENGTH} are read. Write a shorter one."
        raise MathError(message, kind="too large", program=text[:MAX_LENGTH])
    parts = _PARTS.split(unfenced(text).replace("\r\n", "\n"))
    parts[::2] = [part.translate(_SPELLINGS) for part in parts[::2]]
    code = _CODE.sub(lambda match: match[1] or "**", "".join(parts))
    source = textwrap.dedent(code).strip("\n").rstrip() + "\n"
    _scan(source, text)
    _refuse_separators(source, text)
    return source


def _scan(source: str, text: str) -> None:
    """Refuse characters outside ASCII, but for texts and comments, and deep nesting."""
    depth, number = 0, 1
    for place, part in enumerate(_PARTS.split(source)):
        if place % 2:
            strange = "" if part.startswith("#") else _strange(part)
        else:
            strange = next((char for char in part if not (" " <= char <= "~" or char == "\n") or char == "\\"), "")
        if strange:
            line = number + part.count("\n", 0, part.index(strange))
            message = f"Line {line}: the character {strange!a} is not in the language. Leave it out."
            raise MathError(message, kind="forbidden", program=text)
        for char in part if not place % 2 else "":
            depth += (char in "([{") - (char in ")]}")
            number += char == "\n"
            if depth > _MAX_BRACKETS:
                raise MathError(f"Line {number}: too many nested brackets.", kind="too large", program=text)
        number += part.count("\n") if place % 2 else 0
    if _PREFIXES.search(source):
        raise MathError("Too many signs in a row.", kind="too large", program=text)


def _strange(quoted: str) -> str:
    """The first character of a text in quotes that may not be there; "" where all may."""
    for match in _ESCAPES.finditer(quoted):
        if len(match[0]) == 1 and not (match[0].isprintable() or match[0] == "\n"):
            return match[0]
    return "\\" if sum(len(match[0]) for match in _ESCAPES.finditer(quoted)) < len(quoted) else ""


def _refuse_separators(source: str, text: str) -> None:
    """Refuse ``1,200`` and ``1,00,000``, which Python reads as several values. ``[100,200]`` looks the same."""
    for match in _SEPARATED.finditer(source):
        number = match["number"]
        if number is not None:
            line = source.count("\n", 0, match.start()) + 1
            shown = number if len(number) <= _SHOWN else f"{number[:_SHOWN]}..."
            message = (
                f"Line {line}: write numbers without thousands separators: {shown.replace(',', '')}, not {shown}. "
                f"Values of their own have a space behind the comma: {shown.replace(',', ', ')}."
            )
            raise MathError(message, kind="syntax", program=text)


def columns(source: str) -> list[str]:
    """The lines, with a sign for each byte of what is not ASCII: as Python's parser counts columns."""
    return [line.encode().decode("ascii", "replace").replace("\ufffd", "?") for line in source.split("\n")]
