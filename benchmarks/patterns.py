"""How many of the patterns that people write the grammar enforces, and what compiling them takes.

    python benchmarks/patterns.py DATA.jsonl.xz [--most 200] [--list] [--json]

DATA are schemas, one a line as {"schema": …}; counted are the patterns that most of them use, as `pattern` or as a key
of `patternProperties`. Beside them stands a collection of patterns as public lists of regular expressions have them
(web addresses, mail, passwords, dates, identifiers). A pattern is enforced when its grammar leaves no residual; one
that cannot be (a back reference) is counted as well. Times are processor time of this process, the caches empty.
"""

from __future__ import annotations

import argparse
import collections
import json
import lzma
import time
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from harness import quantile

from gba import Grammar
from gba.errors import SchemaError

# fmt: off
COLLECTED = (
    r"^https?:\/\/(www\.)?[-a-zA-Z0-9@:%._\+~#=]{1,256}\.[a-zA-Z0-9()]{1,6}\b([-a-zA-Z0-9()@:%_\+.~#?&//=]*)$",
    r"^[-a-zA-Z0-9@:%._\+~#=]{1,256}\.[a-zA-Z0-9()]{1,6}\b([-a-zA-Z0-9()@:%_\+.~#?&//=]*)$",
    r"https?:\/\/(www\.)?[-a-zA-Z0-9@:%._\+~#=]{2,256}\.[a-z]{2,6}\b([-a-zA-Z0-9@:%_\+.~#?&//=]*)",
    r"^(https?|ftp):\/\/[^\s\/$.?#].[^\s]*$",
    r"^(?:http(s)?:\/\/)?[\w.-]+(?:\.[\w\.-]+)+[\w\-\._~:/?#[\]@!\$&'\(\)\*\+,;=.]+$",
    r"^(https?:\/\/)?([\da-z\.-]+)\.([a-z\.]{2,6})([\/\w \.-]*)*\/?$",
    r"^(?!.*://)(?=.{1,255}$)((.{1,63}\.){1,127}(?![0-9]*$)[a-z0-9-]+\.?)$",
    r"^(?=.{1,253}$)(?:[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?\.)+[a-zA-Z]{2,63}$",
    r"^(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9][a-z0-9-]{0,61}[a-z0-9]$",
    r"^(?!-)[A-Za-z0-9-]{1,63}(?<!-)$",
    r"^([a-z0-9]+(-[a-z0-9]+)*\.)+[a-z]{2,}$",
    r"^[\w\-\.]+@([\w-]+\.)+[\w-]{2,}$",
    r"^[a-zA-Z0-9._%+-]+@[a-zA-Z0-9.-]+\.[a-zA-Z]{2,}$",
    r"^[a-zA-Z0-9.!#$%&'*+/=?^_`{|}~-]+@[a-zA-Z0-9-]+(?:\.[a-zA-Z0-9-]+)*$",
    r"^(?=.{1,64}@)[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*@[^-][A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*(\.[A-Za-z]{2,})$",
    r"^(([^<>()[\]\.,;:\s@\"]+(\.[^<>()[\]\.,;:\s@\"]+)*)|(\".+\"))@(([^<>()[\]\.,;:\s@\"]+\.)+[^<>()[\]\.,;:\s@\"]{2,})$",
    r"^(?=.*[a-z])(?=.*[A-Z])(?=.*\d)[a-zA-Z\d]{8,}$",
    r"^(?=.*[a-z])(?=.*[A-Z])(?=.*\d)(?=.*[@$!%*?&])[A-Za-z\d@$!%*?&]{8,10}$",
    r"^(?=.*[A-Za-z])(?=.*\d)[A-Za-z\d]{8,}$",
    r"^(?=.*?[A-Z])(?=.*?[a-z])(?=.*?[0-9])(?=.*?[#?!@$ %^&*-]).{8,}$",
    r"^(?=.*[a-z])(?=.*[A-Z])(?=.*\d)(?=.*[@$!%*?&])(?=.*[^a-zA-Z0-9])(?!.*\s).{8,64}$",
    r"^(?=(.*[a-z]){3,})(?=(.*[A-Z]){2,})(?=(.*[0-9]){2,})(?=(.*[!@#$%^&*()\-__+.]){1,}).{8,}$",
    r"^(?=.*[a-z])(?=.*[A-Z])(?=.*\d)(?=.*\W)(?!.*\s).{8,128}$",
    r"^(?!.*(.)\1{2,}).{8,}$",
    r"^(?=.{8,20}$)(?![_.])(?!.*[_.]{2})[a-zA-Z0-9._]+(?<![_.])$",
    r"^(?!.*\.\.)(?!.*\.$)[^\W][\w.]{0,29}$",
    r"^[a-z0-9_-]{3,16}$",
    r"^[a-z0-9]+(?:-[a-z0-9]+)*$",
    r"^(?!^[-+.]*$)[+-]?0*\d*\.?\d*$",
    r"^(?:[1-9]\d{0,2}(?:,\d{3})*|0)(?:\.\d+)?$",
    r"^\$?\d{1,3}(,?\d{3})*(\.\d{1,2})?$",
    r"^[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?$",
    r"^\+?[1-9]\d{1,14}$",
    r"^[\+]?[(]?[0-9]{3}[)]?[-\s\.]?[0-9]{3}[-\s\.]?[0-9]{4,6}$",
    r"^(\+\d{1,2}\s)?\(?\d{3}\)?[\s.-]\d{3}[\s.-]\d{4}$",
    r"^((25[0-5]|(2[0-4]|1\d|[1-9]|)\d)\.?\b){4}$",
    r"^(?:(?:25[0-5]|2[0-4][0-9]|[01]?[0-9][0-9]?)\.){3}(?:25[0-5]|2[0-4][0-9]|[01]?[0-9][0-9]?)$",
    r"^(([0-9a-fA-F]{1,4}:){7,7}[0-9a-fA-F]{1,4}|([0-9a-fA-F]{1,4}:){1,7}:|([0-9a-fA-F]{1,4}:){1,6}:[0-9a-fA-F]{1,4})$",
    r"^([0-9A-Fa-f]{2}[:-]){5}([0-9A-Fa-f]{2})$",
    r"^[0-9a-f]{8}-[0-9a-f]{4}-[0-5][0-9a-f]{3}-[089ab][0-9a-f]{3}-[0-9a-f]{12}$",
    r"^#?([a-fA-F0-9]{6}|[a-fA-F0-9]{3})$",
    r"^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$",
    r"^(?:(?:31(\/|-|\.)(?:0?[13578]|1[02]))\1|(?:(?:29|30)(\/|-|\.)(?:0?[13-9]|1[0-2])\2))(?:(?:1[6-9]|[2-9]\d)?\d{2})$",
    r"^([01]?[0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9])?$",
    r"^P(?!$)(\d+Y)?(\d+M)?(\d+W)?(\d+D)?(T(?=\d)(\d+H)?(\d+M)?(\d+S)?)?$",
    r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d+)?(?:Z|[+-]\d{2}:\d{2})$",
    r"^(?:4[0-9]{12}(?:[0-9]{3})?|5[1-5][0-9]{14}|3[47][0-9]{13}|6(?:011|5[0-9]{2})[0-9]{12})$",
    r"^(?!000|666|9\d\d)\d{3}-(?!00)\d{2}-(?!0000)\d{4}$",
    r"^[A-Z]{2}\d{2}[A-Z0-9]{4}\d{7}([A-Z0-9]?){0,16}$",
    r"^(?=(?:\D*\d){10}(?:(?:\D*\d){3})?$)[\d-]+$",
    r"^(?:ISBN(?:-1[03])?:? )?(?=[0-9X]{10}$|(?=(?:[0-9]+[- ]){3})[- 0-9X]{13}$)[0-9]{1,5}[- ]?[0-9]+[- ]?[0-9]+[- ]?[0-9X]$",  # noqa: E501
    r"^(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)(?:-((?:0|[1-9]\d*|\d*[a-zA-Z-][0-9a-zA-Z-]*)(?:\.(?:0|[1-9]\d*|\d*[a-zA-Z-][0-9a-zA-Z-]*))*))?(?:\+([0-9a-zA-Z-]+(?:\.[0-9a-zA-Z-]+)*))?$",
    r"^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$",
    r"^[A-Za-z0-9-_]+\.[A-Za-z0-9-_]+\.[A-Za-z0-9-_]*$",
    r"^data:image\/(png|jpe?g|gif|svg\+xml);base64,[A-Za-z0-9+/]{0,100000}={0,2}$",
    r"^arn:aws[a-z-]*:[a-z0-9-]+:[a-z0-9-]*:\d{0,12}:.+$",
    r"^(?![0-9]+$)(?!-)[a-z0-9-]{3,63}(?<!-)$",
    r"^(?!xn--|sthree-)(?!.*\.\.)[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](?<!-s3alias)$",
    r"^[\p{L}\p{M}' -]{1,100}$",
    r"^\p{Lu}\p{Ll}+(?:[ '-]\p{Lu}\p{Ll}+)*$",
    r"^[^\s](?:.*[^\s])?$",
    r"^(?!\s*$).+",
    r"^.{1,5000}$",
    r"^[a-zA-Z0-9 ]{1,2000}$",
    r"^(?:\S+\s+){0,499}\S+$",
    r"^(?:(?!<script).)*$",
    r"<([a-z][a-z0-9]*)\b[^>]*>(.*?)<\/\1>",
    r"^(?=.*\bfoo\b)(?=.*\bbar\b).*$",
    r"^([^/\x00]+\/?)+$",
    r"^(?:[a-zA-Z]:|\\\\[a-z0-9_.$-]+\\[a-z0-9_.$-]+)\\(?:[^\\/:*?\"<>|\r\n]+\\)*[^\\/:*?\"<>|\r\n]*$",
    r"^(\*|([0-9]|[1-5][0-9])|\*\/([0-9]|[1-5][0-9])) (\*|([0-9]|1[0-9]|2[0-3])|\*\/([0-9]|1[0-9]|2[0-3]))$",
    r"^M{0,4}(CM|CD|D?C{0,3})(XC|XL|L?X{0,3})(IX|IV|V?I{0,3})$",
)
# fmt: on
"""Patterns as they stand in public lists and in answers to questions."""


@dataclass(frozen=True)
class Result:
    """How many patterns are enforced, and milliseconds of processor time for each."""

    patterns: str
    total: int
    enforced: int
    p50_ms: float
    p99_ms: float
    most_ms: float


def used(path: Path, most: int) -> list[str]:
    """The patterns that most of the schemas use, the most used first."""
    counts: collections.Counter[str] = collections.Counter()
    with lzma.open(path, "rt") as lines:
        for line in lines:
            counts.update(set(_patterns(json.loads(line)["schema"])))
    return [pattern for pattern, _ in counts.most_common(most)]


def _patterns(schema: Any) -> Iterable[str]:
    waiting = [schema]
    while waiting:
        value = waiting.pop()
        if isinstance(value, dict):
            if isinstance(value.get("pattern"), str):
                yield value["pattern"]
            if isinstance(value.get("patternProperties"), dict):
                yield from value["patternProperties"]
            waiting.extend(value.values())
        elif isinstance(value, list):
            waiting.extend(value)


def measure(name: str, patterns: Iterable[str], *, show: bool) -> Result:
    """Compile each pattern once; ``show`` prints those that are not enforced."""
    times: list[float] = []
    enforced = 0
    for pattern in patterns:
        start = time.process_time()
        try:
            grammar = Grammar.from_json_schema({"type": "string", "pattern": pattern})
            str(grammar)
            why = grammar.residual[0].why if grammar.residual else ""
        except SchemaError as error:
            why = str(error)
        times.append((time.process_time() - start) * 1e3)
        enforced += not why
        if why and show:
            print(f"{times[-1]:7.1f} ms  {pattern}\n            {why[-100:]}")
    shares = [round(quantile(times, share), 2) for share in (0.5, 0.99, 1)]
    return Result(name, len(times), enforced, *shares)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("--most", type=int, default=200, help="so many of the patterns of the data")
    parser.add_argument("--list", action="store_true", help="show the patterns that are not enforced")
    parser.add_argument("--json", action="store_true")
    args = parser.parse_args()
    Grammar.from_json_schema({"type": "string", "pattern": "^loaded$"})
    results = [
        measure("most used", used(args.data, args.most), show=args.list),
        measure("collected", COLLECTED, show=args.list),
    ]
    if args.json:
        print(json.dumps([asdict(result) for result in results]))
        return
    for key in asdict(results[0]):
        print(f"{key:12}", *(f"{getattr(result, key)!s:>14}" for result in results))


if __name__ == "__main__":
    main()
