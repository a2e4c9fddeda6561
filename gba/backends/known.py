"""What is known of the model behind a server, and how it is noticed that another model is there now.

A server can be started again with another file, and a proxy can put another model behind the same address. Nothing
announces that, so it is looked for: the answer of each generation names the model that gave it, and /props and the
tokens of a few words are read again before a request that comes after a pause, a lost connection or a server that was
loading. No request is added while one generation follows another.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import PurePath

from gba.backends.base import Properties
from gba.backends.completion import Spelling
from gba.backends.replies import NamedTokens, Props, TokenIds
from gba.backends.routing import Route, route_flow, unnamed_flow
from gba.backends.wire import PROPS, Call, Flow, tokenize_flow
from gba.errors import ModelChangedError

__all__ = ["Known", "ModelWatch"]

_FRESH = 0.05
"""Seconds for which the last sign of the model is enough: less than a server takes to end and start again, which is
0.08 s with a model of half a megabyte."""
_TRUSTED = 5.0
"""Seconds for which an open connection to the process that told of the model is enough."""
_PROPS_BYTES = 2**24
_EOG_NAMES = (
    "</s>",
    "<|im_end|>",
    "<|eot_id|>",
    "<|eom_id|>",
    "<|endoftext|>",
    "<|end_of_text|>",
    "<|end|>",
    "<|return|>",
    "<|call|>",
    "<end_of_turn>",
    "<end_of_utterance>",
    "<eos>",
    "[EOS]",
    "[EOT]",
    "<EOT>",
)
"""Names by which llama.cpp knows an end-of-generation token; the server has no list to ask for."""
_WORDS = 'The 12 foxes don\'t jump over\n\n\tla forêt: über 日本 {"key": [true]}'
"""Words of many kinds, which two vocabularies hardly ever cut alike."""


@dataclass(frozen=True)
class Known:
    """One model of a server. ``names``: what /props and its answers have called it so far."""

    properties: Properties
    props: Props
    cut: NamedTokens
    spelling: Spelling
    names: frozenset[str]

    @property
    def identity(self) -> str:
        """Differs from that of any other model or build."""
        return self.properties.identity


class ModelWatch:
    """The model of a server as it was last seen. Methods that ask the server are flows (see `gba.backends.wire`).

    ``name``: which of its models that is; None for a server with one, whichever it is. A `Known` is immutable and
    replaced as a whole, so that a request keeps the one that it began with.
    """

    def __init__(self, name: str | None = None) -> None:
        self.known: Known | None = None
        self._name = name
        self._route: Route | None = None if name is not None else Route()
        self._seen = self._looked = 0.0
        self._doubted = False
        self._line: Callable[[], bool] | None = None

    def doubt(self) -> None:
        """Something happened after which another model may be there: look again before the next use."""
        self._doubted = True
        if self._name is not None:
            self._route = None

    def met(self, line: Callable[[], bool] | None) -> None:
        """/props was answered. ``line`` tells whether the connection that the answer came over is still open, and None
        is for one that may lead elsewhere the next time. Of a server with several models it tells nothing."""
        self._line = line if self._name is None else None

    def route(self) -> Flow[Route]:
        """The way to the model: what each request about it needs. Raises UnknownModelError where it is not there."""
        route = self._route
        if route is None:
            route = self._route = yield from route_flow(self._name)
        return route

    def current(self) -> Flow[Known]:
        """The model, looked at again where the last sign of it is too old."""
        if self.known is None or self._doubted or not self._fresh():
            return (yield from self._look())
        return self.known

    def _fresh(self) -> bool:
        now = time.monotonic()
        return now - self._seen <= _FRESH or (
            now - self._looked <= _TRUSTED and self._line is not None and self._line()
        )

    def begin(self) -> Flow[Known]:
        """The model for a request whose tokens the caller already has.

        Raises ModelChangedError where it is not the model that was last seen: the tokens cannot be of this one.
        """
        before = self.known
        known = yield from self.current()
        if before is not None and before.identity != known.identity:
            raise _changed(before, known)
        return known

    def confirm(self, known: Known, name: str | None = None) -> Flow[None]:
        """After an answer: whether it came from the model that the request was made for. Raises ModelChangedError.

        ``name``: what the answer calls the model, None where it does not say.
        """
        now = self.known or known
        unheard = name is not None and name not in now.names
        if self._doubted or unheard:
            now = yield from self._look()
        if now.identity != known.identity:
            raise _changed(known, now)
        if name is not None:
            self._seen = time.monotonic()
            if unheard:
                self.known = replace(now, names=now.names | {name})

    def _look(self) -> Flow[Known]:
        """Two requests where nothing has changed, five where something has; one more where a model was named."""
        self._doubted = False
        before = self.known
        try:
            props: Props = yield Call(PROPS, None, Props, _PROPS_BYTES)
            if props.role == "router":
                raise (yield from unnamed_flow())
            cut = yield from _cut()
            known = before if before and (before.props, before.cut) == (props, cut) else (yield from _read(props, cut))
            if before is not None and before is not known and before.identity == known.identity:
                # only the context or the number of slots is another one: the vocabulary that was read is kept
                known = replace(known, spelling=before.spelling, names=before.names)
            if before is not None and known is not before and self._name is not None:
                self._route = yield from route_flow(self._name)  # it may be that this name is not there any more
            self.known = known
        except BaseException:
            self._doubted = True
            raise
        self._seen = self._looked = time.monotonic()
        return known


def _changed(before: Known, after: Known) -> ModelChangedError:
    return ModelChangedError(before=before.properties.model, after=after.properties.model)


def _read(props: Props, cut: NamedTokens) -> Flow[Known]:
    """All that is to be known of the model that these are of."""
    bos_text, eos_text = props.bos_token or "", props.eos_token or ""
    bos, eos = (yield from _special(bos_text)), (yield from _special(eos_text))
    plain = yield Call("/tokenize", {"content": "a", "add_special": True, "parse_special": False}, TokenIds)
    properties = Properties(
        context=props.default_generation_settings.n_ctx,
        model=PurePath(props.model_alias or props.model_path or "").name,
        build=props.build_info or "",
        slots=props.total_slots,
        chat_template=props.chat_template or None,
        tool_template=props.chat_template_tool_use or None,
        bos=bos,
        eos=eos,
        bos_text=bos_text,
        eos_text=eos_text,
        add_bos=bos is not None and plain.tokens[:1] == [bos],
        eog=_eog(cut, eos),
        identity=_identity(props, cut),
    )
    names = (props.model_alias, props.model_path, PurePath(props.model_path or "").name)
    return Known(properties, props, cut, Spelling(), frozenset(name for name in names if name))


def _identity(props: Props, cut: NamedTokens) -> str:
    model = (props.model_alias, props.model_path, props.model_ftype, props.build_info)
    texts = (props.chat_template, props.bos_token, props.eos_token)
    return hashlib.sha256(repr((model, texts, cut)).encode("utf-8", "replace")).hexdigest()[:32]


def _special(name: str) -> Flow[int | None]:
    """The id of the control token of that name; None where the name is no single token."""
    tokens = (yield from tokenize_flow(name, special=True)) if name else []
    return tokens[0] if len(tokens) == 1 else None


def _cut() -> Flow[NamedTokens]:
    """The tokens of the end-of-generation names, and of some words."""
    body = {"content": "".join(_EOG_NAMES) + _WORDS, "add_special": False, "parse_special": True, "with_pieces": True}
    cut: NamedTokens = yield Call("/tokenize", body, NamedTokens)
    return cut


def _eog(cut: NamedTokens, eos: int | None) -> frozenset[int]:
    named = (token for token in cut.tokens if not isinstance(token, int))
    found = {token.piece: token.id for token in named if isinstance(token.piece, str) and token.piece in _EOG_NAMES}
    if "<|return|>" in found:
        found.pop("<|end|>", None)  # between the channels of one turn there
    return frozenset(found.values()) | ({eos} if eos is not None else set())
