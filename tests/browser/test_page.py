"""The page of `gba ui` in Chromium: with the packaged model, and with one that writes what it is told to."""

from __future__ import annotations

import asyncio
import os
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from gba.backends.process import LlamaServerProcess
from gba.backends.scripted import Scripted
from gba.chat import Engine
from gba.models import packaged
from gba.ui import create_ui
from tests.helpers.running_api import serving_app
from tests.helpers.scripts import answer, call
from tests.helpers.ui_client import ADD

REQUEST = "Look up the height of Mount Everest and multiply it by 3."
ANSWER = "The answer is 26547."
USED = re.compile("tokens of context are used")


@contextmanager
def gba_ui(*arguments: str) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    """The command, its URL, and its process."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("LLAMA_CPP_", "GBA_"))}
    process = subprocess.Popen(
        [sys.executable, "-m", "gba", "ui", *arguments],
        stdout=subprocess.PIPE,
        text=True,
        env=environment | {"PYTHONPATH": os.pathsep.join(sys.path)},
    )
    assert process.stdout is not None
    try:
        yield process.stdout.readline().split()[0], process
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the run of a real `gba ask`."""
    folder = tmp_path_factory.mktemp("runs")
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    command = [sys.executable, "-m", "gba", "ask", REQUEST, "--record", str(folder)]
    subprocess.run(command, check=True, env=environment, stdout=subprocess.DEVNULL)
    return folder


@pytest.fixture(scope="module")
def url(runs: Path) -> Iterator[str]:
    with gba_ui("--port", "0", "--runs", str(runs)) as (address, _):
        yield address


def send(page: Page, text: str) -> None:
    page.get_by_label("Your request").fill(text)
    page.keyboard.press("Enter")


def finished(page: Page) -> None:
    expect(page.locator("#doing")).to_have_text(USED, timeout=60_000)


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_a_request_its_steps_and_the_answer(open_page: Callable[..., Page], url: str, picture: Any, dark: bool) -> None:
    page = open_page(url, height=1020, dark=dark)
    send(page, REQUEST)
    finished(page)
    steps = page.locator(".gba-step")
    expect(steps).to_have_count(3)
    expect(steps.nth(0).locator(".gba-own")).to_have_text('height of Mount Everest"}')
    expect(steps.nth(0).locator(".gba-forced")).to_have_text('{"query": "')
    expect(steps.nth(0).locator(".gba-odds li")).to_have_count(3)
    expect(steps.nth(2).locator(".gba-answer .gba-text")).to_have_text(ANSWER)
    expect(page.locator(".gba-program")).to_contain_text("result = 8849 * 3")
    expect(page.locator(".gba-result .gba-text").nth(0)).to_have_text("The height of Mount Everest is 8849.")
    picture(page, "ui-chat-dark" if dark else "ui-chat")
    steps.nth(0).get_by_text("Grammar of search").click()
    expect(steps.nth(0).locator("details pre")).to_contain_text("root ::= ")


def test_a_reload_keeps_the_conversation_and_a_new_one_forgets_it(open_page: Callable[..., Page], url: str) -> None:
    page = open_page(url)
    send(page, REQUEST)
    finished(page)
    page.reload()
    expect(page.locator(".gba-step")).to_have_count(3)
    expect(page.get_by_text(ANSWER)).to_be_visible()
    page.get_by_text("New conversation").click()
    expect(page.locator(".gba-step")).to_have_count(0)
    page.reload()
    expect(page.locator(".gba-step")).to_have_count(0)


def test_tools_on_and_off_and_the_grammar_in_force(open_page: Callable[..., Page], url: str) -> None:
    page = open_page(url)
    page.get_by_role("tab", name="Grammar").click()
    expect(page.locator("#grammars h3")).to_have_text(["Names", "Arguments of calculate", "Arguments of search"])
    page.get_by_role("tab", name="Chat").click()
    page.locator("#settings summary").click()
    page.get_by_label(re.compile("^ ?calculate")).uncheck()
    expect(page.locator("#tools-on")).to_have_text("1 of 2 on")
    page.get_by_role("tab", name="Grammar").click()
    expect(page.locator("#grammars h3")).to_have_text(["Names", "Arguments of search"])
    expect(page.locator("#grammars pre").nth(0)).to_have_text("search | an answer")
    page.get_by_role("tab", name="Chat").click()
    page.get_by_label(re.compile("^ ?search")).uncheck()
    send(page, "Hello!")
    finished(page)
    expect(page.locator(".gba-call")).to_have_count(0)


def test_a_schema_and_where_a_text_stops_being_valid(open_page: Callable[..., Page], url: str, picture: Any) -> None:
    page = open_page(url, height=1100)
    page.get_by_role("tab", name="Schema").click()
    page.get_by_role("button", name="Compile").click()
    expect(page.locator("#checked .wrong")).to_have_text("5}")
    expect(page.get_by_text("It stops being valid at line 1, column 28.")).to_be_visible()
    expect(page.locator("#gbnf")).to_contain_text("root ::= ")
    sentence = page.locator("#sentence").inner_text()
    picture(page, "ui-schema")
    for _ in range(5):
        page.get_by_role("button", name="Another sentence").click()
    expect(page.locator("#sentence")).not_to_have_text(sentence)
    page.get_by_label("A text to check").fill('{"dish":"soup","portions":12}')
    page.get_by_role("button", name="Compile").click()
    expect(page.get_by_text("It is allowed.")).to_be_visible()
    page.get_by_label("JSON Schema").fill("class Order(BaseModel): ...")
    page.get_by_role("button", name="Compile").click()
    expect(page.get_by_role("alert").filter(has_text="Python is not run here")).to_be_visible()


def test_a_recorded_run(open_page: Callable[..., Page], url: str) -> None:
    page = open_page(url)
    page.get_by_role("tab", name="Runs").click()
    page.get_by_role("button", name=REQUEST).click()
    expect(page.locator("#run .gba-step")).to_have_count(3)
    expect(page.locator("#run").get_by_text(ANSWER)).to_be_visible()
    expect(page.locator("#run .gba-own").nth(0)).to_have_text('height of Mount Everest"}')


def test_at_the_width_of_a_phone_nothing_is_cut_off(open_page: Callable[..., Page], url: str, picture: Any) -> None:
    page = open_page(url, width=360, height=740, dark=True)
    send(page, REQUEST)
    finished(page)
    expect(page.get_by_text(ANSWER)).to_be_in_viewport()
    picture(page, "ui-phone")
    for name in ("Chat", "Grammar", "Schema", "Runs"):
        page.get_by_role("tab", name=name).click()
        if name == "Schema":
            page.get_by_role("button", name="Compile").click()
            expect(page.locator("#gbnf")).to_be_visible()
        boxes = [each.bounding_box() for each in page.locator("button:visible, pre:visible, textarea:visible").all()]
        assert boxes
        assert all(box is not None and box["x"] >= 0 and box["x"] + box["width"] <= 360 for box in boxes), name


def test_all_of_it_by_keyboard(open_page: Callable[..., Page], url: str) -> None:
    page = open_page(url)
    expect(page.get_by_label("Your request")).to_be_focused()
    page.get_by_role("tab", name="Chat").focus()
    for name in ("Grammar", "Schema", "Runs", "Chat"):
        page.keyboard.press("ArrowRight")
        expect(page.get_by_role("tab", name=name)).to_be_focused()
        expect(page.get_by_role("tabpanel", name=name)).to_be_visible()
    page.keyboard.press("ArrowLeft")
    expect(page.get_by_role("tabpanel", name="Runs")).to_be_visible()
    page.keyboard.press("Home")
    expect(page.get_by_role("tabpanel", name="Chat")).to_be_visible()
    page.get_by_label("Your request").focus()
    page.keyboard.type("One line")
    page.keyboard.press("Shift+Enter")
    page.keyboard.type("and another")
    expect(page.get_by_label("Your request")).to_have_value("One line\nand another")


def test_a_theme_of_ones_own_is_kept(open_page: Callable[..., Page], url: str) -> None:
    page = open_page(url)
    back = "background-color"
    expect(page.locator("body")).to_have_css(back, "rgb(255, 255, 255)")
    page.locator("#theme").click()
    page.locator("#theme").click()
    expect(page.locator("#theme")).to_have_text("Theme: dark")
    expect(page.locator("body")).to_have_css(back, "rgb(20, 23, 28)")
    page.reload()
    expect(page.locator("body")).to_have_css(back, "rgb(20, 23, 28)")


# the server comes and goes


def test_the_server_is_killed_and_comes_back(open_page: Callable[..., Page]) -> None:
    with gba_ui("--port", "0") as (address, process):
        page = open_page(address)
        send(page, REQUEST)
        finished(page)
        process.kill()
        process.wait()
        expect(page.locator("#banner")).to_contain_text("gba ui does not answer", timeout=10_000)
        send(page, "What is 2 + 2?")
        expect(page.locator("#log [role=alert]")).to_have_text("The server does not answer.")
        expect(page.get_by_text(ANSWER)).to_be_visible()
    with gba_ui("--port", address.rsplit(":", 1)[1]):
        expect(page.locator("#banner")).to_be_hidden(timeout=60_000)
        page.get_by_role("button", name="Try again").click()
        finished(page)
        expect(page.locator(".gba-answer .gba-text").last).to_contain_text("4")
        expect(page.get_by_text(ANSWER)).to_be_visible()


def test_its_llama_server_is_killed_and_comes_back(open_page: Callable[..., Page]) -> None:
    with LlamaServerProcess(packaged(), threads=1) as server:
        port, base_url = server.port, server.base_url
        with gba_ui("--port", "0", "--base-url", base_url) as (address, _):
            page = open_page(address)
            send(page, REQUEST)
            finished(page)
            server.stop()
            send(page, "What is 2 + 2?")
            expect(page.locator("#log [role=alert]")).to_contain_text(str(port), timeout=60_000)
            expect(page.locator("#banner")).to_be_visible(timeout=30_000)
            with LlamaServerProcess(packaged(), threads=1, port=port):
                expect(page.locator("#banner")).to_be_hidden(timeout=60_000)
                page.get_by_role("button", name="Try again").click()
                finished(page)
                expect(page.locator(".gba-answer .gba-text").last).to_contain_text("4")


# a model that writes what it is told to, and slowly


class Slow(Scripted):
    """Writes a token each ``pause`` seconds. ``ended``: whether the last generation was closed."""

    pause, ended = 0.05, False

    async def acomplete(self, *arguments: Any, **options: Any) -> Any:
        self.ended = False
        try:
            async for chunk in super().acomplete(*arguments, **options):
                yield chunk
                await asyncio.sleep(self.pause)
        finally:
            self.ended = True


def test_text_is_seen_while_it_is_written_and_escape_stops_it(open_page: Callable[..., Page]) -> None:
    backend = Slow(["word " * 200, "Well."], split="words")
    with serving_app(create_ui(Engine(backend))) as address:
        page = open_page(address)
        send(page, "Hi")
        expect(page.locator("[aria-busy=true] .gba-answer .gba-text")).to_contain_text("word word")
        page.keyboard.press("Escape")
        expect(page.locator("#doing")).to_contain_text("Stopped.")
        expect(page.locator(".gba-unfinished .gba-answer")).to_contain_text("word word")
        until = time.monotonic() + 5
        while not backend.ended and time.monotonic() < until:
            time.sleep(0.05)
        assert backend.ended
        send(page, "And?")
        finished(page)
        assert "word word" in backend.requests[-1].text


EVIL = '<img src=x onerror="document.title=1"><script>document.title=2</script><b>'


def test_what_a_model_and_a_tool_say_is_text(open_page: Callable[..., Page]) -> None:
    turns = (call(EVIL, ("add", {"a": 1, "b": 2})), answer("So.", EVIL))
    with serving_app(create_ui(Engine(Scripted.turns(turns)), [ADD])) as address:
        page = open_page(address)
        send(page, EVIL)
        finished(page)
        expect(page.locator(".gba-answer .gba-text")).to_have_text(EVIL)
        expect(page.locator(".gba-request .gba-text")).to_have_text(EVIL)
        page.reload()
        expect(page.locator(".gba-answer .gba-text")).to_have_text(EVIL)
        expect(page.locator("#log img, #log script")).to_have_count(0)
        expect(page).to_have_title("gba")


def test_arguments_that_are_written_again_are_shown_once(open_page: Callable[..., Page]) -> None:
    from gba.schema.tools import ToolSpec
    from gba.ui import Result, UiTool

    async def run(called: Any) -> Result:
        return Result("done")

    unique = {"type": "array", "items": {"type": "integer"}, "uniqueItems": True}
    spec = ToolSpec("put", "Puts.", {"type": "object", "properties": {"all": unique}, "required": ["all"]})
    turns = (call("Put.", ("put", {"all": [1, 1]})), call("", ("put", {"all": [1, 2]})).strip(), answer("So.", "Done."))
    with serving_app(create_ui(Engine(Scripted.turns(turns)), [UiTool(spec, run)])) as address:
        page = open_page(address)
        send(page, "Put it")
        finished(page)
        expect(page.locator(".gba-call .gba-text")).to_have_text('put {"all": [1, 2]}')
