"""How long it takes until a token that the model gave is on the screen, in the page of `gba ui`.

    python -m benchmarks.page [--tokens 300] [--pause 0.02] [--json FILE]

A scripted model gives a word every ``pause`` seconds; the page is open in Chromium (that of the PATH, or the file that
GBA_CHROMIUM names; `make test-browser` installs what drives it). Taken is the time from the moment in which the model
gives a token to that in which the browser is about to paint a frame with it: through the engine, the server of the
page, the connection, and the scripts of the page. In milliseconds; 50 are wanted.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import shutil
import statistics
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

from playwright.sync_api import sync_playwright

from gba.backends.scripted import Scripted
from gba.chat import Engine, StepOptions
from gba.ui import create_ui
from tests.helpers.running_api import serving_app

WANTED = 50.0
WATCH = """
window.seen = [];
new MutationObserver(() => requestAnimationFrame(() => {
  const text = document.querySelector(".gba-answer .gba-text");
  if (text) window.seen.push([performance.timeOrigin + performance.now(), text.textContent.length]);
})).observe(document, { subtree: true, childList: true, characterData: true });
"""


class Paced(Scripted):
    """Gives a token every ``pause`` seconds. ``given``: when each came, in milliseconds, and the length of the text."""

    def __init__(self, tokens: int, pause: float) -> None:
        super().__init__(["".join(f"w{number} " for number in range(tokens)).strip()], split=r"\S+ ?")
        self.pause, self.given = pause, list[tuple[float, int]]()

    async def acomplete(self, *arguments: Any, **options: Any) -> AsyncIterator[Any]:
        length = 0
        async for chunk in super().acomplete(*arguments, **options):
            await asyncio.sleep(self.pause)
            length += len(chunk.text)
            self.given.append((time.time() * 1000, length))
            yield chunk


def main() -> int:
    """Run it; print a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tokens", type=int, default=300)
    parser.add_argument("--pause", type=float, default=0.02)
    parser.add_argument("--json", type=Path, metavar="FILE")
    options = parser.parse_args()
    backend = Paced(options.tokens, options.pause)
    with serving_app(create_ui(Engine(backend, options=StepOptions(stop_loops=False)))) as url:
        seen = _watched(url)
    waits = sorted(_waits(backend.given, seen))
    figures = {
        "tokens": len(waits),
        "median": statistics.median(waits),
        "99 of 100": waits[int(0.99 * (len(waits) - 1))],
        "most": waits[-1],
    }
    print(f"| tokens | median | 99 of 100 | most | wanted |\n|---|---|---|---|---|\n| {figures['tokens']} | ", end="")
    print(*(f"{figures[name]:.1f} ms" for name in ("median", "99 of 100", "most")), f"{WANTED:.0f} ms |", sep=" | ")
    if options.json:
        options.json.write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")
    return 0


def _watched(url: str) -> list[tuple[float, int]]:
    """When the browser painted, and how much of the answer was there then."""
    found = os.environ.get("GBA_CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=["--no-sandbox", "--disable-gpu"])
        page = browser.new_context(bypass_csp=True).new_page()
        page.add_init_script(WATCH)
        page.goto(url)
        page.get_by_label("Your request").fill("Go on")
        page.keyboard.press("Enter")
        page.locator("#doing").get_by_text("tokens of context are used").wait_for(timeout=120_000)
        seen: list[tuple[float, int]] = [(at, length) for at, length in page.evaluate("window.seen")]
        browser.close()
    return seen


def _waits(given: list[tuple[float, int]], seen: list[tuple[float, int]]) -> list[float]:
    """Milliseconds from each token to the first frame that has all of it. White space at the end is shown later."""
    waits = []
    for at, length in given[:-1]:
        shown = next((when for when, there in seen if there >= length - 1), None)
        if shown is not None:
            waits.append(shown - at)
    return waits


if __name__ == "__main__":
    raise SystemExit(main())
