"""Texts to vectors: what an embedder is, and how a llama-server is asked for vectors.

A vector is a list of as many numbers as the model has dimensions; all of a model's vectors have the same.
"""

from __future__ import annotations

import base64
import binascii
import math
import struct
from collections.abc import Sequence
from typing import Protocol

from gba.backends.replies import EmbeddedText, EmbeddedTexts
from gba.backends.wire import EMBEDDINGS, Call, Flow
from gba.errors import ContextOverflowError, EmbeddingError, ServerResponseError

__all__ = ["Embedder", "checked_texts", "checked_vector", "embeddings_flow", "too_long"]

_TEXT_BYTES = 2**19
"""Bytes that the vector of one text can take: 16,384 dimensions, written as numbers."""
_ROOM = 2**16


class Embedder(Protocol):
    """What gives the vectors of texts."""

    def embed(self, texts: Sequence[str], *, normalize: bool = True) -> list[list[float]]:
        """A vector for each text, of the length 1 where ``normalize``; one request.

        Raises EmbeddingError for an empty text, ContextOverflowError for one that is too long, BackendError.
        """

    async def aembed(self, texts: Sequence[str], *, normalize: bool = True) -> list[list[float]]:
        """The same, without holding up the event loop."""

    def close(self) -> None:
        """Frees the model, or the connections."""


def embeddings_flow(url: str, texts: Sequence[str], *, normalize: bool) -> Flow[list[list[float]]]:
    """`Embedder.embed` by a llama-server at ``url``."""
    if not checked_texts(texts):
        return []
    body = {"input": list(texts), "encoding_format": "base64", "embd_normalize": 2 if normalize else -1}
    try:
        answer: EmbeddedTexts = yield Call(EMBEDDINGS, body, EmbeddedTexts, _ROOM + _TEXT_BYTES * len(texts))
    except ContextOverflowError as error:
        raise too_long(
            error.needed,
            error.available,
            "start llama-server with a larger context and physical batch (-c and -ub, both the tokens of the longest "
            "text or more)",
        ) from error
    except ServerResponseError as error:
        raise _explained(error, url) from error
    found = {each.index: each for each in answer.data}
    if len(answer.data) != len(texts) or sorted(found) != list(range(len(texts))):
        raise EmbeddingError(
            f"the server at {url} gave {len(answer.data)} vectors for {len(texts)} texts: see its log, or try another "
            "build of llama-server."
        )
    return [checked_vector(_numbers(found[index]), index) for index in range(len(texts))]


def _explained(error: ServerResponseError, url: str) -> ServerResponseError:
    """The same error, with what to do about a server that cannot make vectors as it was started."""
    if error.status == 501:
        words = f"the server at {url} makes no vectors. Start it with --embeddings, and a model for embeddings."
    elif error.status == 400 and "pooling" in error.body.lower():
        words = (
            f"the server at {url} makes a vector of each token, as its model does not say how to make one of a text. "
            "Start it with --pooling mean, cls or last: what the model was trained with."
        )
    else:
        return error
    return ServerResponseError(words, url=url, status=error.status, body=error.body)


def too_long(needed: int, available: int, remedy: str) -> ContextOverflowError:
    """The error for a text of too many tokens."""
    return ContextOverflowError(
        f"a text of {needed} tokens is longer than the {available} tokens of which a vector can be made here: split it "
        f"into shorter pieces, or {remedy}.",
        needed=needed,
        available=available,
    )


def checked_texts(texts: Sequence[str]) -> Sequence[str]:
    """The texts. Raises EmbeddingError for an empty one, which has no meaning that a vector could stand for."""
    for index, text in enumerate(texts):
        if not text.strip():
            raise EmbeddingError(f"the text at index {index} (from 0) is empty: leave it out.", index=index)
    return texts


def _numbers(reply: EmbeddedText) -> list[float]:
    if not isinstance(reply.embedding, str):
        return reply.embedding
    try:
        data = base64.b64decode(reply.embedding, validate=True)
        return list(struct.unpack(f"<{len(data) // 4}f", data))
    except (binascii.Error, struct.error, ValueError) as error:
        raise EmbeddingError(
            f"the server's vector of a text cannot be read ({error}): this is no llama-server, or one that is broken.",
            index=reply.index,
        ) from error


def checked_vector(vector: list[float], index: int) -> list[float]:
    """The vector of the text at ``index``. Raises EmbeddingError for one that says nothing: no numbers, or only 0."""
    if not all(map(math.isfinite, vector)):
        raise EmbeddingError(
            "the model's vector of a text holds something that is no number: its file is damaged, or "
            "llama.cpp has a fault on this device (try it without the GPU).",
            index=index,
        )
    if not any(vector):
        raise EmbeddingError(
            "the model's vector of a text is all zeros: a model that ranks (pooling rank) makes no "
            "vectors. Use a model for embeddings, and mean, cls or last.",
            index=index,
        )
    return vector
