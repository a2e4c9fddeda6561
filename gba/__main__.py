"""`python -m gba` is the command `gba`."""

from __future__ import annotations

from gba.cli.main import main

if __name__ == "__main__":
    main()
