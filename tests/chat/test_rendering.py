"""Chat templates in the process that renders them: what they are given, and what they may not do."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import threading
import time
import warnings

import pytest

from gba.chat.formats import from_template
from gba.chat.templates import process
from gba.chat.templates.process import RefusedError, Template, bounded
from gba.errors import ConversationError

HELLO = [{"role": "user", "content": "Hello"}]


def rendered(source, messages=HELLO, tools=None, prompt=True, **variables):
    return Template(source, "<s>", "</s>", variables).render(messages, tools, prompt=prompt)


@pytest.mark.parametrize(
    "source, text",
    [
        ("{{ messages[0].content }}", "Hello"),
        ("{{ bos_token }}{{ eos_token }}", "<s></s>"),
        ("{% for m in messages %}{% generation %}{{ m.content }}{% endgeneration %}{% endfor %}", "Hello"),
        ("{% set l = [] %}{% set _ = l.append('x') %}{{ l[0] }}", "x"),
        ("{% for a in [1, 2, 3] %}{% if a == 2 %}{% break %}{% endif %}{{ a }}{% endfor %}", "1"),
        ("{{ {'a': 'é<b>', 'c': [none, true]} | tojson }}", '{"a": "é<b>", "c": [null, true]}'),
        ("{{ {'a': 1} | tojson(indent=2) }}", '{\n  "a": 1\n}'),
        ("{{ {'b': 1, 'a': 2} | tojson(separators=(',', ':'), sort_keys=true) }}", '{"a":2,"b":1}'),
        ("{{ 'é' | tojson(ensure_ascii=true) }}", '"\\u00e9"'),
        ("{{ [1, 2] | map('string') | tojson }}", '["1", "2"]'),
        ("{{ ('{\"a\": 1}' | from_json).a }}", "1"),
        ("{{ tools is none }}", "True"),
        ("{{ enable_thinking }}", "True"),
        ("{{ add_generation_prompt }}", "True"),
        ("{{ reasoning_effort is defined }}", "False"),
        ("{{ strftime_now('%Y') | length }}", "4"),
        ("{%- if true %}\n    {%- if true %}\na\n    {% endif %}\n{% endif %}", "a\n"),
        ("{{ 'é日😀' }}", "é日😀"),
    ],
)
def test_templates_have_what_they_expect(source, text):
    assert rendered(source) == text


def test_variables_come_from_the_caller():
    assert rendered("{{ enable_thinking }}{{ x }}", enable_thinking=False, x=3) == "False3"
    assert rendered("{{ add_generation_prompt }}", prompt=False) == "False"
    assert rendered("{{ tools | length }}", tools=[{"a": 1}]) == "1"


def test_a_template_that_wants_a_list_of_tools_gets_an_empty_one():
    assert rendered("{% for tool in tools %}{{ tool }}{% endfor %}.") == "."


@pytest.mark.parametrize(
    "source, why",
    [
        ("{{ raise_exception('roles must alternate') }}", "roles must alternate"),
        ("{% for m in messages %}", "TemplateSyntaxError"),
        ("{{ nobody.knows.it }}", "undefined"),
        ("{{ 'a' * 10**9 }}", "too long"),
        ("{% for a in range(9999) %}{{ 'a' * 8000000 }}{% endfor %}", "without end"),
        ("{{ 10 ** 100000 }}", "power"),
        ("{% macro f() %}{{ f() }}{% endmacro %}{{ f() }}", "nested too deeply"),
        ("{{ '\\ud800' }}", "surrogates"),
        ("{{ ''.__class__.__mro__ }}", "SecurityError|unsafe|undefined"),
    ],
)
def test_what_a_template_refuses_is_told(source, why):
    with pytest.raises(RefusedError, match=why):
        rendered(source)


def test_too_much_time_ends_the_process_and_the_next_one_starts():
    first = process._shared()
    rendered("x")
    begun = time.process_time()
    with pytest.raises(ConversationError, match=r"more than 2 seconds.*chat_format="):
        rendered("{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}")
    assert time.process_time() - begun < 1, "the waiting is no work"
    assert process._shared() is first
    assert rendered("{{ messages[0].content }}") == "Hello"


def test_too_much_memory_ends_it_as_well():
    with pytest.raises(ConversationError, match=r"too much memory.*chat_format="):
        rendered("{{ 'a'.ljust(10**9) }}")
    assert rendered("x") == "x"


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such signal")
def test_a_process_that_was_killed_is_replaced():
    rendered("{{ messages | length }}")
    os.kill(process._shared()._process.pid, signal.SIGKILL)
    process._shared()._process.wait()
    assert rendered("{{ messages[0].content }}") == "Hello"


def test_reading_a_template_is_bounded_as_a_whole():
    slow = "{% for a in range(99) %}{% for b in range(999) %}{% endfor %}{% endfor %}{{ messages }}"
    with bounded(0.05), pytest.raises(ConversationError, match=r"takes too long.*chat_format="):
        from_template(slow)
    assert rendered(slow).startswith("[{")


def test_a_template_that_is_too_long_is_not_sent():
    with pytest.raises(ConversationError, match="more than 1048576 characters"):
        rendered("x" * (2**20 + 1))


def test_many_threads_and_loops_share_the_process():
    texts = {}

    def work(number):
        texts[number] = rendered("{{ messages[0].content }}", [{"role": "user", "content": f"number {number}"}])

    threads = [threading.Thread(target=work, args=(number,)) for number in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    async def run():
        return await asyncio.gather(*(asyncio.to_thread(work, number) for number in range(20, 40)))

    asyncio.run(run())
    assert texts == {number: f"number {number}" for number in range(40)}


def test_more_templates_than_are_kept_are_rendered_again():
    sources = [f"{number}{{{{ messages[0].content }}}}" for number in range(40)]
    assert [rendered(source) for source in sources * 2] == [f"{number}Hello" for number in range(40)] * 2


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork")
def test_a_forked_child_renders_in_a_process_of_its_own():
    rendered("{{ messages | length }} before")
    before = process._shared()._process.pid
    read, write = os.pipe()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # of forks beside threads: the child only renders
        child = os.fork()
    if child == 0:
        text = rendered("{{ messages[0].content }} here").removesuffix(" here")
        os.write(write, f"{text} {process._shared()._process.pid}".encode())
        process._shared().close()
        os._exit(0)
    os.waitpid(child, 0)
    text, pid = os.read(read, 100).decode().split()
    assert text == "Hello"
    assert int(pid) != before
    assert process._shared()._process.pid == before
    assert rendered("x") == "x"


def test_tools_whose_schema_names_no_properties():
    source = "{% for name in tools[0].function.parameters.properties.keys() %}{{ name }} {% endfor %}done"
    told = {"type": "function", "function": {"name": "f", "parameters": {"anyOf": [{"type": "object"}]}}}
    assert rendered(source, tools=[told]) == "done"
    told["function"]["parameters"] = {"properties": {"x": {}}}
    assert rendered(source, tools=[told]) == "x done"
    with pytest.raises(RefusedError):
        rendered("{{ raise_exception('no tools') if tools else '' }}", tools=[told])
    source = "{% for value in tools[0].function.parameters.properties.values() %}{{ 'y' in value }} {% endfor %}done"
    told["function"]["parameters"] = {"properties": {"x": True, "z": {"y": 1}}}
    assert Template(source).render([], [told]) == "False True done"


def test_what_was_rendered_before_is_not_rendered_again(monkeypatch):
    source = "{{ messages[0].content }}, {{ messages | length }}, kept"
    assert rendered(source) == "Hello, 1, kept"
    changing = "{{ strftime_now('%Y') }}, {{ messages[0].content }}"
    year = rendered(changing)
    monkeypatch.setattr(process._Process, "_ask", lambda self, request: {"text": "asked"})
    assert rendered(source) == "Hello, 1, kept"
    assert rendered(changing) == "asked" != year
    assert Template(source).render([{"role": "user", "content": "Bye"}]) == "asked"
