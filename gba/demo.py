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
    from gba.cli.steps import Printed, run
    from gba.errors import GbaError

    console = out()
    console.print("Two tiny models, llama.cpp in this process, tools `calculate` and `search`.", style="dim")
    try:
        agent = AgentOptions(None, "tiny-agent", "tiny-math", (), 0.0, None, None).agent()
        for request in REQUESTS:
            console.print(f"\n{request}", style="bold")
            _, tally = run(agent, [HumanMessage(request)], Printed())
            console.print(str(tally), style="dim")
    except GbaError as error:
        complain(str(error))
        return 1
    console.print('\nNow ask something yourself: .venv/bin/gba ask "..."', style="dim")
    return 0


if __name__ == "__main__":
    sys.exit(main())
