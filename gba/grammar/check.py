"""The check of what a grammar leaves open: the whole schema, judged by jsonschema with its format checks."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Iterator
from typing import Any

from gba.grammar.regular.formats import CHECKS
from gba.grammar.regular.found import UndecidedError, found
from gba.schema.metaschema import discriminator

__all__ = ["Check"]

_LONGEST = 1000
"""Characters of a message."""


class Check:
    """Checks values against one schema; nothing is fetched from the network."""

    def __init__(self, schema: Any, dialect: str, registry: Any = None) -> None:
        self._schema, self._dialect, self._registry = schema, dialect, registry
        self._validator: Any = None

    def __call__(self, value: Any) -> Iterator[str]:
        """The violations, each with the JSON pointer into the value."""
        if self._validator is None:
            self._validator = _validator(self._dialect, self._schema, self._registry)
        try:
            for error in self._validator.iter_errors(value):
                where = "".join(f"/{step}" for step in error.absolute_path)
                yield f"{where or '/'}: {_cut(error.message)}"
        except (UndecidedError, re.error, RecursionError) as error:
            yield f"/: {error}; so it is taken for a violation"


def _cut(message: str) -> str:
    """A message without the whole of a long list or text in it: a model may be told of it."""
    return message if len(message) <= _LONGEST else f"{message[: _LONGEST // 2]} … {message[-_LONGEST // 2 :]}"


def _validator(dialect: str, schema: Any, registry: Any) -> Any:
    import jsonschema_specifications
    import referencing

    known = jsonschema_specifications.REGISTRY.combine(registry if registry is not None else referencing.Registry())
    return _classes()[dialect](schema, registry=known, format_checker=_formats())


@functools.cache
def _formats() -> Any:
    """jsonschema's format checks, and those of IRIs.

    Its own check of IRIs needs rfc3987-syntax, whose import takes more than a second; it is not among gba's
    dependencies.
    """
    import jsonschema

    checker = jsonschema.FormatChecker()
    checker.checkers = {
        **jsonschema.Draft202012Validator.FORMAT_CHECKER.checkers,
        "iri": (_is_iri, ()),
        "iri-reference": (_is_iri_reference, ()),
        **{name: (_of_texts(holds), ()) for name, holds in CHECKS.items()},
    }
    return checker


def _of_texts(holds: Callable[[str], bool]) -> Callable[[object], bool]:
    """A format check that accepts every value that is not a string."""
    return lambda value: not isinstance(value, str) or holds(value)


def _is_iri(value: object) -> bool:
    from rfc3986_validator import validate_rfc3986

    return not isinstance(value, str) or validate_rfc3986(_as_uri(value), rule="URI") is not None


def _is_iri_reference(value: object) -> bool:
    from rfc3986_validator import validate_rfc3986

    return not isinstance(value, str) or validate_rfc3986(_as_uri(value), rule="URI_reference") is not None


def _as_uri(iri: str) -> str:
    """The IRI with a percent-encoded byte in place of each character that only an IRI may have: RFC 3987, 2.2, allows
    these wherever RFC 3986 allows such a byte, and those of private use in a query."""
    path, number_sign, fragment = _ucschar().sub("%C3", iri).partition("#")
    path, mark, query = path.partition("?")
    return f"{path}{mark}{_iprivate().sub('%C3', query)}{number_sign}{fragment}"


@functools.cache
def _ucschar() -> Any:
    import re

    starts = [0x1000 if plane == 14 else 0 for plane in range(1, 15)]
    planes = "".join(f"{chr((at << 16) + low)}-{chr((at << 16) + 0xFFFD)}" for at, low in enumerate(starts, 1))
    return re.compile(f"[\u00a0-\ud7ff\uf900-\ufdcf\ufdf0-\uffef{planes}]")


@functools.cache
def _iprivate() -> Any:
    import re

    return re.compile("[\ue000-\uf8ff\U000f0000-\U000ffffd\U00100000-\U0010fffd]")


@functools.cache
def _classes() -> dict[str, Any]:
    import jsonschema

    plain = {
        "draft4": jsonschema.Draft4Validator,
        "draft6": jsonschema.Draft6Validator,
        "draft7": jsonschema.Draft7Validator,
        "2019-09": jsonschema.Draft201909Validator,
        "2020-12": jsonschema.Draft202012Validator,
    }
    return {
        name: jsonschema.validators.extend(validator, _OWN)  # type: ignore[no-untyped-call]
        for name, validator in plain.items()
    }


def _pattern(validator: Any, pattern: str, instance: Any, _schema: Any) -> Iterator[Any]:
    """``pattern`` as ECMA-262 means it, where Python's reading differs."""
    import jsonschema

    if validator.is_type(instance, "string") and not found(pattern, instance):
        yield jsonschema.ValidationError(f"{instance!r} does not match {pattern!r}")


def _pattern_properties(validator: Any, patterns: Any, instance: Any, _schema: Any) -> Iterator[Any]:
    if validator.is_type(instance, "object"):
        for pattern, schema in patterns.items():
            for key, value in instance.items():
                if found(pattern, key):
                    yield from validator.descend(value, schema, path=key, schema_path=pattern)


def _additional_properties(validator: Any, additional: Any, instance: Any, schema: Any) -> Iterator[Any]:
    import jsonschema

    if not validator.is_type(instance, "object"):
        return
    patterns, properties = schema.get("patternProperties", ()), schema.get("properties", {})
    for key, value in instance.items():
        if key in properties or any(found(pattern, key) for pattern in patterns):
            continue
        if validator.is_type(additional, "object"):
            yield from validator.descend(value, additional, path=key)
        elif not additional:
            yield jsonschema.ValidationError(f"the key {key!r} is not allowed")


def _discriminator(validator: Any, _said: Any, instance: Any, schema: Any) -> Iterator[Any]:
    import jsonschema

    name = discriminator(schema)
    if name is not None and validator.is_type(instance, "object") and name not in instance:
        yield jsonschema.ValidationError(f"the key {name!r}, which tells the alternatives apart, is missing")


_OWN = {
    "discriminator": _discriminator,
    "pattern": _pattern,
    "patternProperties": _pattern_properties,
    "additionalProperties": _additional_properties,
}
