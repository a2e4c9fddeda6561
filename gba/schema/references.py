"""Where a subschema stands and what a reference means there; the network is never asked.

Most documents refer to themselves by plain JSON pointers only: those are followed here. As soon as a document carries
identifiers, anchors or references to other documents, the ``referencing`` library resolves all of them.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote

import referencing
import referencing.exceptions
from referencing.jsonschema import DRAFT4, DRAFT6, DRAFT7, DRAFT201909, DRAFT202012, lookup_recursive_ref

from gba.errors import SchemaError
from gba.schema.metaschema import known, require_schema
from gba.schema.nodes import Conjunction, Either, Place
from gba.schema.work import spend

__all__ = ["BARE", "DIALECTS", "References", "dialect_of"]

DIALECTS = {
    "http://json-schema.org/draft-04/schema": "draft4",
    "http://json-schema.org/draft-06/schema": "draft6",
    "http://json-schema.org/draft-07/schema": "draft7",
    "https://json-schema.org/draft/2019-09/schema": "2019-09",
    "https://json-schema.org/draft/2020-12/schema": "2020-12",
}
"""The names of the drafts by the URI of their metaschema."""

_SPECIFICATIONS = {
    "draft4": DRAFT4,
    "draft6": DRAFT6,
    "draft7": DRAFT7,
    "2019-09": DRAFT201909,
    "2020-12": DRAFT202012,
}
_IDENTIFIERS = {"$id", "id", "$anchor", "$dynamicAnchor", "$dynamicRef", "$recursiveRef", "$recursiveAnchor"}
_PLACE = 12
"""Steps of work that a subschema takes, whatever it says."""

_SCALARS = frozenset({str, int, float, bool, type(None)})


def dialect_of(schema: Any, default: str = "2020-12", registry: referencing.Registry[Any] | None = None) -> str:
    """The draft that ``$schema`` names, or that a metaschema in the registry is made of; the default without any.

    Raises SchemaError for a URI that is no draft, and for metaschemas that change what the drafts' keywords mean.
    """
    uri = schema.get("$schema") if isinstance(schema, Mapping) else None
    if not isinstance(uri, str):
        return default
    found = _draft(uri)
    return _own_dialect(uri, registry) if found is None else found


def _draft(uri: str) -> str | None:
    plain = uri.rstrip("#").replace("https://json-schema.org/draft-0", "http://json-schema.org/draft-0")
    return DIALECTS.get(plain, "2020-12" if plain in _LATEST else None)


BARE = frozenset(
    ("type", "title", "description", "default", "examples", "$comment", "deprecated", "readOnly", "writeOnly")
)
"""The keywords of a schema that says nothing but a type.

All such schemas of a document are one place: where they stand can be in no message. An integer's can, so they are not.
"""

_LATEST = {
    "http://json-schema.org/schema",
    "https://json-schema.org/schema",
    "http://json-schema.org/draft/2020-12/schema",
}


def _own_dialect(uri: str, registry: referencing.Registry[Any] | None) -> str:
    """The draft below a metaschema of the user's own."""
    metaschema = _contents(uri, registry)
    base = metaschema.get("$schema", "")
    found = _draft(base) if isinstance(base, str) else None
    if found is None:
        raise SchemaError(
            f"unknown dialect {uri!r}",
            keyword="$schema",
            pointer="/$schema",
            remedy="Name one of the drafts 4, 6, 7, 2019-09, 2020-12, or a metaschema of one of them that the registry "
            "holds; or leave $schema out.",
        )
    vocabularies = metaschema.get("$vocabulary")
    if isinstance(vocabularies, Mapping):
        known = f"https://json-schema.org/draft/{found}/vocab/"
        unknown = [name for name, needed in vocabularies.items() if needed and not name.startswith(known)]
        if unknown or known + "validation" not in vocabularies:
            raise SchemaError(
                f"the metaschema {uri!r} "
                + (f"requires the vocabulary {unknown[0]!r}" if unknown else "leaves the validation vocabulary out"),
                keyword="$schema",
                pointer="/$schema",
                remedy="Name the draft itself, or a metaschema with the draft's own vocabularies.",
            )
    return found


def _contents(uri: str, registry: referencing.Registry[Any] | None) -> Mapping[str, Any]:
    try:
        contents = registry.contents(uri.rstrip("#")) if registry is not None else {}
    except (KeyError, referencing.exceptions.Unresolvable):
        return {}
    return contents if isinstance(contents, Mapping) else {}


class References:
    """The places of one document, and what its references point to.

    ``registry`` holds the other documents that may be referred to.
    """

    def __init__(self, document: Any, *, registry: referencing.Registry[Any] | None = None) -> None:
        self.document = document
        self.dialect = dialect_of(document, registry=registry)
        require_schema(document, self.dialect)
        self._registry = registry
        self._serials = itertools.count()
        self._places: dict[Any, Place] = {}
        self._walked: dict[str, Place] = {}
        self._eithers: dict[tuple[Conjunction, ...], Place] = {}
        self._keep: list[Any] = []
        self._plain = registry is None and not _has_identifiers(document)
        resolver = None if self._plain else self._resolver(document)
        self.root = self._at(document, "", self.dialect, resolver)

    def child(self, parent: Place, schema: Any, *steps: str | int) -> Place:
        """The subschema of ``parent`` that these steps lead to."""
        pointer = parent.pointer
        for step in steps:
            pointer = f"{pointer}/{_escape(step)}"
        return self._at(schema, pointer, parent.dialect, parent.resolver)

    def either(self, parent: Place, options: tuple[Conjunction, ...]) -> Place:
        """A place that stands for one of several conjunctions; the same one for the same options."""
        found = self._eithers.get(options)
        if found is None:
            schema = Either(options)
            found = Place(schema, parent.pointer, next(self._serials), parent.dialect, parent.resolver)
            self._eithers[options] = found
        return found

    def follow(self, place: Place, reference: str, keyword: str = "$ref") -> Place:
        """The place that the reference points to. Raises SchemaError where it points to nothing."""
        if not isinstance(reference, str):
            raise SchemaError("a reference is a string", keyword=keyword, pointer=place.pointer, remedy="Write a URI.")
        if place.resolver is None:
            if reference in ("#", ""):
                return self.root
            if reference.startswith("#/"):
                return self._walk(place, reference, keyword)
            place = self._at(place.schema, place.pointer, place.dialect, self._resolver(self.document))
        return self._look_up(place, reference, keyword)

    def _walk(self, place: Place, reference: str, keyword: str) -> Place:
        found = self._walked.get(reference)
        if found is not None:
            return found
        value = self.document
        for step in unquote(reference[2:]).split("/"):
            step = step.replace("~1", "/").replace("~0", "~")
            try:
                value = value[int(step)] if isinstance(value, (list, tuple)) else value[step]
            except (KeyError, IndexError, ValueError, TypeError):
                raise _unresolvable(place, reference, keyword) from None
        found = self._walked[reference] = self._at(value, unquote(reference[1:]), self.dialect, None)
        return found

    def _look_up(self, place: Place, reference: str, keyword: str) -> Place:
        try:
            if keyword == "$recursiveRef":
                found = lookup_recursive_ref(place.resolver)
            else:
                found = place.resolver.lookup(reference)
        except (referencing.exceptions.Unresolvable, ValueError, AttributeError, TypeError):
            raise _unresolvable(place, reference, keyword) from None
        pointer = reference[1:] if reference.startswith("#/") else reference
        dialect = dialect_of(found.contents, place.dialect, self._registry)
        return self._at(found.contents, pointer, dialect, found.resolver, entered=True)

    def _at(self, schema: Any, pointer: str, dialect: str, resolver: Any, *, entered: bool = False) -> Place:
        if resolver is not None and not entered and isinstance(schema, (dict, Mapping)):
            dialect = dialect_of(schema, dialect, self._registry) if "$schema" in schema else dialect
            resolver = self._enter(schema, dialect, resolver)
        key = _place_key(schema, dialect, resolver)
        found = self._places.get(key)
        if found is None:
            spend(_PLACE)
            self._keep.append(schema)
            found = Place(known(schema, dialect), pointer, next(self._serials), dialect, resolver)
            self._places[key] = found
        return found

    def _enter(self, schema: Mapping[str, Any], dialect: str, resolver: Any) -> Any:
        name = "id" if dialect == "draft4" else "$id"
        if not isinstance(schema.get(name), str) or schema is self.document:
            return resolver
        try:
            return resolver.in_subresource(_SPECIFICATIONS[dialect].create_resource(schema))
        except (ValueError, referencing.exceptions.Unresolvable):
            return resolver

    def _resolver(self, document: Any) -> Any:
        import jsonschema_specifications

        resource = _SPECIFICATIONS[self.dialect].create_resource(document)
        registry = self._registry if self._registry is not None else referencing.Registry()
        try:
            base = resource.id() or ""
        except (AttributeError, TypeError, ValueError):
            base = ""
        registry = jsonschema_specifications.REGISTRY.combine(registry).with_resource(base, resource)
        return registry.resolver(base)


def _place_key(schema: Any, dialect: str, resolver: Any) -> tuple[Any, ...]:
    """Schemas of the same key are one place."""
    if type(schema) is dict and BARE.issuperset(schema):
        types = repr(schema.get("type", ""))
        if "integer" not in types:
            return (types, dialect)
    return (id(schema), dialect, _scope_key(resolver, dialect))


def _scope_key(resolver: Any, dialect: str) -> Any:
    """What a resolver's answers depend on: its base URI and, since 2019, the outermost order of the dynamic scope."""
    if resolver is None:
        return None
    if dialect in ("draft4", "draft6", "draft7"):
        return resolver._base_uri
    seen = dict.fromkeys(uri for uri, _ in resolver.dynamic_scope())
    return (resolver._base_uri, tuple(seen))


def _has_identifiers(document: Any) -> bool:
    stack, seen = [document], {id(document)}
    while stack:
        value = stack.pop()
        if isinstance(value, (dict, Mapping)):
            if any(not isinstance(value[key], (Mapping, list)) for key in _IDENTIFIERS.intersection(value)):
                return True
            value = value.values()
        elif not isinstance(value, (list, tuple)):
            continue
        for child in value:
            if type(child) not in _SCALARS and id(child) not in seen:
                seen.add(id(child))
                stack.append(child)
    return False


def _escape(step: str | int) -> str:
    step = str(step)
    return step.replace("~", "~0").replace("/", "~1") if "~" in step or "/" in step else step


def _unresolvable(place: Place, reference: str, keyword: str) -> SchemaError:
    return SchemaError(
        f"{reference!r} points to nothing",
        keyword=keyword,
        pointer=place.pointer,
        remedy="Define it in the schema, or pass a registry that holds the document; nothing is fetched.",
    )
