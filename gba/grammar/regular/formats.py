"""The ``format`` keyword: each format as a regular language, as ``jsonschema`` with its format checks judges it.

A format that is not listed is an annotation, as JSON Schema has it. Where a format is not regular, or where checking
it is another library's business, the language is a superset and the format is left to the check as well.
"""

from __future__ import annotations

import functools
from collections.abc import Callable

from gba.grammar.regular.automata import Dfa
from gba.grammar.regular.languages import full_match

__all__ = ["CHECKS", "FORMATS", "INEXACT", "format_language"]

_DIGITS_4 = r"(?!0000)[0-9]{4}"
_LONG = r"(?:0[13578]|1[02])-(?:0[1-9]|[12][0-9]|3[01])"
_SHORT = r"(?:0[469]|11)-(?:0[1-9]|[12][0-9]|30)"
_FEBRUARY = r"02-(?:0[1-9]|1[0-9]|2[0-8])"
_LEAP = r"(?!0000)(?:[0-9]{2}(?:0[48]|[2468][048]|[13579][26])|(?:[02468][048]|[13579][26])00)"
_DATE = rf"(?:{_DIGITS_4}-(?:{_LONG}|{_SHORT}|{_FEBRUARY})|{_LEAP}-02-29)"
_TIME = r"(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](?:\.[0-9]+)?(?:[Zz]|[+-](?:[01][0-9]|2[0-3]):[0-5][0-9])"

_BYTE = r"(?:25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])"
_IPV4 = rf"{_BYTE}(?:\.{_BYTE}){{3}}"
_H16 = r"[0-9A-Fa-f]{1,4}"
_LS32 = rf"(?:{_H16}:{_H16}|{_IPV4})"
_IPV6 = "|".join(
    [
        rf"(?:{_H16}:){{6}}{_LS32}",
        rf"::(?:{_H16}:){{5}}{_LS32}",
        rf"(?:{_H16})?::(?:{_H16}:){{4}}{_LS32}",
        rf"(?:(?:{_H16}:){{0,1}}{_H16})?::(?:{_H16}:){{3}}{_LS32}",
        rf"(?:(?:{_H16}:){{0,2}}{_H16})?::(?:{_H16}:){{2}}{_LS32}",
        rf"(?:(?:{_H16}:){{0,3}}{_H16})?::{_H16}:{_LS32}",
        rf"(?:(?:{_H16}:){{0,4}}{_H16})?::{_LS32}",
        rf"(?:(?:{_H16}:){{0,5}}{_H16})?::{_H16}",
        rf"(?:(?:{_H16}:){{0,6}}{_H16})?::",
    ]
)

_LABEL = r"[0-9A-Za-z](?:[0-9A-Za-z-]{0,61}[0-9A-Za-z])?"
_HOSTNAME = rf"(?:{_LABEL}\.)*{_LABEL}\.?"

_PCT = r"%[0-9A-Fa-f]{2}"
_UNRESERVED = r"A-Za-z0-9\-._~"
_SUB = r"!$&'()*+,;="
_PCHAR = rf"(?:[{_UNRESERVED}{_SUB}:@]|{_PCT})"
_SCHEME = r"[A-Za-z][A-Za-z0-9+.\-]*"
_HOST = rf"(?:\[(?:{_IPV6}|[vV][0-9A-Fa-f]+\.[{_UNRESERVED}{_SUB}:]+)\]|(?:[{_UNRESERVED}{_SUB}]|{_PCT})*)"
_AUTHORITY = rf"(?:(?:[{_UNRESERVED}{_SUB}:]|{_PCT})*@)?{_HOST}(?::[0-9]*)?"
_TAIL = rf"(?:\?(?:{_PCHAR}|[/?])*)?(?:#(?:{_PCHAR}|[/?])*)?"
_HIER = rf"(?://{_AUTHORITY}(?:/{_PCHAR}*)*|/(?:{_PCHAR}+(?:/{_PCHAR}*)*)?|{_PCHAR}+(?:/{_PCHAR}*)*|)"
_NO_COLON = rf"(?:[{_UNRESERVED}{_SUB}@]|{_PCT})+"
_RELATIVE = rf"(?://{_AUTHORITY}(?:/{_PCHAR}*)*|/(?:{_PCHAR}+(?:/{_PCHAR}*)*)?|{_NO_COLON}(?:/{_PCHAR}*)*|)"
_URI = rf"{_SCHEME}:{_HIER}{_TAIL}"
_URI_REFERENCE = rf"(?:{_SCHEME}:{_HIER}|{_RELATIVE}){_TAIL}"

_ATEXT = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~\-]"
_EMAIL = rf"{_ATEXT}+(?:\.{_ATEXT}+)*@{_LABEL}(?:\.{_LABEL})*"
_IDN_TEXT = r"(?:[A-Za-z0-9!#$%&'*+/=?^_`{|}~\-]|[^\x00-\x7f])"
_IDN_EMAIL = rf"{_IDN_TEXT}+(?:\.{_IDN_TEXT}+)*@{_IDN_TEXT}+(?:\.{_IDN_TEXT}+)*"

_POINTER = r"(?:/(?:[^~/]|~[01])*)*"
_NUMBER = r"[0-9]+(?:[.,][0-9]+)?"
_TIME_PART = rf"T(?:{_NUMBER}H(?:{_NUMBER}M)?(?:{_NUMBER}S)?|{_NUMBER}M(?:{_NUMBER}S)?|{_NUMBER}S)"
_DURATION = (
    rf"P(?:{_NUMBER}W|(?:{_NUMBER}Y(?:{_NUMBER}M)?(?:{_NUMBER}D)?|{_NUMBER}M(?:{_NUMBER}D)?|{_NUMBER}D)"
    rf"(?:{_TIME_PART})?|{_TIME_PART})"
)
_HEX = "[0-9A-Fa-f]"


def _is_iban(text: str) -> bool:
    """Whether the check digits of an account number are right (ISO 13616: the number modulo 97 is 1)."""
    turned = text[4:] + text[:4]
    return turned.isascii() and turned.isalnum() and int("".join(str(int(char, 36)) for char in turned)) % 97 == 1


FORMATS: dict[str, str] = {
    "date": _DATE,
    "date-time": rf"{_DATE}[Tt]{_TIME}",
    "time": _TIME,
    "duration": _DURATION,
    "email": _EMAIL,
    "idn-email": _IDN_EMAIL,
    "hostname": _HOSTNAME,
    "idn-hostname": r"[^\x00-,/:-@\[-`{-\x7f]+",
    "iban": r"[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}",
    "ipv4": _IPV4,
    "ipv6": _IPV6,
    "uri": _URI,
    "uri-reference": _URI_REFERENCE,
    "iri": rf"{_SCHEME}:[^\x00-\x20<>\"{{}}|\\^`\x7f]*",
    "iri-reference": r"[^\x00-\x20<>\"{}|\\^`\x7f]*",
    "uri-template": r"(?:[^\x00-\x20\"'<>\\^`{|}]|\{[^{}\x00-\x20]*\})*",
    "uuid": rf"{_HEX}{{8}}-{_HEX}{{4}}-{_HEX}{{4}}-{_HEX}{{4}}-{_HEX}{{12}}",
    "regex": r"[\s\S]*",
    "json-pointer": _POINTER,
    "relative-json-pointer": rf"(?:0|[1-9][0-9]*)(?:#|{_POINTER})",
}
"""The patterns, matched in full, of the formats that are enforced."""

CHECKS: dict[str, Callable[[str], bool]] = {"iban": _is_iban}
"""What is checked after decoding, of formats that ``jsonschema`` does not know."""

INEXACT = frozenset({*CHECKS, "hostname", "idn-hostname", "iri", "iri-reference", "uri-template", "regex"})
"""Formats whose language here is a superset: they are checked after decoding as well."""


@functools.cache
def format_language(name: str) -> Dfa | None:
    """The strings of a format; None where it is an annotation."""
    pattern = FORMATS.get(name)
    return None if pattern is None else full_match(f"(?:{pattern})")
