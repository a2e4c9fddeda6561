"""The data card: what a set of examples is made of, for people and for programs."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from dataclasses import asdict
from pathlib import Path
from typing import Any

from gba._version import __version__
from gba.tuning.prepare import Preparation, Prepared

__all__ = ["card", "write_card"]


def card(done: Prepared, wanted: Preparation, data: Path) -> dict[str, Any]:
    """The figures of a card. ``data``: the file of the examples."""
    examples = done.examples
    agents = sum(example.kind == "agent" for example in examples)
    sources: Counter[str] = Counter(example.source for example in examples)
    kinds = Counter(
        f"{example.source}, {example.metadata.get('kind')}" for example in examples if "kind" in example.metadata
    )
    return {
        "gba": __version__,
        "file": data.name,
        "sha256": hashlib.sha256(data.read_bytes()).hexdigest(),
        "examples": len(examples),
        "agent": agents,
        "general": len(examples) - agents,
        "eta": agents / len(examples),
        "turns": sum(message.role == "assistant" for example in examples for message in example.messages),
        "characters": sum(len(message.content) for example in examples for message in example.messages),
        "sources": dict(sorted(sources.items())),
        "kinds": dict(sorted(kinds.items())),
        "read": dict(done.read),
        "dropped": dict(sorted(done.dropped.items())),
        "kept": dict(sorted(done.kept.items())),
        "not_mixed": dict(done.not_mixed),
        "asked": asdict(wanted),
    }


def write_card(figures: dict[str, Any], folder: Path) -> None:
    """Write ``card.json`` and ``README.md``."""
    (folder / "card.json").write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")
    (folder / "README.md").write_text(_markdown(figures), encoding="utf-8")


def _markdown(figures: dict[str, Any]) -> str:
    asked, rewards = figures["asked"], figures["asked"]["rewards"]
    lines = [
        "# Data card",
        "",
        f"`{figures['file']}` (SHA-256 `{figures['sha256']}`), made by gba {figures['gba']}: {figures['examples']} "
        f"conversations, {figures['agent']} of them runs of agents and {figures['general']} general dialogue, with "
        f"{figures['turns']} turns of the model and {figures['characters']} characters in all.",
        "",
        f"- The share of agents' runs, η, is {figures['eta']:.3f}; {asked['eta']:g} was asked for.",
        f"- Runs have a reward of at least {rewards['least']:g}, on hard tasks {rewards['hard']:.3g}"
        + "".join(f", on {name} {least:g}" for name, least in rewards["environments"].items())
        + ".",
        f"- No two have more than {asked['near']:.0%} of their pieces of three words in common.",
        "- No run is of a held-out task, and none has the request of one, or nearly.",
        f"- Chosen and ordered by chance, from the seed {asked['seed']}.",
    ]
    for title, key, column in (
        ("What it is made of", "sources", "source"),
        ("Kinds of tasks", "kinds", "kind"),
        ("What was read", "read", "what"),
        ("What was dropped", "dropped", "reason"),
        ("What was left for the ratio", "not_mixed", "what"),
    ):
        if figures[key]:
            lines += ["", f"## {title}", "", f"| {column} | count |", "|---|---|"]
            lines += [f"| {name} | {count} |" for name, count in figures[key].items()]
    return "\n".join(lines) + "\n"
