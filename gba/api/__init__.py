"""An OpenAI-compatible endpoint whose calls are always valid: `gba api`, or `create_app` under any ASGI server."""

from __future__ import annotations

from gba.api.app import create_app

__all__ = ["create_app"]
