"""A llama-server's own tool calling, as whoever points LangChain's ChatOpenAI at it gets it."""

from __future__ import annotations

from typing import Any

from langchain_core.language_models import BaseChatModel
from langchain_core.outputs import ChatResult

from gba.errors import GbaError, StepError

__all__ = ["native"]

_OF_THE_MODEL = (400, 500)
"""What a llama-server answers where it cannot read what the model wrote, or the conversation became too long."""


def native(base_url: str, **options: Any) -> BaseChatModel:
    """The chat model. ``options``: of ChatOpenAI, None for those that are left to it.

    Where the server cannot read what the model wrote, a StepError says so: that is no fault of the connection, but what
    the model did. Raises GbaError where langchain-openai is missing.
    """
    try:
        import openai
        from langchain_openai import ChatOpenAI
    except ImportError as error:
        raise GbaError("--way native needs langchain-openai: pip install langchain-openai") from error

    class Native(ChatOpenAI):
        def _generate(self, *arguments: Any, **more: Any) -> ChatResult:
            try:
                return super()._generate(*arguments, **more)
            except openai.APIStatusError as error:
                if error.status_code in _OF_THE_MODEL:
                    raise StepError(f"the server cannot use what the model wrote: {error.message}") from error
                raise

    given = {name: value for name, value in options.items() if value is not None}
    return Native(base_url=f"{base_url.rstrip('/')}/v1", api_key="none", max_retries=0, **given)  # type: ignore[arg-type]
