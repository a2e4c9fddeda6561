"""What each kind of line of a recorded run has to hold, of exactly these types; what it holds besides is left out."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, FiniteFloat

__all__ = ["CallForm", "EndForm", "HeadForm", "MessageForm", "RewardForm", "StepForm", "ToolsForm"]

_Count = Annotated[int, Field(ge=0)]


class _Form(BaseModel):
    model_config = ConfigDict(strict=True)


class ToolForm(_Form):
    name: str
    description: str
    parameters: dict[str, Any]


class HeadForm(_Form):
    version: Annotated[int, Field(ge=1)]
    id: str
    started: str
    model: str
    build: str
    tools: list[ToolForm]
    metadata: dict[str, Any]


class ToolsForm(_Form):
    tools: list[ToolForm]


class CallForm(_Form):
    id: str
    name: str
    arguments: dict[str, Any]


class MessageForm(_Form):
    role: str
    content: str
    thought: str
    calls: list[CallForm]
    call_id: str | None
    name: str | None


class StepForm(_Form):
    thought: str
    calls: list[CallForm]
    answer: str
    finish: str
    closed: bool
    usage: dict[str, int]
    timings: dict[str, FiniteFloat]
    kept: _Count
    tokens: Any
    prompt_tokens: _Count
    spans: Any
    requests: _Count
    seconds: FiniteFloat | None
    choices: Any = Field(default_factory=list)  # these are not in the runs of an older gba
    content: str = ""
    looped: list[str] = Field(default_factory=list)
    written: Any = Field(default_factory=list)


class RewardForm(_Form):
    value: FiniteFloat


class EndForm(_Form):
    ended: str
    error: str
