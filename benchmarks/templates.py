"""Chat templates of real models: does gba write what the template writes, and read how the model calls?

    python benchmarks/templates.py DIR [--only WORD] [--json FILE]
                                       [--arguments DATA.jsonl.xz [--schemas 200] [--load VOCABULARY.gguf]]

DIR: a folder of `*.jinja` files; `make test` puts those that the source distribution of llama-cpp-python has into
`.venv/llama.cpp-models/templates`. Each template is read as that of a GGUF would be, in a process of its own, and these
conversations are laid out by gba and rendered by plain Jinja:

    a  a user's message                 d  a call and its result
    b  a system message before it       e  two calls and two results in one turn
    c  the same, with two tools         f  an answered turn before
    extra: g  f with tools   h  a thought before the call   i  contents with white space and quotes

`=` equal, `!` not equal (listed below the table), `-` the template does not render it, `o` gba's own syntax, since the
template's could not be read. Then 24 calls that were not used for reading are written by gba, and looked for in what
the template renders. `ms`: milliseconds of processor time to read a template, those of the rendering process included,
so that other work on the machine disturbs little. A template that raises, hangs or crashes is a row.

With `--arguments`: for every syntax that was read, the grammar of its calls for so many function schemas (MaskBench's
BFCL and Glaive): instances labelled valid are accepted as the template renders them, and read back; sampled sentences
are read back to valid arguments; llama.cpp loads the grammar (`--load`). Instances are put into the order of the
schema's properties; those that gba's JSON grammar does not accept either (keys that the schema does not name) are left
out. `unwritable`: a string that is raw text in the syntax, and would be read back as another type or end early.
"""

from __future__ import annotations

import argparse
import collections
import dataclasses
import functools
import json
import os
import random
import statistics
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))
from harness import Vocabulary, isolated
from template_arguments import Checker, Counts, function_schemas
from template_reference import BOS, EOS, Reference

from gba.chat.formats import Conversation, from_template
from gba.chat.messages import Message
from gba.errors import ConversationError
from gba.schema.tools import ToolCall, ToolSpec

os.environ["GBA_FORMATS_DIR"] = ""  # templates are read anew, not taken from disk

HELD_OUT, SECONDS = 24, 120.0


def _tool(name: str, description: str, required: str, **properties: Any) -> ToolSpec:
    return ToolSpec(name, description, {"type": "object", "properties": properties, "required": [required]})


TOOLS = (
    _tool(
        "get_weather",
        "The weather in a city.",
        "city",
        city={"type": "string", "description": "Its name."},
        days={"type": "integer", "description": "How many."},
    ),
    _tool("search", "Search the web.", "q", q={"type": "string", "description": "Words."}),
)
ONE = ToolCall("get_weather", {"city": "Oslo", "days": 3}, "abcd12345")
TWO = ToolCall("search", {"q": 'it\'s "x"'}, "efgh12345")
USER, SYSTEM = Message("user", "How is it in Oslo?"), Message("system", "Be brief.")
ANSWER, AGAIN = Message("assistant", "It is fine."), Message("user", "And now?")


def _result(call: ToolCall, text: str) -> Message:
    return Message("tool", text, call_id=call.id, name=call.name)


RESULTS = (_result(ONE, '{"t": "3 é"}'), _result(TWO, "<b> found"))
SPACED = tuple(
    dataclasses.replace(message, content=f' \n{message.content} "x\\y"\n ')
    for message in (SYSTEM, USER, ANSWER, AGAIN, Message("assistant", calls=(ONE,)), RESULTS[0])
)
SPACED = tuple(dataclasses.replace(each, content="") if each.calls else each for each in SPACED)
CASES: Mapping[str, tuple[tuple[Message, ...], tuple[ToolSpec, ...]]] = {
    "a": ((USER,), ()),
    "b": ((SYSTEM, USER), ()),
    "c": ((SYSTEM, USER), TOOLS),
    "d": ((USER, Message("assistant", calls=(ONE,)), RESULTS[0]), TOOLS),
    "e": ((USER, Message("assistant", calls=(ONE, TWO)), *RESULTS), TOOLS),
    "f": ((USER, ANSWER, AGAIN), ()),
    "g": ((SYSTEM, USER, ANSWER, AGAIN), TOOLS),
    "h": ((USER, Message("assistant", "", "I look it up.", (ONE,)), RESULTS[0]), TOOLS),
    "i": (SPACED, TOOLS),
}
GOALS = "abcdef"


@dataclass
class Row:
    """What came of one template. ``cases``: a sign for each; ``told``: the departures; ``wrong``: held-out calls."""

    name: str
    error: str = ""
    native: bool = False
    why: str = ""
    ms: float = float("nan")
    cases: dict[str, str] = field(default_factory=dict)
    told: list[str] = field(default_factory=list)
    held_out: int = 0
    wrong: list[str] = field(default_factory=list)
    arguments: Counts | None = None


# one template


class Templates:
    """Reads templates, in a process of its own. ``data``, ``count``, ``vocabulary``: for the grammars of arguments."""

    def __init__(self, data: str = "", count: int = 0, vocabulary: str = "") -> None:
        from_template("{% for m in messages %}{{ m.role }}{{ m.content }}{% endfor %}")  # starts the rendering process
        engine = Vocabulary(Path(vocabulary)) if vocabulary else None
        self._checker = Checker(function_schemas(Path(data), count), engine) if data else None

    def __call__(self, case: dict[str, Any], say: Callable[[str], None]) -> dict[str, Any]:
        row = Row(case["name"])
        source = Path(case["path"]).read_text(encoding="utf-8")
        say("reading it")
        start = _processor_time()
        try:
            chat_format: Any = from_template(source, bos=BOS, eos=EOS)
        except ConversationError as error:
            row.error = str(error)
            return dataclasses.asdict(row)
        row.ms = (_processor_time() - start) * 1e3
        row.native, row.why = chat_format.syntax.native, chat_format.why
        reference = Reference(source, chat_format.dialect)
        for letter in CASES:
            say(f"conversation {letter}")
            row.cases[letter] = _compare(chat_format, reference, letter, row.told)
        if row.native:
            say("calls that were not used for reading")
            row.wrong = list(_held_out(chat_format, reference))
            row.held_out = HELD_OUT - len(row.wrong)
            if self._checker is not None:
                row.arguments = self._checker.check(chat_format.syntax.arguments, reference, say)
        return dataclasses.asdict(row)


def _processor_time() -> float:
    """Seconds of this process and of the one that renders; of this one only where /proc does not tell."""
    from gba.chat.templates.process import _shared

    rendering = _shared()._process
    try:
        fields = Path(f"/proc/{rendering.pid}/stat").read_text().rpartition(")")[2].split() if rendering else []
        rendered = sum(map(int, fields[11:13])) / os.sysconf("SC_CLK_TCK")
    except OSError:
        rendered = 0.0
    return time.process_time() + rendered


def _compare(chat_format: Any, reference: Reference, letter: str, told: list[str]) -> str:
    """The sign of one conversation."""
    messages, tools = CASES[letter]
    expected = reference.render(messages, tools)
    try:
        found = chat_format.layout(Conversation(messages, tools)).text()
    except ConversationError as error:
        told.append(f"{letter}: not laid out: {error}")
        return "!"
    if expected is None:
        return "-"
    if found == expected:
        return "="
    if not chat_format.syntax.native and (tools or any(message.calls for message in messages)):
        return "o"
    at = next((at for at, pair in enumerate(zip(found, expected, strict=False)) if pair[0] != pair[1]), None)
    at = min(len(found), len(expected)) if at is None else at
    told.append(f"{letter}: {found[max(0, at - 40) : at + 60]!r} where the template has {expected[at : at + 60]!r}")
    return "!"


def _held_out(chat_format: Any, reference: Reference) -> Iterator[str]:
    """What of the calls differs."""
    draw, syntax = random.Random(20), chat_format.syntax
    for number in range(HELD_OUT):
        calls = tuple(_random_call(draw, at) for at in range(draw.choice((1, 1, 2, 3)) if syntax.many else 1))
        results = tuple(_result(call, "Done.") for call in calls)
        text = reference.render([USER, Message("assistant", calls=calls), *results], TOOLS)
        if text is None:
            yield f"{number}: the template does not render it"
            continue
        written = "".join(piece.text for piece in syntax.write(calls))
        if text.count(written) != 1:
            behind = text[text.rfind(USER.content) + len(USER.content) :]
            yield f"{number}: {written!r} is not what the template has: {behind[:400]!r}"


def _random_call(draw: random.Random, number: int) -> ToolCall:
    keys = draw.sample(["place", "n", "reason", "on", "items", "where", "x1", "nothing"], draw.randrange(5))
    arguments = {key: _random_value(draw, 0) for key in keys}
    return ToolCall(draw.choice(("get_weather", "search")), arguments, f"c{number}{draw.randrange(10**6, 10**7)}")


def _random_value(draw: random.Random, depth: int) -> Any:
    kind = draw.randrange(7 if depth < 2 else 5)
    if kind == 5:
        return [_random_value(draw, depth + 1) for _ in range(draw.randrange(4))]
    if kind == 6:
        return {key: _random_value(draw, depth + 1) for key in draw.sample(["k", "a", "z"], draw.randrange(4))}
    text = draw.choice(("Bergen", "two words, and a comma", "ø ł 日本", "a-b/c.d (e)", "x = 1; y: 2"))
    return (text, draw.randrange(-1000, 1000), draw.random() < 0.5, None, draw.choice((0.5, -3.25, 1e-07)))[kind]


# all of them


def run(folder: Path, only: str = "", **arguments: Any) -> Iterator[Row]:
    """The rows of a folder's templates, in the order of their names."""
    paths = [path for path in sorted(folder.glob("*.jinja")) if only in path.name]
    cases = [{"name": path.stem, "path": str(path)} for path in paths]
    make = functools.partial(Templates, **arguments)
    for case, outcome, result in isolated(make, cases, seconds=SECONDS):
        if outcome == "done":
            row = Row(**result)
            row.arguments = None if row.arguments is None else Counts(**row.arguments)  # type: ignore[arg-type]
            yield row
        else:
            yield Row(case["name"], error=f"{outcome}: {str(result).strip().splitlines()[-1]}")


def line(row: Row) -> str:
    """A row of the table."""
    if row.error:
        return f"{row.name[:44]:44}  not usable: {row.error}"
    signs = "".join(row.cases.values())
    syntax = f"{row.held_out}/{HELD_OUT}" if row.native else f"gba's: {row.why[:110]}"
    text = f"{row.name[:44]:44}  {row.ms:5.0f} ms  {signs[:6]} {signs[6:]}  {syntax}"
    return text if row.arguments is None else f"{text}  {row.arguments.line()}"


def summary(rows: Sequence[Row]) -> str:
    """The totals."""
    usable = [row for row in rows if not row.error]
    native = [row for row in usable if row.native]
    exact = sum(row.held_out == HELD_OUT for row in native)
    lines = [
        f"usable {len(usable)} of {len(rows)}",
        _shares("(a)-(f)", [row.cases[letter] for row in usable for letter in GOALS]),
        _shares("(g)-(i)", [row.cases[letter] for row in usable for letter in CASES if letter not in GOALS]),
        f"native syntax in {len(native)}, all {HELD_OUT} held-out calls exact in {exact}",
    ]
    if usable:
        times = sorted(row.ms for row in usable)
        lines.append(f"to read a template: median {statistics.median(times):.0f} ms, most {times[-1]:.0f} ms")
    counted = [row.arguments for row in native if row.arguments is not None]
    if counted:
        lines.append(f"arguments of {len(counted)} syntaxes: {sum(counted, Counts()).line()}")
    return "\n".join(lines)


def _shares(title: str, signs: Sequence[str]) -> str:
    count = collections.Counter(signs)
    comparable, own = count["="] + count["!"], count["o"]
    share, of_all = (100 * count["="] / max(1, number) for number in (comparable, comparable + own))
    return (
        f"{title}: {count['=']} of {comparable} equal ({share:.1f} %), {own} more in gba's own syntax ({of_all:.1f} % "
        f"of all), {count['-']} that the template does not render"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--only", default="", help="templates with this in their name")
    parser.add_argument("--arguments", default="", metavar="DATA.jsonl.xz")
    parser.add_argument("--schemas", type=int, default=200)
    parser.add_argument("--load", default="", metavar="VOCABULARY.gguf", help="let llama.cpp load the grammars")
    parser.add_argument("--json", type=Path, help="write the rows into a file")
    args = parser.parse_args()
    rows = []
    for row in run(args.folder, args.only, data=args.arguments, count=args.schemas, vocabulary=args.load):
        rows.append(row)
        print(line(row), flush=True)
        faults = row.arguments.faults if row.arguments is not None else []
        for told in (*row.told, *row.wrong[:3], *faults[:5]):
            print(f"    {told}", flush=True)
    if not rows:
        raise SystemExit(f"{args.folder} has no *.jinja file")
    print(f"\n{summary(rows)}")
    if args.json:
        args.json.write_text(json.dumps([dataclasses.asdict(row) for row in rows], indent=1))


if __name__ == "__main__":
    main()
