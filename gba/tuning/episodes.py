"""One run of an agent on a task of an environment: recorded as it happens, and judged."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, HumanMessage
from langchain_core.tools import BaseTool, StructuredTool

from gba.environments import Environment, Task, World
from gba.errors import ContextOverflowError, ConversationError, GbaError, StepError
from gba.langchain.agent import create_agent
from gba.schema.tools import ToolCall, ToolSpec
from gba.trajectory import Recorder

__all__ = ["MAX_STEPS", "Episode", "EpisodeError", "NoAnswerError", "run_episode"]

MAX_STEPS = 12


class NoAnswerError(GbaError):
    """The agent did not come to an answer; records of runs name it as what ended them."""


class EpisodeError(GbaError):
    """A run could not be judged: a chat model that is none of gba's, or a tool, failed."""


@dataclass(frozen=True)
class Episode:
    """What came of a run. ``error``: why the agent gave no answer, "" where it gave one; then the reward is 0."""

    reward: float
    error: str = ""


def run_episode(
    environment: Environment,
    task: Task,
    model: BaseChatModel,
    path: Path,
    *,
    name: str = "",
    build: str = "",
    metadata: Mapping[str, Any] | None = None,
    max_steps: int = MAX_STEPS,
) -> Episode:
    """Let an agent on ``model`` do the task, and record the run with its reward to ``path``.

    ``name``, ``build`` and ``metadata`` go into the record. An agent that gives no answer (no valid call, no room in
    the context, more than ``max_steps`` steps) has a reward of 0, and the record says why. What else goes wrong, such
    as a server that does not answer, is raised, as EpisodeError where it is no GbaError, and the record is without a
    reward. Raises TrajectoryError where the record cannot be written.
    """
    with environment.open(task) as world:
        recorder = Recorder(
            path, tools=tuple(world.tools), model=name, build=build, metadata={**_about(task), **(metadata or {})}
        )
        try:
            with recorder:
                return Episode(_answered(environment, task, model, world, recorder, max_steps))
        except NoAnswerError as error:
            return Episode(0.0, str(error))
        except GbaError:
            raise
        except Exception as error:
            raise EpisodeError(f"{task.id} failed: {type(error).__name__}: {error}") from error


def _about(task: Task) -> dict[str, Any]:
    return {
        "task": task.id,
        "environment": task.environment,
        "split": task.split,
        "index": task.index,
        "kind": task.kind,
        "hard": task.hard,
    }


def _answered(
    environment: Environment, task: Task, model: BaseChatModel, world: World, recorder: Recorder, max_steps: int
) -> float:
    from langgraph.errors import GraphRecursionError

    tools = [_tool(world, spec) for spec in world.tools]
    agent = create_agent(model, tools, recorder=recorder, system_prompt=environment.system)
    try:
        state = agent.invoke({"messages": [HumanMessage(task.request)]}, {"recursion_limit": 2 * max_steps})
    except (StepError, ContextOverflowError, ConversationError, GraphRecursionError) as error:
        recorder.reward(0.0)
        reason = f"no answer after {max_steps} steps" if isinstance(error, GraphRecursionError) else str(error)
        raise NoAnswerError(reason) from error
    last = state["messages"][-1]
    reward = world.reward(str(last.text) if isinstance(last, AIMessage) else "")
    recorder.reward(reward)
    return reward


def _tool(world: World, spec: ToolSpec) -> BaseTool:
    def run(**arguments: Any) -> str:
        return world.use(ToolCall(spec.name, arguments))

    return StructuredTool.from_function(
        run, name=spec.name, description=spec.description, args_schema=dict(spec.parameters)
    )
