"""How much of a conversation llama.cpp works on, and how much of the calls it has to generate.

    python benchmarks/append_only.py [--model FILE.gguf] [--steps 6]

Runs an agent's conversation of that many steps on a llama-server of its own and reads the server's own counters
(/metrics). An ideal agent evaluates or generates each token of the final context once: ratio 1. As the peer, the
same requests are sent the way a client without slots and prefixes in mind sends them: each step as a new prompt.
"""

from __future__ import annotations

import argparse
import itertools
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass

from gba.backends.base import Sampling
from gba.backends.process import LlamaServerProcess
from gba.backends.server import LlamaServer
from gba.chat import Engine, Message, Step, StepOptions
from gba.models import packaged
from gba.schema.tools import ToolSpec

FACTS = {
    "height": "The height of Mount Kest is 4187 m.",
    "capital": "The capital of Norland is Vestby.",
    "population": "The population of Vestby is 86204.",
}


def _tool(name: str, parameter: str, description: str) -> ToolSpec:
    schema = {
        "type": "object",
        "properties": {parameter: {"type": "string"}},
        "required": [parameter],
        "additionalProperties": False,
    }
    return ToolSpec(name, description, schema)


TOOLS = (
    _tool("search", "query", "Look a fact up."),
    _tool("calculate", "question", "Calculate a question in words or symbols."),
    _tool("images", "subject", "Find images of a subject."),
)
REQUESTS = (
    "What is the height of Mount Kest?",
    "What is the capital of Norland?",
    "Find the population of Vestby.",
)


@dataclass(frozen=True)
class Result:
    """Counts of tokens by the server's /metrics, and their ratio to the final context."""

    steps: int
    requests: int
    evaluated: int
    generated: int
    context: int
    ratio: float
    evaluated_without_cache: int
    call_generated: int
    call_total: int


def converse(engine: Engine, steps: int) -> list[Step]:
    """A conversation in which every other step is a call and every other one an answer."""
    messages: list[Message] = []
    done: list[Step] = []
    while len(done) < steps:
        number = len(done) // 2 % len(REQUESTS)
        messages.append(Message("user", REQUESTS[number]))
        step = engine.step(messages, TOOLS, tool_choice="required")
        done.append(step)
        messages.append(step.message())
        result = list(FACTS.values())[number]
        messages += [Message("tool", result, call_id=call.id) for call in step.calls]
        step = engine.step(messages, TOOLS, tool_choice="none")
        done.append(step)
        messages.append(step.message())
    return done[:steps]


def measure(backend: LlamaServer, steps: int) -> Result:
    """Runs the conversation and compares the server's counters before and after."""
    engine = Engine(backend, sampling=Sampling(temperature=0, seed=1), options=StepOptions(96, 32))
    before = backend.metrics()
    done = converse(engine, steps)
    after = backend.metrics()

    def grown(name: str) -> int:
        return int(after[f"llamacpp:{name}"] - before.get(f"llamacpp:{name}", 0))

    evaluated, generated, context = grown("prompt_tokens_total"), grown("tokens_predicted_total"), len(done[-1].tokens)
    _check(done)
    return Result(
        steps=len(done),
        requests=sum(step.requests for step in done),
        evaluated=evaluated,
        generated=generated,
        context=context,
        ratio=round((evaluated + generated) / context, 4),
        evaluated_without_cache=sum(step.prompt_tokens for step in done),
        call_generated=sum(step.usage.call_generated for step in done),
        call_total=sum(step.usage.call_total for step in done),
    )


def _check(steps: Sequence[Step]) -> None:
    for earlier, later in itertools.pairwise(steps):
        if later.tokens[: len(earlier.tokens)] != earlier.tokens:
            raise SystemExit("a step does not begin with the tokens of the step before")


def main() -> None:
    """Print the result as JSON."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", default=None, help="a GGUF file; the packaged tiny agent otherwise")
    parser.add_argument("--steps", type=int, default=6)
    args = parser.parse_args()
    with LlamaServerProcess(args.model or packaged("tiny-agent"), extra_args=["--metrics"]) as server:
        print(json.dumps(asdict(measure(server.backend(), args.steps)), indent=2))


if __name__ == "__main__":
    main()
