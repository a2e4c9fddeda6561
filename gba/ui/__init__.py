"""A page to talk with a model and watch its steps: `gba ui`, or `create_ui` under any ASGI server."""

from gba.ui.app import create_ui
from gba.ui.tools import Result, UiTool

__all__ = ["Result", "UiTool", "create_ui"]
