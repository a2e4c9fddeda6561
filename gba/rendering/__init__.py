"""Steps and runs as HTML: in notebooks, in files, and in the page of `gba ui`."""

from gba.rendering.document import for_notebook, page, stylesheet
from gba.rendering.runs import run_html
from gba.rendering.steps import choice_html, message_html, step_html

__all__ = ["choice_html", "for_notebook", "message_html", "page", "run_html", "step_html", "stylesheet"]
