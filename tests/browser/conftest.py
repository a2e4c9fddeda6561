"""Chromium without a window. Each test checks that its page asked this machine only, and that no script failed."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
TOLD = ("ERR_CONNECTION_REFUSED", "ERR_INCOMPLETE_CHUNKED_ENCODING", "ERR_CONNECTION_RESET", "status of 400", "of 503")
"""What Chromium writes to its console where a server is gone, or refuses what it is asked."""


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    found = os.environ.get("GBA_CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)
    assert found, "there is no Chromium: install it (Debian: apt-get install chromium), or set GBA_CHROMIUM to its file"
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=found, args=["--no-sandbox", "--disable-gpu"])
        yield started
        started.close()


@pytest.fixture
def open_page(browser: Browser) -> Iterator[Callable[..., Page]]:
    """`open_page(url, width=..., height=..., dark=...)`."""
    pages: list[Page] = []
    asked: list[str] = []
    wrong: list[str] = []

    def go(url: str, *, width: int = 1000, height: int = 800, dark: bool = False) -> Page:
        page = browser.new_page(viewport={"width": width, "height": height}, color_scheme="dark" if dark else "light")
        page.set_default_timeout(30_000)
        page.on("request", lambda request: asked.append(request.url))
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on("console", lambda told: wrong.append(told.text) if told.type in ("error", "warning") else None)
        page.goto(url)
        pages.append(page)
        return page

    yield go
    for page in pages:
        page.close()
    places = {urlsplit(url).hostname for url in asked if not url.startswith("data:")}
    assert places <= {"127.0.0.1", "localhost"}, places
    assert not [line for line in wrong if not any(known in line for known in TOLD)], wrong


@pytest.fixture
def picture() -> Callable[[Page, str], None]:
    """`picture(page, name)` keeps a screenshot in the folder that GBA_SCREENSHOTS names, if it does."""

    def take(page: Page, name: str) -> None:
        folder = os.environ.get("GBA_SCREENSHOTS")
        if folder:
            Path(folder).mkdir(parents=True, exist_ok=True)
            page.screenshot(path=Path(folder) / f"{name}.png")

    return take
