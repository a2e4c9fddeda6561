"""The command `gba`: one module per subcommand. Nothing heavy is imported before a command needs it."""

from __future__ import annotations

__all__: list[str] = []
