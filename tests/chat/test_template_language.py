"""The Jinja of chat templates: what it has, and what it refuses, as it would make a text of any length."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from gba.chat.templates.sandbox import LONGEST, Templates


def render(template: str, **variables: Any) -> dict[str, Any]:
    return Templates().render({"key": "one", "template": template, "variables": variables})


@pytest.mark.parametrize(
    "template, text",
    [
        ("{{ x | tojson }}", '{"a": "<é>", "b": [1, null]}'),
        ("{{ x | tojson(separators=(',', ':')) }}", '{"a":"<é>","b":[1,null]}'),
        ("{{ x | tojson(sort_keys=true, ensure_ascii=true) }}", '{"a": "<\\u00e9>", "b": [1, null]}'),
        ("{{ x.b | tojson(indent=1) }}", "[\n 1,\n null\n]"),
        ("{{ x.keys() | tojson }}", '["a", "b"]'),
        ("{{ ('[1, 2]' | from_json)[1] }}", "2"),
        ("{% generation %}{{ x.a }}{% endgeneration %}", "<é>"),
        ("{% for n in [1, 2, 3] %}{% if n == 2 %}{% continue %}{% endif %}{{ n }}{% endfor %}", "13"),
        ("{{ 'ab' * 3 }}{{ [1] * 2 }}{{ 3 * 4 }}{{ 2 ** 10 }}{{ '%5s' % 'x' }}", "ababab[1, 1]121024    x"),
        ("  {% if true %}\nx\n  {% endif %}\ny", "x\ny"),
        ("{{ strftime_now('%Y') }}", str(datetime.now().year)),
    ],
)
def test_what_templates_have(template: str, text: str) -> None:
    assert render(template, x={"a": "<é>", "b": [1, None]}) == {"text": text}


@pytest.mark.parametrize(
    "template, words",
    [
        ("{{ raise_exception('no tools') }}", "no tools"),
        ("{{ 'ab' * 99999999 }}", "a repetition makes too long a text"),
        ("{{ 99999999 * [1] }}", "a repetition makes too long a text"),
        ("{{ 9 ** 999 }}", "a power is too large"),
        ("{{ '%999999d' % 1 }}", "a format makes too long a text"),
        ("{% for n in range(99999) %}{{ 'x' * 1000 }}{% endfor %}", "it makes a text without end"),
        ("{{ ''.__class__.__mro__ }}", "SecurityError"),
        ("{{ lipsum() }}", "lipsum"),
        ("{{ undefined_name.x }}", "UndefinedError"),
        ("{{ raise_exception | tojson }}", "TypeError: function is no JSON value"),
        ("{% if %}", "TemplateSyntaxError"),
        ("{{ half }}", "UnicodeEncodeError"),
    ],
)
def test_what_they_are_refused(template: str, words: str) -> None:
    reply = render(template, half="\ud800")
    assert list(reply) == ["error"]
    assert words in reply["error"]


def test_a_nesting_without_end_is_an_error() -> None:
    reply = render("{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}")
    assert reply == {"error": "it is nested too deeply"}


def test_templates_are_kept_by_key_and_the_oldest_ones_are_dropped() -> None:
    templates = Templates()
    assert templates.render({"key": "a", "variables": {}}) == {"unknown": True}
    assert templates.render({"key": "a", "template": "{{ n }}", "variables": {"n": 1}}) == {"text": "1"}
    assert templates.render({"key": "a", "variables": {"n": 2}}) == {"text": "2"}
    for number in range(20):
        templates.render({"key": str(number), "template": "x", "variables": {}})
    assert templates.render({"key": "a", "variables": {"n": 3}}) == {"unknown": True}


def test_the_longest_text_is_still_one() -> None:
    assert render("{% for n in range(8) %}{{ x }}{% endfor %}", x="y" * (LONGEST // 8)) == {"text": "y" * LONGEST}
