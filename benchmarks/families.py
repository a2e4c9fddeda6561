"""Are calls valid in every language that models have? Random weights with each family's template and control tokens.

    python benchmarks/families.py DATA.jsonl.xz [--count 200] [--transport inprocess|server]
                                  [--vocabulary plain|spaced|byte-level] [--templates DIR] [--only WORD] [--out FILE]

DATA: a line for each schema, as MaskBench has them (see `always_valid.py`); so many of the function calling corpora are
drawn, those that nothing satisfies left out. Families are the templates of `tests/helpers/families.py`, one for each
way to call; with `--templates` every `*.jinja` of a folder instead. Each gets a model of random weights whose
vocabulary has the family's control tokens: SentencePiece (`plain`), the same with a space before each text (`spaced`),
or GPT-2's kind. Each schema becomes the parameters of one tool, which has to be called (`tool_choice` names it) within
256 tokens at temperature 1.5.

A call is `valid` if jsonschema, with format checks, finds its arguments so; if the turn, and the prompt before it, are
the text that the template renders for the call that was read out of it; if the control tokens in it are those of that
text; and if the next prompt begins with the tokens of the step. Anything else is printed below the table.

FILE gets a line for each call once it is made; calls that are in it already are not made again.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

sys.path.insert(0, str(Path(__file__).parent))
from template_arguments import function_schemas

from gba import LlamaInProcess, LlamaServerProcess
from gba.backends.base import Backend
from gba.chat.formats import from_template
from gba.errors import SchemaError
from gba.grammar.arguments import compile_arguments
from gba.grammar.strings.spelling import ArgumentStyle
from tests.helpers.families import FAMILIES
from tests.helpers.family_models import VOCABULARIES, Trial, write_model


class Language(NamedTuple):
    """A template with its control tokens. ``eos``: the one that ends a turn."""

    name: str
    template: str
    control: tuple[str, ...]
    eos: str


def languages(folder: Path | None) -> Iterator[Language]:
    """The families of the tests; or a folder's templates, whose control tokens are all tags that gba read in them."""
    if folder is None:
        for family in FAMILIES:
            yield Language(family.name, family.template, family.control, family.eos)
        return
    for path in sorted(folder.glob("*.jinja")):
        template = path.read_text(encoding="utf-8")
        found = from_template(template, bos="<s>", eos="</s>")
        yield Language(path.stem, template, tuple(dict.fromkeys((*found.stops, *found.marks()))), "</s>")


def schemas(path: Path, count: int) -> dict[str, Any]:
    """So many schemas that something satisfies, by their names."""
    found: dict[str, Any] = {}
    for case in function_schemas(path, 2 * count):
        try:
            compile_arguments(case["schema"], ArgumentStyle())
        except SchemaError:
            continue
        found[case["id"]] = case["schema"]
        if len(found) == count:
            break
    return found


@contextlib.contextmanager
def backend(transport: str, model: Path) -> Iterator[Backend]:
    """The model, in process or on a server of its own."""
    if transport == "inprocess":
        with LlamaInProcess(model, context=8192, threads=1) as loaded:
            yield loaded
        return
    extra = ["--threads-batch", "1"]
    server = LlamaServerProcess(model, context=8192, slots=1, threads=1, extra_args=extra)
    with server, server.backend() as connected:
        yield connected


def main() -> None:
    """Print a line for each family, and whatever is not valid."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("--count", type=int, default=200)
    parser.add_argument("--transport", choices=["inprocess", "server"], default="inprocess")
    parser.add_argument("--vocabulary", choices=VOCABULARIES, default="plain")
    parser.add_argument("--templates", type=Path, metavar="DIR")
    parser.add_argument("--only", default="", help="families with this in their name")
    parser.add_argument("--out", type=Path)
    args = parser.parse_args()
    cases = schemas(args.data, args.count)
    known = _known(args.out)
    total = valid = 0
    for language in languages(args.templates):
        if args.only not in language.name:
            continue
        key = f"{language.name}/{args.transport}/{args.vocabulary}"
        start = time.perf_counter()
        rows = _tried(language, key, cases, known, args)
        wrong = {name: verdict for name, verdict in rows.items() if verdict != "valid"}
        total, valid = total + len(rows), valid + len(rows) - len(wrong)
        seconds = time.perf_counter() - start
        print(f"{language.name[:44]:44}  {len(rows) - len(wrong)} of {len(rows)} valid  {seconds:4.0f} s", flush=True)
        for name, verdict in wrong.items():
            print(f"    {name}: {verdict}", flush=True)
    print(f"\n{args.transport}, {args.vocabulary} vocabulary: {valid} of {total} valid")


def _tried(
    language: Language, key: str, cases: dict[str, Any], known: dict[str, dict[str, str]], args: argparse.Namespace
) -> dict[str, str]:
    """The verdicts of one family, by schema."""
    rows = {name: known[key][name] for name in cases if name in known.get(key, {})}
    if len(rows) == len(cases):
        return rows
    with tempfile.TemporaryDirectory() as folder, contextlib.ExitStack() as stack:
        model = write_model(
            Path(folder) / "model.gguf", language.template, language.control, language.eos, args.vocabulary
        )
        out = stack.enter_context(args.out.open("a")) if args.out else None
        trial = Trial(stack.enter_context(backend(args.transport, model)), language.control)
        for name in cases:
            if name not in rows:
                rows[name] = trial.verdict(cases[name])
                if out is not None:
                    print(json.dumps({"family": key, "id": name, "verdict": rows[name]}), file=out, flush=True)
    return rows


def _known(path: Path | None) -> dict[str, dict[str, str]]:
    """The verdicts of an earlier run, by family and schema."""
    found: dict[str, dict[str, str]] = {}
    if path is not None and path.exists():
        for row in map(json.loads, path.read_text().splitlines()):
            found.setdefault(row["family"], {})[row["id"]] = row["verdict"]
    return found


if __name__ == "__main__":
    main()
