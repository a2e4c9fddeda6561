"""Everyday tools as tables: a line or two for each, so that there can be many."""

from __future__ import annotations

from gba.tuning.tasks.tables import daily
from gba.tuning.tasks.tables.slots import Row, Slot

__all__ = ["TABLE", "Row", "Slot"]

TABLE: tuple[Row, ...] = (*daily.ROWS,)
