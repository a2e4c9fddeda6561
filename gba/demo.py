"""What `make demo` shows: an agent at work on the models that come with the project, in this process.

Two requests. The first takes one call: the agent hands the question to the math tool, whose own small model writes a
program, which sympy evaluates. The second takes two: a fact has to be looked up before there is something to calculate.
"""

from __future__ import annotations

import sys

__all__ = ["REQUESTS", "main"]

REQUESTS = (
    "What is 25 raised to the 0.24 power?",
    "Look up the height of Mount Everest and multiply it by 3.",
)


def main() -> int:
    """Run the demo; the exit status."""
    from langchain_core.messages import HumanMessage

    from gba.cli.console import complain, out
    from gba.cli.options import AgentOptions
    from gba.cli.running import INTERRUPTED, Runner
    from gba.cli.views import Printed
    from gba.errors import GbaError

    console = out()
    console.print("Two tiny models, llama.cpp in this process, tools `calculate` and `search`.", style="dim")
    try:
        agent = AgentOptions(model="tiny-agent", math_model="tiny-math").agent()
        with Runner() as runner:
            for request in REQUESTS:
                console.print(f"\n{request}", style="bold")
                done = runner.run(agent, [HumanMessage(request)], Printed())
                if done.interrupted:
                    return INTERRUPTED
                console.print(str(done.tally), style="dim")
    except GbaError as error:
        complain(str(error))
        return 1
    console.print('\nNow ask something yourself: .venv/bin/gba ask "..."', style="dim")
    return 0


if __name__ == "__main__":
    sys.exit(main())
