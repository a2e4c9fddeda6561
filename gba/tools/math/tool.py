"""MathTool: a LangChain tool that has a code model write a program, and evaluates it."""

from __future__ import annotations

import difflib
import os
from pathlib import Path
from typing import Any, Literal

from langchain_core.callbacks import AsyncCallbackManagerForToolRun, CallbackManagerForToolRun
from langchain_core.runnables.config import run_in_executor
from langchain_core.tools import ArgsSchema, BaseTool, ToolException
from pydantic import BaseModel, ConfigDict, Field, PrivateAttr, model_validator

from gba.backends.base import AsyncBackend, Backend
from gba.chat.engine import Engine
from gba.chat.messages import Message
from gba.errors import ContextOverflowError, MathError
from gba.langchain.connection import Target, connect
from gba.tools.math.evaluator import LONGEST_SECONDS, MathResult, aevaluate, evaluate, warm
from gba.tools.math.prompt import again, messages
from gba.tools.math.writer import ProgramWriter, Written

__all__ = ["MathTool"]

_DEFAULT = "tiny-math"


class _Question(BaseModel):
    question: str = Field(description="The calculation in words or symbols, with all its numbers.")


class MathTool(BaseTool):
    """Calculates what is asked in words or symbols.

        MathTool()                                     the packaged tiny math model, in process
        MathTool(llm="codellama-7b-instruct")          a GGUF file or a known model's name, in process
        MathTool(llm="http://localhost:8081")          a llama-server
        MathTool(llm=ChatLlamaCpp(...))                the model of a ChatLlamaCpp, or any backend of gba.backends

        MathTool().invoke("What is 25 raised to the 0.24 power?")      "2.16524"

    The model writes a program in a small language (grammars/math.gbnf), which `gba.tools.math.evaluate` runs. When
    that fails the model gets the message and one more try. What comes back is one short line; called by an agent, the
    ToolMessage's ``artifact`` is the MathResult, with the exact value, LaTeX and the program. A question that could
    not be calculated gives a message with ``status="error"`` that says why.

    LLAMA_CPP_MATH_BASE_URL names the server to use where no ``llm`` is given.
    """

    model_config = ConfigDict(arbitrary_types_allowed=True)

    name: str = "calculate"
    description: str = "Calculate the answer to a math question in words or symbols."
    args_schema: ArgsSchema | None = _Question
    response_format: Literal["content", "content_and_artifact"] = "content_and_artifact"
    handle_tool_error: Any = True
    llm: Any = Field(default=None, exclude=True, repr=False)
    timeout: float = Field(default=2.0, gt=0, le=LONGEST_SECONDS, allow_inf_nan=False)
    """Seconds that a program may take: above 0, at most an hour."""
    max_tokens: int = 256
    """Tokens that a program may have."""

    _writer: ProgramWriter | None = PrivateAttr(default=None)

    @model_validator(mode="before")
    @classmethod
    def _known(cls, values: Any) -> Any:
        """Refuse arguments that there are not: pydantic would pass over a misspelt one."""
        known = {*cls.model_fields, *(field.alias for field in cls.model_fields.values() if field.alias)}
        for name in values if isinstance(values, dict) else ():
            if name not in known:
                near = difflib.get_close_matches(name, sorted(known), 1)
                hint = f"Did you mean {near[0]!r}?" if near else "There are llm, timeout and max_tokens."
                raise ValueError(f"MathTool has no argument {name!r}. {hint}")
        return values

    def solve(self, question: str) -> MathResult:
        """The result, and with it the program. Raises MathError, and BackendError where the model fails."""
        warm()
        writer = self._ready()
        try:
            return evaluate(_whole(writer.write(messages(question))), timeout=self.timeout)
        except MathError as error:
            try:
                written = writer.write(_again(question, error))
            except ContextOverflowError:
                raise error from None
            return evaluate(_whole(written), timeout=self.timeout)

    async def asolve(self, question: str) -> MathResult:
        """``solve``, without holding up the event loop."""
        warm()
        writer = self._writer
        if writer is None:  # a model that has to be loaded does not hold up the event loop
            writer = await run_in_executor(None, self._ready)
        try:
            return await aevaluate(_whole(await _written(writer, messages(question))), timeout=self.timeout)
        except MathError as error:
            try:
                written = await _written(writer, _again(question, error))
            except ContextOverflowError:
                raise error from None
            return await aevaluate(_whole(written), timeout=self.timeout)

    def _run(
        self,
        question: str,
        run_manager: CallbackManagerForToolRun | None = None,  # noqa: ARG002
    ) -> tuple[str, MathResult]:
        try:
            result = self.solve(question)
        except (MathError, ContextOverflowError) as error:
            raise ToolException(_apology(error)) from error
        return result.text, result

    async def _arun(
        self,
        question: str,
        run_manager: AsyncCallbackManagerForToolRun | None = None,  # noqa: ARG002
    ) -> tuple[str, MathResult]:
        try:
            result = await self.asolve(question)
        except (MathError, ContextOverflowError) as error:
            raise ToolException(_apology(error)) from error
        return result.text, result

    def _ready(self) -> ProgramWriter:
        """The writer; its model is loaded at first use. Raises TypeError for an ``llm`` of another kind."""
        if self._writer is None:
            backend, chat_format = _model_of(self.llm)
            self._writer = ProgramWriter(backend, chat_format=chat_format, max_tokens=self.max_tokens)
        return self._writer


def _model_of(llm: Any) -> tuple[Backend | AsyncBackend, Any]:
    """The backend that is meant, and the chat format where one was chosen."""
    if llm is None:
        llm = os.environ.get("LLAMA_CPP_MATH_BASE_URL") or _DEFAULT
    if isinstance(llm, (str, Path)):
        text = str(llm)
        if text.startswith(("http://", "https://")):
            return connect(Target.of(text, None, None, {"api_key": os.environ.get("LLAMA_CPP_API_KEY")})).backend, None
        return connect(Target.of(None, text, None, {})).backend, None
    if isinstance(llm, (Backend, AsyncBackend)):
        return llm, None
    engine = llm if isinstance(llm, Engine) else getattr(llm, "engine", None)
    if isinstance(engine, Engine):
        return engine.backend, getattr(llm, "chat_format", None) if llm is not engine else engine.chat_format()
    raise TypeError(
        f"llm is a {type(llm).__name__}. It can be a ChatLlamaCpp, a backend of gba.backends, a GGUF file, or a URL."
    )


async def _written(writer: ProgramWriter, prompt: list[Message]) -> Written:
    if isinstance(writer.backend, AsyncBackend):
        return await writer.awrite(prompt)
    return await run_in_executor(None, writer.write, prompt)


def _whole(written: Written) -> str:
    """The program. Raises MathError for one that was cut off: a part of it would calculate something else."""
    if written.cut_off:
        raise MathError("The program was too long and was cut off.", kind="too large", program=written.text)
    return written.text


def _again(question: str, error: MathError) -> list[Message]:
    return again(question, error.program, str(error))


def _apology(error: Exception) -> str:
    return f"This could not be calculated: {error}"
