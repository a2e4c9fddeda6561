"""What goes around a piece of HTML so that it stands by itself. Nothing in it is fetched, and no script runs."""

from __future__ import annotations

import functools
from html import escape
from importlib.resources import files

__all__ = ["for_notebook", "page", "stylesheet"]

_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>{title}</title>
<style>
body {{ margin: 0; }}
body > .gba {{ box-sizing: border-box; min-height: 100vh; padding: 1rem; }}
body > .gba > * {{ margin-inline: auto; max-width: 50rem; }}
{style}</style>
</head>
<body>
<main class="gba">
{body}
</main>
</body>
</html>
"""


@functools.cache
def stylesheet() -> str:
    """The style of everything here, light and dark; all of it is below the class ``gba``."""
    return files("gba.rendering").joinpath("style.css").read_text(encoding="utf-8")


def page(title: str, body: str) -> str:
    """A whole document. ``title`` is text, ``body`` is HTML of this package."""
    return _PAGE.format(title=escape(title), style=stylesheet(), body=body)


def for_notebook(body: str) -> str:
    """HTML of this package with its style, for the output of a notebook's cell."""
    return f'<div class="gba"><style>{stylesheet()}</style>{body}</div>'
